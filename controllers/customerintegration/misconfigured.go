package customerintegration

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/services"
)

// misconfigured returns what is wrong with the manifest of a customer's jobs, nil if nothing is or none shall run. The access is
// verified all the same.
func misconfigured(s *scope) *condition.State {
	if !s.customer.Syncs() {
		return nil
	}
	for _, check := range []func(*scope) *condition.State{hrmNotAllowed, invalidSchedule, nameConflict} {
		if f := check(s); f != nil {
			return f
		}
	}
	return nil
}

func hrmNotAllowed(s *scope) *condition.State {
	endpoint := s.customer.Spec.HRM.Endpoint
	switch {
	case entitlement.HRMAllowed(s.supplier, endpoint):
		return nil
	case endpoint == "": // the object is older than the field
		return new(condition.False(v1alpha1.ReasonHRMEndpointNotAllowed, "spec.hrm is required unless spec.sync is Disabled."))
	default:
		return new(condition.False(v1alpha1.ReasonHRMEndpointNotAllowed, fmt.Sprintf(
			"Supplier/%s does not allow the host of %s. Correct spec.hrm.endpoint, or add the host to the Supplier's spec.hrm.allowedHosts.",
			s.supplier.Name, endpoint)))
	}
}

func invalidSchedule(s *scope) *condition.State {
	for _, wanted := range s.customer.Spec.Services {
		if !services.Offers(s.supplier, wanted.Name) {
			continue
		}
		if _, err := scheduleOf(s, wanted.Name); err != nil {
			return new(condition.False(v1alpha1.ReasonInvalidSchedule, fmt.Sprintf("%s: %s.", wanted.Name, err)))
		}
	}
	return nil
}

func nameConflict(s *scope) *condition.State {
	for _, wanted := range s.customer.Spec.Services {
		if kind := s.children.Of(wanted.Name).Conflict; kind != "" {
			return new(condition.False(v1alpha1.ReasonNameConflict, fmt.Sprintf(
				"%s: %s %s/%s exists and is not owned by this customer. Delete or rename it.",
				wanted.Name, kind, s.customer.Namespace, naming.Child(s.customer.Name, wanted.Name))))
		}
	}
	return nil
}
