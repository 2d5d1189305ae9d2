package customerintegration

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/services"
)

// misconfigurations is the chain of functions that find fault with how a customer's data shall flow; the first that
// speaks wins. Access is verified all the same.
var misconfigurations = []func(*scope) *condition.State{hrmNotAllowed, invalidSchedule, nameConflict}

// misconfigured gives what is wrong with how a customer's data shall flow, nil if nothing is or nothing shall.
func misconfigured(s *scope) *condition.State {
	if !s.customer.Syncs() {
		return nil
	}
	for _, policy := range misconfigurations {
		if f := policy(s); f != nil {
			return f
		}
	}
	return nil
}

func hrmNotAllowed(s *scope) *condition.State {
	endpoint := s.customer.Spec.HRM.Endpoint
	if entitlement.HRMAllowed(s.supplier, endpoint) {
		return nil
	}
	if endpoint == "" { // made before the field was there
		return &condition.State{
			Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonHRMEndpointNotAllowed,
			Message: "Nobody has said where the customer's HRM solution is: write spec.hrm, or spec.sync: Disabled to verify and report only.",
		}
	}
	return &condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonHRMEndpointNotAllowed, Message: fmt.Sprintf(
		"Supplier %s does not let data go to %s: correct spec.hrm.endpoint, or whoever owns the Supplier adds the host to its spec.hrm.allowedHosts.",
		s.supplier.Name, endpoint)}
}

func invalidSchedule(s *scope) *condition.State {
	for _, wanted := range s.customer.Spec.Services {
		if !services.Offers(s.supplier, wanted.Name) {
			continue
		}
		if _, err := scheduleOf(s, wanted.Name); err != nil {
			return &condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonInvalidSchedule, Message: fmt.Sprintf("%s: %s.", wanted.Name, err)}
		}
	}
	return nil
}

func nameConflict(s *scope) *condition.State {
	for _, wanted := range s.customer.Spec.Services {
		if kind := s.children.Of(wanted.Name).Conflict; kind != "" {
			return &condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonNameConflict, Message: fmt.Sprintf(
				"%s: %s %s in namespace %s was made by somebody else, and is left alone: delete or rename it.",
				wanted.Name, kind, naming.Child(s.customer.Name, wanted.Name), s.customer.Namespace)}
		}
	}
	return nil
}
