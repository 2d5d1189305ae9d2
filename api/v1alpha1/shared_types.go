package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OrganizationNumber is a number of Enhetsregisteret, the Norwegian register of legal entities: nine digits,
// the last of which is a check digit. The rules are two, so that each mistake has one message of its own: the
// first looks at the form, the second at the check digit and only when the form is right. A number written
// without quotes never reaches them: the API server refuses an integer by its type.
//
// The check is modulus 11 with the weights 3 2 7 6 5 4 3 2 and 1 for the check digit itself
// (brreg.no, "Organisasjonsnummeret").
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{9}$')",messageExpression="self.matches(r'[\\s\\pZ]') ? 'write an organization number without spaces: nine digits in quotes, such as \"310330701\"' : self.matches('[^0-9]') ? 'an organization number has digits only: nine of them in quotes, such as \"310330701\"' : size(self) < 9 ? 'an organization number has 9 digits, this has fewer' : 'an organization number has 9 digits, this has more'",message="an organization number is nine digits in quotes, such as \"310330701\""
// +kubebuilder:validation:XValidation:rule="!self.matches('^[0-9]{9}$') || (3*int(self.substring(0,1)) + 2*int(self.substring(1,2)) + 7*int(self.substring(2,3)) + 6*int(self.substring(3,4)) + 5*int(self.substring(4,5)) + 4*int(self.substring(5,6)) + 3*int(self.substring(6,7)) + 2*int(self.substring(7,8)) + int(self.substring(8,9))) % 11 == 0",message="the check digit (the last of the nine) does not fit the others: a digit is mistyped or two have changed places; look the number up at https://www.brreg.no"
type OrganizationNumber string

// ServiceName names one flow of data between NAV and a customer's HRM solution.
//
// +kubebuilder:validation:Enum=FollowUpPlans;SickNotes;SickPayApplications
type ServiceName string

const (
	// ServiceFollowUpPlans sends follow-up plans (oppfølgingsplaner) to NAV. The customer gives access by
	// delegating the API "Innsending av oppfølgingsplaner til NAV via leverandør" in Altinn.
	ServiceFollowUpPlans ServiceName = "FollowUpPlans"
	// ServiceSickNotes fetches sick notes (sykmeldinger) from NAV. The customer gives access by approving a
	// system user in Altinn.
	ServiceSickNotes ServiceName = "SickNotes"
	// ServiceSickPayApplications fetches applications for sick pay (sykepengesøknader) from NAV. The customer gives access
	// by approving the same system user, with one right more.
	ServiceSickPayApplications ServiceName = "SickPayApplications"
)

// Environment is the environment of Maskinporten, Altinn and NAV that is asked. Delegations made in one mean
// nothing in the other.
//
// +kubebuilder:validation:Enum=Production;Test
type Environment string

const (
	// EnvironmentProduction is maskinporten.no and altinn.no.
	EnvironmentProduction Environment = "Production"
	// EnvironmentTest is test.maskinporten.no and tt02.altinn.no.
	EnvironmentTest Environment = "Test"
)

// DefaultSupplierName is the Supplier that a CustomerIntegration without a supplierRef belongs to.
const DefaultSupplierName = "default"

// GetConditions gives the status conditions.
func (in *CustomerIntegration) GetConditions() []metav1.Condition { return in.Status.Conditions }

// GetConditions gives the status conditions.
func (in *Supplier) GetConditions() []metav1.Condition { return in.Status.Conditions }
