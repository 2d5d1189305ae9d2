package supplier

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/services"
)

// serviceFaults tells which offered services cannot be asked for though others can, and why. Pure.
func serviceFaults(s *scope) []v1alpha1.OfferedServiceStatus {
	var faults []v1alpha1.OfferedServiceStatus
	for _, offered := range s.supplier.Spec.Services {
		if f := serviceFault(s, offered.Name); f != nil {
			faults = append(faults, *f)
		}
	}
	return faults
}

// serviceFault gives what keeps one service from being asked for, nil if nothing does. What the last proof said of its
// scope counts until the next proof says something.
func serviceFault(s *scope, name v1alpha1.ServiceName) *v1alpha1.OfferedServiceStatus {
	told := func(reason, message string) *v1alpha1.OfferedServiceStatus {
		return &v1alpha1.OfferedServiceStatus{Name: name, Reason: reason, Message: message}
	}
	if services.WithoutSystem(s.supplier, name) {
		reason := v1alpha1.ReasonSystemUserNotConfigured
		return told(reason, systemMessage(s, reason))
	}
	if reason, message := scopeFault(s, name); reason != "" {
		return told(reason, message)
	}
	if services.Of(name).Kind == v1alpha1.AccessSystemUser && s.system != "" {
		return told(s.system, systemMessage(s, s.system))
	}
	return nil
}

// scopeFault gives what is wrong with the scopes that a service needs: what this pass's proof has met, or what was known.
func scopeFault(s *scope, name v1alpha1.ServiceName) (reason, message string) {
	if s.proof == nil || s.proof.class != "" {
		return scopeFaultBefore(s, name)
	}
	for _, scope := range services.Scopes(name) {
		if met, wrong := s.proof.scopes[scope]; wrong {
			reason = faultReason(met.class)
			return reason, scopeMessage(s, reason, scope, met.detail)
		}
	}
	return "", ""
}

// scopeFaultBefore gives what the status already says of a service's scope.
func scopeFaultBefore(s *scope, name v1alpha1.ServiceName) (reason, message string) {
	for _, before := range s.supplier.Status.Services {
		if before.Name == name && !systemReasons[before.Reason] {
			return before.Reason, before.Message
		}
	}
	return "", ""
}

// systemReasons are the reasons that are about our system at Altinn.
var systemReasons = map[string]bool{
	v1alpha1.ReasonSystemUserNotConfigured: true,
	v1alpha1.ReasonSystemNotRegistered:     true,
	v1alpha1.ReasonSystemClientMissing:     true,
	v1alpha1.ReasonSystemRightsRejected:    true,
	v1alpha1.ReasonAltinnRefused:           true,
}

// servicesReady gives the condition Ready of a Supplier whose credentials are proved and some of whose services cannot be
// asked for.
func servicesReady(offered int, faults []v1alpha1.OfferedServiceStatus) condition.State {
	sentences := make([]string, 0, len(faults)+1)
	for _, f := range faults {
		sentences = append(sentences, fmt.Sprintf("%s: %s", f.Name, f.Message))
	}
	if len(faults) < offered {
		sentences = append(sentences, "Services that are not named here are not concerned.")
	}
	return condition.State{Status: metav1.ConditionFalse, Reason: faults[0].Reason, Message: strings.Join(sentences, " ")}
}
