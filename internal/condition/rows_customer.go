package condition

import "github.com/4human/integration-operator/api/v1alpha1"

const (
	ready      = v1alpha1.ConditionReady
	delegation = v1alpha1.ConditionDelegationVerified
	syncs      = v1alpha1.ConditionSyncHealthy
	registered = v1alpha1.ConditionOrganizationRegistered
)

// accessRows are the reasons of a customer's access to a service. What a manifest must change ranks first: until then
// the service is not verified. What passes without a person ranks last.
var accessRows = []Row{
	{
		Reason:   v1alpha1.ReasonDuplicateOrganization,
		Places:   []Place{customer(ready, no), customer(delegation, unknown)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Eventually,
		Cause:    "An older CustomerIntegration has the same organization and service.",
		Action:   "Delete one, or remove the service from one. `status.services[].duplicateOf` names the older one.",
	},
	{
		Reason:   v1alpha1.ReasonServiceNotOffered,
		Places:   []Place{customer(ready, no), customer(delegation, unknown)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Eventually,
		Cause:    "The Supplier does not offer the service.",
		Action: "Add the service to the Supplier's `spec.services`, or remove it from the customer's. For an agent, see the " +
			"Supplier's `spec.systemUser.agents`.",
	},
	{
		Reason:  v1alpha1.ReasonDelegationWithdrawn,
		Places:  []Place{customer(ready, no), customer(delegation, no)},
		Event:   warning,
		Actor:   SupplierStaff,
		Urgency: Today,
		Cause:   "The customer withdrew its access.",
		Action: "Ask the customer. If it did not mean to, it delegates again, or you request the system user again. " +
			"Otherwise remove it.",
	},
	{
		Reason:   v1alpha1.ReasonRequestRejected,
		Places:   []Place{customer(ready, no), customer(delegation, unknown), customer(delegation, no)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Eventually,
		Cause:    "Maskinporten or Altinn rejects the organization number.",
		Action: "If it is a main unit (hovedenhet) at <https://www.brreg.no>, send Digdir number and time. If not, create " +
			"the CustomerIntegration again with the main unit's number. With access, it is reported after `outageGracePeriod`.",
	},
	{
		Reason:  v1alpha1.ReasonApprovalRejected,
		Places:  []Place{customer(ready, no), customer(delegation, no)},
		Event:   warning,
		Actor:   SupplierStaff,
		Urgency: Eventually,
		Cause:   "The customer rejected the request for a system user.",
		Action:  "Ask the customer, then use the command in the message, or remove the service.",
	},
	{
		Reason:  v1alpha1.ReasonNotDelegated,
		Places:  []Place{customer(delegation, no)},
		Ready:   v1alpha1.ReasonAwaitingDelegation,
		Actor:   Administrator,
		Urgency: Eventually,
		Cause:   "Maskinporten reports that the customer has not delegated the API to the supplier (MP-251).",
		Action:  "As for [AwaitingDelegation](#awaitingdelegation).",
	},
	{
		Reason:  v1alpha1.ReasonAwaitingDelegation,
		Places:  []Place{customer(ready, no)},
		Event:   normal,
		Actor:   Administrator,
		Urgency: Eventually,
		Cause:   "The customer has not delegated the API yet.",
		Action: "Send the customer [its guide](guide.md): `kubectl cint guide NAME`. The message links to it if one is " +
			"configured.",
	},
	{
		Reason:  v1alpha1.ReasonPartiallyDelegated,
		Places:  []Place{customer(delegation, no)},
		Actor:   Administrator,
		Urgency: Eventually,
		Cause:   "Some services have access and others do not.",
		Action:  "See `status.services[].authorization.reason`.",
	},
	{
		Reason:  v1alpha1.ReasonAwaitingApproval,
		Places:  []Place{customer(ready, no), customer(delegation, no)},
		Event:   normal,
		Actor:   Administrator,
		Urgency: Eventually,
		Cause:   "The customer has not answered the request for a system user, or for more rights of it.",
		Action: "Send the customer [its guide](guide.md), or the link in the message. If the customer has approved, wait " +
			"(`TURN` is empty): Maskinporten does not know it yet. After an hour, [request it " +
			"again](customerintegration.md#the-system-user).",
	},
	{
		Reason:  v1alpha1.ReasonAwaitingClient,
		Places:  []Place{customer(ready, no), customer(delegation, no)},
		Event:   normal,
		Actor:   Administrator,
		Urgency: Eventually,
		Cause: "The agent system user of the customer's agent does not act for the customer yet, or lacks a right of the " +
			"service.",
		Action: "Send [the guide](guide.md) to both. If the agent has added the customer, a right is missing: see " +
			"[agents](customerintegration.md#through-an-agent).",
	},
	{
		Reason:  v1alpha1.ReasonScopeNotGranted,
		Places:  []Place{customer(ready, no), customer(delegation, no), supplier(ready, no)},
		Event:   warning,
		Actor:   NAV,
		Urgency: Today,
		Cause:   "The owner of the scope has not granted it (MP-250): to the customer, or on a Supplier to the supplier.",
		Action:  "Ask NAV to grant the scope that the message names, or Digdir if it begins with `altinn:`.",
	},
	{
		Reason:  v1alpha1.ReasonScopeNotHeld,
		Places:  []Place{customer(ready, no), customer(delegation, no), customer(delegation, unknown)},
		Event:   warning,
		Actor:   Administrator,
		Urgency: Eventually,
		Cause:   "The owner of a custom service's scope has not granted it to the customer (MP-250), which must hold it.",
		Action:  "Ask the customer to apply to the owner for the scope that the message names. Its delegation stays.",
	},
	{
		Reason:  v1alpha1.ReasonSupplierNotReady,
		Places:  []Place{customer(ready, no), customer(delegation, unknown)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Now,
		Cause:   "The supplier's own access to Maskinporten or Altinn does not work, and no verified state is recent enough.",
		Action:  "Fix the Supplier: its Ready says what is wrong.",
	},
	{
		Reason:  v1alpha1.ReasonAuthorityUnavailable,
		Places:  []Place{customer(ready, unknown), customer(delegation, unknown), supplier(ready, unknown)},
		Event:   warning,
		Actor:   Operator,
		Urgency: Never,
		Cause:   "Maskinporten or Altinn does not respond, and no verified state is recent enough.",
		Action: "See MaskinportenReachable and AltinnReachable of the Supplier. If both are True, only this customer is " +
			"affected: see `Failed to verify` or `Failed to negotiate a system user` in the manager's log.",
	},
	{
		Reason: v1alpha1.ReasonVerificationPending,
		Places: []Place{
			customer(ready, unknown), customer(delegation, unknown),
			supplier(ready, unknown), supplier(maskinporten, unknown), supplier(altinn, unknown),
		},
		Progress: Reconciling,
		Event:    normal,
		Actor:    Operator,
		Urgency:  Never,
		Cause:    "The operator has not verified access yet.",
		Action:   "If it lasts for minutes, check that a manager leads, and its log.",
	},
	{
		Reason:  v1alpha1.ReasonDelegated,
		Places:  []Place{customer(ready, yes), customer(delegation, yes)},
		Event:   normal,
		Actor:   Operator,
		Urgency: Never,
		Cause:   "The access to every service is verified; on Ready, also every CronJob is in place.",
		Action:  "Nothing.",
	},
}

// organizationRows are the reasons of a customer's entry in Enhetsregisteret. They are in Ready while access is
// missing: access that was given is proof enough.
var organizationRows = []Row{
	{
		Reason:   v1alpha1.ReasonOrganizationIsSubUnit,
		Places:   []Place{customer(ready, no), customer(registered, no)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Eventually,
		Cause:    "The organization number is that of a sub-unit (underenhet). Altinn finds delegations by the exact number.",
		Action:   "Create the CustomerIntegration again with the main unit's number, which the message names.",
	},
	{
		Reason:  v1alpha1.ReasonOrganizationNotFound,
		Places:  []Place{customer(ready, no), customer(registered, no)},
		Event:   warning,
		Actor:   SupplierStaff,
		Urgency: Eventually,
		Cause:   "Enhetsregisteret has no organization with this number.",
		Action: "Compare the number with the customer's. If it is wrong, create the CustomerIntegration again; if it is " +
			"right, wait: a new organization appears within days, and the operator looks once a day.",
	},
	{
		Reason:  v1alpha1.ReasonOrganizationDeleted,
		Places:  []Place{customer(ready, no), customer(registered, no)},
		Event:   warning,
		Actor:   SupplierStaff,
		Urgency: Eventually,
		Cause:   "The organization was deleted from Enhetsregisteret, for example by a merger.",
		Action:  "Ask the customer for its new organization number, or remove it.",
	},
	{
		Reason:  v1alpha1.ReasonOrganizationRegistered,
		Places:  []Place{customer(registered, yes)},
		Event:   normal,
		Actor:   Operator,
		Urgency: Never,
		Cause:   "Enhetsregisteret has the organization as a main unit.",
		Action:  "Nothing.",
	},
}

// manifestRows are reasons to change a manifest, and those for which a person stopped everything. These rank first.
var manifestRows = []Row{
	{
		Reason: v1alpha1.ReasonEmergencyStop,
		Places: []Place{
			customer(ready, no), customer(delegation, unknown),
			supplier(ready, no), supplier(maskinporten, unknown), supplier(altinn, unknown),
		},
		Event:   normal,
		Actor:   PlatformTeam,
		Urgency: Never,
		Cause: "The ConfigMap `integration-operator-emergency-stop` in the operator's namespace stops the Supplier ([emergency " +
			"stop](supplier.md#emergency-stop)).",
		Action: "When the cause is mended, end it: `kubectl cint continue`, or delete the ConfigMap.",
	},
	{
		Reason: v1alpha1.ReasonSuspended,
		Places: []Place{
			customer(ready, no), customer(delegation, unknown),
			supplier(ready, no), supplier(maskinporten, unknown), supplier(altinn, unknown),
		},
		Event:   normal,
		Actor:   PlatformTeam,
		Urgency: Never,
		Cause:   "spec.suspend is true, of the object or of its Supplier.",
		Action:  "Set `spec.suspend` to false in git.",
	},
	{
		Reason:   v1alpha1.ReasonSupplierNotFound,
		Places:   []Place{customer(ready, no), customer(delegation, unknown)},
		Progress: Reconciling,
		Event:    normal,
		Actor:    PlatformTeam,
		Urgency:  Today,
		Cause:    "The Supplier does not exist.",
		Action:   "Create it. If the name is wrong, create the CustomerIntegration again: `spec.supplierRef` is immutable.",
	},
	{
		Reason:   v1alpha1.ReasonSupplierNotAllowed,
		Places:   []Place{customer(ready, no), customer(delegation, unknown)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Today,
		Cause:    "The Supplier does not allow the namespace.",
		Action: "Add the namespace to the Supplier's `spec.allowedNamespaces`, or move the customer. An empty list " +
			"allows none.",
	},
	{
		Reason:   v1alpha1.ReasonOrganizationIsSupplier,
		Places:   []Place{customer(ready, no), customer(delegation, unknown)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Eventually,
		Cause:    "The organization number is the supplier's own.",
		Action:   "Create the CustomerIntegration again with the customer's: the number is immutable.",
	},
	{
		Reason:   v1alpha1.ReasonHRMEndpointNotAllowed,
		Places:   []Place{customer(ready, no)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Today,
		Cause:    "spec.hrm is missing, or the Supplier does not allow its host.",
		Action: "Add or correct `spec.hrm`, or add its host to the Supplier's " +
			"[`spec.hrm.allowedHosts`](supplier.md#fields). " +
			"An allowed host receives the customers' HRM credentials and data.",
	},
	{
		Reason:   v1alpha1.ReasonInvalidSchedule,
		Places:   []Place{customer(ready, no), supplier(ready, no)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Today,
		Cause:    "A schedule of this object is invalid, or makes more runs per hour than the Supplier allows.",
		Action:   "Correct the [schedule](customerintegration.md#schedules) in the object that has the reason.",
	},
	{
		Reason:   v1alpha1.ReasonNameConflict,
		Places:   []Place{customer(ready, no)},
		Progress: Stalled,
		Event:    warning,
		Actor:    PlatformTeam,
		Urgency:  Today,
		Cause:    "An object that the operator does not own has the name of a CronJob or ServiceAccount of this customer.",
		Action: "The message names its owner or creator. Delete it with the command there; the operator checks every " +
			"minute.",
	},
}

// setup returns the row of a fault of the setup, which is reported after the first run: see Run.AtOnce.
func setup(reason, cause, action string) Row {
	return Row{
		Reason: reason, Places: []Place{customer(ready, no), customer(syncs, no)},
		Event: warning, Actor: PlatformTeam, Urgency: Today, Cause: cause, Action: action,
	}
}

// jobRows are the reasons of a customer's jobs.
var jobRows = []Row{
	setup(v1alpha1.ReasonHRMOrganizationMismatch,
		"The HRM system belongs to another organization.",
		"Correct `spec.hrm` or its Secret. If the organization number is wrong, create the CustomerIntegration "+
			"again: it is immutable. The run's log has the number that the HRM system returned."),
	setup(v1alpha1.ReasonHRMCredentialsMissing,
		"The Secret of spec.hrm.credentialsSecretRef is missing, or has no usable `token` or `ca.crt`.",
		"[Create it](customerintegration.md#the-hrm-system). A service account's token is not usable."),
	setup(v1alpha1.ReasonHRMUnauthorized,
		"The HRM system rejects the token with 401 or 403.",
		"Put an accepted token into the Secret; the supplier, who runs the HRM system, has it."),
	setup(v1alpha1.ReasonHRMAddressNotAllowed,
		"The HRM system's host resolves to an address of the cluster, the node or a private network.",
		"The run's log names the address. Correct the endpoint or its DNS name. If the address is right, add its network "+
			"to the Supplier's `spec.hrm.allowedAddresses`."),
	setup(v1alpha1.ReasonWorkerMismatch,
		"The worker does not accept a flag or setting that the operator writes.",
		"Use one version of manager and worker (the manager's init container `sync`, `--sync-image`, "+
			"`spec.sync.image`)."),
	setup(v1alpha1.ReasonCAConfigMapUnreadable,
		"The ConfigMap of the Supplier's spec.sync.caConfigMapRef is missing in the namespace, or has no certificates.",
		"Create it in each namespace of customers, with the certificates in PEM, or remove `spec.sync.caConfigMapRef`."),
	{
		Reason:  v1alpha1.ReasonSyncJobRefused,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause:   "The API server refuses the CronJob of a service or its Jobs: a quota or a policy.",
		Action: "The message has the cause. Correct it, such as a quota of `count/jobs.batch`, or the Supplier's " +
			"`spec.sync.jobLabels`: see [on your platform](platforms.md). The next Job clears it.",
	},
	{
		Reason:  v1alpha1.ReasonSyncPodRefused,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause:   "The API server refuses the pod of a run: a quota, LimitRange, policy or PriorityClass.",
		Action: "The message has the cause. Correct it, or the Supplier's `spec.sync`: see [on your " +
			"platform](platforms.md). The next attempt clears it.",
	},
	{
		Reason:  v1alpha1.ReasonSyncPodNotStarting,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause:   "The pod of a run cannot start.",
		Action: "See the pod's events. Correct the image (the Supplier's `spec.sync.image` or `custom.job.image`, or that of " +
			"the manager's init container `sync`), `spec.sync.imagePullSecrets`, nodes or resources.",
	},
	{
		Reason:  v1alpha1.ReasonRightMissing,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   Administrator,
		Urgency: Today,
		Cause:   "NAV reports in at least three runs in a row that the system user lacks a right.",
		Action: "The customer adds it in Altinn, or gives its [agent](customerintegration.md#through-an-agent) the access " +
			"packages. If the right exists, send NAV's support the `Nav-Call-Id` of the run's log.",
	},
	{
		Reason:  v1alpha1.ReasonSyncFailing,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause:   "At least the last three runs of a service failed.",
		Action:  "Do what the message says. Who acts depends on [why the run failed](#why-a-run-failed); `TURN` names them.",
	},
	{
		Reason:  v1alpha1.ReasonSyncStale,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause: "No run succeeded for three periods of the schedule, and at least an hour; of rare runs, within two weeks " +
			"after one was due.",
		Action: "See the events of the CronJob and its Jobs: a quota or policy may keep runs from starting.",
	},
	{
		Reason:  v1alpha1.ReasonPlansUnsettled,
		Places:  []Place{customer(ready, no), customer(syncs, no)},
		Event:   warning,
		Actor:   SupplierStaff,
		Urgency: Today,
		Cause:   "A person must settle follow-up plans in the HRM system.",
		Action:  "See [below](#settling-plans).",
	},
	{
		Reason:  v1alpha1.ReasonSyncRetrying,
		Places:  []Place{customer(syncs, unknown)},
		Event:   warning,
		Actor:   Operator,
		Urgency: Never,
		Cause:   "The last run of a service failed, and the next one may succeed.",
		Action:  "The third failure in a row becomes [SyncFailing](#syncfailing), unless NAV fails for many customers.",
	},
	{
		Reason:   v1alpha1.ReasonSyncPending,
		Places:   []Place{customer(ready, unknown)},
		Progress: Reconciling,
		Actor:    Operator,
		Urgency:  Never,
		Cause:    "Access is verified, and the CronJob is not in place yet.",
		Action:   "If it lasts for minutes, the API server refuses it: see `Reconciler error` in the manager's log.",
	},
	{
		Reason:  v1alpha1.ReasonAwaitingSupplier,
		Places:  []Place{customer(ready, unknown), customer(delegation, unknown)},
		Event:   normal,
		Actor:   PlatformTeam,
		Urgency: Today,
		Cause:   "The Supplier's spec keeps jobs from running, for other customers too.",
		Action:  "Correct the Supplier: its Ready or CustomersBlocked names the field.",
	},
	{
		Reason:  v1alpha1.ReasonNoRunYet,
		Places:  []Place{customer(syncs, unknown)},
		Actor:   Operator,
		Urgency: Never,
		Cause:   "No run has ended yet.",
		Action:  "Wait.",
	},
	{
		Reason:  v1alpha1.ReasonSyncSucceeded,
		Places:  []Place{customer(syncs, yes)},
		Event:   normal,
		Actor:   Operator,
		Urgency: Never,
		Cause:   "The last run of every service succeeded. There may have been nothing to exchange.",
		Action:  "Nothing.",
	},
	{
		Reason:  v1alpha1.ReasonNotSyncing,
		Places:  []Place{customer(syncs, unknown)},
		Actor:   Operator,
		Urgency: Never,
		Cause: "No run is allowed: access is missing, `spec.sync` is Disabled, or the customer is suspended or " +
			"misconfigured.",
		Action: "See Ready.",
	},
}
