package condition

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Type is what the operator knows of a condition type.
type Type struct {
	Name string
	// Well is the status that means that nothing is wrong.
	Well metav1.ConditionStatus
	// Announced reports whether a transition is an event of its own.
	Announced bool
	// Action is what the operator does when it announces one.
	Action string
	// Alarm reports whether a Supplier's status.alarms lists the condition while it is not well.
	Alarm bool
	// Counted reports whether the condition follows from a count of the Supplier's customers.
	Counted bool
}

// Actions of events (events.k8s.io/v1).
const (
	// ActionVerify is verifying a customer's access, or the supplier's own.
	ActionVerify = "Verify"
	// ActionSync is running a customer's jobs.
	ActionSync = "Sync"
)

var types = []Type{
	{Name: v1alpha1.ConditionReady, Well: metav1.ConditionTrue, Announced: true, Action: ActionVerify},
	{Name: v1alpha1.ConditionDelegationVerified, Well: metav1.ConditionTrue},
	{Name: v1alpha1.ConditionSyncHealthy, Well: metav1.ConditionTrue, Announced: true, Action: ActionSync},
	{Name: v1alpha1.ConditionOrganizationRegistered, Well: metav1.ConditionTrue, Announced: true, Action: ActionVerify},
	{
		Name: v1alpha1.ConditionMaskinportenReachable, Well: metav1.ConditionTrue, Announced: true, Action: ActionVerify,
		Alarm: true,
	},
	{
		Name: v1alpha1.ConditionAltinnReachable, Well: metav1.ConditionTrue, Announced: true, Action: ActionVerify,
		Alarm: true,
	},
	{
		Name: v1alpha1.ConditionNAVReachable, Well: metav1.ConditionTrue, Announced: true, Action: ActionSync,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionTokenBrokerReachable, Well: metav1.ConditionTrue, Announced: true, Action: ActionSync,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionWithdrawalsImplausible, Well: metav1.ConditionFalse, Announced: true, Action: ActionVerify,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionRejectionsImplausible, Well: metav1.ConditionFalse, Announced: true, Action: ActionVerify,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionVerificationOutdated, Well: metav1.ConditionFalse, Announced: true, Action: ActionVerify,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionKeyExpiring, Well: metav1.ConditionFalse, Announced: true, Action: ActionVerify,
		Alarm: true,
	},
	{
		Name: v1alpha1.ConditionNamespacesInaccessible, Well: metav1.ConditionFalse, Announced: true, Action: ActionVerify,
		Alarm: true,
	},
	{
		Name: v1alpha1.ConditionRunsNotStarting, Well: metav1.ConditionFalse, Announced: true, Action: ActionSync,
		Alarm: true, Counted: true,
	},
	{
		Name: v1alpha1.ConditionCustomersBlocked, Well: metav1.ConditionFalse, Announced: true, Action: ActionSync,
		Alarm: true, Counted: true,
	},
	{Name: v1alpha1.ConditionReconciling, Well: metav1.ConditionFalse},
	{Name: v1alpha1.ConditionStalled, Well: metav1.ConditionFalse},
}

// Types lists all condition types.
func Types() []Type { return slices.Clone(types) }

// Alarms lists the types of a Supplier's conditions that are alarms and not well. An unknown state is no alarm.
func Alarms(conditions []metav1.Condition) []Type {
	var all []Type
	for _, t := range types {
		c := meta.FindStatusCondition(conditions, t.Name)
		if t.Alarm && c != nil && c.Status != t.Well && c.Status != metav1.ConditionUnknown {
			all = append(all, t)
		}
	}
	return all
}

// On reports whether objects of a kind have the condition.
func (t Type) On(kind string) bool {
	return slices.ContainsFunc(rows, func(r Row) bool {
		_, ok := r.At(kind, t.Name)
		return ok || string(r.Progress) == t.Name &&
			slices.ContainsFunc(r.Places, func(p Place) bool { return p.Kind == kind })
	})
}
