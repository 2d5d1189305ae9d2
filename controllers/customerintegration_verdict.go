package controllers

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// blockOf gives what blocks the customer, nil if nothing does.
func blockOf(s *customerScope) *entitlement.Block { return entitlement.BlockOf(s.supplier, s.customer) }

// judge gives what is known of every listed service after this pass. Pure.
func judge(s *customerScope) []integrationsv1alpha1.CustomerServiceStatus {
	blocked := blockOf(s) != nil
	all := make([]integrationsv1alpha1.CustomerServiceStatus, 0, len(s.customer.Spec.Services))
	for _, wanted := range s.customer.Spec.Services {
		known := s.authorization(wanted.Name)
		known.Kind = services.Of(wanted.Name).Kind
		if known.State == "" {
			known = unknown(known, s)
		}
		if !blocked {
			known = judgeService(s, wanted.Name, known)
		}
		all = append(all, integrationsv1alpha1.CustomerServiceStatus{
			Name: wanted.Name, Authorization: known, DuplicateOf: duplicateOf(s, wanted.Name),
		})
	}
	return all
}

// judgeService gives what is known of one service that nothing blocks.
func judgeService(
	s *customerScope, name integrationsv1alpha1.ServiceName, known integrationsv1alpha1.Authorization,
) integrationsv1alpha1.Authorization {
	if !services.Offers(s.supplier, name) {
		known.Reason = integrationsv1alpha1.ReasonServiceNotOffered
		return known
	}
	if !services.Verifiable(known.Kind) {
		known.Reason = integrationsv1alpha1.ReasonAccessKindNotSupported
		return known
	}
	if isDuplicate(s, name) { // also if one that is older has come while it was asked for
		known.Reason = integrationsv1alpha1.ReasonDuplicateOrganization
		return known
	}
	a, asked := s.answers[name]
	if !asked {
		known.Reason = settled(known)
		return known
	}
	return judgeAnswer(known, a.class, metav1.NewTime(s.now))
}

// judgeAnswer gives what is known of an access once an answer has been had. Only a token grants, and only NotDelegated
// takes away; a fault changes nothing that is known.
func judgeAnswer(known integrationsv1alpha1.Authorization, class maskinporten.Class, now metav1.Time) integrationsv1alpha1.Authorization {
	granted := known.State == integrationsv1alpha1.AuthorizationGranted
	switch {
	case class == "":
		return decided(known, integrationsv1alpha1.AuthorizationGranted, integrationsv1alpha1.ReasonDelegated, now)
	case class == maskinporten.ClassNotDelegated && (granted || known.State == integrationsv1alpha1.AuthorizationWithdrawn):
		return decided(known, integrationsv1alpha1.AuthorizationWithdrawn, integrationsv1alpha1.ReasonDelegationWithdrawn, now)
	case class == maskinporten.ClassNotDelegated:
		return decided(known, integrationsv1alpha1.AuthorizationNotGranted, integrationsv1alpha1.ReasonNotDelegated, now)
	case granted:
		known.Reason = settled(known)
		return known
	case class == maskinporten.ClassScopeNotGranted && known.State == integrationsv1alpha1.AuthorizationWithdrawn:
		return decided(known, integrationsv1alpha1.AuthorizationWithdrawn, integrationsv1alpha1.ReasonScopeNotGranted, now)
	case class == maskinporten.ClassScopeNotGranted:
		return decided(known, integrationsv1alpha1.AuthorizationNotGranted, integrationsv1alpha1.ReasonScopeNotGranted, now)
	case !authority.IsFault(class):
		return decided(known, known.State, integrationsv1alpha1.ReasonRequestRejected, now)
	case known.State != integrationsv1alpha1.AuthorizationUnknown || known.LastVerifiedTime != nil:
		known.Reason = settled(known)
		return known
	case class.Kind() == maskinporten.KindOutage:
		known.Reason = integrationsv1alpha1.ReasonAuthorityUnavailable
		return known
	default:
		known.Reason = integrationsv1alpha1.ReasonSupplierNotReady
		return known
	}
}

// decided notes an answer of the authority.
func decided(
	known integrationsv1alpha1.Authorization, state integrationsv1alpha1.AuthorizationState, reason string, now metav1.Time,
) integrationsv1alpha1.Authorization {
	if known.State != state {
		known.Since = &now
	}
	known.State = state
	known.Reason = reason
	known.LastVerifiedTime = &now
	return known
}

// unknown is an access that nothing is known of yet.
func unknown(known integrationsv1alpha1.Authorization, s *customerScope) integrationsv1alpha1.Authorization {
	now := metav1.NewTime(s.now)
	known.State = integrationsv1alpha1.AuthorizationUnknown
	known.Reason = integrationsv1alpha1.ReasonVerificationPending
	known.Since = &now
	return known
}

// settled gives the reason that belongs to a state when the last answer still stands. It matters after a service was
// not offered, or a duplicate, for a while, when the reason spoke of that.
func settled(known integrationsv1alpha1.Authorization) string {
	passing := known.Reason == integrationsv1alpha1.ReasonServiceNotOffered ||
		known.Reason == integrationsv1alpha1.ReasonAccessKindNotSupported ||
		known.Reason == integrationsv1alpha1.ReasonDuplicateOrganization
	if !passing {
		return known.Reason
	}
	switch known.State {
	case integrationsv1alpha1.AuthorizationGranted:
		return integrationsv1alpha1.ReasonDelegated
	case integrationsv1alpha1.AuthorizationWithdrawn:
		return integrationsv1alpha1.ReasonDelegationWithdrawn
	case integrationsv1alpha1.AuthorizationNotGranted:
		return integrationsv1alpha1.ReasonNotDelegated
	default:
		return integrationsv1alpha1.ReasonVerificationPending
	}
}
