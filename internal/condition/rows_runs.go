package condition

import (
	"cmp"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

// Run is what the operator knows of one reason of a failed run.
type Run struct {
	Reason runreport.Reason
	Actor  Actor
	// When limits when the actor has to act, as in "if it lasts". It is "" if that is always.
	When string
	// AtOnce is the reason of SyncHealthy that reports a fault of the setup after the first run: no later run can succeed
	// before a person acts. It is "" if only the third failure in a row is reported.
	AtOnce string
	// Disruption reports whether neither the customer nor a service failed: the run was interrupted from outside. It
	// counts as no failure.
	Disruption bool
	// Fact is the first sentence of a message about the run, without the service. If it is "", the message names the
	// reason. Fact and Action may have the placeholders of package customerintegration, such as {hrm}.
	Fact string
	// Action is what a message tells the actor to do.
	Action string
	// Cause is the cause and the action for the documentation.
	Cause string
}

// Actions that several reasons have.
const (
	contactNAV = "If it lasts, send NAV's support the Nav-Call-Id of the run's log."
	seeLog     = "See: kubectl logs -n {namespace} -l {selector}"
	seeEvents  = "See: kubectl get events -n {namespace}" // there is no log
)

const ifItLasts = "if it lasts"

// runs are the reasons of failed runs, sorted.
var runs = []Run{
	{
		Reason: runreport.AccessRefused, Actor: PlatformTeam,
		Action: "The token broker refuses the pods. See the manager's log and Supplier/{supplier}.",
		Cause: "The token broker refuses: sync is not allowed, Maskinporten refuses, the operator did not create the pod, or " +
			"the request comes from [elsewhere](security.md#what-a-run-trusts). See `Ready`. If it is True, see " +
			"`Refused token` in the manager's log",
	},
	{
		Reason: runreport.BrokerUnavailable, Actor: PlatformTeam, When: "unless in an outage",
		Action: "Pods get no token: allow them to reach the Service token-broker in the manager's namespace.",
		Cause: "No token within a minute: an outage, which counts as no failure, the request limit, or the pod does not " +
			"reach the manager: let the customers' pods reach the Service `token-broker`",
	},
	{
		Reason: runreport.ConfigurationInvalid, Actor: PlatformTeam, AtOnce: v1alpha1.ReasonWorkerMismatch,
		Fact:   "the worker does not accept the operator's settings.",
		Action: "{correctWorker}",
		Cause: "As for [WorkerMismatch](#workermismatch), or [CAConfigMapUnreadable](#caconfigmapunreadable). A worker of " +
			"your own: its log says what is wrong with `custom.job`",
	},
	{
		Reason: runreport.CursorMoved, Actor: PlatformTeam, When: ifItLasts,
		Action: "Another client moves the cursor in the HRM system at {hrm}. Find it, such as another cluster with this " +
			"customer.",
		Cause: "Two runs of the service were active at once. No data is lost. Find the other one: another cluster with the " +
			"same customer, or a Job created by hand",
	},
	{
		Reason: runreport.DeadlineExceeded, Actor: PlatformTeam,
		Action: seeLog,
		Cause: "The pod ran for 15 minutes, although a run stops after 10. Check the node. If the log shows a hang, report a " +
			"bug",
	},
	{
		Reason: runreport.DocumentRefused, Actor: SupplierStaff,
		Action: "The HRM system at {hrm} refuses a document; others are delivered. Send its vendor unit, number and id of " +
			"the run's log.",
		Cause: "The HRM system refused a document (400, 413, 422), which was [set aside](#documents-that-were-set-aside), " +
			"and accepted others. Find out why: the run's log has unit, number (loepenr) and id",
	},
	{
		Reason: runreport.DocumentUnreadable, Actor: PlatformTeam,
		Action: "A document from NAV cannot be parsed; others are delivered. Report a bug with unit, number and id of the " +
			"run's log.",
		Cause: "A field of a document from NAV cannot be parsed. Report a bug with unit, number and id of the run's log, and " +
			"upgrade. Unless all are unreadable, it was [set aside](#documents-that-were-set-aside)",
	},
	{
		Reason: runreport.DocumentsHidden, Actor: NAV, When: "after days",
		Action: "NAV's lists hide later documents; the next run continues. If it lasts for days, contact NAV's support.",
		Cause: "NAV's lists are empty although later documents exist, after 1000 requests. The next run continues there. " +
			"Send NAV's support unit and number of the run's log",
	},
	{
		Reason: runreport.Evicted, Actor: PlatformTeam, When: ifItLasts, Disruption: true,
		Action: seeEvents,
		Cause: "The node was drained, or it evicted or preempted the pod, until the Job's time was over. Add capacity, or " +
			"set the Supplier's `spec.sync.priorityClassName`",
	},
	{
		Reason: runreport.HRMAddressNotAllowed, Actor: PlatformTeam, AtOnce: v1alpha1.ReasonHRMAddressNotAllowed,
		Fact:   "the address of {hrm} is not public.",
		Action: "Correct the endpoint, or add its network to spec.hrm.allowedAddresses of Supplier/{supplier}.",
		Cause:  "As for [HRMAddressNotAllowed](#hrmaddressnotallowed)",
	},
	{
		Reason: runreport.HRMBadResponse, Actor: SupplierStaff,
		Action: "Check the HRM system at {hrm}.",
		Cause: "The HRM system returned an error, a redirect, an unreadable body or a plan that the run had settled. Check it " +
			"against [the contract](hrm-contract.md)",
	},
	{
		Reason: runreport.HRMCredentialsMissing, Actor: PlatformTeam, AtOnce: v1alpha1.ReasonHRMCredentialsMissing,
		Fact: "Secret {secret} has no usable token for the HRM system.",
		Action: "Create it with the bearer token under \"" + v1alpha1.HRMTokenKey +
			"\", and optionally the HRM system's CA " +
			"under \"" + v1alpha1.HRMCAKey + "\".",
		Cause: "As for [HRMCredentialsMissing](#hrmcredentialsmissing)",
	},
	{
		Reason: runreport.HRMOrganizationMismatch, Actor: PlatformTeam, AtOnce: v1alpha1.ReasonHRMOrganizationMismatch,
		Fact:   "the HRM system at {hrm} belongs to another organization than {organization}.",
		Action: "Correct spec.hrm or its Secret; spec.organizationNumber is immutable.",
		Cause:  "As for [HRMOrganizationMismatch](#hrmorganizationmismatch)",
	},
	{
		Reason: runreport.HRMUnauthorized, Actor: PlatformTeam, AtOnce: v1alpha1.ReasonHRMUnauthorized,
		Fact:   "the HRM system at {hrm} rejects the token.",
		Action: "Put a valid one into Secret {secret} under \"" + v1alpha1.HRMTokenKey + "\".",
		Cause:  "As for [HRMUnauthorized](#hrmunauthorized)",
	},
	{
		Reason: runreport.HRMUnreachable, Actor: SupplierStaff,
		Action: "Check the HRM system at {hrm}.",
		Cause: "No complete response from the HRM system within 30 s. If it is up, let the customers' pods reach it, and " +
			"check its certificate: of a public CA, or of `ca.crt` in the Secret",
	},
	{
		Reason: runreport.InternalError, Actor: PlatformTeam,
		Action: seeLog,
		Cause:  "The worker failed. Report a bug with the log",
	},
	{
		Reason: runreport.Interrupted, Actor: PlatformTeam, When: ifItLasts, Disruption: true,
		Action: seeEvents,
		Cause:  "The pod was deleted during the run. Find out what deletes pods",
	},
	{
		Reason: runreport.NAVError, Actor: NAV, When: ifItLasts,
		Action: contactNAV,
		Cause: "NAV returned an error, or something unreadable, such as a proxy's page. See NAVReachable of the Supplier. " +
			"Send NAV's support the `Nav-Call-Id`",
	},
	{
		Reason: runreport.NAVRefusing, Actor: SupplierStaff, When: ifItLasts,
		Action: "NAV refuses the plans for now; they are sent again. Ask the customer whether its employees are registered " +
			"with this organization number.",
		Cause: "NAV refused three plans in a row for now (`NO_ACTIVE_EMPLOYMENT`, `EMPLOYEE_NOT_FOUND`), as it does while a " +
			"register is down. They are sent again. If other customers have the same, see <https://status.nav.no>. Otherwise " +
			"ask the customer whether its employees are registered with this organization number",
	},
	{
		Reason: runreport.NAVTokenRejected, Actor: PlatformTeam,
		Action: contactNAV,
		Cause: "NAV returned 401 for the token, and access is verified again. In Test, check that the Supplier's `endpoints` " +
			"belong together. Otherwise send NAV's support the `Nav-Call-Id`",
	},
	{
		Reason: runreport.NAVUnreachable, Actor: PlatformTeam, When: ifItLasts,
		Action: contactNAV,
		Cause: "No complete response from NAV within 30 s. Let the customers' pods reach NAV, directly or by [a " +
			"proxy](platforms.md#proxy)",
	},
	{
		Reason: runreport.NeverStarted, Actor: PlatformTeam,
		Action: seeEvents,
		Cause:  "No container of the pod ever ran. As for [SyncPodNotStarting](#syncpodnotstarting)",
	},
	{
		Reason: runreport.NoReport, Actor: PlatformTeam,
		Action: seeLog,
		Cause: "The pod ended without a readable report. See its log, and whether its image follows [the worker's " +
			"contract](worker-contract.md)",
	},
	{
		Reason: runreport.OutOfMemory, Actor: PlatformTeam,
		Action: "Raise {memoryLimit}.",
		Cause: "The run exceeded its memory limit. Raise the Supplier's `spec.sync.resources.limits.memory`, or " +
			"`custom.job.resources` of a service of your own",
	},
	{
		Reason: runreport.PodGone, Actor: PlatformTeam, When: ifItLasts, Disruption: true,
		Action: seeEvents,
		Cause: "The pod was deleted before its report was read, or no node took it. Find out what deletes pods, or why none " +
			"is scheduled",
	},
	{
		Reason: runreport.PodRefused, Actor: PlatformTeam,
		Action: seeEvents,
		Cause:  "The API server refused the pod. As for [SyncPodRefused](#syncpodrefused)",
	},
	{
		Reason: runreport.RightMissing, Actor: Administrator, When: ifItLasts,
		Action: "NAV reports a missing right, as it does while its access service is down. Wait for the next run.",
		Cause: "NAV reports that the system user lacks the right, as it does while its access service is down. At the third " +
			"run in a row, as for [RightMissing](#rightmissing)",
	},
	{
		Reason: runreport.ServiceError, Actor: PlatformTeam, When: ifItLasts,
		Action: seeLog,
		Cause: "The API of a service of your own returned an error, or something unreadable. If it lasts, contact its owner " +
			"with the run's log",
	},
	{
		Reason: runreport.ServiceRefused, Actor: PlatformTeam,
		Action: seeLog,
		Cause: "The API of a service of your own refused data, and would refuse it again. See the run's log: the data, or " +
			"the worker, needs a correction",
	},
	{
		Reason: runreport.ServiceTokenRejected, Actor: PlatformTeam,
		Action: seeLog,
		Cause: "The API of a service of your own rejects the token, and access is verified again. If `Ready` stays True, see " +
			"whether the service's `scope` and the API's address belong together",
	},
	{
		Reason: runreport.ServiceUnreachable, Actor: PlatformTeam, When: ifItLasts,
		Action: seeLog,
		Cause: "No complete response from the API of a service of your own. Let the customers' pods reach it, directly or by " +
			"[a proxy](platforms.md#proxy)",
	},
	{
		Reason: runreport.TimedOut, Actor: PlatformTeam, When: ifItLasts,
		Action: seeLog,
		Cause:  "The run did not end within 10 minutes. The log has how long each step took",
	},
}

// Runs returns what is known of all reasons of failed runs, sorted.
func Runs() []Run { return slices.Clone(runs) }

// RunOf returns what is known of a reason of a failed run. It is the zero Run if the reason is "" or unknown.
func RunOf(reason string) Run {
	i := slices.IndexFunc(runs, func(r Run) bool { return string(r.Reason) == reason })
	if i < 0 {
		return Run{}
	}
	return runs[i]
}

// RunWith returns what is known of a reason of a failed run with its cause. It is RunOf if the cause is unknown.
func RunWith(reason, cause string) Run {
	run := RunOf(reason)
	if c := CauseOf(reason, cause); c.Cause != "" {
		run.Fact, run.Action, run.AtOnce = c.Fact, c.Action, cmp.Or(c.AtOnce, run.AtOnce)
	}
	return run
}
