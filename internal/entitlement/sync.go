package entitlement

import (
	"slices"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// MaySync reports whether data may flow for one service of a customer now, and if not, why: a reason of the API. It
// decides both whether the service's CronJob is suspended and whether the token broker answers. The Supplier is nil if
// it does not exist.
func MaySync(
	s *integrationsv1alpha1.Supplier, c *integrationsv1alpha1.CustomerIntegration, name integrationsv1alpha1.ServiceName,
) (may bool, reason string) {
	if !c.DeletionTimestamp.IsZero() || !c.Syncs() || !lists(c, name) {
		return false, integrationsv1alpha1.ReasonNotSyncing
	}
	if b := BlockOf(s, c); b != nil {
		return false, b.Reason
	}
	if !services.Offers(s, name) {
		return false, integrationsv1alpha1.ReasonServiceNotOffered
	}
	if isDuplicate(c, name) {
		return false, integrationsv1alpha1.ReasonDuplicateOrganization
	}
	if !HRMAllowed(s, c.Spec.HRM.Endpoint) {
		return false, integrationsv1alpha1.ReasonHRMEndpointNotAllowed
	}
	known := Authorization(AuthorityOf(s), c, name)
	switch {
	case known.State == integrationsv1alpha1.AuthorizationGranted:
		return true, ""
	case known.Reason == "":
		return false, integrationsv1alpha1.ReasonVerificationPending
	default:
		return false, known.Reason
	}
}

func lists(c *integrationsv1alpha1.CustomerIntegration, name integrationsv1alpha1.ServiceName) bool {
	return slices.ContainsFunc(c.Spec.Services, func(s integrationsv1alpha1.CustomerService) bool { return s.Name == name })
}
