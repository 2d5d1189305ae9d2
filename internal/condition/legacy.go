package condition

import (
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// EventSource names the operator in events.
const EventSource = "integration-operator"

// EventAction is what the operator was doing when it recorded an event.
const EventAction = "Verify"

// EventActionSync is what it was doing when it recorded an event about jobs.
const EventActionSync = "Sync"

// calmReasons are the reasons of Ready=False that are nobody's fault: their events are Normal.
var calmReasons = map[string]bool{
	v1alpha1.ReasonAwaitingDelegation:  true,
	v1alpha1.ReasonAwaitingApproval:    true,
	v1alpha1.ReasonSuspended:           true,
	v1alpha1.ReasonVerificationPending: true,
	v1alpha1.ReasonSupplierNotFound:    true,
}

// AnnounceReady tells a transition of Ready, once it has been written: one log line and one event.
func AnnounceReady(logger logr.Logger, recorder events.EventRecorder, before, after Object) {
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

// Bounded shortens a message to what the note of an event may have.
func Bounded(message string) string { return bounded(message) }

// hold writes a condition that is there only while it holds.
func (w Writer) hold(conditionType string, holds bool, ready State) {
	if !holds {
		w.Remove(conditionType)
		return
	}
	w.Set(conditionType, State{metav1.ConditionTrue, ready.Reason, ready.Message})
}

// workingReasons are Ready's reasons while the operator itself is still at work: nobody else has to act, or somebody
// acts elsewhere (on the Supplier).
var workingReasons = map[string]bool{
	v1alpha1.ReasonVerificationPending:  true,
	v1alpha1.ReasonAuthorityUnavailable: true,
	v1alpha1.ReasonSupplierNotReady:     true,
	v1alpha1.ReasonSupplierNotFound:     true,
	v1alpha1.ReasonSyncPending:          true,
}

// stallingReasons are Ready's reasons when nothing gets better before a spec, a Secret or the operator's version is
// changed.
var stallingReasons = map[string]bool{
	v1alpha1.ReasonSupplierNotAllowed:     true,
	v1alpha1.ReasonOrganizationIsSupplier: true,
	v1alpha1.ReasonDuplicateOrganization:  true,
	v1alpha1.ReasonServiceNotOffered:      true,
	v1alpha1.ReasonRequestRejected:        true,
	v1alpha1.ReasonHRMEndpointNotAllowed:  true,
	v1alpha1.ReasonInvalidSchedule:        true,
	v1alpha1.ReasonNameConflict:           true,

	v1alpha1.ReasonKeyInvalid:           true,
	v1alpha1.ReasonConfigurationInvalid: true,
	v1alpha1.ReasonKeyExpired:           true,
	v1alpha1.ReasonKeyUnknown:           true,
	v1alpha1.ReasonClientUnknown:        true,
	v1alpha1.ReasonSignatureRejected:    true,
	v1alpha1.ReasonAudienceRejected:     true,
	v1alpha1.ReasonCertificateRejected:  true,
	v1alpha1.ReasonScopeNotRegistered:   true,

	v1alpha1.ReasonSystemUserNotConfigured: true,
	v1alpha1.ReasonSystemNotRegistered:     true,
	v1alpha1.ReasonSystemClientMissing:     true,
	v1alpha1.ReasonSystemRightsRejected:    true,
	v1alpha1.ReasonAltinnRefused:           true,

	v1alpha1.ReasonClientRejected:  true,
	v1alpha1.ReasonMetadataInvalid: true,
}

// Summarise writes Ready, and Reconciling or Stalled as Ready's reason has it.
func (w Writer) Summarise(ready State) {
	w.Set(v1alpha1.ConditionReady, ready)
	w.hold(v1alpha1.ConditionReconciling, workingReasons[ready.Reason], ready)
	w.hold(v1alpha1.ConditionStalled, stallingReasons[ready.Reason], ready)
}
