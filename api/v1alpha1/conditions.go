package v1alpha1

// Condition types of both kinds. Reconciling and Stalled are kstatus' own: they are there while they hold and
// gone otherwise.
const (
	// ConditionReady is the summary. On a CustomerIntegration: the access to every listed service is proved, its CronJob
	// is in place, and its jobs do their work. On a Supplier: our credentials are proved.
	ConditionReady = "Ready"
	// ConditionDelegationVerified says whether the customer's access to every listed service is proved. An
	// outage never changes what it says.
	ConditionDelegationVerified = "DelegationVerified"
	// ConditionSyncHealthy says whether the customer's jobs do their work. It is on CustomerIntegrations only.
	ConditionSyncHealthy = "SyncHealthy"
	// ConditionAuthorityReachable says whether Maskinporten answers, and Altinn if it is asked too. It is on Suppliers only,
	// once for all their customers.
	ConditionAuthorityReachable = "AuthorityReachable"
	// ConditionWithdrawalsImplausible is True when so many customers have lost access within an hour that somebody should
	// look: an alarm. What was found of each of them stands. It is on Suppliers only.
	ConditionWithdrawalsImplausible = "WithdrawalsImplausible"
	// ConditionKeyExpiring is True from 30 days before the key's year at Maskinporten is over, or the enterprise certificate
	// expires. It is on Suppliers only, and there only if spec.maskinporten.keyRegisteredAt or certificateSecretRef is.
	ConditionKeyExpiring = "KeyExpiring"
	// ConditionRejectionsImplausible is True when NAV has refused plans of so many customers within half an hour that it is
	// more likely an outage of NAV's registers: an alarm. No follow-up plans are sent, but for a few that show whether NAV
	// takes plans again. It is on Suppliers only.
	ConditionRejectionsImplausible = "RejectionsImplausible"
	// ConditionVerificationOutdated is True while customers have access by a verification that is older than
	// status.interruptedTime: an alarm. No run of theirs starts before they have been verified again. It is on Suppliers only,
	// once status.interruptedTime is set.
	ConditionVerificationOutdated = "VerificationOutdated"
	// ConditionReconciling is True while no verdict has been reached and the operator is at work on it.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True when nothing gets better before somebody changes a spec or upgrades the operator.
	// Waiting for a customer is not that.
	ConditionStalled = "Stalled"
)

// Reasons of a CustomerIntegration's conditions. docs/reasons.md has cause, who acts and what to do for each.
const (
	// ReasonDelegated: the access to every listed service is proved.
	ReasonDelegated = "Delegated"
	// ReasonNotDelegated: the customer has not given access.
	ReasonNotDelegated = "NotDelegated"
	// ReasonPartiallyDelegated: some of the listed services have access, others have not.
	ReasonPartiallyDelegated = "PartiallyDelegated"
	// ReasonDelegationWithdrawn: the customer had given access and took it back.
	ReasonDelegationWithdrawn = "DelegationWithdrawn"
	// ReasonAwaitingDelegation is Ready's reason while the customer has not given access: it is the customer's turn.
	ReasonAwaitingDelegation = "AwaitingDelegation"
	// ReasonAwaitingApproval: the customer has been asked for a system user, or for more rights of it, and has not answered.
	// It is the customer's turn.
	ReasonAwaitingApproval = "AwaitingApproval"
	// ReasonApprovalRejected: the customer has said no to the system user that it was asked for.
	ReasonApprovalRejected = "ApprovalRejected"
	// ReasonDuplicateOrganization: an older CustomerIntegration has the same organization and service.
	ReasonDuplicateOrganization = "DuplicateOrganization"
	// ReasonScopeNotGranted: the owner of the scope (NAV) has not granted it. It is NAV's turn.
	ReasonScopeNotGranted = "ScopeNotGranted"
	// ReasonVerificationPending: the authority has not been asked yet.
	ReasonVerificationPending = "VerificationPending"
	// ReasonAuthorityUnavailable: nothing is known, because the authority gives no answer.
	ReasonAuthorityUnavailable = "AuthorityUnavailable"
	// ReasonSuspended: spec.suspend is true, of the object itself or of its Supplier.
	ReasonSuspended = "Suspended"
	// ReasonSupplierNotFound: the Supplier that the customer belongs to does not exist.
	ReasonSupplierNotFound = "SupplierNotFound"
	// ReasonSupplierNotReady: nothing is known of the customer, because the Supplier's own access does not work.
	ReasonSupplierNotReady = "SupplierNotReady"
	// ReasonSupplierNotAllowed: the Supplier does not list the customer's namespace in spec.allowedNamespaces.
	ReasonSupplierNotAllowed = "SupplierNotAllowed"
	// ReasonOrganizationIsSupplier: the customer's organization number is the supplier's own.
	ReasonOrganizationIsSupplier = "OrganizationIsSupplier"
	// ReasonServiceNotOffered: the Supplier does not list the service in spec.services.
	ReasonServiceNotOffered = "ServiceNotOffered"
	// ReasonRequestRejected: Maskinporten refuses the request for this customer as malformed.
	ReasonRequestRejected = "RequestRejected"
	// ReasonHRMEndpointNotAllowed: the Supplier's spec.hrm.allowedHosts does not have the host of spec.hrm.endpoint.
	ReasonHRMEndpointNotAllowed = "HRMEndpointNotAllowed"
	// ReasonInvalidSchedule: a service's schedule cannot be understood.
	ReasonInvalidSchedule = "InvalidSchedule"
	// ReasonNameConflict: an object that is not ours has the name of one that would be made.
	ReasonNameConflict = "NameConflict"
	// ReasonSyncPending: access has been given, and the CronJob is not in place yet.
	ReasonSyncPending = "SyncPending"
)

// Reasons of SyncHealthy. Those of False are Ready's too, when nothing else is wrong.
const (
	// ReasonSyncSucceeded: the last run of every service ended well.
	ReasonSyncSucceeded = "SyncSucceeded"
	// ReasonNoRunYet: no run has ended yet.
	ReasonNoRunYet = "NoRunYet"
	// ReasonNotSyncing: nothing shall run now, for want of access or because somebody chose so.
	ReasonNotSyncing = "NotSyncing"
	// ReasonSyncRetrying: the last run of a service failed, and the next one is waited for.
	ReasonSyncRetrying = "SyncRetrying"
	// ReasonSyncFailing: the last three runs of a service, or more, have failed.
	ReasonSyncFailing = "SyncFailing"
	// ReasonSyncStale: no run has ended well for longer than three periods of the schedule, or an hour.
	ReasonSyncStale = "SyncStale"
	// ReasonSyncPodNotStarting: the pod of a run cannot start.
	ReasonSyncPodNotStarting = "SyncPodNotStarting"
	// ReasonHRMOrganizationMismatch: the HRM solution says that it is another organization's.
	ReasonHRMOrganizationMismatch = "HRMOrganizationMismatch"
	// ReasonPlansUnsettled: follow-up plans may or may not have reached NAV, or NAV has refused them for days, and a person
	// must find out or decide.
	ReasonPlansUnsettled = "PlansUnsettled"
	// ReasonRightMissing: in the last three runs of a service, or more, NAV said that the customer's system user lacks the
	// right to it.
	ReasonRightMissing = "RightMissing"
)

// Reasons of a Supplier's conditions, besides ReasonSuspended, ReasonVerificationPending,
// ReasonAuthorityUnavailable and ReasonScopeNotGranted.
const (
	// ReasonCredentialsProved: Maskinporten gave the supplier a token of its own.
	ReasonCredentialsProved = "CredentialsProved"
	// ReasonKeyNotFound: the Secret, or the key within it, does not exist.
	ReasonKeyNotFound = "KeyNotFound"
	// ReasonKeyInvalid: what the Secret holds is not a usable private key.
	ReasonKeyInvalid = "KeyInvalid"
	// ReasonConfigurationInvalid: the spec has something that no client can be made of.
	ReasonConfigurationInvalid = "ConfigurationInvalid"
	// ReasonKeyExpired: the key's year at Maskinporten is over (MP-121).
	ReasonKeyExpired = "KeyExpired"
	// ReasonKeyUnknown: Maskinporten does not know the kid for this client.
	ReasonKeyUnknown = "KeyUnknown"
	// ReasonClientUnknown: Maskinporten does not know the client id (MP-100).
	ReasonClientUnknown = "ClientUnknown"
	// ReasonSignatureRejected: the key is not the one that is registered under its kid (MP-124).
	ReasonSignatureRejected = "SignatureRejected"
	// ReasonAudienceRejected: the issuer that we ask is not the one that Maskinporten calls itself (MP-110).
	ReasonAudienceRejected = "AudienceRejected"
	// ReasonCertificateRejected: Maskinporten refuses the enterprise certificate (MP-120, MP-122, MP-123).
	ReasonCertificateRejected = "CertificateRejected"
	// ReasonScopeNotRegistered: the scope is not registered on the client (MP-200, MP-201).
	ReasonScopeNotRegistered = "ScopeNotRegistered"
	// ReasonClientRejected: Maskinporten refuses the client in some other way.
	ReasonClientRejected = "ClientRejected"
	// ReasonClockSkewed: our clock and Maskinporten's differ too much.
	ReasonClockSkewed = "ClockSkewed"
	// ReasonGrantReplayed: Maskinporten has seen a grant of ours before (MP-012).
	ReasonGrantReplayed = "GrantReplayed"
	// ReasonMetadataInvalid: the metadata document names another issuer or points to another origin.
	ReasonMetadataInvalid = "MetadataInvalid"
	// ReasonTokenMismatch: a token, or a refusal, speaks of something else than was asked for.
	ReasonTokenMismatch = "TokenMismatch"
	// ReasonSystemUserNotConfigured: a service is offered whose access is a system user, and spec.systemUser does not say
	// of which system.
	ReasonSystemUserNotConfigured = "SystemUserNotConfigured"
	// ReasonSystemNotRegistered: Altinn's system register does not know the system, or not as ours.
	ReasonSystemNotRegistered = "SystemNotRegistered"
	// ReasonSystemClientMissing: a customer's system user is there, and Maskinporten does not find it for our client: the
	// system register does not have the client on the system.
	ReasonSystemClientMissing = "SystemClientMissing"
	// ReasonAltinnRefused: Altinn does not let us use its API for vendors of systems.
	ReasonAltinnRefused = "AltinnRefused"
	// ReasonSystemRightsRejected: Altinn refuses what customers are to be asked for, such as rights that are not registered
	// on the system.
	ReasonSystemRightsRejected = "SystemRightsRejected"

	// ReasonKeyExpiresSoon: the key's year at Maskinporten is over within 30 days, or the enterprise certificate expires.
	ReasonKeyExpiresSoon = "KeyExpiresSoon"
	// ReasonKeyValid: it is not.
	ReasonKeyValid = "KeyValid"
	// ReasonManyWithdrawals: more than 5 % of the customers, and more than 10, have lost access within the hour.
	ReasonManyWithdrawals = "ManyWithdrawals"
	// ReasonFewWithdrawals: they have not.
	ReasonFewWithdrawals = "FewWithdrawals"
	// ReasonManyRejections: NAV has refused plans of at least 10 customers within half an hour, and of more than 2 % of those
	// whose runs ended, and has not taken a plan since.
	ReasonManyRejections = "ManyRejections"
	// ReasonFewRejections: it has not, or has taken a plan since.
	ReasonFewRejections = "FewRejections"
	// ReasonOperatorInterrupted: etcd was restored from a snapshot, or no manager led for more than 15 minutes, and not all
	// customers have been verified since.
	ReasonOperatorInterrupted = "OperatorInterrupted"
	// ReasonVerificationCurrent: all customers whose runs may start have been verified since.
	ReasonVerificationCurrent = "VerificationCurrent"

	// ReasonReachable: Maskinporten answers.
	ReasonReachable = "Reachable"
	// ReasonCustomerRequestsFailing: Maskinporten returns a token of our own, but no request on behalf of customers is answered.
	ReasonCustomerRequestsFailing = "CustomerRequestsFailing"
	// ReasonServerError: Maskinporten answers with 5xx.
	ReasonServerError = "ServerError"
	// ReasonRateLimited: Maskinporten answers with 429.
	ReasonRateLimited = "RateLimited"
	// ReasonBlocked: something that is not Maskinporten refuses our requests, such as a proxy.
	ReasonBlocked = "Blocked"
	// ReasonUnreachable: no connection, or no answer in time.
	ReasonUnreachable = "Unreachable"
	// ReasonBadResponse: the answer cannot be understood.
	ReasonBadResponse = "BadResponse"
)

// Reasons of events that tell no condition, on a CustomerIntegration.
const (
	// EventCronJobRestored: a CronJob that somebody had edited or deleted is as it should be again.
	EventCronJobRestored = "CronJobRestored"
	// EventFirstRunStarted: access was given, and the first Job was made at once.
	EventFirstRunStarted = "FirstRunStarted"
	// EventRunStopped: a Job was deleted, because nothing may flow any more.
	EventRunStopped = "RunStopped"
)

// AnnotationReconcileRequestedAt asks for a verification now, once for each new value. It is Flux' annotation, so
// that `flux reconcile` users' fingers know it; any value does, a time being the custom.
const AnnotationReconcileRequestedAt = "reconcile.fluxcd.io/requestedAt"
