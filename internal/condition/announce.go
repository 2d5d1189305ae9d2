package condition

import (
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// EventSource names the operator in events.
const EventSource = "integration-operator"

// maxNote is how many bytes the note of an event may have (events.k8s.io/v1).
const maxNote = 1024

// Object is an object with conditions.
type Object interface {
	client.Object
	GetConditions() []metav1.Condition
}

// Announce logs and records the transitions between two states of an object, once the second is written. A transition
// that Ready announces with the same reason is not announced again.
func Announce(logger logr.Logger, recorder events.EventRecorder, before, after Object) {
	for _, t := range types {
		was := meta.FindStatusCondition(before.GetConditions(), t.Name)
		is := meta.FindStatusCondition(after.GetConditions(), t.Name)
		if !t.Announced || is == nil || was != nil && was.Status == is.Status && was.Reason == is.Reason {
			continue
		}
		event := eventOf(t, was, is)
		if event == "" || t.Name != v1alpha1.ConditionReady && isInReady(after, is.Reason) {
			continue
		}
		from := ""
		if was != nil {
			from = string(was.Status)
		}
		logger.Info(t.Name+" changed", "from", from, "to", is.Status, "reason", is.Reason)
		recorder.Eventf(after, nil, event, is.Reason, t.Action, "%s", Bound(is.Message))
	}
}

// eventOf returns the type of the event that announces a transition, "" if none does. A condition that is well from the
// start is no news, except Ready and SyncHealthy.
func eventOf(t Type, was, is *metav1.Condition) string {
	summary := t.Name == v1alpha1.ConditionReady || t.Name == v1alpha1.ConditionSyncHealthy
	wasBad := was != nil && was.Status != t.Well && was.Status != metav1.ConditionUnknown
	unverified := is.Status == metav1.ConditionUnknown && t.Well == metav1.ConditionTrue
	if !summary && (unverified || is.Status == t.Well && !wasBad) {
		return ""
	}
	return Of(is.Reason).Event
}

// isInReady reports whether Ready has a reason.
func isInReady(o Object, reason string) bool {
	r := meta.FindStatusCondition(o.GetConditions(), v1alpha1.ConditionReady)
	return r != nil && r.Reason == reason
}

// Bound shortens a message to maxNote bytes, at the end of a character.
func Bound(message string) string {
	if len(message) <= maxNote {
		return message
	}
	cut := maxNote - len("…")
	for cut > 0 && message[cut]&0xC0 == 0x80 {
		cut--
	}
	return message[:cut] + "…"
}
