package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OrganizationNumber is a number in Enhetsregisteret, the Norwegian register of legal entities: nine digits, the last
// of which is a check digit: modulus 11 with the weights 3 2 7 6 5 4 3 2 (brreg.no, "Organisasjonsnummeret").
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="type(self) != string || self.matches('^[0-9]{9}$')",messageExpression="self.matches(r'[\\s\\pZ]') ? 'write the number without spaces: nine digits in quotes, such as \"310330701\"' : self.matches('[^0-9]') ? 'write digits only: nine digits in quotes, such as \"310330701\"' : size(self) < 9 ? 'an organization number has 9 digits; this one has fewer' : 'an organization number has 9 digits; this one has more'",message="write nine digits in quotes, such as \"310330701\""
// +kubebuilder:validation:XValidation:rule="type(self) != string || !self.matches('^[0-9]{9}$') || (3*int(self.substring(0,1)) + 2*int(self.substring(1,2)) + 7*int(self.substring(2,3)) + 6*int(self.substring(3,4)) + 5*int(self.substring(4,5)) + 4*int(self.substring(5,6)) + 3*int(self.substring(6,7)) + 2*int(self.substring(7,8)) + int(self.substring(8,9))) % 11 == 0",message="the check digit is wrong: a digit is mistyped or two are swapped; look the number up at https://www.brreg.no"
type OrganizationNumber string

// CronExpression is a schedule: five cron fields, in the time of Oslo. The operator parses it further; see package
// schedule.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=128
// +kubebuilder:validation:XValidation:rule="size(self) == 0 || self.matches(r'^\\s*[^\\s@]\\S*(\\s+\\S+){4}\\s*$')",message="write five cron fields in quotes: minute, hour, day, month and weekday, such as \"H * * * *\"; macros and time zones are not supported"
// +kubebuilder:validation:XValidation:rule="!self.matches(r'(?i)^\\s*\\S+\\s+\\S+\\s+((30|31|30[-,]31)\\s+(0?2|feb)|31\\s+(0?[2469]|11|feb|apr|jun|sep|nov)(,(0?[2469]|11|feb|apr|jun|sep|nov))*)\\s+[*]\\s*$')",message="the schedule never runs, because its months have no such day; write one that they have, such as \"H H 28 2 *\""
type CronExpression string

// Environment is the environment of Maskinporten, Altinn and NAV. Delegations in one do not exist in the other.
//
// +kubebuilder:validation:Enum=Production;Test
type Environment string

const (
	// EnvironmentProduction is maskinporten.no and altinn.no.
	EnvironmentProduction Environment = "Production"
	// EnvironmentTest is test.maskinporten.no and tt02.altinn.no.
	EnvironmentTest Environment = "Test"
)

// DefaultSupplierName is the name of the Supplier of CustomerIntegrations without a supplierRef.
const DefaultSupplierName = "default"

// GetConditions returns the status conditions.
func (in *CustomerIntegration) GetConditions() []metav1.Condition { return in.Status.Conditions }

// GetConditions returns the status conditions.
func (in *Supplier) GetConditions() []metav1.Condition { return in.Status.Conditions }

// Service returns what the spec lists of a service, the zero value if it does not list it.
func (in *CustomerIntegrationSpec) Service(name ServiceName) CustomerService {
	for i := range in.Services {
		if in.Services[i].Name == name {
			return in.Services[i]
		}
	}
	return CustomerService{}
}

// Service returns what the status reports of a service, the zero value if it does not report it.
func (in *CustomerIntegrationStatus) Service(name ServiceName) CustomerServiceStatus {
	for i := range in.Services {
		if in.Services[i].Name == name {
			return in.Services[i]
		}
	}
	return CustomerServiceStatus{}
}

// Service returns what the status reports of a service, the zero value if it does not report it.
func (in *SupplierStatus) Service(name ServiceName) OfferedServiceStatus {
	for i := range in.Services {
		if in.Services[i].Name == name {
			return in.Services[i]
		}
	}
	return OfferedServiceStatus{}
}
