package customerintegration

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
)

// organizationRegistered returns the condition of that name, nil if the organization was not looked up. While access is
// missing, Ready reports what is wrong here.
func organizationRegistered(v *verdict.Verdict) *condition.State {
	if v.Organization == nil {
		return nil
	}
	s := registration(v)
	return &s
}

// registration returns what Enhetsregisteret says about an organization that was looked up.
func registration(v *verdict.Verdict) condition.State {
	o, number := v.Organization, v.Customer.Spec.OrganizationNumber
	switch {
	case o.Kind == "":
		return condition.False(v1alpha1.ReasonOrganizationNotFound, fmt.Sprintf(
			"Enhetsregisteret has no organization %s. Compare the number with the customer's.", number))
	case o.DeletedOn != "":
		return condition.False(v1alpha1.ReasonOrganizationDeleted, fmt.Sprintf(
			"%s was deleted from Enhetsregisteret on %s. Ask the customer for its new organization number.",
			organizationTitle(v), o.DeletedOn))
	case o.Kind == v1alpha1.OrganizationSubUnit:
		return condition.False(v1alpha1.ReasonOrganizationIsSubUnit, subUnitMessage(v))
	case o.Bankrupt:
		return condition.True(v1alpha1.ReasonOrganizationRegistered, organizationTitle(v)+" is bankrupt.")
	case o.Dissolving:
		return condition.True(v1alpha1.ReasonOrganizationRegistered, organizationTitle(v)+" is being wound up.")
	default:
		return condition.True(v1alpha1.ReasonOrganizationRegistered, organizationTitle(v)+" is a main unit.")
	}
}

func subUnitMessage(v *verdict.Verdict) string {
	if v.Organization.MainUnit == "" {
		return organizationTitle(v) + " is a sub-unit, which cannot delegate. Create the CustomerIntegration again with its main unit's " +
			"number; see https://www.brreg.no."
	}
	return fmt.Sprintf("%s is a sub-unit, which cannot delegate. Create the CustomerIntegration again with the number of "+
		"its main unit, %s.", organizationTitle(v), v.Organization.MainUnit)
}

// organizationTitle names a customer: the organization's name if it is known, and its number.
func organizationTitle(v *verdict.Verdict) string {
	number := string(v.Customer.Spec.OrganizationNumber)
	if v.Organization == nil || v.Organization.Name == "" {
		return number
	}
	return v.Organization.Name + " (" + number + ")"
}
