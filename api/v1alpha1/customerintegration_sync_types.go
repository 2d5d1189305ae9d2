package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ServiceSync is the state of the jobs of one service of a customer.
//
// +kubebuilder:validation:MinProperties=1
type ServiceSync struct {
	// cronJobName is the name of the service's CronJob in the customer's namespace.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=52
	CronJobName string `json:"cronJobName,omitempty"`

	// activeSince is since when sync has been allowed without interruption. It is absent while sync is not allowed.
	//
	// +optional
	ActiveSince *metav1.Time `json:"activeSince,omitempty"`

	// firstJobName is the name of the Job that was created when access was last granted, at once and once per transition.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	FirstJobName string `json:"firstJobName,omitempty"`

	// requestedJobName is the name of the Job that was created for the last handled value of the annotation
	// reconcile.fluxcd.io/requestedAt, once per value.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	RequestedJobName string `json:"requestedJobName,omitempty"`

	// lastSuccessTime is when a run last succeeded.
	//
	// +optional
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`

	// failures is the number of failed runs since the last success. It is absent if there are none. Runs that were
	// interrupted from outside are not counted, nor is a run that reports RightMissing less than five minutes after
	// rightMissingTime.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Failures int32 `json:"failures,omitempty"`

	// sameFailures is the number of failed runs in a row, up to the last one, with the last one's reason. It is absent
	// after a success.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	SameFailures int32 `json:"sameFailures,omitempty"`

	// rightMissingTime is when the last counted run that reported RightMissing ended. Altinn caches rights for five
	// minutes, so runs that end sooner after it repeat the same response. It is absent if the last run had another result.
	//
	// +optional
	RightMissingTime *metav1.Time `json:"rightMissingTime,omitempty"`

	// jobRefusedTime is since when the API server refuses to create the service's Jobs, such as for a quota or a policy.
	// It is absent once there is a newer Job.
	//
	// +optional
	JobRefusedTime *metav1.Time `json:"jobRefusedTime,omitempty"`

	// startFailure is why the pod of a run does not start, such as ImagePullBackOff. It is absent once a pod has started.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	StartFailure string `json:"startFailure,omitempty"`

	// lastRun is the run that ended last.
	//
	// +optional
	LastRun SyncRun `json:"lastRun,omitzero"`

	// openUnknown is the number of follow-up plans that may or may not have reached NAV, as the HRM system last listed
	// them. A person must find out, and settle them in the HRM system. It is absent if there are none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	OpenUnknown int32 `json:"openUnknown,omitempty"`

	// openUndecided is the number of follow-up plans that NAV has rejected for 72 hours, as the HRM system last listed
	// them. A person must decide on them in the HRM system. It is absent if there are none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	OpenUndecided int32 `json:"openUndecided,omitempty"`
}

// SyncRun is the result of one run of a service.
type SyncRun struct {
	// outcome of the run: Succeeded or Failed.
	//
	// +required
	Outcome SyncOutcome `json:"outcome,omitempty"`

	// reason of a failure: the one that the run reported, or one derived from its pod. See docs/reasons.md.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// cause of the reason, if the run reported one: which fault of the connection, or of the Secret. See docs/reasons.md.
	//
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Cause string `json:"cause,omitempty"`

	// finishedTime is when the run ended.
	//
	// +required
	FinishedTime metav1.Time `json:"finishedTime,omitzero"` //nolint:kubeapilinter // A time is written as a string: it has no zero value that is valid.

	// jobUID is the UID of the run's Job, so that no run is counted twice.
	//
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	JobUID string `json:"jobUID,omitempty"`

	// rejected is the number of follow-up plans that NAV rejected permanently in the run. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Rejected int32 `json:"rejected,omitempty"`

	// refused is the number of follow-up plans that NAV rejected temporarily in the run. They are offered again. It is
	// absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Refused int32 `json:"refused,omitempty"`

	// refusedByRegisters is the number of refused plans whose rejection indicates that NAV's register of persons or of
	// employments is down. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	RefusedByRegisters int32 `json:"refusedByRegisters,omitempty"`

	// unknown is the number of follow-up plans that may or may not have reached NAV in the run. It is absent if there were
	// none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	Unknown int32 `json:"unknown,omitempty"`

	// setAside is the number of documents that the run did not deliver, because a field could not be parsed or the HRM
	// system rejected them. The run's log names them. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	SetAside int32 `json:"setAside,omitempty"`

	// hiddenPages is the number of NAV's lists in the run that were empty although later documents existed. The run
	// continued after them. It is absent if there were none.
	//
	// +optional
	// +kubebuilder:validation:Minimum=1
	HiddenPages int32 `json:"hiddenPages,omitempty"`
}

// SyncOutcome is the outcome of a run.
//
// +kubebuilder:validation:Enum=Succeeded;Failed
type SyncOutcome string

const (
	// SyncSucceeded means that the run completed all its work.
	SyncSucceeded SyncOutcome = "Succeeded"
	// SyncFailed means that the run stopped early.
	SyncFailed SyncOutcome = "Failed"
)
