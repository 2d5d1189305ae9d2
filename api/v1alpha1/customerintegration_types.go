package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// CustomerIntegrationSpec is the desired state of a CustomerIntegration.
//
// +kubebuilder:validation:XValidation:rule="has(self.hrm) || (has(self.sync) && self.sync == 'Disabled') || !self.services.exists(s, s.name in ['DialogueMeetingLetters', 'FollowUpPlans', 'NAVFollowUpPlans', 'SettlementReports', 'SickNotes', 'SickPayApplications'])",message="hrm is required for built-in services unless sync is Disabled"
// +kubebuilder:validation:XValidation:rule="!has(self.access) || self.access.through != self.organizationNumber",fieldPath=".access.through",message="through is the organization number of an agent, such as an accountant; remove spec.access if the customer grants access itself"
// +kubebuilder:validation:XValidation:rule="!has(self.access) || self.services.all(s, s.name == 'FollowUpPlans' || has(s.units))",fieldPath=".services",message="an agent's token opens the data of all its clients; with access.through, write units for each service except FollowUpPlans, such as {name: SickNotes, units: [\"315587336\"]}"
// +kubebuilder:validation:XValidation:rule="(has(self.supplierRef) ? self.supplierRef.name : 'default') == (has(oldSelf.supplierRef) ? oldSelf.supplierRef.name : 'default')",message="supplierRef is immutable; delete this CustomerIntegration and create one for the other Supplier"
type CustomerIntegrationSpec struct {
	// supplierRef names the Supplier that the customer grants access to. Default: the Supplier "default". Immutable.
	//
	// +optional
	SupplierRef SupplierReference `json:"supplierRef,omitzero"`

	// organizationNumber is the customer's organization number in Enhetsregisteret: nine digits, in quotes. It is the
	// number of the main unit (hovedenhet), not of a sub-unit. Immutable.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="organizationNumber is immutable; delete this CustomerIntegration and create one for the other customer"
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == string",messageExpression="'write the number in quotes: organizationNumber: \"' + string(self) + '\"'",message="write the number in quotes"
	OrganizationNumber OrganizationNumber `json:"organizationNumber,omitempty"`

	// access names the agent through which the customer grants access. Default: the customer grants it itself.
	//
	// +optional
	Access CustomerAccess `json:"access,omitzero"`

	// services lists the services of this customer. Services that are not listed do not sync.
	//
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="size(self) > 0",message="at least one service is required, such as {name: FollowUpPlans}"
	Services []CustomerService `json:"services,omitempty"`

	// hrm is the connection to the customer's HRM system. It is required for built-in services, and for custom services
	// whose job.secret is PerCustomer, unless sync is Disabled.
	//
	// +optional
	HRM HRMConnection `json:"hrm,omitzero"`

	// sync is Enabled, or Disabled to verify and report access only. Default: Enabled.
	//
	// +optional
	Sync SyncMode `json:"sync,omitempty"`

	// suspend stops verification and sync for this customer while it is true. Default: false.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// CustomerAccess names the agent through which a customer grants access.
type CustomerAccess struct {
	// through is the organization number of an agent that has access for the customer in Altinn, such as its accountant,
	// its group's parent company, or the organisasjonsledd of a municipality: nine digits, in quotes. The agent approves
	// one agent system user for all its clients, and adds the customer to it as a client. The Supplier's systemUser.agents
	// must be Enabled. API delegations, such as that of FollowUpPlans, cannot be given through an agent: the customer
	// delegates them itself. If through is changed, access is verified anew, and jobs stop until then.
	//
	// +required
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == string",messageExpression="'write the number in quotes: through: \"' + string(self) + '\"'",message="write the number in quotes"
	Through OrganizationNumber `json:"through,omitempty"`
}

// CustomerService is one service of one customer.
//
// +kubebuilder:validation:XValidation:rule="!has(self.startDate) || self.name != 'FollowUpPlans'",fieldPath=".startDate",message="startDate is not allowed for FollowUpPlans, which fetches nothing"
// +kubebuilder:validation:XValidation:rule="!has(self.units) || self.name != 'FollowUpPlans'",fieldPath=".units",message="units is not allowed for FollowUpPlans, which fetches nothing"
type CustomerService struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// schedule of the service's jobs for this customer, in place of the Supplier's: five cron fields in the time of Oslo.
	// H in minute or hour is a fixed value for this customer; H/n is every n from such a value.
	//
	// +optional
	Schedule CronExpression `json:"schedule,omitempty"`

	// startDate is the first day, in quotes, from which documents are fetched. Earlier documents are not fetched. The jobs
	// of custom services decide what it means for them. Default: all documents. It is not allowed for FollowUpPlans.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="!format.date().validate(self).hasValue()",message="startDate must be a date in quotes, such as \"2026-06-15\""
	StartDate string `json:"startDate,omitempty"`

	// units lists the customer's sub-units (underenheter) whose documents are fetched, by their organization numbers: nine
	// digits, in quotes. The jobs of custom services decide what it means for them. It is required with access.through,
	// because a token through an agent opens the data of all clients of the agent. Default: those that the HRM system
	// lists. It is not allowed for FollowUpPlans.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Units []OrganizationNumber `json:"units,omitempty"`
}

// SyncMode says whether a customer's data is synchronized.
//
// +kubebuilder:validation:Enum=Enabled;Disabled
type SyncMode string

const (
	// SyncEnabled runs sync jobs while the customer has granted access.
	SyncEnabled SyncMode = "Enabled"
	// SyncDisabled verifies and reports access, and runs no jobs.
	SyncDisabled SyncMode = "Disabled"
)

// HRMConnection is the connection to a customer's HRM system.
type HRMConnection struct {
	// endpoint is the base URL of the integration API of the customer's HRM system. Its host must be one of the Supplier's
	// hrm.allowedHosts. http is for simulators: the Supplier's environment must be Test, and its allowedHosts must have
	// the host with http://.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$')",message="endpoint must be a URL without user, query and fragment, such as https://tiger.hrm.4human.example/integration"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https?://[^/:]+:[0-9]{1,5}(/|$)') || self.matches('^https?://[^/:]+:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(/|$)')",message="the port must be a number from 1 to 65535, such as https://tiger.hrm.4human.example:8443"
	Endpoint string `json:"endpoint,omitempty"`

	// credentialsSecretRef names a Secret in the customer's namespace. Its key "token" has the bearer token for the HRM
	// system. Its optional key "ca.crt" has the certificates of a private authority, in PEM, that verify the HRM system's
	// certificate. Default: public authorities. Its optional key "organizationNumber" names the one customer who may use
	// the Secret.
	//
	// +required
	CredentialsSecretRef LocalSecretReference `json:"credentialsSecretRef,omitzero"`
}

// HRMTokenKey is the key, in a Secret of HRM credentials, of the bearer token.
const HRMTokenKey = "token"

// HRMCAKey is the key, in a Secret of HRM credentials, of the certificates of a private authority that verify the HRM
// system's certificate, in PEM.
const HRMCAKey = "ca.crt"

// HRMOwnerKey is the key, in a Secret of HRM credentials, of the organization number of the one customer who may use
// it.
const HRMOwnerKey = "organizationNumber"

// LocalSecretReference names a Secret in a customer namespace.
type LocalSecretReference struct {
	// name of the Secret.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="write the name of a Secret without its namespace: lower-case letters, digits, hyphens and dots, such as tiger-hrm"
	Name string `json:"name,omitempty"`
}

// SupplierReference names a Supplier.
type SupplierReference struct {
	// name of the Supplier.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="write the name of a Supplier: lower-case letters, digits and hyphens, such as default"
	Name string `json:"name,omitempty"`
}

// AccessKind is the kind of access that a customer grants to a service.
//
// +kubebuilder:validation:Enum=APIDelegation;SystemUser
type AccessKind string

const (
	// AccessAPIDelegation is an API delegation in Altinn, verified by a Maskinporten token on behalf of the customer.
	AccessAPIDelegation AccessKind = "APIDelegation"
	// AccessSystemUser is a system user in Altinn that the customer has approved.
	AccessSystemUser AccessKind = "SystemUser"
)

// AuthorizationState is the last verified state of a customer's access to a service.
//
// +kubebuilder:validation:Enum=Granted;NotGranted;AwaitingApproval;Rejected;Withdrawn;Unknown
type AuthorizationState string

const (
	// AuthorizationGranted means that the customer has granted access. Only a response that denies access ends this state.
	AuthorizationGranted AuthorizationState = "Granted"
	// AuthorizationNotGranted means that the customer has not granted access.
	AuthorizationNotGranted AuthorizationState = "NotGranted"
	// AuthorizationAwaitingApproval means that the customer has not answered the request for a system user.
	AuthorizationAwaitingApproval AuthorizationState = "AwaitingApproval"
	// AuthorizationRejected means that the customer has rejected the request for a system user. The operator sends another
	// only if requested by annotation.
	AuthorizationRejected AuthorizationState = "Rejected"
	// AuthorizationWithdrawn means that the customer has withdrawn access.
	AuthorizationWithdrawn AuthorizationState = "Withdrawn"
	// AuthorizationUnknown means that there has been no response.
	AuthorizationUnknown AuthorizationState = "Unknown"
)

// CustomerIntegrationStatus is the observed state of a CustomerIntegration.
//
// +kubebuilder:validation:MinProperties=1
type CustomerIntegrationStatus struct {
	// observedGeneration is the generation of the spec that this status is about.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastHandledReconcileAt is the last value of the annotation reconcile.fluxcd.io/requestedAt for which access was
	// verified.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`

	// pendingReconcileAt is a value of the annotation reconcile.fluxcd.io/requestedAt for which access has not been
	// verified yet. It is kept if the annotation is removed. It is absent if no verification is pending.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PendingReconcileAt string `json:"pendingReconcileAt,omitempty"`

	// turn is who has to act next, by the reason of Ready, and since when. It is absent if no person has to act.
	//
	// +optional
	Turn Turn `json:"turn,omitzero"`

	// lastHandledAskCustomerAgain is the last value of the annotation integrations.4human.no/ask-customer-again that was
	// handled: the customer has another request, or needed none.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledAskCustomerAgain string `json:"lastHandledAskCustomerAgain,omitempty"`

	// pendingAskCustomerAgain is a value of the annotation integrations.4human.no/ask-customer-again that was not handled
	// yet. It is kept if the annotation is removed.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PendingAskCustomerAgain string `json:"pendingAskCustomerAgain,omitempty"`

	// lastSyncTime is the oldest of the services' last successes. Services without a success do not count.
	//
	// +optional
	LastSyncTime *metav1.Time `json:"lastSyncTime,omitempty"`

	// organization is what Enhetsregisteret has about the organization. It is absent before the first look-up, and if the
	// Supplier's register is Disabled.
	//
	// +optional
	Organization *Organization `json:"organization,omitempty"`

	// conditions are Ready, DelegationVerified, SyncHealthy, OrganizationRegistered once the organization was looked up,
	// and Reconciling or Stalled while they are True.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// authority is the environment and supplier for which access was verified. Access for one is not access for another.
	//
	// +optional
	Authority Authority `json:"authority,omitzero"`

	// services has the last verified state of each listed service.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Services []CustomerServiceStatus `json:"services,omitempty"`
}

// Turn names who has to act next.
type Turn struct {
	// actor who has to act: Customer is the customer's administrator in Altinn, Supplier is the supplier's staff who talk
	// to customers and run the HRM system, and PlatformTeam runs the operator.
	//
	// +required
	Actor Actor `json:"actor,omitempty"`

	// since is when it became the actor's turn.
	//
	// +required
	Since metav1.Time `json:"since,omitzero"` //nolint:kubeapilinter // As finishedTime of SyncRun.
}

// Actor is who has to act.
//
// +kubebuilder:validation:Enum=Customer;PlatformTeam;Supplier;NAV;Digdir
type Actor string

const (
	// ActorCustomer delegates and approves in Altinn.
	ActorCustomer Actor = "Customer"
	// ActorPlatformTeam runs the operator and keeps the manifests.
	ActorPlatformTeam Actor = "PlatformTeam"
	// ActorSupplier talks to customers and runs the HRM system.
	ActorSupplier Actor = "Supplier"
	// ActorNAV owns the scopes, and the APIs that data is exchanged with.
	ActorNAV Actor = "NAV"
	// ActorDigdir runs Maskinporten and Altinn.
	ActorDigdir Actor = "Digdir"
)

// Authority identifies the Maskinporten and the supplier of a verification.
//
// +kubebuilder:validation:MinProperties=1
type Authority struct {
	// issuer is the issuer identifier of the Maskinporten.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Issuer string `json:"issuer,omitempty"`

	// supplierOrganizationNumber is the organization number of the supplier.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	SupplierOrganizationNumber string `json:"supplierOrganizationNumber,omitempty"`
}

// CustomerServiceStatus is the observed state of one service of a customer.
type CustomerServiceStatus struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// authorization is the customer's access.
	//
	// +optional
	Authorization Authorization `json:"authorization,omitzero"`

	// sync is the state of the service's jobs.
	//
	// +optional
	Sync ServiceSync `json:"sync,omitzero"`

	// duplicateOf is the older CustomerIntegration with the same organization and service in the same environment. Only
	// the older one runs sync jobs.
	//
	// +optional
	DuplicateOf CustomerReference `json:"duplicateOf,omitzero"`
}

// CustomerReference names a CustomerIntegration.
type CustomerReference struct {
	// namespace of the CustomerIntegration.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// name of the CustomerIntegration.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`
}

// Authorization is the last verified state of a customer's access to one service.
type Authorization struct {
	// kind of access that the service needs.
	//
	// +required
	Kind AccessKind `json:"kind,omitempty"`

	// access identifies the access to a custom service that the state is about: its scope, and for a system user a hash
	// of its resources and access packages. If the Supplier declares another one, that is verified before jobs run again.
	// It is absent for built-in services.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=320
	Access string `json:"access,omitempty"`

	// state of the access. Outages do not change it.
	//
	// +required
	State AuthorizationState `json:"state,omitempty"`

	// through is the organization number of the agent by whose system user the access was verified. It is absent if the
	// customer grants access itself.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Through string `json:"through,omitempty"`

	// reason of the state: a reason of the condition DelegationVerified.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// since is when the state last changed.
	//
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// lastVerifiedTime is when Maskinporten or Altinn last responded for this customer and service.
	//
	// +optional
	LastVerifiedTime *metav1.Time `json:"lastVerifiedTime,omitempty"`

	// lastRejectedTime is when Maskinporten last rejected a request about this customer while it returned a token for
	// another one, a few seconds before or after. The access stays as last verified. It is absent once the access is
	// verified again.
	//
	// +optional
	LastRejectedTime *metav1.Time `json:"lastRejectedTime,omitempty"`

	// confirmURL is where an administrator of the customer approves the requested system user, or the change of its
	// rights. It is absent if no request is pending.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	ConfirmURL string `json:"confirmURL,omitempty"`

	// requestID is Altinn's id of the last request to the customer.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	RequestID string `json:"requestID,omitempty"`

	// requestKind is the kind of the last request: a system user, or a change of its rights.
	//
	// +optional
	RequestKind AccessRequestKind `json:"requestKind,omitempty"`

	// externalRef identifies the system user in requests to Altinn and Maskinporten. It is the organization number, with
	// -own after it if an agent system user has that, or an agent's number with -clients after it. A system user that the
	// customer already had keeps its own.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ExternalRef string `json:"externalRef,omitempty"`

	// escalated means that the request awaits an access manager (Tilgangsstyrer) of the customer, because a user who may
	// not approve it has forwarded it in Altinn.
	//
	// +optional
	Escalated bool `json:"escalated,omitempty"`

	// hasAgentSystemUser means that the customer has an agent system user of the system in Altinn. It acts for the
	// customer's clients only, so the customer's own is awaited.
	//
	// +optional
	HasAgentSystemUser bool `json:"hasAgentSystemUser,omitempty"`

	// askedAgainFor is a hash of the value of the annotation integrations.4human.no/ask-customer-again for which the
	// customer was last sent another request. Each value causes at most one.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	AskedAgainFor string `json:"askedAgainFor,omitempty"`
}

// AccessRequestKind is the kind of a request to a customer.
//
// +kubebuilder:validation:Enum=SystemUser;ChangeOfRights
type AccessRequestKind string

const (
	// AccessRequestSystemUser requests a system user.
	AccessRequestSystemUser AccessRequestKind = "SystemUser"
	// AccessRequestChange requests more rights for an existing system user.
	AccessRequestChange AccessRequestKind = "ChangeOfRights"
)

// CustomerIntegration is one customer for whom the supplier exchanges data with NAV.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=cint,categories=integrations
// +kubebuilder:selectablefield:JSONPath=`.spec.organizationNumber`
// +kubebuilder:selectablefield:JSONPath=`.spec.supplierRef.name`
// +kubebuilder:selectablefield:JSONPath=`.spec.suspend`
// +kubebuilder:selectablefield:JSONPath=`.status.turn.actor`
// +kubebuilder:printcolumn:name="Org",type=string,JSONPath=`.spec.organizationNumber`,description="The customer's organization number"
// +kubebuilder:printcolumn:name="Access",type=string,JSONPath=`.status.conditions[?(@.type=="DelegationVerified")].status`,description="Whether the customer has granted access to every listed service"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why the integration is ready, or why not"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the integration works"
// +kubebuilder:printcolumn:name="Turn",type=string,JSONPath=`.status.turn.actor`,description="Who has to act next"
// +kubebuilder:printcolumn:name="Since",type=date,JSONPath=`.status.turn.since`,description="How long it has been that party's turn"
// +kubebuilder:printcolumn:name="Sync",type=string,JSONPath=`.status.conditions[?(@.type=="SyncHealthy")].reason`,description="How the last run ended, or why none runs"
// +kubebuilder:printcolumn:name="Last Sync",type=date,JSONPath=`.status.lastSyncTime`,description="Time since the last successful run of the service for which that is longest ago"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since creation"
// +kubebuilder:printcolumn:name="Verified",type=date,priority=1,JSONPath=`.status.services[*].authorization.lastVerifiedTime`,description="Time since access to the first service was last verified"
// +kubebuilder:printcolumn:name="Organization",type=string,priority=1,JSONPath=`.status.organization.name`,description="The name of the organization in Enhetsregisteret"
// +kubebuilder:printcolumn:name="Supplier",type=string,priority=1,JSONPath=`.spec.supplierRef.name`,description="The Supplier, if it is not the default one"
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong, and the next action"
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be a DNS label: at most 63 lower-case letters, digits and hyphens, no dot"
type CustomerIntegration struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the desired state.
	//
	// +required
	Spec CustomerIntegrationSpec `json:"spec,omitzero"`

	// status is the observed state.
	//
	// +optional
	Status CustomerIntegrationStatus `json:"status,omitzero"`
}

// SupplierName returns the name of the customer's Supplier.
func (in *CustomerIntegration) SupplierName() string {
	if in.Spec.SupplierRef.Name == "" {
		return DefaultSupplierName
	}
	return in.Spec.SupplierRef.Name
}

// Agent returns the organization number of the agent through which the customer grants access by system user, "" if it
// grants access itself.
func (in *CustomerIntegration) Agent() string { return string(in.Spec.Access.Through) }

// Syncs reports whether the spec enables sync.
func (in *CustomerIntegration) Syncs() bool { return in.Spec.Sync != SyncDisabled }

// CustomerIntegrationList is a list of CustomerIntegrations.
//
// +kubebuilder:object:root=true
type CustomerIntegrationList struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard list metadata.
	metav1.ListMeta `json:"metadata,omitempty"`

	// items are the CustomerIntegrations.
	Items []CustomerIntegration `json:"items"`
}
