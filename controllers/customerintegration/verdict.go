package customerintegration

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// blockOf gives what blocks the customer, nil if nothing does.
func blockOf(s *scope) *entitlement.Block { return entitlement.BlockOf(s.supplier, s.customer) }

// judge gives what is known of every listed service after this pass. Pure.
func judge(s *scope) []v1alpha1.CustomerServiceStatus {
	blocked := blockOf(s) != nil
	all := make([]v1alpha1.CustomerServiceStatus, 0, len(s.customer.Spec.Services))
	for _, wanted := range s.customer.Spec.Services {
		known := s.authorization(wanted.Name)
		known.Kind = services.Of(wanted.Name).Kind
		if known.State == "" {
			known = unknown(known, s)
		}
		if !blocked {
			known = judgeService(s, wanted.Name, known)
		}
		all = append(all, v1alpha1.CustomerServiceStatus{
			Name: wanted.Name, Authorization: known, DuplicateOf: duplicateOf(s, wanted.Name),
		})
	}
	return all
}

// judgeService gives what is known of one service that nothing blocks.
func judgeService(
	s *scope, name v1alpha1.ServiceName, known v1alpha1.Authorization,
) v1alpha1.Authorization {
	if !services.Offers(s.supplier, name) {
		known.Reason = v1alpha1.ReasonServiceNotOffered
		return known
	}
	if isDuplicate(s, name) { // also if one that is older has come while it was asked for
		known.Reason = v1alpha1.ReasonDuplicateOrganization
		return known
	}
	a, asked := s.answers[name]
	switch {
	case services.WithoutSystem(s.supplier, name):
		return unanswered(s, known, maskinporten.ClassClientRejected)
	case !asked:
		known.Reason = settled(known)
		return known
	case a.finding != nil:
		return judgeFinding(s, known, a)
	}
	return judgeAnswer(s, known, a.class)
}

// unanswered gives what is known of an access when a question met a fault: what was known, until the grace period is over.
// Then it is said, once, that nothing is known at the moment; the state stays, and with it what runs.
func unanswered(
	s *scope, known v1alpha1.Authorization, class maskinporten.Class,
) v1alpha1.Authorization {
	known.Reason = settled(known)
	if unavailable(known.Reason) && known.LastVerifiedTime != nil {
		return known
	}
	if known.LastVerifiedTime != nil && graceEnds(s, known).After(s.now) {
		return known
	}
	known.Reason = v1alpha1.ReasonSupplierNotReady
	if class.Kind() == conclusion.Outage {
		known.Reason = v1alpha1.ReasonAuthorityUnavailable
	}
	return known
}

// unavailable reports whether a service's reason says that nothing is known of it because nobody answers.
func unavailable(reason string) bool {
	return reason == v1alpha1.ReasonAuthorityUnavailable || reason == v1alpha1.ReasonSupplierNotReady
}

// graceEnds gives when an outage that keeps an access from being verified is told of the customer itself.
func graceEnds(s *scope, known v1alpha1.Authorization) time.Time {
	return known.LastVerifiedTime.Add(pacing.Jitter(s.supplier.OutageGracePeriod(), s.customer.UID))
}

// judgeAnswer gives what is known of an access once a question has been asked. Only a token grants, and only NotDelegated
// takes away; a fault changes nothing that is known.
func judgeAnswer(
	s *scope, known v1alpha1.Authorization, class maskinporten.Class,
) v1alpha1.Authorization {
	granted, now := known.State == v1alpha1.AuthorizationGranted, metav1.NewTime(s.now)
	switch {
	case authority.IsFault(class):
		return unanswered(s, known, class)
	case class == "":
		return decided(known, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, now)
	case class == maskinporten.ClassNotDelegated && (granted || known.State == v1alpha1.AuthorizationWithdrawn):
		return decided(known, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, now)
	case class == maskinporten.ClassNotDelegated:
		return decided(known, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, now)
	case granted:
		known.Reason = settled(known)
		return known
	case class == maskinporten.ClassScopeNotGranted && known.State == v1alpha1.AuthorizationWithdrawn:
		return decided(known, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonScopeNotGranted, now)
	case class == maskinporten.ClassScopeNotGranted:
		return decided(known, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonScopeNotGranted, now)
	default:
		return decided(known, known.State, v1alpha1.ReasonRequestRejected, now)
	}
}

// decided notes an answer of the authority.
func decided(
	known v1alpha1.Authorization, state v1alpha1.AuthorizationState, reason string, now metav1.Time,
) v1alpha1.Authorization {
	if known.State != state {
		known.Since = &now
	}
	known.State = state
	known.Reason = reason
	known.LastVerifiedTime = &now
	return known
}

// unknown is an access that nothing is known of yet.
func unknown(known v1alpha1.Authorization, s *scope) v1alpha1.Authorization {
	now := metav1.NewTime(s.now)
	known.State = v1alpha1.AuthorizationUnknown
	known.Reason = v1alpha1.ReasonVerificationPending
	known.Since = &now
	return known
}

// settled gives the reason that belongs to a state when the last answer still stands. It matters after a service was
// not offered, or a duplicate, for a while, when the reason spoke of that.
func settled(known v1alpha1.Authorization) string {
	passing := known.Reason == v1alpha1.ReasonServiceNotOffered ||
		known.Reason == v1alpha1.ReasonDuplicateOrganization
	if !passing {
		return known.Reason
	}
	switch known.State {
	case v1alpha1.AuthorizationGranted:
		return v1alpha1.ReasonDelegated
	case v1alpha1.AuthorizationWithdrawn:
		return v1alpha1.ReasonDelegationWithdrawn
	case v1alpha1.AuthorizationNotGranted:
		return v1alpha1.ReasonNotDelegated
	case v1alpha1.AuthorizationAwaitingApproval:
		return v1alpha1.ReasonAwaitingApproval
	case v1alpha1.AuthorizationRejected:
		return v1alpha1.ReasonApprovalRejected
	default:
		return v1alpha1.ReasonVerificationPending
	}
}
