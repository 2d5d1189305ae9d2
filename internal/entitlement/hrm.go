package entitlement

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// hostname matches hosts in the form of allowed hosts. In any other form the host that is resolved may differ from the
// one that is compared: an address can have a zone that ends like an allowed host ([::1%25x.hrm.4human.example]), and
// letters beyond ASCII are converted for the DNS.
var hostname = regexp.MustCompile(
	`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// HRMAllowed reports whether a Supplier allows an HRM endpoint: by https one of its allowed hosts, or by http, in the
// Test environment, one that is listed with that scheme.
func HRMAllowed(s *v1alpha1.Supplier, endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.User != nil || !hostname.MatchString(u.Hostname()) {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, allowed := range s.Spec.HRM.AllowedHosts {
		switch u.Scheme {
		case "https":
			if matches(allowed, host) {
				return true
			}
		case "http":
			if s.Spec.Environment == v1alpha1.EnvironmentTest && allowed == "http://"+host {
				return true
			}
		}
	}
	return false
}

// HRMUser returns the first of a customer's services that uses the HRM system, nil if none does. A built-in service
// counts even if the Supplier does not offer it, because the API requires an endpoint for it. A service that the
// Supplier has not declared counts as none.
func HRMUser(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *services.Service {
	return hrmUser(s, c, func(v1alpha1.ServiceName) bool { return true })
}

// OfferedHRMUser is like HRMUser, but only services that the Supplier offers count: those whose jobs can run.
func OfferedHRMUser(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *services.Service {
	return hrmUser(s, c, func(name v1alpha1.ServiceName) bool { return services.Offers(s, name) })
}

func hrmUser(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, counts func(v1alpha1.ServiceName) bool,
) *services.Service {
	for _, wanted := range c.Spec.Services {
		if service, ok := services.Of(s, wanted.Name); ok && service.UsesHRM() && counts(wanted.Name) {
			return &service
		}
	}
	return nil
}

// AwaitsAllowedHosts reports whether a customer's HRM system is used, and not allowed because the Supplier allows none.
func AwaitsAllowedHosts(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) bool {
	return c.Spec.HRM.Endpoint != "" && len(s.Spec.HRM.AllowedHosts) == 0 && OfferedHRMUser(s, c) != nil
}

// matches reports whether a host is the allowed one, or has one label more than the wildcard.
func matches(allowed, host string) bool {
	parent, wildcard := strings.CutPrefix(allowed, "*.")
	if !wildcard {
		return host == allowed
	}
	_, rest, found := strings.Cut(host, ".")
	return found && rest == parent
}
