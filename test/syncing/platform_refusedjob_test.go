package syncing

import (
	"context"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// ofBatch returns a rule for a resource of the group batch.
func ofBatch(name string) admissionregistrationv1.Rule {
	return admissionregistrationv1.Rule{
		APIGroups: []string{"batch"}, APIVersions: []string{"v1"}, Resources: []string{name},
	}
}

// quotaOfJobs lets a quota refuse every further Job, and returns what removes it.
func (w *world) quotaOfJobs() (remove func()) {
	w.t.Helper()
	hard := corev1.ResourceList{"count/jobs.batch": resource.MustParse("3")}
	w.setQuota(hard, hard)
	return func() {
		w.must(server.Client.Delete(context.Background(),
			&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: w.name, Name: "team-quota"}}))
	}
}

// policyOfJobs lets a policy refuse every Job without a label, and returns what removes it.
func (w *world) policyOfJobs() (remove func()) {
	w.t.Helper()
	return w.refuse("team-of-jobs", ofBatch("jobs"), "'team' in object.metadata.labels", "label team is required on Jobs")
}

// refusedJobs are what platforms refuse Jobs for.
var refusedJobs = map[string]struct {
	refuse       func(*world) (remove func())
	want, advice string // in the message
}{
	"quota": {
		refuse: (*world).quotaOfJobs,
		want:   "exceeded quota: team-quota, requested: count/jobs.batch=1, limited: count/jobs.batch=3",
		advice: "Raise that quota.",
	},
	"policy": {
		refuse: (*world).policyOfJobs, want: "denied request: label team is required on Jobs", advice: "spec.sync.jobLabels",
	},
}

// TestRefusedJobs checks that a customer reports soon after a run was due that the API server refuses its Job, as long
// as it does, also when the event is gone, and that the next Job clears it.
func TestRefusedJobs(t *testing.T) {
	t.Parallel()
	for name, tc := range refusedJobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			m.run(m.job(m.firstJob()), good)
			eventually(t, "a good run", func() bool { return m.healthy() == "True SyncSucceeded" })
			mend := tc.refuse(m.world)
			eventually(t, "a refusal", func() bool { return m.admitsJob() != nil })
			m.reportRefusedJob()
			m.rest()
			if got := m.ready(); got != "True Delegated" {
				t.Errorf("before a run is due: Ready %s", got)
			}
			m.forget()
			m.clock.catchUp()
			m.clock.forward(time.Hour + 30*time.Second)
			eventually(t, "a report", func() bool { m.rest(); return m.ready() == "False SyncJobRefused" })
			m.expect("one write", work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncJobRefused"},
			})
			text := message(m.world, v1alpha1.ConditionReady)
			for _, want := range []string{tc.want, tc.advice, "kubectl describe cronjob -n " + m.name + " " + m.cronJob().Name} {
				if !strings.Contains(text, want) {
					t.Errorf("the message lacks %q: %s", want, text)
				}
			}
			m.must(server.Client.DeleteAllOf(context.Background(), &corev1.Event{}, client.InNamespace(m.name)))
			m.clock.forward(time.Minute)
			eventually(t, "a message without the event", func() bool {
				m.rest()
				return !strings.Contains(message(m.world, v1alpha1.ConditionReady), tc.want)
			})
			if got := m.ready(); got != "False SyncJobRefused" {
				t.Errorf("without the event: Ready %s", got)
			}
			mend()
			eventually(t, "a Job that is admitted", func() bool { return m.admitsJob() == nil })
			m.run(m.schedule(), good)
			eventually(t, "a customer whose run succeeded", func() bool { return m.ready() == "True Delegated" })
			if m.sync().JobRefusedTime != nil {
				t.Errorf("sync status %+v", m.sync())
			}
		})
	}
}

// TestRefusedRequestedJob checks that a customer reports that the operator itself may not create the Job of a requested
// run, and that the run follows.
func TestRefusedRequestedJob(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	eventually(t, "a good run", func() bool { return m.healthy() == "True SyncSucceeded" })
	mend := m.quotaOfJobs()
	eventually(t, "a refusal", func() bool { return m.admitsJob() != nil })
	m.clock.forward(time.Minute)
	m.requestVerification()
	eventually(t, "a handled request", func() bool { return m.tiger().Status.LastHandledReconcileAt != "" })
	if got := m.ready(); got != "True Delegated" {
		t.Errorf("at once: Ready %s", got)
	}
	eventually(t, "a report", func() bool {
		m.clock.forward(time.Second)
		return m.ready() == "False SyncJobRefused"
	})
	if got := message(m.world, v1alpha1.ConditionReady); !strings.Contains(got, "exceeded quota: team-quota") {
		t.Error(got)
	}
	mend()
	name := naming.RequestedJob(tiger, plans, m.tiger().Status.LastHandledReconcileAt)
	eventually(t, "the requested Job", func() bool { m.rest(); return m.find(name, &batchv1.Job{}) })
	m.run(m.job(name), good)
	eventually(t, "a customer whose run succeeded", func() bool { return m.ready() == "True Delegated" })
}

// TestRefusedCronJob checks that a customer reports that the API server refuses what the operator writes, and that this
// ends by itself.
func TestRefusedCronJob(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.run(m.job(m.firstJob()), good)
	eventually(t, "a good run", func() bool { return m.healthy() == "True SyncSucceeded" })
	remove := m.refuse("frozen", ofBatch("cronjobs"), "false", "CronJobs are frozen")
	eventually(t, "a refusal", func() bool {
		now := m.cronJob()
		now.Spec.Suspend = new(true)
		return server.Client.Update(context.Background(), now, client.DryRunAll) != nil
	})
	m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Sync.Resources.Limits.Memory = "64Mi" })
	eventually(t, "a report", func() bool {
		m.clock.forward(time.Second)
		return m.ready() == "False SyncJobRefused"
	})
	want := "the operator cannot write CronJob " + m.cronJob().Name + ": "
	if got := message(m.world, v1alpha1.ConditionReady); !strings.Contains(got, want) ||
		!strings.Contains(got, "denied request: CronJobs are frozen") {
		t.Error(got)
	}
	remove()
	eventually(t, "a customer without a fault", func() bool { m.rest(); return m.ready() == "True Delegated" })
}
