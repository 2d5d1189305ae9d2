package v1alpha1

// Endpoints replaces endpoints of the Test environment.
//
// +kubebuilder:validation:MinProperties=1
type Endpoints struct {
	// maskinporten is the issuer identifier of Maskinporten, with its trailing slash: the aud of grants and the iss of
	// tokens. The other endpoints are read from its metadata document. http is allowed, for a simulator in the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?/([A-Za-z0-9._/-]*/)?$')",message="write a URL that ends with a slash, such as http://simulator.simulator.svc/"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://simulator.simulator.svc:8080/"
	Maskinporten string `json:"maskinporten,omitempty"`

	// altinn is the base URL of Altinn's platform, without a trailing slash. http is allowed, for a simulator in the
	// cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://altinn.simulator.svc"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://altinn.simulator.svc:8080"
	Altinn string `json:"altinn,omitempty"`

	// navFollowUpPlans is the base URL of NAV's API for follow-up plans, without a trailing slash. http is allowed, for a
	// simulator in the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://nav.simulator.svc"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://nav.simulator.svc:8080"
	NAVFollowUpPlans string `json:"navFollowUpPlans,omitempty"`

	// navSickPay is the base URL of NAV's API for sick notes and applications for sick pay, without a trailing slash. http
	// is allowed, for a simulator in the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://nav-sick-pay.simulator.svc"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://nav-sick-pay.simulator.svc:8080"
	NAVSickPay string `json:"navSickPay,omitempty"`

	// navLetters is the base URL of NAV's API for documents that NAV sends employers, without a trailing slash. http is
	// allowed, for a simulator in the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://nav-letters.simulator.svc"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://nav-letters.simulator.svc:8080"
	NAVLetters string `json:"navLetters,omitempty"`

	// navSettlementReports is the base URL of NAV's API for settlement reports, without a trailing slash. http is allowed,
	// for a simulator in the cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://nav-settlement-reports.simulator.svc"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as http://nav-settlement-reports.simulator.svc:8080"
	NAVSettlementReports string `json:"navSettlementReports,omitempty"`

	// register is the base URL of Enhetsregisteret, without a trailing slash. http is allowed, for a simulator in the
	// cluster.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._-]+)*$')",message="write a URL without a trailing slash, such as http://register.simulator.svc/enhetsregisteret/api"
	Register string `json:"register,omitempty"`
}
