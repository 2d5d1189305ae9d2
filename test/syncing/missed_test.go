package syncing

import (
	"context"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestResumesAfterManyMissedStarts suspends a customer for more than a hundred scheduled runs, and resumes it.
// Kubernetes' own CronJob controller then starts the run that is due, and only that. It sees all worlds, so the test
// has no t.Parallel.
func TestResumesAfterManyMissedStarts(t *testing.T) {
	m := newWorld(t, &clock{}).startManager()
	m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.MaxRunsPerHour = 60 })
	m.delegate(tigerNumber)
	c := m.makeCustomer(tiger, tigerNumber)
	c.Spec.Services[0].Schedule = "* * * * *"
	m.create(c)
	eventually(t, "jobs of the customer", m.started)
	m.run(m.job(m.firstJob()), good)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = true })
	eventually(t, "the suspended CronJob", m.suspended)
	cronJob := m.cronJob()
	cronJob.Status.LastScheduleTime = &metav1.Time{Time: time.Now().Add(-3 * time.Hour)}
	m.must(server.Client.Status().Update(context.Background(), cronJob))

	server.StartControllers(t, "cronjob-controller")
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Suspend = false })
	eventually(t, "the event of the scheduled run", func() bool { return m.hasEventOf(cronJob, "SuccessfulCreate") })
	if m.hasEventOf(cronJob, "TooManyMissedTimes") {
		t.Error("the CronJob controller counts each run that was missed")
	}
	due := m.scheduledTimes()
	if len(due) != 1 || time.Since(due[0]) > 3*time.Minute {
		t.Errorf("runs that were due at %v were started, want the last one only", due)
	}
}

// hasEventOf reports whether there is an event about a CronJob with a reason.
func (w *world) hasEventOf(cronJob *batchv1.CronJob, reason string) bool {
	w.t.Helper()
	var all corev1.EventList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	for i := range all.Items {
		if all.Items[i].InvolvedObject.UID == cronJob.UID && all.Items[i].Reason == reason {
			return true
		}
	}
	return false
}

// scheduledTimes returns when the Jobs that the CronJob controller created were due.
func (w *world) scheduledTimes() []time.Time {
	w.t.Helper()
	var due []time.Time
	for _, job := range w.jobs() {
		if at, ok := job.Annotations[batchv1.CronJobScheduledTimestampAnnotation]; ok {
			parsed, err := time.Parse(time.RFC3339, at)
			w.must(err)
			due = append(due, parsed)
		}
	}
	return due
}
