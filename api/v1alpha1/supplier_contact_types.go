package v1alpha1

// Contact is the person or team that customers can ask.
//
// +kubebuilder:validation:MinProperties=1
type Contact struct {
	// name of a person or team, such as "4human Support".
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	Name string `json:"name,omitempty"`

	// email address.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=254
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$')",message="write an e-mail address, such as support@4human.example"
	Email string `json:"email,omitempty"`

	// phone number, as customers dial it.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?[0-9][0-9 ]*$')",message="write a phone number: digits, spaces and a leading +, such as +47 22 00 00 00"
	Phone string `json:"phone,omitempty"`
}

// GuideLink is where people find out how a customer grants access.
//
// +kubebuilder:validation:MinProperties=1
type GuideLink struct {
	// url is the address of a guide to granting access. The operator replaces {organizationNumber}, {namespace}, {name}
	// and {service} in its path and query by the customer's. Messages about customers who have to grant access link to
	// it. Default: the customer's page in the portal, if portal.url is set.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#]([A-Za-z0-9._~:/?#@!$&()*+,;=%-]|[{](organizationNumber|namespace|name|service)[}])*)?$')",message="write an https URL; its path and query may contain {organizationNumber}, {namespace}, {name} and {service}, such as https://hrm.4human.example/guide?org={organizationNumber}"
	URL string `json:"url,omitempty"`
}

// PortalLink is the address of the portal.
//
// +kubebuilder:validation:MinProperties=1
type PortalLink struct {
	// url is the portal's address without a path and trailing slash. Messages about customers who have to grant access
	// link to the customer's page there, unless guide.url is set.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$')",message="write an address without a path, such as https://portal.4human.example"
	URL string `json:"url,omitempty"`
}
