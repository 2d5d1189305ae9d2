package runreport

// Reasons of a run without a report of its own, from the state of its pod.
const (
	// NoReport means that the pod ended without a valid report.
	NoReport Reason = "NoReport"
	// PodGone means that the pod was deleted before the operator read its report.
	PodGone Reason = "PodGone"
	// OutOfMemory means that the run used more memory than it may.
	OutOfMemory Reason = "OOMKilled"
	// DeadlineExceeded means that the run lasted too long.
	DeadlineExceeded Reason = "DeadlineExceeded"
	// Evicted means that the node was drained, or that it evicted or preempted the pod.
	Evicted Reason = "Evicted"
	// NeverStarted means that no container of the pod ever ran: it could not be started, or not until the pod's deadline.
	NeverStarted Reason = "NeverStarted"
	// PodRefused means that the API server refused the pod of the run until the Job's deadline.
	PodRefused Reason = "PodRefused"
)

// PodReasons returns the reasons of a run besides those that a run reports itself, sorted.
func PodReasons() []Reason {
	return []Reason{DeadlineExceeded, Evicted, NeverStarted, NoReport, OutOfMemory, PodGone, PodRefused}
}
