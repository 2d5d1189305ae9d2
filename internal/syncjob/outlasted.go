package syncjob

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// outlastLimit is how long other containers of a pod may go on after the worker before the operator ends its Job.
const outlastLimit = 30 * time.Second

// Outlasting returns the names of the containers that go on in the pod of a run although its worker has ended, such as
// a mesh's proxy. Init containers that restart (native sidecars) do not count, because Kubernetes ends them.
func Outlasting(pod *corev1.Pod) []string {
	if pod == nil || hasEnded(pod) || terminatedState(pod) == nil {
		return nil
	}
	var names []string
	for i := range pod.Status.ContainerStatuses {
		if c := &pod.Status.ContainerStatuses[i]; c.State.Terminated == nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// Outlasted is a Job whose worker has succeeded and whose pod goes on.
type Outlasted struct {
	Job *batchv1.Job
	// Containers are the names of the containers that go on.
	Containers []string
	// Until is when the operator ends the Job.
	Until time.Time
}

// OutlastedJobs lists the Jobs of a service whose worker has succeeded and whose pod goes on. A pod whose worker failed
// is not in it: it keeps its log until its own deadline.
func OutlastedJobs(c *Child) []Outlasted {
	var all []Outlasted
	for i := range c.Jobs {
		job := &c.Jobs[i]
		pod := lastPod(podsOf(c.Pods, job))
		names := Outlasting(pod)
		if finished, _ := FinishOf(job); len(names) == 0 || !finished.IsZero() || !job.DeletionTimestamp.IsZero() {
			continue
		}
		if state := terminatedState(pod); state.ExitCode == 0 {
			all = append(all, Outlasted{Job: job, Containers: names, Until: state.FinishedAt.Add(outlastLimit)})
		}
	}
	return all
}
