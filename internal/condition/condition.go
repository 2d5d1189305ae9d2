package condition

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// State is what a condition says, without its type.
type State struct {
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

// Writer puts findings into a list of conditions.
type Writer struct {
	Conditions *[]metav1.Condition
	Generation int64
	Now        time.Time
}

// Set writes a condition. Its transition time moves only when the status does.
func (w Writer) Set(conditionType string, f State) {
	meta.SetStatusCondition(w.Conditions, metav1.Condition{
		Type:               conditionType,
		Status:             f.Status,
		Reason:             f.Reason,
		Message:            f.Message,
		ObservedGeneration: w.Generation,
		LastTransitionTime: metav1.NewTime(w.Now),
	})
}

// Remove removes a condition.
func (w Writer) Remove(conditionType string) { meta.RemoveStatusCondition(w.Conditions, conditionType) }

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

// Summarize writes Ready, and Reconciling or Stalled as Ready's reason has it.
func (w Writer) Summarize(ready State) {
	w.Set(v1alpha1.ConditionReady, ready)
	w.hold(v1alpha1.ConditionReconciling, workingReasons[ready.Reason], ready)
	w.hold(v1alpha1.ConditionStalled, stallingReasons[ready.Reason], ready)
}
