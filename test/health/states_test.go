package health

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	customerKind = "CustomerIntegration"
	supplierKind = "Supplier"

	reconciling = v1alpha1.ConditionReconciling
	stalled     = v1alpha1.ConditionStalled
)

// cause is a condition, without its message.
type cause struct {
	kind   string
	status metav1.ConditionStatus
	reason string
}

// String writes a cause as a person does.
func (c cause) String() string { return fmt.Sprintf("%s=%s %s", c.kind, c.status, c.reason) }

// bad reports whether a cause besides a good Ready is worth telling: an alarm is when it is True, everything else when it is
// not.
func (c cause) bad() bool {
	alarm := c.kind == v1alpha1.ConditionWithdrawalsImplausible || c.kind == v1alpha1.ConditionRejectionsImplausible ||
		c.kind == v1alpha1.ConditionVerificationOutdated || c.kind == v1alpha1.ConditionKeyExpiring
	return (c.status == metav1.ConditionTrue) == alarm
}

// expectation is a state that the operator brings about, and what GitOps tools shall call it.
type expectation struct {
	kind  string
	ready cause
	// holds is the condition that is there besides, because of Ready's reason: Reconciling, Stalled or none.
	holds string
	// other is a further condition that may be there, if it is worth telling apart.
	other cause
	flux  status.Status
	argo  string
}

// ready is the condition Ready.
func ready(s metav1.ConditionStatus, reason string) cause {
	return cause{v1alpha1.ConditionReady, s, reason}
}

// expectations lists all states of both kinds, in the order in which a person looks for one.
func expectations() []expectation {
	return slices.Concat(customerExpectations(), supplierExpectations())
}

// rows makes an expectation of each Ready, with the other condition that comes with it.
func rows(kind, holds string, flux status.Status, argo string, other func(ready cause) cause, all ...cause) []expectation {
	made := make([]expectation, 0, len(all))
	for _, r := range all {
		made = append(made, expectation{kind, r, holds, other(r), flux, argo})
	}
	return made
}

// yes, no and unknown are Ready with each reason.
func yes(reasons ...string) []cause     { return readies(metav1.ConditionTrue, reasons) }
func no(reasons ...string) []cause      { return readies(metav1.ConditionFalse, reasons) }
func unknown(reasons ...string) []cause { return readies(metav1.ConditionUnknown, reasons) }

func readies(s metav1.ConditionStatus, reasons []string) []cause {
	all := make([]cause, 0, len(reasons))
	for _, reason := range reasons {
		all = append(all, ready(s, reason))
	}
	return all
}

func customerExpectations() []expectation {
	delegation := func(s metav1.ConditionStatus, reason string) func(cause) cause {
		return func(cause) cause { return cause{v1alpha1.ConditionDelegationVerified, s, reason} }
	}
	same := func(s metav1.ConditionStatus) func(cause) cause {
		return func(r cause) cause { return cause{v1alpha1.ConditionDelegationVerified, s, r.reason} }
	}
	return slices.Concat(
		workingExpectations(),
		rows(customerKind, "", status.CurrentStatus, "Healthy", delegation(metav1.ConditionFalse, v1alpha1.ReasonNotDelegated),
			no(v1alpha1.ReasonAwaitingDelegation)...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", delegation(metav1.ConditionFalse, v1alpha1.ReasonPartiallyDelegated),
			no(v1alpha1.ReasonAwaitingDelegation, v1alpha1.ReasonAwaitingApproval)...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", same(metav1.ConditionFalse), no(
			v1alpha1.ReasonAwaitingApproval,
			v1alpha1.ReasonApprovalRejected,
			v1alpha1.ReasonDelegationWithdrawn,
			v1alpha1.ReasonScopeNotGranted,
		)...),
		rows(customerKind, "", status.CurrentStatus, "Suspended", same(metav1.ConditionUnknown), no(v1alpha1.ReasonSuspended)...),
		rows(customerKind, reconciling, status.InProgressStatus, "Progressing", same(metav1.ConditionUnknown), slices.Concat(
			unknown(v1alpha1.ReasonVerificationPending, v1alpha1.ReasonAuthorityUnavailable),
			no(v1alpha1.ReasonSupplierNotReady, v1alpha1.ReasonSupplierNotFound),
		)...),
		rows(customerKind, stalled, status.FailedStatus, "Degraded", same(metav1.ConditionUnknown), no(
			v1alpha1.ReasonSupplierNotAllowed,
			v1alpha1.ReasonOrganizationIsSupplier,
			v1alpha1.ReasonDuplicateOrganization,
			v1alpha1.ReasonServiceNotOffered,
			v1alpha1.ReasonRequestRejected,
		)...),
		rows(customerKind, stalled, status.FailedStatus, "Degraded", delegation(metav1.ConditionTrue, v1alpha1.ReasonDelegated), no(
			v1alpha1.ReasonHRMEndpointNotAllowed,
			v1alpha1.ReasonInvalidSchedule,
			v1alpha1.ReasonNameConflict,
		)...),
	)
}

// workingExpectations are the states of customers whose access is proved and with whose spec nothing is wrong: what is
// left to tell is how their jobs do.
func workingExpectations() []expectation {
	jobs := func(s metav1.ConditionStatus, reason string) func(cause) cause {
		return func(cause) cause { return cause{v1alpha1.ConditionSyncHealthy, s, reason} }
	}
	same := func(r cause) cause { return cause{v1alpha1.ConditionSyncHealthy, r.status, r.reason} }
	delegated := yes(v1alpha1.ReasonDelegated)
	return slices.Concat(
		rows(customerKind, "", status.CurrentStatus, "Healthy", jobs(metav1.ConditionTrue, v1alpha1.ReasonSyncSucceeded), delegated...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", jobs(metav1.ConditionUnknown, v1alpha1.ReasonNoRunYet), delegated...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", jobs(metav1.ConditionUnknown, v1alpha1.ReasonSyncRetrying), delegated...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", jobs(metav1.ConditionUnknown, v1alpha1.ReasonNotSyncing), delegated...),
		rows(customerKind, reconciling, status.InProgressStatus, "Progressing", jobs(metav1.ConditionUnknown, v1alpha1.ReasonNoRunYet),
			unknown(v1alpha1.ReasonSyncPending)...),
		rows(customerKind, "", status.CurrentStatus, "Degraded", same, no(
			v1alpha1.ReasonSyncFailing,
			v1alpha1.ReasonSyncStale,
			v1alpha1.ReasonSyncPodNotStarting,
			v1alpha1.ReasonHRMOrganizationMismatch,
			v1alpha1.ReasonPlansUnsettled,
		)...),
		rows(customerKind, "", status.CurrentStatus, "Healthy", same, no(v1alpha1.ReasonRightMissing)...),
	)
}

func supplierExpectations() []expectation {
	is := func(kind string, s metav1.ConditionStatus, reason string) func(cause) cause {
		return func(cause) cause { return cause{kind, s, reason} }
	}
	reachable := func(s metav1.ConditionStatus, reason string) func(cause) cause {
		return is(v1alpha1.ConditionMaskinportenReachable, s, reason)
	}
	same := func(r cause) cause {
		return cause{v1alpha1.ConditionMaskinportenReachable, metav1.ConditionUnknown, r.reason}
	}
	answers := reachable(metav1.ConditionTrue, v1alpha1.ReasonReachable)
	proved := yes(v1alpha1.ReasonCredentialsProved)
	all := slices.Concat(
		rows(supplierKind, "", status.CurrentStatus, "Healthy", answers, proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionWithdrawalsImplausible, metav1.ConditionTrue, v1alpha1.ReasonManyWithdrawals), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionWithdrawalsImplausible, metav1.ConditionFalse, v1alpha1.ReasonFewWithdrawals), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionRejectionsImplausible, metav1.ConditionTrue, v1alpha1.ReasonManyRejections), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionRejectionsImplausible, metav1.ConditionFalse, v1alpha1.ReasonFewRejections), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionVerificationOutdated, metav1.ConditionTrue, v1alpha1.ReasonOperatorInterrupted), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionVerificationOutdated, metav1.ConditionFalse, v1alpha1.ReasonVerificationCurrent), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionKeyExpiring, metav1.ConditionTrue, v1alpha1.ReasonKeyExpiresSoon), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", is(v1alpha1.ConditionKeyExpiring, metav1.ConditionFalse, v1alpha1.ReasonKeyValid), proved...),
		rows(supplierKind, "", status.CurrentStatus, "Healthy", answers, no(v1alpha1.ReasonScopeNotGranted)...),
		rows(supplierKind, "", status.CurrentStatus, "Suspended", same, no(v1alpha1.ReasonSuspended)...),
		rows(supplierKind, reconciling, status.InProgressStatus, "Progressing", same, unknown(v1alpha1.ReasonVerificationPending)...),
		rows(supplierKind, "", status.FailedStatus, "Degraded", answers, no(
			v1alpha1.ReasonKeyNotFound,
			v1alpha1.ReasonClockSkewed,
			v1alpha1.ReasonGrantReplayed,
			v1alpha1.ReasonTokenMismatch,
		)...),
		rows(supplierKind, stalled, status.FailedStatus, "Degraded", answers, no(
			v1alpha1.ReasonKeyInvalid,
			v1alpha1.ReasonConfigurationInvalid,
			v1alpha1.ReasonKeyExpired,
			v1alpha1.ReasonKeyUnknown,
			v1alpha1.ReasonClientUnknown,
			v1alpha1.ReasonSignatureRejected,
			v1alpha1.ReasonAudienceRejected,
			v1alpha1.ReasonCertificateRejected,
			v1alpha1.ReasonScopeNotRegistered,
			v1alpha1.ReasonClientRejected,
			v1alpha1.ReasonMetadataInvalid,
			v1alpha1.ReasonSystemUserNotConfigured,
			v1alpha1.ReasonSystemNotRegistered,
			v1alpha1.ReasonSystemClientMissing,
			v1alpha1.ReasonSystemRightsRejected,
			v1alpha1.ReasonAltinnRefused,
		)...),
	)
	all = append(all, rows(supplierKind, "", status.CurrentStatus, "Healthy",
		reachable(metav1.ConditionFalse, v1alpha1.ReasonCustomerRequestsFailing), proved...)...)
	for _, outage := range []string{
		v1alpha1.ReasonServerError,
		v1alpha1.ReasonRateLimited,
		v1alpha1.ReasonBlocked,
		v1alpha1.ReasonUnreachable,
		v1alpha1.ReasonBadResponse,
	} {
		down := reachable(metav1.ConditionFalse, outage)
		all = slices.Concat(all,
			rows(supplierKind, "", status.CurrentStatus, "Healthy", down, proved...),
			rows(supplierKind, reconciling, status.InProgressStatus, "Progressing", down, unknown(v1alpha1.ReasonAuthorityUnavailable)...))
	}
	return all
}

// generation is the one of every object made here.
const generation = 7

// object makes the object of an expectation, with the conditions that are told to hold.
func (e *expectation) object(holds ...string) *unstructured.Unstructured {
	conditions := []any{condition(e.ready), condition(e.other)}
	for _, kind := range holds {
		if kind != "" {
			conditions = append(conditions, condition(cause{kind, metav1.ConditionTrue, e.ready.reason}))
		}
	}
	return withStatus(e.kind, map[string]any{"observedGeneration": int64(generation), "conditions": conditions})
}

// withStatus makes an object with a status, or without one.
func withStatus(kind string, known map[string]any) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       kind,
		"metadata":   map[string]any{"name": "made", "generation": int64(generation)},
		"spec":       map[string]any{},
	}}
	if known != nil {
		u.Object["status"] = known
	}
	return u
}

// condition is a cause as it stands in a status. Its message names its type, so that a test sees which one is shown.
func condition(c cause) map[string]any {
	return map[string]any{
		"type": c.kind, "status": string(c.status), "reason": c.reason,
		"message": "message of " + strings.ToLower(c.kind), "lastTransitionTime": "2026-01-02T03:04:05Z",
	}
}
