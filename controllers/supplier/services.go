package supplier

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/services"
)

// serviceFault is a fault of ours that affects one service.
type serviceFault struct {
	name    v1alpha1.ServiceName
	reason  string
	message string
	// scopes are the scopes that the message is about, empty if there are none or they are unknown.
	scopes []string
}

// serviceFaults lists the faults of single services.
func serviceFaults(s *facts) []serviceFault {
	var faults []serviceFault
	for _, service := range services.Offered(s.supplier) {
		if f := faultOf(s, service); f.reason != "" {
			f.name = service.Name
			faults = append(faults, f)
		}
	}
	return faults
}

// faultOf returns the fault of a service, the zero value if there is none. What the last proof found about its scopes
// applies until the next proof.
func faultOf(s *facts, service services.Service) serviceFault {
	if service.LacksSystem(s.supplier) {
		reason := v1alpha1.ReasonSystemUserNotConfigured
		return serviceFault{reason: reason, message: systemMessage(s, reason)}
	}
	if f := scopeFault(s, service); f.reason != "" {
		return f
	}
	if service.NeedsSystemUser() && s.system != "" {
		return serviceFault{reason: s.system, message: systemMessage(s, s.system)}
	}
	return serviceFault{}
}

// scopeFault returns the fault of the scopes that a service needs: what the proof of this reconcile met, or the known
// one. If the scopes have several faults, it is the first one's. An outage changes nothing about what is known, and
// hides no fault of another scope.
func scopeFault(s *facts, service services.Service) serviceFault {
	if s.proof == nil || s.proof.class != "" {
		return knownScopeFault(s, service)
	}
	var f serviceFault
	isOut := false
	for _, scope := range service.Scopes() {
		met, wrong := s.proof.scopes[scope]
		if !wrong {
			continue
		}
		if met.class.Kind() == conclusion.Outage {
			isOut = true
			continue
		}
		reason := scopeReason(met.class)
		message := scopeMessage(s, reason, scope)
		if f.reason == "" {
			f.reason, f.message = reason, message
		}
		if f.message == message {
			f.scopes = append(f.scopes, scope)
		}
	}
	if isOut && f.reason == "" {
		return knownScopeFault(s, service)
	}
	return f
}

// knownScopeFault returns the fault of a service's scopes that the status has, the zero value if it has none.
func knownScopeFault(s *facts, service services.Service) serviceFault {
	if before := s.supplier.Status.Service(service.Name); condition.OfScope(before.Reason) {
		return serviceFault{reason: before.Reason, message: scopeMessage(s, before.Reason, "")}
	}
	return serviceFault{}
}

// lacksResponse reports whether Maskinporten responds, but not to requests for a scope that a service needs. What the
// last proof met applies until the next one.
func lacksResponse(s *facts, name v1alpha1.ServiceName) bool {
	if s.proof == nil || s.proof.class != "" {
		reachable := knownCondition(s, v1alpha1.ConditionMaskinportenReachable)
		return s.supplier.Status.Service(name).Reason == v1alpha1.ReasonAuthorityUnavailable && isReachable(reachable)
	}
	service, _ := services.Of(s.supplier, name)
	return slices.ContainsFunc(service.Scopes(), func(scope string) bool {
		return s.proof.scopes[scope].class.Kind() == conclusion.Outage
	})
}

// isReachable reports whether Maskinporten responds to the supplier itself, by MaskinportenReachable.
func isReachable(reachable condition.State) bool {
	return reachable.Status == metav1.ConditionTrue || reachable.Reason == v1alpha1.ReasonCustomerRequestsFailing
}

// hasSameFaults reports whether the status has exactly these faults.
func hasSameFaults(s *facts, faults []serviceFault) bool {
	var before []serviceFault
	for _, known := range s.supplier.Status.Services {
		if condition.OfScope(known.Reason) || condition.OfSystem(known.Reason) {
			before = append(before, serviceFault{name: known.Name, reason: known.Reason})
		}
	}
	return slices.EqualFunc(before, faults,
		func(a, b serviceFault) bool { return a.name == b.name && a.reason == b.reason })
}

// credentialsFailed reports whether, by the status, the credentials failed. It also returns true if a service has no
// state yet.
func credentialsFailed(s *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(s.Spec.Services, func(o v1alpha1.OfferedService) bool {
		known := s.Status.Service(o.Name)
		return known.Available == nil || known.Reason == v1alpha1.ReasonSupplierNotReady
	})
}

// servicesCondition returns the condition Ready of a Supplier whose credentials work, except for some services.
// Services with the same fault share a sentence.
func servicesCondition(faults []serviceFault) condition.State {
	var messages []string
	names, scopes := map[string][]string{}, map[string][]string{}
	for _, f := range faults {
		if names[f.message] == nil {
			messages = append(messages, f.message)
		}
		names[f.message] = append(names[f.message], string(f.name))
		for _, scope := range f.scopes {
			if !slices.Contains(scopes[f.message], scope) {
				scopes[f.message] = append(scopes[f.message], scope)
			}
		}
	}
	for i, message := range messages {
		messages[i] = fmt.Sprintf("%s: %s", strings.Join(names[message], ", "), withScopes(message, scopes[message]))
	}
	return condition.False(faults[0].reason, strings.Join(messages, " "))
}

// agentsCondition returns the condition Ready if Maskinporten refuses the scope that access through agents alone needs,
// and else the zero State. The services stay available, because other customers do not need it.
func agentsCondition(s *facts) condition.State {
	switch before := knownCondition(s, v1alpha1.ConditionReady); {
	case !services.HasAgents(s.supplier):
		return condition.State{}
	case s.proof != nil && s.proof.class == "":
	case condition.OfScope(before.Reason) && !lacksServiceScope(s.supplier):
		return before
	default:
		return condition.State{}
	}
	met, wrong := s.proof.scopes[altinn.ScopeParties]
	if !wrong {
		return condition.State{}
	}
	reason := faultReason(met.class)
	return condition.False(reason,
		"Access through agents: "+withScopes(scopeMessage(s, reason, altinn.ScopeParties), []string{altinn.ScopeParties}))
}

// lacksServiceScope reports whether a service is known to be unavailable because of its scope.
func lacksServiceScope(of *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(of.Status.Services, func(known v1alpha1.OfferedServiceStatus) bool {
		return condition.OfScope(known.Reason)
	})
}

// serviceStatuses returns the availability of every offered service, given the conditions after this reconcile.
func serviceStatuses(
	s *facts, access condition.State, faults []serviceFault, conditions []metav1.Condition,
) []v1alpha1.OfferedServiceStatus {
	all := make([]v1alpha1.OfferedServiceStatus, 0, len(s.supplier.Spec.Services))
	for _, offered := range s.supplier.Spec.Services {
		reason := unavailableReason(s, offered.Name, access, faults, conditions)
		now := v1alpha1.OfferedServiceStatus{Name: offered.Name, Available: new(reason == ""), Reason: reason}
		now.Since = new(metav1.NewTime(s.now))
		if before := s.supplier.Status.Service(offered.Name); before.Available != nil &&
			*before.Available == *now.Available {
			now.Since = before.Since
		}
		all = append(all, now)
	}
	return all
}

// unavailableReason returns why a service is not available, "" if it is. A fault of ours ranks before an outage.
func unavailableReason(
	s *facts, name v1alpha1.ServiceName, access condition.State, faults []serviceFault, conditions []metav1.Condition,
) string {
	faulty := slices.IndexFunc(faults, func(f serviceFault) bool { return f.name == name })
	reachable := meta.FindStatusCondition(conditions, v1alpha1.ConditionMaskinportenReachable)
	switch {
	case s.halt() != nil:
		return access.Reason
	case access.Status == metav1.ConditionFalse && !isAboutComplaint(s, access):
		return v1alpha1.ReasonSupplierNotReady
	case faulty >= 0:
		return faults[faulty].reason
	case access.Status == metav1.ConditionUnknown:
		return access.Reason
	case s.unanswered != nil && slices.Contains(s.unanswered.services, name):
		return v1alpha1.ReasonCustomerRequestsFailing
	case reachable.Status == metav1.ConditionFalse && reachable.Reason != v1alpha1.ReasonCustomerRequestsFailing,
		lacksResponse(s, name):
		return v1alpha1.ReasonAuthorityUnavailable
	case sendsPlans(s.supplier, name) &&
		meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionRejectionsImplausible):
		return v1alpha1.ReasonManyRejections
	case navFails(s, name):
		return v1alpha1.ReasonCustomerRunsFailing
	default:
		return ""
	}
}

// sendsPlans reports whether the jobs of a service send follow-up plans to NAV.
func sendsPlans(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	service, _ := services.Of(s, name)
	return service.SendsPlans
}
