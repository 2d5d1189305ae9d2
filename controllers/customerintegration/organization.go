package customerintegration

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
)

// registration is what Enhetsregisteret says about a customer: a reason, the fact, and what to do.
type registration struct{ reason, fact, action string }

// status returns the status of OrganizationRegistered.
func (r registration) status() metav1.ConditionStatus {
	s, _ := condition.Of(r.reason).At(condition.Customer, v1alpha1.ConditionOrganizationRegistered)
	return s
}

// registrationOf returns the registration of a customer, zero if it was not looked up.
func registrationOf(v *verdict.Verdict) registration {
	o, title := v.Organization, organizationTitle(v)
	switch {
	case o == nil:
		return registration{}
	case o.Kind == "":
		return registration{
			v1alpha1.ReasonOrganizationNotFound, fmt.Sprintf("Enhetsregisteret has no organization %s.", title),
			"Compare it with the customer's: the number is immutable, so correct it by creating the CustomerIntegration again.",
		}
	case o.DeletedOn != "":
		return registration{
			v1alpha1.ReasonOrganizationDeleted, fmt.Sprintf("%s was deleted from Enhetsregisteret on %s.", title, o.DeletedOn),
			"Ask the customer for its new organization number.",
		}
	case o.Kind == v1alpha1.OrganizationSubUnit:
		return subUnitRegistration(o, title)
	case o.Bankrupt:
		return registration{reason: v1alpha1.ReasonOrganizationRegistered, fact: title + " is bankrupt."}
	case o.Dissolving:
		return registration{reason: v1alpha1.ReasonOrganizationRegistered, fact: title + " is being wound up."}
	default:
		return registration{reason: v1alpha1.ReasonOrganizationRegistered, fact: title + " is a main unit."}
	}
}

func subUnitRegistration(o *v1alpha1.Organization, title string) registration {
	r := registration{
		v1alpha1.ReasonOrganizationIsSubUnit, title + " is a sub-unit, which cannot delegate.",
		"Create the CustomerIntegration again with the number of its main unit; see https://www.brreg.no.",
	}
	if o.MainUnit != "" {
		r.fact = fmt.Sprintf("%s is a sub-unit; only its main unit %s can delegate.", title, o.MainUnit)
		r.action = fmt.Sprintf("Create the CustomerIntegration again with %s.", o.MainUnit)
	}
	return r
}

// organizationCondition returns the condition of that name, nil if the organization was not looked up. It has what to
// do if Ready does not.
func organizationCondition(v *verdict.Verdict, ready condition.State) *condition.State {
	r := registrationOf(v)
	if r.reason == "" {
		return nil
	}
	message := r.fact
	if r.action != "" && ready.Reason != r.reason {
		message = sentences(r.fact, r.action)
	}
	return &condition.State{Status: r.status(), Reason: r.reason, Message: message}
}

// organizationTitle names a customer: the organization's name if it is known, and its number.
func organizationTitle(v *verdict.Verdict) string {
	number := string(v.Customer.Spec.OrganizationNumber)
	if v.Organization == nil || v.Organization.Name == "" {
		return number
	}
	return v.Organization.Name + " (" + number + ")"
}
