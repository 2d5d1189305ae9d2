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

// cause is a condition, without its message.
type cause struct {
	kind   string
	status metav1.ConditionStatus
	reason string
}

// String writes a cause as a person does.
func (c cause) String() string { return fmt.Sprintf("%s=%s %s", c.kind, c.status, c.reason) }

// bad reports whether a condition beside a good Ready is worth reporting: it is not as it is when all is well.
func (c cause) bad() bool {
	for _, t := range condition.Types() {
		if t.Name == c.kind {
			return c.status != t.Well && (c.status != metav1.ConditionUnknown || t.Well == metav1.ConditionTrue)
		}
	}
	return false
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

// verdicts are what Flux and Argo CD call an object, by its health.
var verdicts = map[condition.Health]struct {
	flux status.Status
	argo string
}{
	condition.Works:      {status.CurrentStatus, "Healthy"},
	condition.Waits:      {status.CurrentStatus, "Healthy"},
	condition.Fails:      {status.CurrentStatus, "Degraded"},
	condition.Off:        {status.CurrentStatus, "Suspended"},
	condition.InProgress: {status.InProgressStatus, "Progressing"},
	condition.Broken:     {status.FailedStatus, "Degraded"},
}

// expectations lists all states of both kinds, as the table of reasons has them.
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
					kind: kind, ready: cause{v1alpha1.ConditionReady, ready, row.Reason}, holds: string(row.Progress), other: other,
					flux: v.flux, argo: v.argo,
				})
			}
		}
	}
	return all
}

// others lists the conditions that come with a reason of Ready and are worth telling apart.
func others(kind string, row condition.Row) []cause {
	if kind == supplierKind {
		return supplierOthers(row)
	}
	switch row.Reason {
	case v1alpha1.ReasonDelegated:
		return slices.DeleteFunc(causes(kind, v1alpha1.ConditionSyncHealthy), func(c cause) bool { return c.status == metav1.ConditionFalse })
	case v1alpha1.ReasonSyncPending:
		return []cause{{v1alpha1.ConditionSyncHealthy, metav1.ConditionUnknown, v1alpha1.ReasonNoRunYet}}
	case v1alpha1.ReasonAwaitingDelegation:
		return []cause{
			{v1alpha1.ConditionDelegationVerified, metav1.ConditionFalse, v1alpha1.ReasonNotDelegated},
			{v1alpha1.ConditionDelegationVerified, metav1.ConditionFalse, v1alpha1.ReasonPartiallyDelegated},
		}
	}
	for _, conditionType := range []string{v1alpha1.ConditionSyncHealthy, v1alpha1.ConditionDelegationVerified} {
		if s, ok := row.At(kind, conditionType); ok {
			return []cause{{conditionType, s, row.Reason}}
		}
	}
	return []cause{{v1alpha1.ConditionDelegationVerified, metav1.ConditionTrue, v1alpha1.ReasonDelegated}}
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
		return []cause{{reachable, s, row.Reason}}
	}
	return []cause{{reachable, metav1.ConditionTrue, v1alpha1.ReasonReachable}}
}

// causes lists what a condition of a kind reports.
func causes(kind, conditionType string) []cause {
	var all []cause
	for _, row := range condition.Rows() {
		if s, ok := row.At(kind, conditionType); ok {
			all = append(all, cause{conditionType, s, row.Reason})
		}
	}
	return all
}

// generation is the one of every object made here.
const generation = 7

// object makes the object of an expectation, with the conditions that are told to hold.
func (e *expectation) object(holds ...string) *unstructured.Unstructured {
	conditions := []any{conditionOf(e.ready), conditionOf(e.other)}
	for _, kind := range holds {
		if kind != "" {
			conditions = append(conditions, conditionOf(cause{kind, metav1.ConditionTrue, e.ready.reason}))
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

// conditionOf returns a cause as it stands in a status. Its message names its type, so that a test sees which one is shown.
func conditionOf(c cause) map[string]any {
	return map[string]any{
		"type": c.kind, "status": string(c.status), "reason": c.reason,
		"message": "message of " + strings.ToLower(c.kind), "lastTransitionTime": "2026-01-02T03:04:05Z",
	}
}
