package customerintegration

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/services"
)

// misconfiguration returns Ready if the manifest keeps a customer's jobs from running, nil if it does not or spec.sync
// is Disabled. Access is verified in any case.
func misconfiguration(v *verdict.Verdict) *condition.State {
	if !v.Customer.Syncs() {
		return nil
	}
	for _, check := range []func(*verdict.Verdict) *condition.State{hrmNotAllowed, invalidSchedule, nameConflict} {
		if f := check(v); f != nil {
			return f
		}
	}
	return nil
}

func hrmNotAllowed(v *verdict.Verdict) *condition.State {
	endpoint, user := v.Customer.Spec.HRM.Endpoint, entitlement.OfferedHRMUser(v.Supplier, v.Customer)
	switch {
	case user == nil, entitlement.HRMAllowed(v.Supplier, endpoint), awaitsAllowedHosts(v):
		return nil
	case endpoint == "" && user.Custom != nil:
		return new(condition.False(v1alpha1.ReasonHRMEndpointNotAllowed, fmt.Sprintf(
			"%s uses the HRM system. Add spec.hrm, or set custom.job.secret of %s to None in Supplier/%s.",
			user.Name, user.Name, v.Supplier.Name)))
	case endpoint == "": // the object is older than the field
		return new(condition.False(v1alpha1.ReasonHRMEndpointNotAllowed, fmt.Sprintf(
			"%s uses the HRM system. Add spec.hrm, or set spec.sync to Disabled.", user.Name)))
	default:
		return new(condition.False(v1alpha1.ReasonHRMEndpointNotAllowed, fmt.Sprintf(
			"Supplier/%s does not allow the host of %s. Correct spec.hrm.endpoint, or add the host to the Supplier's spec.hrm.allowedHosts.",
			v.Supplier.Name, endpoint)))
	}
}

// awaitsAllowedHosts reports whether the customer's HRM system is not allowed, and the Supplier reports that it allows
// none.
func awaitsAllowedHosts(v *verdict.Verdict) bool {
	if !entitlement.AwaitsAllowedHosts(v.Supplier, v.Customer) {
		return false
	}
	ready := meta.FindStatusCondition(v.Customer.Status.Conditions, v1alpha1.ConditionReady)
	isReported := ready != nil && ready.Reason == v1alpha1.ReasonHRMEndpointNotAllowed
	return v.AwaitsSupplier(v1alpha1.ReasonHRMHostsMissing, isReported)
}

func invalidSchedule(v *verdict.Verdict) *condition.State {
	for i, wanted := range v.Customer.Spec.Services {
		if !services.Offers(v.Supplier, wanted.Name) {
			continue
		}
		if fault := v.Service(wanted.Name).Schedule.Fault; fault != nil {
			return new(condition.False(v1alpha1.ReasonInvalidSchedule, fmt.Sprintf("%s: spec.services[%d].%s.", wanted.Name, i,
				fault)))
		}
	}
	return nil
}

func nameConflict(v *verdict.Verdict) *condition.State {
	for _, wanted := range v.Customer.Spec.Services {
		if c := v.Service(wanted.Name).Child.Conflict; c.Exists() {
			name, namespace := naming.Child(v.Customer.Name, wanted.Name), v.Customer.Namespace
			return new(condition.False(v1alpha1.ReasonNameConflict, fmt.Sprintf(
				"%s: %s %s/%s %s. Delete it, so that the operator can create its own: kubectl delete -n %s %s %s",
				wanted.Name, c.Kind, namespace, name, c.Cause(), namespace, strings.ToLower(c.Kind), name)))
		}
	}
	return nil
}
