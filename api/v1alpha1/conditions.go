package v1alpha1

// Condition types of both kinds. Reconciling and Stalled are those of kstatus: they exist only while they are True.
const (
	// ConditionReady is the summary. On a CustomerIntegration, it is True if the access to every listed service is
	// verified, its CronJob is in place and its jobs succeed. On a Supplier, it is True if the supplier's credentials
	// work.
	ConditionReady = "Ready"
	// ConditionDelegationVerified indicates whether the customer's access to every listed service is verified. An outage
	// changes its status only after outageGracePeriod, to Unknown.
	ConditionDelegationVerified = "DelegationVerified"
	// ConditionSyncHealthy indicates whether the customer's jobs succeed. It is on CustomerIntegrations only.
	ConditionSyncHealthy = "SyncHealthy"
	// ConditionOrganizationRegistered indicates whether Enhetsregisteret has the customer as a main unit. It decides
	// nothing about access. It is on CustomerIntegrations only, once they were looked up.
	ConditionOrganizationRegistered = "OrganizationRegistered"
	// ConditionMaskinportenReachable indicates whether Maskinporten responds, to the supplier and on behalf of customers.
	// It is on Suppliers only.
	ConditionMaskinportenReachable = "MaskinportenReachable"
	// ConditionAltinnReachable indicates whether Altinn responds. It is on Suppliers only, if a service needs a system
	// user.
	ConditionAltinnReachable = "AltinnReachable"
	// ConditionNAVReachable indicates whether NAV serves the customers' runs, as far as runs have ended. It is on
	// Suppliers only.
	ConditionNAVReachable = "NAVReachable"
	// ConditionTokenBrokerReachable indicates whether the customers' runs get tokens from the token broker, as far as runs
	// have ended. It is on Suppliers only.
	ConditionTokenBrokerReachable = "TokenBrokerReachable"
	// ConditionWithdrawalsImplausible is an alarm: it is True if so many customers lost access within an hour that a
	// person should check why. The verified state of each customer stays. It is on Suppliers only.
	ConditionWithdrawalsImplausible = "WithdrawalsImplausible"
	// ConditionKeyExpiring is an alarm: it is True from 30 days before the key's year at Maskinporten ends, or the
	// enterprise certificate expires. It is on Suppliers only, if spec.maskinporten has keyRegisteredAt or
	// certificateSecretRef.
	ConditionKeyExpiring = "KeyExpiring"
	// ConditionRejectionsImplausible is an alarm: it is True if NAV refused plans of so many customers within half an hour
	// that an outage of NAV's registers is more likely. No follow-up plans are sent, except a few that show whether NAV
	// accepts plans again. It is on Suppliers only.
	ConditionRejectionsImplausible = "RejectionsImplausible"
	// ConditionVerificationOutdated is an alarm: it is True while customers have access that was last verified before
	// status.interruptedTime. No run of theirs starts before it is verified again. It is on Suppliers only, once
	// status.interruptedTime is set.
	ConditionVerificationOutdated = "VerificationOutdated"
	// ConditionNamespacesInaccessible is an alarm: it is True while the manager lacks rights in a namespace that the
	// Supplier allows. It is on Suppliers only, once it has been True.
	ConditionNamespacesInaccessible = "NamespacesInaccessible"
	// ConditionRunsNotStarting is an alarm: it is True while the pods of many customers' runs do not start. It is on
	// Suppliers only, once it has been True.
	ConditionRunsNotStarting = "RunsNotStarting"
	// ConditionCustomersBlocked is an alarm: it is True while the Supplier's spec keeps the jobs of most customers, or of
	// most that list a service, from running, or while several lack an HRM system. It is on Suppliers only, once it has
	// been True.
	ConditionCustomersBlocked = "CustomersBlocked"
	// ConditionReconciling is True while the operator has not reached a verdict.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True if a spec, a Secret or the operator's version must change first. It is not True while the
	// operator waits for a customer.
	ConditionStalled = "Stalled"
)

// Reasons of a CustomerIntegration's conditions. The table of internal/condition has a row for each reason.
const (
	// ReasonDelegated indicates that the access to every listed service is verified.
	ReasonDelegated = "Delegated"
	// ReasonNotDelegated indicates that the customer has not given access.
	ReasonNotDelegated = "NotDelegated"
	// ReasonOrganizationRegistered indicates that Enhetsregisteret has the customer as a main unit.
	ReasonOrganizationRegistered = "OrganizationRegistered"
	// ReasonOrganizationIsSubUnit indicates that the organization is a sub-unit, which cannot delegate for its main unit.
	ReasonOrganizationIsSubUnit = "OrganizationIsSubUnit"
	// ReasonOrganizationNotFound indicates that Enhetsregisteret has no organization with this number.
	ReasonOrganizationNotFound = "OrganizationNotFound"
	// ReasonOrganizationDeleted indicates that the organization was deleted from Enhetsregisteret.
	ReasonOrganizationDeleted = "OrganizationDeleted"
	// ReasonPartiallyDelegated indicates that some of the listed services have access and others have not.
	ReasonPartiallyDelegated = "PartiallyDelegated"
	// ReasonDelegationWithdrawn indicates that the customer gave access and withdrew it.
	ReasonDelegationWithdrawn = "DelegationWithdrawn"
	// ReasonAwaitingDelegation indicates that an administrator of the customer has to delegate.
	ReasonAwaitingDelegation = "AwaitingDelegation"
	// ReasonAwaitingApproval indicates that an administrator of the customer has to approve a system user, or more rights
	// of it.
	ReasonAwaitingApproval = "AwaitingApproval"
	// ReasonAwaitingClient indicates that the customer's agent has not added the customer to its agent system user, or
	// that the customer has not given the agent the access packages.
	ReasonAwaitingClient = "AwaitingClient"
	// ReasonApprovalRejected indicates that the customer rejected the request for a system user.
	ReasonApprovalRejected = "ApprovalRejected"
	// ReasonDuplicateOrganization indicates that an older CustomerIntegration has the same organization and service.
	ReasonDuplicateOrganization = "DuplicateOrganization"
	// ReasonScopeNotGranted indicates that the owner of the scope (NAV) has not granted it.
	ReasonScopeNotGranted = "ScopeNotGranted"
	// ReasonScopeNotHeld indicates that the owner of a custom service's scope has not granted it to the customer.
	ReasonScopeNotHeld = "ScopeNotHeld"
	// ReasonVerificationPending indicates that no request was sent to Maskinporten yet.
	ReasonVerificationPending = "VerificationPending"
	// ReasonAuthorityUnavailable indicates that Maskinporten or Altinn does not respond, and that no verified state is
	// recent enough.
	ReasonAuthorityUnavailable = "AuthorityUnavailable"
	// ReasonSuspended indicates that spec.suspend is true, of the object itself or of its Supplier.
	ReasonSuspended = "Suspended"
	// ReasonEmergencyStop indicates that the ConfigMap integration-operator-emergency-stop in the manager's namespace
	// stops the object or its Supplier.
	ReasonEmergencyStop = "EmergencyStop"
	// ReasonSupplierNotFound indicates that the customer's Supplier does not exist.
	ReasonSupplierNotFound = "SupplierNotFound"
	// ReasonSupplierNotReady indicates that the supplier's own access does not work, and that no verified state is recent
	// enough.
	ReasonSupplierNotReady = "SupplierNotReady"
	// ReasonSupplierNotAllowed indicates that the customer's namespace is not in the Supplier's spec.allowedNamespaces.
	ReasonSupplierNotAllowed = "SupplierNotAllowed"
	// ReasonOrganizationIsSupplier indicates that the customer's organization number is the supplier's own.
	ReasonOrganizationIsSupplier = "OrganizationIsSupplier"
	// ReasonServiceNotOffered indicates that a service is not in the Supplier's spec.services.
	ReasonServiceNotOffered = "ServiceNotOffered"
	// ReasonRequestRejected indicates that Maskinporten or Altinn rejects the customer's organization number.
	ReasonRequestRejected = "RequestRejected"
	// ReasonHRMEndpointNotAllowed indicates that the host of spec.hrm.endpoint is not in the Supplier's
	// spec.hrm.allowedHosts.
	ReasonHRMEndpointNotAllowed = "HRMEndpointNotAllowed"
	// ReasonInvalidSchedule indicates that the schedule of a service is invalid, or not allowed. It is also a reason of a
	// Supplier's Ready.
	ReasonInvalidSchedule = "InvalidSchedule"
	// ReasonNameConflict indicates that an object that the operator does not own has the name of a child.
	ReasonNameConflict = "NameConflict"
	// ReasonSyncPending indicates that access is verified and that the CronJob is not in place yet.
	ReasonSyncPending = "SyncPending"
	// ReasonAwaitingSupplier indicates that jobs cannot run before the Supplier's spec is corrected, which concerns other
	// customers too.
	ReasonAwaitingSupplier = "AwaitingSupplier"
)

// Reasons of SyncHealthy. Those of False are also Ready's, if nothing ranks before them.
const (
	// ReasonSyncSucceeded indicates that the last run of every service succeeded.
	ReasonSyncSucceeded = "SyncSucceeded"
	// ReasonNoRunYet indicates that no run has ended yet.
	ReasonNoRunYet = "NoRunYet"
	// ReasonNotSyncing indicates that no run is allowed now.
	ReasonNotSyncing = "NotSyncing"
	// ReasonSyncRetrying indicates that the last run of a service failed and the next one may succeed.
	ReasonSyncRetrying = "SyncRetrying"
	// ReasonSyncFailing indicates that at least the last three runs of a service failed.
	ReasonSyncFailing = "SyncFailing"
	// ReasonSyncStale indicates that no run succeeded for three periods of the schedule, and at least an hour. Of a
	// service that runs rarely, it indicates that none succeeded within two weeks after a run was due.
	ReasonSyncStale = "SyncStale"
	// ReasonSyncPodNotStarting indicates that the pod of a run cannot start.
	ReasonSyncPodNotStarting = "SyncPodNotStarting"
	// ReasonCAConfigMapUnreadable indicates that the ConfigMap of spec.sync.caConfigMapRef is missing or unreadable.
	ReasonCAConfigMapUnreadable = "CAConfigMapUnreadable"
	// ReasonSyncJobRefused indicates that the API server refuses the CronJob of a service or its Jobs, such as for a quota
	// or a policy.
	ReasonSyncJobRefused = "SyncJobRefused"
	// ReasonSyncPodRefused indicates that the API server refuses the pod of a run, such as for a quota or a policy.
	ReasonSyncPodRefused = "SyncPodRefused"
	// ReasonHRMOrganizationMismatch indicates that the HRM system belongs to another organization.
	ReasonHRMOrganizationMismatch = "HRMOrganizationMismatch"
	// ReasonHRMCredentialsMissing indicates that the Secret with the HRM system's credentials has no usable token.
	ReasonHRMCredentialsMissing = "HRMCredentialsMissing"
	// ReasonHRMUnauthorized indicates that the HRM system rejects the token.
	ReasonHRMUnauthorized = "HRMUnauthorized"
	// ReasonHRMAddressNotAllowed indicates that the HRM system's host resolves to an address that the Supplier does not
	// allow.
	ReasonHRMAddressNotAllowed = "HRMAddressNotAllowed"
	// ReasonWorkerMismatch indicates that the worker's image does not have the manager's version.
	ReasonWorkerMismatch = "WorkerMismatch"
	// ReasonPlansUnsettled indicates that a person must settle follow-up plans in the HRM system: NAV may or may not have
	// them, or NAV refused them for days.
	ReasonPlansUnsettled = "PlansUnsettled"
	// ReasonRightMissing indicates that NAV responded in at least three runs in a row that the system user lacks a right.
	ReasonRightMissing = "RightMissing"
)

// Reasons of a Supplier's Ready, besides ReasonSuspended, ReasonEmergencyStop, ReasonVerificationPending,
// ReasonAuthorityUnavailable and ReasonScopeNotGranted.
const (
	// ReasonCredentialsProved indicates that Maskinporten issued the supplier a token of its own.
	ReasonCredentialsProved = "CredentialsProved"
	// ReasonKeyNotFound indicates that the Secret, or the key in it, does not exist.
	ReasonKeyNotFound = "KeyNotFound"
	// ReasonKeyInvalid indicates that the Secret does not hold a usable private key or certificate.
	ReasonKeyInvalid = "KeyInvalid"
	// ReasonConfigurationInvalid indicates that a field of the spec has a value that cannot be used.
	ReasonConfigurationInvalid = "ConfigurationInvalid"
	// ReasonKeyExpired indicates that the key's year at Maskinporten is over (MP-121), or that the certificate has
	// expired.
	ReasonKeyExpired = "KeyExpired"
	// ReasonKeyUnknown indicates that the key id is not registered on the client.
	ReasonKeyUnknown = "KeyUnknown"
	// ReasonClientUnknown indicates that the client id is not registered (MP-100).
	ReasonClientUnknown = "ClientUnknown"
	// ReasonSignatureRejected indicates that another key is registered under the key id (MP-124).
	ReasonSignatureRejected = "SignatureRejected"
	// ReasonAudienceRejected indicates that Maskinporten does not use the issuer that the request names (MP-110).
	ReasonAudienceRejected = "AudienceRejected"
	// ReasonCertificateRejected indicates that Maskinporten rejects the enterprise certificate (MP-120, MP-122, MP-123).
	ReasonCertificateRejected = "CertificateRejected"
	// ReasonScopeNotRegistered indicates that the scope is not registered on the client (MP-200, MP-201).
	ReasonScopeNotRegistered = "ScopeNotRegistered"
	// ReasonClientRejected indicates that Maskinporten rejects the client in another way.
	ReasonClientRejected = "ClientRejected"
	// ReasonClockSkewed indicates that the node's clock and Maskinporten's differ too much.
	ReasonClockSkewed = "ClockSkewed"
	// ReasonGrantReplayed indicates that Maskinporten received a grant twice (MP-012).
	ReasonGrantReplayed = "GrantReplayed"
	// ReasonMetadataInvalid indicates that the metadata document names another issuer or another origin.
	ReasonMetadataInvalid = "MetadataInvalid"
	// ReasonTokenMismatch indicates that a token or a refusal is about something else than the request.
	ReasonTokenMismatch = "TokenMismatch"
	// ReasonSystemUserNotConfigured indicates that a service needs a system user and spec.systemUser names no system.
	ReasonSystemUserNotConfigured = "SystemUserNotConfigured"
	// ReasonSystemNotRegistered indicates that the system is not in Altinn's system register, or is another vendor's.
	ReasonSystemNotRegistered = "SystemNotRegistered"
	// ReasonSystemClientMissing indicates that system users exist which Maskinporten does not find for the client: the
	// client is not registered on the system.
	ReasonSystemClientMissing = "SystemClientMissing"
	// ReasonAltinnRefused indicates that Altinn refuses the client its API for system vendors.
	ReasonAltinnRefused = "AltinnRefused"
	// ReasonSystemRightsRejected indicates that Altinn refuses what the operator requests of customers.
	ReasonSystemRightsRejected = "SystemRightsRejected"
)

// Reasons of a Supplier's alarms.
const (
	// ReasonKeyExpiresSoon indicates that the key's year, or the certificate, ends within 30 days.
	ReasonKeyExpiresSoon = "KeyExpiresSoon"
	// ReasonKeyValid indicates that neither the key's year nor the certificate ends within 30 days.
	ReasonKeyValid = "KeyValid"
	// ReasonManyWithdrawals indicates that more than 5 % of the customers, and more than 10, lost access within an hour.
	ReasonManyWithdrawals = "ManyWithdrawals"
	// ReasonFewWithdrawals indicates that fewer customers lost access within an hour.
	ReasonFewWithdrawals = "FewWithdrawals"
	// ReasonManyRejections indicates that within half an hour NAV refused plans of at least 10 customers, and of more than
	// 2 % of those with a run, and has not accepted a plan since.
	ReasonManyRejections = "ManyRejections"
	// ReasonFewRejections indicates that NAV refused plans of fewer customers, or has accepted a plan since.
	ReasonFewRejections = "FewRejections"
	// ReasonOperatorInterrupted indicates that etcd was restored from a snapshot, or no manager led for more than 15
	// minutes, and that not all customers have been verified since.
	ReasonOperatorInterrupted = "OperatorInterrupted"
	// ReasonVerificationCurrent indicates that all customers whose runs may start have been verified since.
	ReasonVerificationCurrent = "VerificationCurrent"
	// ReasonNamespaceRightsMissing indicates that the manager lacks rights in a namespace of its --namespaces.
	ReasonNamespaceRightsMissing = "NamespaceRightsMissing"
	// ReasonNamespaceRightsExist indicates that the manager has its rights in every namespace again.
	ReasonNamespaceRightsExist = "NamespaceRightsExist"
)

// Reasons of MaskinportenReachable, AltinnReachable, NAVReachable and TokenBrokerReachable.
const (
	// ReasonReachable indicates that the service responds.
	ReasonReachable = "Reachable"
	// ReasonCustomerRequestsFailing indicates that Maskinporten issues the supplier tokens, but none on behalf of
	// customers.
	ReasonCustomerRequestsFailing = "CustomerRequestsFailing"
	// ReasonCustomerRunsFailing indicates that NAV does not serve the runs of many customers.
	ReasonCustomerRunsFailing = "CustomerRunsFailing"
	// ReasonRunsWithoutToken indicates that the runs of many customers get no token from the token broker.
	ReasonRunsWithoutToken = "RunsWithoutToken"
	// ReasonServerError indicates a response with 5xx.
	ReasonServerError = "ServerError"
	// ReasonRateLimited indicates a response with 429.
	ReasonRateLimited = "RateLimited"
	// ReasonBlocked indicates that something else refuses the requests, such as a proxy.
	ReasonBlocked = "Blocked"
	// ReasonUnreachable indicates no connection, or no response in time.
	ReasonUnreachable = "Unreachable"
	// ReasonBadResponse indicates a response that cannot be parsed.
	ReasonBadResponse = "BadResponse"
)

// Reasons of RunsNotStarting.
const (
	// ReasonPodsNotStarting indicates that the pods of many customers' runs do not start.
	ReasonPodsNotStarting = "PodsNotStarting"
	// ReasonPodsStart indicates that the pods of most runs start.
	ReasonPodsStart = "PodsStart"
)

// Reasons of CustomersBlocked.
const (
	// ReasonHRMHostsMissing indicates that spec.hrm.allowedHosts is empty while customers have an HRM system.
	ReasonHRMHostsMissing = "HRMHostsMissing"
	// ReasonServiceRemoved indicates that customers list a service that the Supplier no longer offers.
	ReasonServiceRemoved = "ServiceRemoved"
	// ReasonHRMSystemsMissing indicates that customers without spec.hrm list a service whose jobs use the HRM system.
	ReasonHRMSystemsMissing = "HRMSystemsMissing"
	// ReasonCustomersNotBlocked indicates that the Supplier's spec blocks no customers.
	ReasonCustomersNotBlocked = "CustomersNotBlocked"
)

// Reasons of events on a CustomerIntegration that announce no condition.
const (
	// EventCronJobAdopted indicates that a CronJob of the operator's without an owner became the customer's.
	EventCronJobAdopted = "CronJobAdopted"
	// EventCronJobRestored indicates that the operator restored a CronJob which a client had edited or deleted.
	EventCronJobRestored = "CronJobRestored"
	// EventRunStopped indicates that the operator deleted a Job because sync is no longer allowed.
	EventRunStopped = "RunStopped"
	// EventRunOutlasted indicates that a run succeeded and another container of its pod, such as a mesh's, went on, so
	// that the operator deleted the Job.
	EventRunOutlasted = "RunOutlasted"
)

// Annotations by which a person requests something, once per value. Any value works, by custom a time.
const (
	// AnnotationReconcileRequestedAt requests a verification and a run now. It is Flux's annotation. It never sends a
	// customer another request.
	AnnotationReconcileRequestedAt = "reconcile.fluxcd.io/requestedAt"
	// AnnotationAskCustomerAgain requests the system user again from a customer that rejected the request, deleted the
	// system user, or approved one that never worked. It is for CustomerIntegrations only.
	AnnotationAskCustomerAgain = "integrations.4human.no/ask-customer-again"
)
