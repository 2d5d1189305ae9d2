package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// CustomerIntegrationSpec says which customer we integrate with and what shall flow.
//
// +kubebuilder:validation:XValidation:rule="has(self.hrm) || (has(self.sync) && self.sync == 'Disabled')",message="write where the customer's HRM solution is, such as hrm: {endpoint: https://tiger.hrm.4human.example/integration}, or sync: Disabled to verify and report only"
// +kubebuilder:validation:XValidation:rule="(has(self.supplierRef) ? self.supplierRef.name : 'default') == (has(oldSelf.supplierRef) ? oldSelf.supplierRef.name : 'default')",message="supplierRef cannot be changed, for access is given to one supplier: delete this CustomerIntegration and create another"
type CustomerIntegrationSpec struct {
	// supplierRef names the Supplier that the customer gives access to. Without it: the Supplier "default".
	// It cannot be changed.
	//
	// +optional
	SupplierRef SupplierReference `json:"supplierRef,omitzero"`

	// organizationNumber is the customer's organization number in Enhetsregisteret: nine digits, in quotes. It
	// is the main unit (hovedenhet), not a sub-unit. It cannot be changed.
	//
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="organizationNumber cannot be changed, for everything known of a customer belongs to its number: delete this CustomerIntegration and create one for the other customer"
	OrganizationNumber OrganizationNumber `json:"organizationNumber,omitempty"`

	// services lists what flows for this customer. Nothing flows that is not listed here.
	//
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=0
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:XValidation:rule="size(self) > 0",message="name at least one service, such as {name: FollowUpPlans}: nothing flows that is not listed"
	Services []CustomerService `json:"services,omitempty"`

	// hrm is the customer's HRM solution, with which data is exchanged. Needed unless sync is Disabled.
	//
	// +optional
	HRM HRMConnection `json:"hrm,omitzero"`

	// sync says whether data flows: Enabled, or Disabled to verify access and report it only. Default: Enabled.
	//
	// +optional
	Sync SyncMode `json:"sync,omitempty"`

	// suspend stops everything for this customer until it is false again: nothing is asked, nothing flows.
	// Default: false.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// CustomerService is one service of one customer.
//
// +kubebuilder:validation:XValidation:rule="!has(self.startDate) || self.name in ['SickNotes', 'SickPayApplications']",fieldPath=".startDate",message="startDate may be set for SickNotes and SickPayApplications only: nothing else is fetched from NAV"
// +kubebuilder:validation:XValidation:rule="!has(self.units) || self.name in ['SickNotes', 'SickPayApplications']",fieldPath=".units",message="units may be set for SickNotes and SickPayApplications only: nothing else is fetched from NAV"
type CustomerService struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// schedule says when the service's jobs run for this customer, in place of the Supplier's schedule: five cron
	// fields in the time of Oslo. H in minute or hour stands for a fixed value of this customer's own, H/n for
	// every n from one.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Schedule string `json:"schedule,omitempty"`

	// startDate is the first day, in quotes, from which sick notes or applications for sick pay are fetched: nothing that
	// was sent to the employer before it is. Default: all that NAV has. It is for services whose access is a system user.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="!format.date().validate(self).hasValue()",message="startDate is a day of the calendar in quotes, such as \"2026-06-15\""
	StartDate string `json:"startDate,omitempty"`

	// units lists the sub-units (underenheter) of the customer that sick notes or applications for sick pay are fetched
	// for, by their organization numbers: nine digits, in quotes. Default: those that the customer's HRM solution names. It
	// is for services whose access is a system user.
	//
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Units []OrganizationNumber `json:"units,omitempty"`
}

// SyncMode says whether data flows.
//
// +kubebuilder:validation:Enum=Enabled;Disabled
type SyncMode string

const (
	// SyncEnabled lets data flow while there is access.
	SyncEnabled SyncMode = "Enabled"
	// SyncDisabled verifies access and reports it, and nothing flows.
	SyncDisabled SyncMode = "Disabled"
)

// HRMConnection is how a customer's HRM solution is reached.
type HRMConnection struct {
	// endpoint is the base URL of the integration API of the customer's HRM solution. Its host must be one of the
	// Supplier's hrm.allowedHosts, or nothing is sent there. http is for a simulator, under a Supplier of the Test
	// environment that names the host with its scheme.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$')",message="write the endpoint as a URL without user, query and fragment, such as https://tiger.hrm.4human.example/integration"
	Endpoint string `json:"endpoint,omitempty"`

	// credentialsSecretRef names a Secret in the customer's namespace. Under its key "token" is the bearer token that
	// the HRM solution takes. Under "ca.crt" may be the certificates, in PEM, of a private authority that signed the HRM
	// solution's; without it, it is one of a public authority.
	//
	// +required
	CredentialsSecretRef LocalSecretReference `json:"credentialsSecretRef,omitzero"`
}

// HRMTokenKey is the key within a Secret of HRM credentials that holds the bearer token.
const HRMTokenKey = "token"

// HRMCAKey is the key within a Secret of HRM credentials that may hold the certificates of a private authority, in PEM, by
// which the HRM solution is known.
const HRMCAKey = "ca.crt"

// LocalSecretReference names a Secret in the namespace of the object that has it, or that it is used in.
type LocalSecretReference struct {
	// name of the Secret.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// SupplierReference names a Supplier.
type SupplierReference struct {
	// name of the Supplier.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`
}

// AccessKind is the way in which a customer gives access to a service.
//
// +kubebuilder:validation:Enum=APIDelegation;SystemUser
type AccessKind string

const (
	// AccessAPIDelegation is an API delegation in Altinn, proved by a Maskinporten token on the customer's behalf.
	AccessAPIDelegation AccessKind = "APIDelegation"
	// AccessSystemUser is a system user in Altinn that the customer approved.
	AccessSystemUser AccessKind = "SystemUser"
)

// AuthorizationState is what is known of a customer's access to one service.
//
// +kubebuilder:validation:Enum=Granted;NotGranted;AwaitingApproval;Rejected;Withdrawn;Unknown
type AuthorizationState string

const (
	// AuthorizationGranted says that the access was proved. Only an answer that denies it ends this state.
	AuthorizationGranted AuthorizationState = "Granted"
	// AuthorizationNotGranted says that the access has not been given.
	AuthorizationNotGranted AuthorizationState = "NotGranted"
	// AuthorizationAwaitingApproval says that the customer has been asked for a system user, and has not answered.
	AuthorizationAwaitingApproval AuthorizationState = "AwaitingApproval"
	// AuthorizationRejected says that the customer has said no to a system user. It is not asked again unless somebody
	// requests it.
	AuthorizationRejected AuthorizationState = "Rejected"
	// AuthorizationWithdrawn says that the access had been given and was taken back.
	AuthorizationWithdrawn AuthorizationState = "Withdrawn"
	// AuthorizationUnknown says that no answer has been had.
	AuthorizationUnknown AuthorizationState = "Unknown"
)

// CustomerIntegrationStatus is what was found out.
//
// +kubebuilder:validation:MinProperties=1
type CustomerIntegrationStatus struct {
	// observedGeneration is the generation of the spec that this status speaks of.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// lastHandledReconcileAt is the value of the annotation reconcile.fluxcd.io/requestedAt that was last
	// answered by asking the authority.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`

	// pendingReconcileAt is the value of the annotation reconcile.fluxcd.io/requestedAt that has been seen and not been
	// answered yet. It is answered although the annotation is removed. It is absent if nothing is open.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PendingReconcileAt string `json:"pendingReconcileAt,omitempty"`

	// lastSyncTime is when data last flowed well: the oldest of the last successes of the services that have had one.
	//
	// +optional
	LastSyncTime *metav1.Time `json:"lastSyncTime,omitempty"`

	// conditions are Ready, DelegationVerified, SyncHealthy, and Reconciling or Stalled while they hold.
	//
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// authority is whom what follows was asked of. What a customer gave to one supplier, in one environment, says
	// nothing of another.
	//
	// +optional
	Authority Authority `json:"authority,omitzero"`

	// services tells what is known of each listed service.
	//
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Services []CustomerServiceStatus `json:"services,omitempty"`
}

// Authority is who was asked, and on whose behalf.
//
// +kubebuilder:validation:MinProperties=1
type Authority struct {
	// issuer is the issuer identifier of the Maskinporten that was asked.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Issuer string `json:"issuer,omitempty"`

	// supplierOrganizationNumber is the organization number of the supplier that asked.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	SupplierOrganizationNumber string `json:"supplierOrganizationNumber,omitempty"`
}

// CustomerServiceStatus is what is known of one service of a customer.
type CustomerServiceStatus struct {
	// name of the service.
	//
	// +required
	Name ServiceName `json:"name,omitempty"`

	// authorization is the customer's access.
	//
	// +optional
	Authorization Authorization `json:"authorization,omitzero"`

	// sync is what is known of the service's jobs.
	//
	// +optional
	Sync ServiceSync `json:"sync,omitzero"`

	// duplicateOf is the older CustomerIntegration that has the same organization and service in the same environment.
	// Data flows for that one alone.
	//
	// +optional
	DuplicateOf CustomerReference `json:"duplicateOf,omitzero"`
}

// CustomerReference names a CustomerIntegration.
type CustomerReference struct {
	// namespace it is in.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// name it has.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`
}

// ServiceSync is what is known of the jobs of one service of a customer.
//
// +kubebuilder:validation:MinProperties=1
type ServiceSync struct {
	// cronJobName is the CronJob that runs the service, in the customer's namespace.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=52
	CronJobName string `json:"cronJobName,omitempty"`

	// activeSince is since when data may flow without a break. It is absent while it may not.
	//
	// +optional
	ActiveSince *metav1.Time `json:"activeSince,omitempty"`

	// firstJobName is the Job that was made at once when access was last given. It is made once, and its name tells
	// for which transition.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	FirstJobName string `json:"firstJobName,omitempty"`

	// requestedJobName is the Job that was made because a verification was asked for, for the value that was last
	// answered. It is made once.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	RequestedJobName string `json:"requestedJobName,omitempty"`

	// lastSuccessTime is when a run last ended well.
	//
	// +optional
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`

	// failures is how many runs in a row have failed. It is absent after one that ended well. A run that reports RightMissing
	// less than five minutes after rightMissingTime is not counted.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Failures int32 `json:"failures,omitempty"`

	// sameFailures is how many runs in a row, up to the last one, have failed with its reason. It is absent after one that
	// ended well.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	SameFailures int32 `json:"sameFailures,omitempty"`

	// rightMissingTime is when the last run ended that reported RightMissing and was counted. Altinn caches rights for five
	// minutes, so runs that end sooner after it repeat the same answer. It is absent if the last run had another result.
	//
	// +optional
	RightMissingTime *metav1.Time `json:"rightMissingTime,omitempty"`

	// lastRun is the run that ended last.
	//
	// +optional
	LastRun SyncRun `json:"lastRun,omitzero"`

	// openUnknown is how many follow-up plans may or may not have reached NAV, of the last run that asked the HRM solution
	// for it. A person must find out, and settle them there. It is absent if there are none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	OpenUnknown int32 `json:"openUnknown,omitempty"`

	// openUndecided is how many follow-up plans NAV has refused for so long that a person must decide on them in the HRM
	// system, of the last run that asked the HRM system for it. It is absent if there are none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	OpenUndecided int32 `json:"openUndecided,omitempty"`
}

// SyncRun is how one run of a service ended.
type SyncRun struct {
	// outcome of the run: Succeeded or Failed.
	//
	// +required
	Outcome SyncOutcome `json:"outcome,omitempty"`

	// reason says why a run failed: what the run itself reported, or else what became of its pod. See
	// docs/reasons.md.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// finishedTime is when it ended.
	//
	// +required
	FinishedTime metav1.Time `json:"finishedTime,omitzero"` //nolint:kubeapilinter // A time is written as a string: it has no zero value that is valid.

	// jobUID is the uid of its Job, so that no run is counted twice.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	JobUID string `json:"jobUID,omitempty"`

	// rejected is how many follow-up plans NAV refused for good in the run. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Rejected int32 `json:"rejected,omitempty"`

	// refused is how many follow-up plans NAV refused for now in the run. They are offered again. It is absent if there were
	// none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Refused int32 `json:"refused,omitempty"`

	// refusedByRegisters is how many of the refused plans NAV refused as it does while its register of persons or of
	// employments is down. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	RefusedByRegisters int32 `json:"refusedByRegisters,omitempty"`

	// unknown is how many follow-up plans may or may not have reached NAV in the run. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Unknown int32 `json:"unknown,omitempty"`

	// setAside is how many documents the run did not hand over to the HRM system: a field could not be read, or the HRM
	// system refused them. The run's log names them. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	SetAside int32 `json:"setAside,omitempty"`

	// hiddenPages is how many of NAV's lists were empty in the run although later documents existed. The run looked past
	// them. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	HiddenPages int32 `json:"hiddenPages,omitempty"`
}

// SyncOutcome is how a run ended.
//
// +kubebuilder:validation:Enum=Succeeded;Failed
type SyncOutcome string

const (
	// SyncSucceeded says that the run did all that there was to do.
	SyncSucceeded SyncOutcome = "Succeeded"
	// SyncFailed says that it did not.
	SyncFailed SyncOutcome = "Failed"
)

// Authorization is what is known of a customer's access to one service.
type Authorization struct {
	// kind of access that the service needs.
	//
	// +required
	Kind AccessKind `json:"kind,omitempty"`

	// state of the access. An outage never changes it.
	//
	// +required
	State AuthorizationState `json:"state,omitempty"`

	// reason says why the state is what it is: a reason of the condition DelegationVerified.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// since is when the state became what it is.
	//
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// lastVerifiedTime is when the authority last answered for this customer and service.
	//
	// +optional
	LastVerifiedTime *metav1.Time `json:"lastVerifiedTime,omitempty"`

	// confirmURL is where an administrator of the customer approves the system user, or the change of its rights, that it
	// was asked for. It is there while that is waited for.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	ConfirmURL string `json:"confirmURL,omitempty"`

	// requestID is Altinn's id of the last request to the customer that this access was asked for with.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	RequestID string `json:"requestID,omitempty"`

	// requestKind says whether the last request was for a system user, or for a change of its rights.
	//
	// +optional
	RequestKind AccessRequestKind `json:"requestKind,omitempty"`

	// externalRef is our name for the customer's system user, by which Altinn and Maskinporten find it.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ExternalRef string `json:"externalRef,omitempty"`

	// escalated says that the request waits for an access manager (Tilgangsstyrer) of the customer: a user who may not
	// approve it has forwarded it in Altinn.
	//
	// +optional
	Escalated bool `json:"escalated,omitempty"`

	// askedAgainFor names the order after which the customer was last asked again: a hash of the value of the annotation
	// reconcile.fluxcd.io/requestedAt. One value asks a customer once.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	AskedAgainFor string `json:"askedAgainFor,omitempty"`
}

// AccessRequestKind is what a customer is asked for.
//
// +kubebuilder:validation:Enum=SystemUser;ChangeOfRights
type AccessRequestKind string

const (
	// AccessRequestSystemUser asks for a system user.
	AccessRequestSystemUser AccessRequestKind = "SystemUser"
	// AccessRequestChange asks for more rights for a system user that is there.
	AccessRequestChange AccessRequestKind = "ChangeOfRights"
)

// CustomerIntegration is one customer that 4human integrates with NAV for.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=cint
// +kubebuilder:printcolumn:name="Org",type=string,JSONPath=`.spec.organizationNumber`,description="The customer's organization number"
// +kubebuilder:printcolumn:name="Delegated",type=string,JSONPath=`.status.conditions[?(@.type=="DelegationVerified")].status`,description="Whether the customer's access is proved for every listed service"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why the integration is ready, or what somebody must act on"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the integration works"
// +kubebuilder:printcolumn:name="Verified",type=date,JSONPath=`.status.services[*].authorization.lastVerifiedTime`,description="Time since the authority last answered for the first service that it was asked for"
// +kubebuilder:printcolumn:name="Last Sync",type=date,JSONPath=`.status.lastSyncTime`,description="Time since data last flowed well for every service"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since creation"
// +kubebuilder:printcolumn:name="Supplier",type=string,priority=1,JSONPath=`.spec.supplierRef.name`,description="The Supplier, if it is not the default one"
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="What is wrong and who does what next"
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be a DNS label: at most 63 lower-case letters, digits and hyphens, no dot"
type CustomerIntegration struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	//
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what is wanted.
	//
	// +required
	Spec CustomerIntegrationSpec `json:"spec,omitzero"`

	// status is what was found out.
	//
	// +optional
	Status CustomerIntegrationStatus `json:"status,omitzero"`
}

// SupplierName gives the name of the Supplier that the customer belongs to.
func (in *CustomerIntegration) SupplierName() string {
	if in.Spec.SupplierRef.Name == "" {
		return DefaultSupplierName
	}
	return in.Spec.SupplierRef.Name
}

// Syncs reports whether the spec wants data to flow.
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
