package entitlement

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// MaySync reports whether one service of a customer may sync now. If not, it returns a reason of the API. It decides
// both whether the service's CronJob is suspended and whether the token broker returns a token. If it returns false,
// running Jobs are stopped, unless IsPaused is true of the reason. The arguments are those of BlockOf.
func MaySync(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, stop *Block, name v1alpha1.ServiceName,
) (may bool, reason string) {
	if !c.DeletionTimestamp.IsZero() || !c.Syncs() || !lists(c, name) {
		return false, v1alpha1.ReasonNotSyncing
	}
	if b := BlockOf(s, c, stop); b != nil {
		return false, b.Reason
	}
	service, _ := services.Of(s, name)
	if !OffersTo(s, c, name) {
		return false, v1alpha1.ReasonServiceNotOffered
	}
	if isDuplicate(c, name) {
		return false, v1alpha1.ReasonDuplicateOrganization
	}
	if service.UsesHRM() && !HRMAllowed(s, c.Spec.HRM.Endpoint) {
		return false, v1alpha1.ReasonHRMEndpointNotAllowed
	}
	known := Authorization(AuthorityOf(s), c, service)
	switch {
	case known.State == v1alpha1.AuthorizationGranted && IsOutdated(s, known):
		return false, v1alpha1.ReasonOperatorInterrupted
	case known.State == v1alpha1.AuthorizationGranted:
		return true, ""
	case known.Reason == "":
		return false, v1alpha1.ReasonVerificationPending
	default:
		return false, known.Reason
	}
}

// IsOutdated reports whether an access was last verified before the Supplier's status.interruptedTime, so that a later
// result may have been lost. Both times are whole seconds, so a verification in the second of the interruption may have
// come before it. An access that was never verified is not outdated.
func IsOutdated(s *v1alpha1.Supplier, known v1alpha1.Authorization) bool {
	return s.Status.InterruptedTime != nil && known.LastVerifiedTime != nil &&
		!known.LastVerifiedTime.After(s.Status.InterruptedTime.Time)
}

// CurrentFrom returns the earliest time of a verification that is not outdated: a second after the interruption.
func CurrentFrom(s *v1alpha1.Supplier) time.Time { return s.Status.InterruptedTime.Add(time.Second) }

// WasRejectedSince reports whether Maskinporten has rejected a request about a customer since the interruption. Such an
// access stays outdated, although its verification is not late.
func WasRejectedSince(s *v1alpha1.Supplier, known v1alpha1.Authorization) bool {
	return known.LastRejectedTime != nil && !known.LastRejectedTime.Time.Before(CurrentFrom(s))
}

// IsPaused reports whether a reason of MaySync means that the customer has access by its last verified state, and that
// runs wait for another verification: none starts, and one that has started is not stopped.
func IsPaused(reason string) bool { return reason == v1alpha1.ReasonOperatorInterrupted }

func lists(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) bool {
	return slices.ContainsFunc(c.Spec.Services, func(s v1alpha1.CustomerService) bool { return s.Name == name })
}
