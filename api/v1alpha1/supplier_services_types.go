package v1alpha1

// ServiceName is the name of one flow of data between an authority's API and a customer's HRM system. A Supplier's
// services with the names below are built in; the Supplier declares every other service itself.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z][A-Za-z0-9]{0,39}$')",messageExpression="self.matches('^[a-z][A-Za-z0-9]{0,39}$') ? 'names of services begin with a capital letter: write ' + self.substring(0, 1).upperAscii() + self.substring(1) : 'write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as FollowUpPlans'",message="write the name of a service: a capital letter, then letters and digits, at most 40 characters, such as FollowUpPlans"
type ServiceName string

const (
	// ServiceFollowUpPlans sends follow-up plans (oppfølgingsplaner) to NAV. To grant access, the customer delegates the
	// API "Innsending av oppfølgingsplaner til NAV via leverandør" in Altinn.
	ServiceFollowUpPlans ServiceName = "FollowUpPlans"
	// ServiceSickNotes fetches sick notes (sykmeldinger) from NAV. To grant access, the customer approves a system user in
	// Altinn.
	ServiceSickNotes ServiceName = "SickNotes"
	// ServiceSickPayApplications fetches applications for sick pay (sykepengesøknader) from NAV. To grant access, the
	// customer approves the same system user, with one more right.
	ServiceSickPayApplications ServiceName = "SickPayApplications"
	// ServiceDialogueMeetingLetters fetches NAV's letters to the employer about dialogue meetings (dialogmøter). To grant
	// access, the customer approves the same system user, with one more right.
	ServiceDialogueMeetingLetters ServiceName = "DialogueMeetingLetters"
	// ServiceNAVFollowUpPlans fetches follow-up plans that were made in NAV's own tool. To grant access, the customer
	// approves the same system user, with one more right.
	ServiceNAVFollowUpPlans ServiceName = "NAVFollowUpPlans"
	// ServiceSettlementReports fetches NAV's settlement reports (oppgjørsrapporter): refunds of sick pay, and deductions.
	// To grant access, the customer approves the same system user, with three more rights.
	ServiceSettlementReports ServiceName = "SettlementReports"
)

// OfferedService is a service that the supplier offers: a built-in one, or one that is declared here.
//
// +kubebuilder:validation:XValidation:rule="has(self.custom) || self.name in ['DialogueMeetingLetters', 'FollowUpPlans', 'NAVFollowUpPlans', 'SettlementReports', 'SickNotes', 'SickPayApplications']",fieldPath=".name",message="no such service is built in: write DialogueMeetingLetters, FollowUpPlans, NAVFollowUpPlans, SettlementReports, SickNotes or SickPayApplications, or declare a service of your own in custom"
// +kubebuilder:validation:XValidation:rule="!has(self.custom) || !(self.name in ['DialogueMeetingLetters', 'FollowUpPlans', 'NAVFollowUpPlans', 'SettlementReports', 'SickNotes', 'SickPayApplications'])",fieldPath=".custom",message="DialogueMeetingLetters, FollowUpPlans, NAVFollowUpPlans, SettlementReports, SickNotes and SickPayApplications are built in, so custom is not allowed for them; rename your service"
// +kubebuilder:validation:XValidation:rule="!has(self.custom) || !has(self.schedule)",fieldPath=".schedule",message="write the schedule of a service of your own in custom.schedule only"
type OfferedService struct {
	// name of the service: a built-in one (DialogueMeetingLetters, FollowUpPlans, NAVFollowUpPlans, SettlementReports,
	// SickNotes, SickPayApplications), or with custom any other name of a capital letter, then letters and digits, at most
	// 40 characters.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// schedule of a built-in service's jobs: five cron fields in the time of Oslo. H in minute or hour is a fixed
	// value for each customer, so that not all run at once; H/n is every n from such a value. Default: "H * * * *" for
	// FollowUpPlans, "H H/4 * * *" for the others.
	//
	// +optional
	Schedule CronExpression `json:"schedule,omitempty"`

	// custom declares a service of your own: an API that customers grant access to in Altinn, and the job that uses it.
	// Default: the service is built in.
	//
	// +optional
	Custom *CustomService `json:"custom,omitempty"` //nolint:kubeapilinter // A pointer tells a declaration that lacks all from none.
}

// CustomService declares a service: the access that customers grant, and the job that uses the access.
type CustomService struct {
	// title of the service in Norwegian. For an API delegation it is the API's name, as customers find it in Altinn. For a
	// system user it is the name of the data, in lower case, such as oppgjørsrapporter.
	//
	// +required
	Title ServiceTitle `json:"title,omitempty"`

	// titleEn is the title for texts in English. Default: title.
	//
	// +optional
	TitleEn ServiceTitle `json:"titleEn,omitempty"`

	// access is what a customer grants. If it is changed, every customer's access is verified again, and its jobs stop
	// until that succeeds.
	//
	// +required
	Access ServiceAccess `json:"access,omitzero"`

	// schedule of the service's jobs: five cron fields in the time of Oslo. H in minute or hour is a fixed value for each
	// customer, so that not all run at once; H/n is every n from such a value.
	//
	// +required
	Schedule CronExpression `json:"schedule,omitempty"`

	// job is what runs for each customer.
	//
	// +required
	Job CustomJob `json:"job,omitzero"`
}

// ServiceTitle names a service for people.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=180
// +kubebuilder:validation:XValidation:rule="self.matches(r'^[^\\s\\pC]([^\\pC]*[^\\s\\pC])?$')",message="write the title on one line, without spaces around it"
type ServiceTitle string

// ServiceAccess is the access that a service needs: an API delegation or a system user.
//
// +kubebuilder:validation:XValidation:rule="has(self.apiDelegation) != has(self.systemUser)",message="write apiDelegation or systemUser, and only one of them, such as apiDelegation: {scope: \"kartverk:nrl.rapportering\"}"
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=2
type ServiceAccess struct {
	// apiDelegation is an API that customers delegate to the supplier in Altinn.
	//
	// +optional
	APIDelegation APIDelegation `json:"apiDelegation,omitzero"`

	// systemUser is what a user of the supplier's system needs. Customers approve the user in Altinn. spec.systemUser is
	// required for it.
	//
	// +optional
	SystemUser SystemUserRights `json:"systemUser,omitzero"`
}

// APIDelegation is an API that customers delegate.
type APIDelegation struct {
	// scope of the API in Maskinporten. It must be registered on the supplier's client.
	//
	// +required
	Scope Scope `json:"scope,omitempty"`
}

// SystemUserRights is what a system user needs for a service.
//
// +kubebuilder:validation:XValidation:rule="has(self.resources) || has(self.accessPackages)",message="write the resources or accessPackages that the system user needs, such as resources: [nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver]"
type SystemUserRights struct {
	// scope of the API in Maskinporten. It must be registered on the supplier's client.
	//
	// +required
	Scope Scope `json:"scope,omitempty"`

	// resources are the ids of the resources in Altinn that the system user needs the right to. They must be registered
	// for the system.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Resources []ResourceID `json:"resources,omitempty"`

	// accessPackages are the URNs of the access packages that the system user needs, such as
	// urn:altinn:accesspackage:a-ordning. They must be registered for the system.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	AccessPackages []AccessPackage `json:"accessPackages,omitempty"`
}

// Scope is a scope of Maskinporten. Those of Altinn's authentication and access management are the operator's, so no
// job gets tokens with them.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=255
// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9][a-z0-9_.-]*:[A-Za-z0-9][A-Za-z0-9_./:-]*$')",message="write one scope: its owner, a colon and its name, such as kartverk:nrl.rapportering"
// +kubebuilder:validation:XValidation:rule="!self.startsWith('altinn:authentication/')",message="scopes of altinn:authentication are for the operator alone; write the scope of the API that the job uses"
// +kubebuilder:validation:XValidation:rule="!self.startsWith('altinn:accessmanagement/')",message="scopes of altinn:accessmanagement are for the operator alone; write the scope of the API that the job uses"
type Scope string

// ResourceID is the id of a resource in Altinn's resource register.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=128
// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9_-]{4,}$')",message="write a resource's id in Altinn, without urn:altinn:resource:, such as nav_sykepenger_sykmelding"
type ResourceID string

// AccessPackage is the URN of an access package in Altinn.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=256
// +kubebuilder:validation:XValidation:rule="self.matches('^urn:altinn:accesspackage:[a-z0-9-]+$')",message="write an access package's URN, such as urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori"
type AccessPackage string

// CustomJob is what runs for each customer of a custom service, in a pod with the restrictions of all sync jobs.
type CustomJob struct {
	// image of the job, which follows the worker's contract.
	//
	// +required
	Image Image `json:"image,omitempty"`

	// args of the image's entry point. Default: the image's own.
	//
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=0
	// +kubebuilder:validation:items:MaxLength=1024
	Args []string `json:"args,omitempty"`

	// env are further environment variables of the job. Everyone who can read a Supplier or a CronJob can read them, so
	// they must not hold secrets.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Env []EnvVar `json:"env,omitempty"`

	// resources of each pod. Default of each amount: that of spec.sync.resources.
	//
	// +optional
	Resources SyncResources `json:"resources,omitzero"`

	// secret is PerCustomer if the pod gets the address and the credentials of the customer's HRM system (spec.hrm), and
	// None if the job does not use the HRM system. With None, customers need no spec.hrm for the service. Default:
	// PerCustomer.
	//
	// +optional
	Secret JobSecret `json:"secret,omitempty"`
}

// JobSecret says which Secret the pod of a job gets.
//
// +kubebuilder:validation:Enum=PerCustomer;None
type JobSecret string

const (
	// JobSecretPerCustomer is the customer's Secret of HRM credentials.
	JobSecretPerCustomer JobSecret = "PerCustomer"
	// JobSecretNone is no Secret, because the job does not use the HRM system.
	JobSecretNone JobSecret = "None"
)

// EnvVar is an environment variable.
type EnvVar struct {
	// name of the variable. Names that begin with INTEGRATION_ are those of the worker's contract.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z_][A-Za-z0-9_]*$')",message="write the name of an environment variable: letters, digits and underscores, such as NRL_BASE_URL"
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('INTEGRATION_')",message="names that begin with INTEGRATION_ are reserved for the operator; use another name"
	Name string `json:"name,omitempty"`

	// value of the variable. Default: empty.
	//
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=4096
	Value string `json:"value,omitempty"` //nolint:kubeapilinter // Empty and absent are one thing.
}

// Image is the name of a container image.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=512
// +kubebuilder:validation:XValidation:rule="self.matches('^([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$')",message="write an image's name, such as registry.example/integration-operator-sync:1"
type Image string
