package syncing

import (
	"context"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/test/sample"
)

// rejections returns the status and the reason of the Supplier's RejectionsImplausible.
func (w *world) rejections() string {
	return sample.StatusOf(w.supplier().Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
}

// TestManyRejections checks that refused plans of ten of twelve customers raise an alarm, which stops no job and which
// another manager keeps. A plan that NAV accepts ends the alarm only if its run began after the alarm.
func TestManyRejections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixedClock())
	numbers := sample.Numbers(12)
	for _, number := range numbers {
		w.delegate(number)
		w.create(w.makeCustomer("c"+number, number))
	}
	m := w.startManager()
	eventually(t, "twelve customers with jobs", func() bool { return m.flowing() == len(numbers) })
	refused := failed(runreport.NAVRefusing)
	refused.Refused, refused.RefusedByRegisters = 3, 3
	first := func(number string) *batchv1.Job {
		var c v1alpha1.CustomerIntegration
		w.must(server.Client.Get(context.Background(), client.ObjectKey{Namespace: w.name, Name: "c" + number}, &c))
		return w.job(c.Status.Services[0].Sync.FirstJobName)
	}
	for _, number := range numbers[:9] {
		w.run(first(number), refused)
	}
	eventually(t, "nine counted runs", func() bool { return w.counted() == 9 })
	m.recount()
	if got := w.rejections(); got != "False FewRejections" {
		t.Errorf("nine customers: %s", got)
	}
	w.run(first(numbers[9]), refused)
	eventually(t, "ten counted runs", func() bool { return w.counted() == 10 })
	m.recount()
	if got := w.rejections(); got != "True ManyRejections" {
		t.Errorf("ten customers: %s", got)
	}
	w.expectUnstopped(len(numbers))
	m.end(t)
	alarm := time.Now().Truncate(time.Second)
	w.raiseAlarmAt(alarm)

	m = w.startManager()
	if got := w.rejections(); got != "True ManyRejections" {
		t.Errorf("another manager: %s", got)
	}
	accepted := good
	accepted.Volumes.PlansSent = 1
	w.run(first(numbers[10]), accepted)
	eventually(t, "a counted run", func() bool { return w.counted() == 11 })
	m.recount()
	if got := w.rejections(); got != "True ManyRejections" {
		t.Errorf("after a run from before the alarm: %s", got)
	}

	eventually(t, "the second after the alarm", func() bool { return time.Now().After(alarm.Add(time.Second)) })
	w.run(w.requestedJob("c"+numbers[10]), accepted)
	eventually(t, "the end of the alarm", func() bool {
		m.recount()
		return w.rejections() == "False FewRejections"
	})
	m.end(t)
}

// recount makes the Supplier count its customers as they are now.
func (m *running) recount() {
	m.t.Helper()
	eventually(m.t, "an up-to-date cache", m.upToDate)
	m.clock.forward(time.Minute) // the next counts are a minute later
	value := m.clock.Now().String()
	m.changeSupplier(func(s *v1alpha1.Supplier) {
		metav1.SetMetaDataAnnotation(&s.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, value)
	})
	eventually(m.t, "a reconcile of the Supplier",
		func() bool { return m.supplier().Status.LastHandledReconcileAt == value })
}

// raiseAlarmAt sets the time of the alarm, which the world's clock stamps, to one of the real clock, which stamps Jobs.
func (w *world) raiseAlarmAt(at time.Time) {
	w.t.Helper()
	s := w.supplier()
	alarm := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	alarm.LastTransitionTime = metav1.NewTime(at)
	w.setStatus(s)
}

// requestedJob requests a run of a customer's follow-up plans and returns its Job.
func (w *world) requestedJob(name string) *batchv1.Job {
	w.t.Helper()
	key := client.ObjectKey{Namespace: w.name, Name: name}
	var c v1alpha1.CustomerIntegration
	w.must(server.Client.Get(context.Background(), key, &c))
	before := c.DeepCopy()
	metav1.SetMetaDataAnnotation(&c.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, "now")
	w.must(server.Client.Patch(context.Background(), &c, client.MergeFrom(before)))
	eventually(w.t, "a requested run", func() bool {
		w.must(server.Client.Get(context.Background(), key, &c))
		return c.Status.Services[0].Sync.RequestedJobName != ""
	})
	return w.job(c.Status.Services[0].Sync.RequestedJobName)
}

// counted counts the customers with a counted run.
func (w *world) counted() int {
	w.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	n := 0
	for i := range list.Items {
		if list.Items[i].Status.Services[0].Sync.LastRun.JobUID != "" {
			n++
		}
	}
	return n
}

// expectUnstopped checks that n customers have a Job each and a CronJob that is not suspended.
func (w *world) expectUnstopped(n int) {
	w.t.Helper()
	var cronJobs batchv1.CronJobList
	w.must(server.Client.List(context.Background(), &cronJobs, client.InNamespace(w.name)))
	for i := range cronJobs.Items {
		if s := cronJobs.Items[i].Spec.Suspend; s != nil && *s {
			w.t.Errorf("CronJob %s is suspended", cronJobs.Items[i].Name)
		}
	}
	var jobs batchv1.JobList
	w.must(server.Client.List(context.Background(), &jobs, client.InNamespace(w.name)))
	if len(cronJobs.Items) != n || len(jobs.Items) != n {
		w.t.Errorf("%d CronJobs and %d Jobs of %d customers", len(cronJobs.Items), len(jobs.Items), n)
	}
}
