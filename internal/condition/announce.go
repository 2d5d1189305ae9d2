package condition

import (
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// EventSource names the operator in events.
const EventSource = "integration-operator"

// EventAction is what the operator was doing when it recorded an event.
const EventAction = "Verify"

// EventActionSync is what it was doing when it recorded an event about jobs.
const EventActionSync = "Sync"

// MaxNote is how many bytes the note of an event may have (events.k8s.io/v1).
const MaxNote = 1024

// calmReasons are the reasons of Ready=False that are nobody's fault: their events are Normal.
var calmReasons = map[string]bool{
	v1alpha1.ReasonAwaitingDelegation:  true,
	v1alpha1.ReasonAwaitingApproval:    true,
	v1alpha1.ReasonSuspended:           true,
	v1alpha1.ReasonVerificationPending: true,
	v1alpha1.ReasonSupplierNotFound:    true,
}

// Object is an object with conditions.
type Object interface {
	client.Object
	GetConditions() []metav1.Condition
}

// Announce tells a transition of Ready, once it has been written: one log line and one event.
func Announce(logger logr.Logger, recorder events.EventRecorder, before, after Object) {
	is := Transition(before, after, v1alpha1.ConditionReady)
	if is == nil || is.Reason == v1alpha1.ReasonSyncPending { // a moment between two that are told
		return
	}
	logger.Info("Verdict changed", "ready", is.Status, "reason", is.Reason)
	kind := corev1.EventTypeWarning
	if is.Status == metav1.ConditionTrue || calmReasons[is.Reason] {
		kind = corev1.EventTypeNormal
	}
	recorder.Eventf(after, nil, kind, is.Reason, EventAction, "%s", Bounded(is.Message))
}

// AnnounceSync tells a transition of SyncHealthy that Ready does not tell.
func AnnounceSync(recorder events.EventRecorder, before, after Object) {
	is := Transition(before, after, v1alpha1.ConditionSyncHealthy)
	if is == nil {
		return
	}
	ready := meta.FindStatusCondition(after.GetConditions(), v1alpha1.ConditionReady)
	told := ready != nil && ready.Reason == is.Reason
	switch {
	case is.Reason == v1alpha1.ReasonSyncSucceeded:
		recorder.Eventf(after, nil, corev1.EventTypeNormal, is.Reason, EventActionSync, "%s", Bounded(is.Message))
	case is.Reason == v1alpha1.ReasonSyncRetrying, is.Status == metav1.ConditionFalse && !told:
		recorder.Eventf(after, nil, corev1.EventTypeWarning, is.Reason, EventActionSync, "%s", Bounded(is.Message))
	}
}

// Transition gives a condition if its status or reason is another than it was, and else nil.
func Transition(before, after Object, conditionType string) *metav1.Condition {
	was := meta.FindStatusCondition(before.GetConditions(), conditionType)
	is := meta.FindStatusCondition(after.GetConditions(), conditionType)
	if is == nil || (was != nil && was.Status == is.Status && was.Reason == is.Reason) {
		return nil
	}
	return is
}

// Bounded cuts a message to what an event's note may have, at a character's end.
func Bounded(message string) string {
	if len(message) <= MaxNote {
		return message
	}
	cut := MaxNote - len("…")
	for cut > 0 && message[cut]&0xC0 == 0x80 {
		cut--
	}
	return message[:cut] + "…"
}
