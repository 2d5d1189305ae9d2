package health

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

const (
	customerKind = "CustomerIntegration"
	supplierKind = "Supplier"

	reconciling = v1alpha1.ConditionReconciling
	stalled     = v1alpha1.ConditionStalled
)

// cause is a condition without its message.
type cause struct {
	kind   string
	status metav1.ConditionStatus
	reason string
}

// String returns "Type=Status Reason".
func (c cause) String() string { return fmt.Sprintf("%s=%s %s", c.kind, c.status, c.reason) }

// bad reports whether a condition differs from its status when all is well.
func (c cause) bad() bool {
	for _, t := range condition.Types() {
		if t.Name == c.kind {
			return c.status != t.Well && (c.status != metav1.ConditionUnknown || t.Well == metav1.ConditionTrue)
		}
	}
	return false
}

// expectation is a state of an object, and the statuses that GitOps tools must return.
type expectation struct {
	kind  string
	ready cause
	// holds is the condition that Ready's reason implies: Reconciling, Stalled or none.
	holds string
	// other is a further condition that distinguishes the state.
	other cause
	flux  status.Status
	argo  string
}

// verdicts are the statuses of Flux and Argo CD for an object's health.
var verdicts = map[condition.Health]struct {
	flux status.Status
	argo string
}{
	condition.Works:      {flux: status.CurrentStatus, argo: "Healthy"},
	condition.Waits:      {flux: status.CurrentStatus, argo: "Healthy"},
	condition.Fails:      {flux: status.CurrentStatus, argo: "Degraded"},
	condition.Off:        {flux: status.CurrentStatus, argo: "Suspended"},
	condition.InProgress: {flux: status.InProgressStatus, argo: "Progressing"},
	condition.Broken:     {flux: status.FailedStatus, argo: "Degraded"},
}

// expectations returns all states of both kinds, from the table of reasons.
func expectations() []expectation {
	var all []expectation
	for _, kind := range []string{customerKind, supplierKind} {
		for _, row := range condition.Rows() {
			ready, ok := row.At(kind, v1alpha1.ConditionReady)
			if !ok {
				continue
			}
			v := verdicts[row.HealthOf(kind)]
			for _, other := range others(kind, row) {
				all = append(all, expectation{
					kind: kind, ready: cause{
						kind: v1alpha1.ConditionReady, status: ready,
						reason: row.Reason,
					}, holds: string(row.Progress), other: other,
					flux: v.flux, argo: v.argo,
				})
			}
		}
	}
	return all
}

// others returns the conditions that distinguish states with the same reason of Ready.
func others(kind string, row condition.Row) []cause {
	if kind == supplierKind {
		return supplierOthers(row)
	}
	switch row.Reason {
	case v1alpha1.ReasonDelegated:
		return slices.DeleteFunc(causes(kind, v1alpha1.ConditionSyncHealthy),
			func(c cause) bool { return c.status == metav1.ConditionFalse })
	case v1alpha1.ReasonSyncPending:
		return []cause{{
			kind: v1alpha1.ConditionSyncHealthy, status: metav1.ConditionUnknown,
			reason: v1alpha1.ReasonNoRunYet,
		}}
	case v1alpha1.ReasonOrganizationIsSubUnit, v1alpha1.ReasonOrganizationNotFound, v1alpha1.ReasonOrganizationDeleted:
		return []cause{
			{kind: v1alpha1.ConditionDelegationVerified, status: metav1.ConditionFalse, reason: v1alpha1.ReasonNotDelegated},
		}
	case v1alpha1.ReasonAwaitingDelegation:
		return []cause{
			{kind: v1alpha1.ConditionDelegationVerified, status: metav1.ConditionFalse, reason: v1alpha1.ReasonNotDelegated},
			{
				kind: v1alpha1.ConditionDelegationVerified, status: metav1.ConditionFalse,
				reason: v1alpha1.ReasonPartiallyDelegated,
			},
		}
	}
	for _, conditionType := range []string{v1alpha1.ConditionSyncHealthy, v1alpha1.ConditionDelegationVerified} {
		if s, ok := row.At(kind, conditionType); ok {
			return []cause{{kind: conditionType, status: s, reason: row.Reason}}
		}
	}
	return []cause{{
		kind: v1alpha1.ConditionDelegationVerified, status: metav1.ConditionTrue,
		reason: v1alpha1.ReasonDelegated,
	}}
}

func supplierOthers(row condition.Row) []cause {
	const reachable = v1alpha1.ConditionMaskinportenReachable
	switch row.Reason {
	case v1alpha1.ReasonCredentialsProved:
		var all []cause
		for _, t := range condition.Types() {
			if t.Announced && t.Name != v1alpha1.ConditionReady {
				all = append(all, causes(supplierKind, t.Name)...)
			}
		}
		return slices.DeleteFunc(all, func(c cause) bool { return c.status == metav1.ConditionUnknown })
	case v1alpha1.ReasonAuthorityUnavailable:
		return slices.DeleteFunc(causes(supplierKind, reachable), func(c cause) bool {
			return c.status != metav1.ConditionFalse || c.reason == v1alpha1.ReasonCustomerRequestsFailing
		})
	}
	if s, ok := row.At(supplierKind, reachable); ok {
		return []cause{{kind: reachable, status: s, reason: row.Reason}}
	}
	return []cause{{kind: reachable, status: metav1.ConditionTrue, reason: v1alpha1.ReasonReachable}}
}

// causes returns the possible states of a condition of a kind.
func causes(kind, conditionType string) []cause {
	var all []cause
	for _, row := range condition.Rows() {
		if s, ok := row.At(kind, conditionType); ok {
			all = append(all, cause{kind: conditionType, status: s, reason: row.Reason})
		}
	}
	return all
}

// generation is the generation of every object.
const generation = 7

// object returns an object of the state, with additional conditions that are True.
func (e *expectation) object(holds ...string) *unstructured.Unstructured {
	conditions := []any{conditionOf(e.ready), conditionOf(e.other)}
	for _, kind := range holds {
		if kind != "" {
			conditions = append(conditions, conditionOf(cause{kind: kind, status: metav1.ConditionTrue, reason: e.ready.reason}))
		}
	}
	return withStatus(e.kind, map[string]any{"observedGeneration": int64(generation), "conditions": conditions})
}

// withStatus returns an object with or without a status.
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

// conditionOf returns a condition whose message names its type, so that tests see which one is used.
func conditionOf(c cause) map[string]any {
	return map[string]any{
		"type": c.kind, "status": string(c.status), "reason": c.reason,
		"message": "message of " + strings.ToLower(c.kind), "lastTransitionTime": "2026-01-02T03:04:05Z",
	}
}
