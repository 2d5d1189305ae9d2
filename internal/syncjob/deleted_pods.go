package syncjob

import (
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// deletedPodTTL is how long a deleted pod is remembered: longer than its Job may last.
const deletedPodTTL = 2 * jobDeadline * time.Second

// DeletedPods remembers pods that ended and were deleted before their Job: an evicted pod is deleted as soon as it has
// ended, and its report with it. It is empty after a restart. The zero value is ready to use.
type DeletedPods struct {
	mu  sync.Mutex
	all map[types.UID]podsOfJob // by the UID of the Job
}

type podsOfJob struct {
	pods  []corev1.Pod
	until time.Time
}

// Note remembers a pod of a Job, if it has ended.
func (d *DeletedPods) Note(job types.UID, pod *corev1.Pod, now time.Time) {
	if !hasEnded(pod) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[types.UID]podsOfJob{}
	}
	for uid, known := range d.all {
		if now.After(known.until) {
			delete(d.all, uid)
		}
	}
	d.all[job] = podsOfJob{append(d.all[job].pods, *pod.DeepCopy()), now.Add(deletedPodTTL)}
}

// Of returns the remembered pods of Jobs.
func (d *DeletedPods) Of(jobs []batchv1.Job) []corev1.Pod {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []corev1.Pod
	for i := range jobs {
		for _, pod := range d.all[jobs[i].UID].pods {
			all = append(all, *pod.DeepCopy())
		}
	}
	return all
}
