package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RegisterMode says whether the operator looks customers up in Enhetsregisteret.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Enabled;Disabled
type RegisterMode string

const (
	// RegisterEnabled looks every customer up.
	RegisterEnabled RegisterMode = "Enabled"
	// RegisterDisabled looks no customer up.
	RegisterDisabled RegisterMode = "Disabled"
)

// OrganizationKind is the kind of an organization in Enhetsregisteret.
//
// +kubebuilder:validation:MaxLength=16
type OrganizationKind string

const (
	// OrganizationMainUnit is a legal entity (hovedenhet), which can delegate in Altinn.
	OrganizationMainUnit OrganizationKind = "MainUnit"
	// OrganizationSubUnit is a place of business (underenhet) of a main unit.
	OrganizationSubUnit OrganizationKind = "SubUnit"
)

// Organization is what Enhetsregisteret has about an organization.
type Organization struct {
	// name is the registered name. It is absent if the register withholds it. That of a sole proprietorship is usually a
	// person's name.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Name string `json:"name,omitempty"`

	// kind is MainUnit or SubUnit. It is absent if the register has no organization with the number.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	Kind OrganizationKind `json:"kind,omitempty"`

	// mainUnit is the organization number of the main unit of a sub-unit.
	//
	// +optional
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=9
	MainUnit string `json:"mainUnit,omitempty"`

	// deletedOn is the date on which the organization was deleted, such as 2026-05-31.
	//
	// +optional
	// +kubebuilder:validation:MinLength=10
	// +kubebuilder:validation:MaxLength=10
	DeletedOn string `json:"deletedOn,omitempty"`

	// bankrupt is true if the organization is bankrupt.
	//
	// +optional
	Bankrupt bool `json:"bankrupt,omitempty"` //nolint:kubeapilinter // The register has a flag, too.

	// dissolving is true if the organization is being wound up.
	//
	// +optional
	Dissolving bool `json:"dissolving,omitempty"` //nolint:kubeapilinter // The register has flags, too.

	// checkedTime is when the organization was last looked up. An outage of the register does not change it.
	//
	// +required
	CheckedTime metav1.Time `json:"checkedTime,omitzero"` //nolint:kubeapilinter // A time is written as a string: it has no zero value that is valid.
}
