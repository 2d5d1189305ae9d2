package controllers

import (
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// eventAction is what the operator was doing when it recorded an event.
const eventAction = "Verify"

// maxNote is how many bytes the note of an event may have (events.k8s.io/v1).
const maxNote = 1024

// calmReasons are the reasons of Ready=False that are nobody's fault: their events are Normal.
var calmReasons = map[string]bool{
	integrationsv1alpha1.ReasonAwaitingDelegation:  true,
	integrationsv1alpha1.ReasonSuspended:           true,
	integrationsv1alpha1.ReasonVerificationPending: true,
}

// conditioned is an object with conditions.
type conditioned interface {
	client.Object
	GetConditions() []metav1.Condition
}

// announce tells a transition of Ready, once it has been written: one log line and one event.
func announce(logger logr.Logger, recorder events.EventRecorder, before, after conditioned) {
	was := meta.FindStatusCondition(before.GetConditions(), integrationsv1alpha1.ConditionReady)
	is := meta.FindStatusCondition(after.GetConditions(), integrationsv1alpha1.ConditionReady)
	if is == nil || (was != nil && was.Status == is.Status && was.Reason == is.Reason) {
		return
	}
	logger.Info("Verdict changed", "ready", is.Status, "reason", is.Reason)
	kind := corev1.EventTypeWarning
	if is.Status == metav1.ConditionTrue || calmReasons[is.Reason] {
		kind = corev1.EventTypeNormal
	}
	recorder.Eventf(after, nil, kind, is.Reason, eventAction, "%s", bounded(is.Message))
}

// bounded cuts a message to what an event's note may have, at a character's end.
func bounded(message string) string {
	if len(message) <= maxNote {
		return message
	}
	cut := maxNote - len("…")
	for cut > 0 && message[cut]&0xC0 == 0x80 {
		cut--
	}
	return message[:cut] + "…"
}
