package guide

import (
	"net/url"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Link returns the address of the guide of a customer and service for people: spec.guide.url of the Supplier with the
// customer's values, otherwise the customer's page in the portal. It is "" if neither is configured. It is not the
// customer's own page, whose address is a secret.
func Link(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName) string {
	switch {
	case s.Spec.Guide.URL != "":
		return strings.NewReplacer(
			"{organizationNumber}", url.QueryEscape(string(c.Spec.OrganizationNumber)),
			"{namespace}", url.QueryEscape(c.Namespace),
			"{name}", url.QueryEscape(c.Name),
			"{service}", url.QueryEscape(string(service)),
		).Replace(s.Spec.Guide.URL)
	case s.Spec.Portal.URL != "":
		return s.Spec.Portal.URL + "/customers/" + url.PathEscape(c.Namespace) + "/" + url.PathEscape(c.Name)
	default:
		return ""
	}
}
