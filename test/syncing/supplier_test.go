package syncing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/pkg/worker"
	"github.com/4human/integration-operator/test/sample"
)

// TestSupplierReachesCronJobs checks that a Supplier's change of its jobs patches the CronJob once, without
// CronJobRestored. It neither stops active runs nor verifies the customer.
func TestSupplierReachesCronJobs(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.Supplier)
		holds  func(*batchv1.CronJob) bool
	}{
		"image": {
			reason: "a new version of the worker",
			change: func(s *v1alpha1.Supplier) { s.Spec.Sync.Image = "registry.example/sync:2" },
			holds: func(c *batchv1.CronJob) bool {
				return c.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image == "registry.example/sync:2"
			},
		},
		"labels": {
			reason: "a queueing system that holds Jobs back",
			change: func(s *v1alpha1.Supplier) {
				s.Spec.Sync.JobLabels = map[string]v1alpha1.LabelValue{"kueue.x-k8s.io/queue-name": "nightly"}
			},
			holds: func(c *batchv1.CronJob) bool {
				return c.Spec.JobTemplate.Labels["kueue.x-k8s.io/queue-name"] == "nightly" &&
					c.Spec.JobTemplate.Labels[v1alpha1.LabelIntegration] == tiger
			},
		},
		"schedule": {
			reason: "another schedule",
			change: func(s *v1alpha1.Supplier) { s.Spec.Services[0].Schedule = "H H/4 * * *" },
			holds: func(c *batchv1.CronJob) bool {
				want, err := schedule.Parse("H H/4 * * *", c.Namespace+"/"+child)
				return err == nil && c.Spec.Schedule == want.String()
			},
		},
		"node": {
			reason: "tainted nodes",
			change: func(s *v1alpha1.Supplier) {
				s.Spec.Sync.NodeSelector = map[string]v1alpha1.LabelValue{"pool": "sync"}
				s.Spec.Sync.Tolerations = []v1alpha1.Toleration{{Key: "sync", Operator: "Exists", Effect: "NoSchedule"}}
			},
			holds: func(c *batchv1.CronJob) bool {
				pod := c.Spec.JobTemplate.Spec.Template.Spec
				return pod.NodeSelector["pool"] == "sync" && len(pod.Tolerations) == 1 && pod.Tolerations[0].Key == "sync"
			},
		},
		"memory": {
			reason: "more memory",
			change: func(s *v1alpha1.Supplier) {
				s.Spec.Sync.Resources.Limits.Memory, s.Spec.Sync.Resources.Requests.Memory = "256Mi", "0.25Gi"
			},
			holds: func(c *batchv1.CronJob) bool {
				r := c.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Resources
				return r.Limits.Memory().String() == "256Mi" && r.Requests.Memory().String() == "256Mi"
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			before := m.cronJob()
			m.forget()
			m.changeSupplier(c.change)
			eventually(t, c.reason, func() bool {
				return c.holds(m.cronJob()) && m.supplier().Status.ObservedGeneration == m.supplier().Generation
			})
			m.expect(c.reason+"; the Supplier's credentials are proved for its new spec", work{
				Writes: map[string]int{"patch suppliers/status": 1, "patch cronjobs": 1}, Requests: 1,
			})

			m.forget()
			m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec = m.makeSupplier().Spec })
			eventually(t, "what was there before: "+c.reason, func() bool {
				return m.cronJob().Annotations[v1alpha1.AnnotationApplied] == before.Annotations[v1alpha1.AnnotationApplied] &&
					m.supplier().Status.ObservedGeneration == m.supplier().Generation
			})
			m.expect("reverted: "+c.reason, work{
				Writes: map[string]int{"patch suppliers/status": 1, "patch cronjobs": 1}, Requests: 1,
			})
			if c.holds(m.cronJob()) {
				t.Errorf("%s: the CronJob still has the change", c.reason)
			}
			if n := len(m.jobs()); n != 1 {
				t.Errorf("%s: %d Jobs, want the active one", c.reason, n)
			}
		})
	}
}

// TestInvalidScheduleIsReportedOnce checks that the Supplier alone reports an invalid schedule: its customers keep the
// one that they have, without a write or an event, and a new customer waits for the Supplier until it is corrected.
func TestInvalidScheduleIsReportedOnce(t *testing.T) {
	m := startGranted(t)
	before := m.cronJob()
	m.forget()
	m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Services[0].Schedule = "*/90 * * * *" })
	eventually(t, "the Supplier's reason", func() bool {
		return sample.StatusOf(m.supplier().Status.Conditions, v1alpha1.ConditionReady) == "False InvalidSchedule"
	})
	m.expect("no customer is written to", work{Writes: map[string]int{"patch suppliers/status": 1}, Requests: 1})
	if after := m.cronJob(); after.ResourceVersion != before.ResourceVersion {
		t.Errorf("the CronJob was changed: %q, before %q", after.Spec.Schedule, before.Spec.Schedule)
	}

	const hare, hareNumber = "hare", "314240979"
	m.delegate(hareNumber)
	m.create(m.makeCustomer(hare, hareNumber))
	ready := func() string {
		var c v1alpha1.CustomerIntegration
		m.must(server.Client.Get(t.Context(), client.ObjectKey{Namespace: m.name, Name: hare}, &c))
		return sample.StatusOf(c.Status.Conditions, v1alpha1.ConditionReady)
	}
	eventually(t, "a customer that waits", func() bool { return ready() == "Unknown AwaitingSupplier" })
	m.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Services[0].Schedule = "H * * * *" })
	eventually(t, "jobs of the new customer", func() bool { return ready() == "True Delegated" })
	eventually(t, "a Supplier that is ready", func() bool {
		return sample.StatusOf(m.supplier().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved"
	})
}

// TestEndpointReachesTheSettings checks that a change of NAV's and of HRM systems' addresses patches each CronJob once,
// and does not change an active run.
func TestEndpointReachesTheSettings(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	before := m.jobs()
	m.forget()
	m.changeSupplier(func(s *v1alpha1.Supplier) {
		s.Spec.Endpoints.NAVFollowUpPlans = "http://nav.simulator.svc"
		s.Spec.HRM.AllowedAddresses = []string{"10.96.0.0/12"}
	})
	want := worker.Settings{
		APIURL:   "http://nav.simulator.svc",
		HRM:      worker.HRM{AllowedAddresses: []string{"10.96.0.0/12"}},
		Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
	}
	eventually(t, "the settings", func() bool {
		return cmp.Equal(want, m.environment().Settings) && m.supplier().Status.ObservedGeneration == m.supplier().Generation
	})
	m.expect("one write per CronJob", work{
		Writes: map[string]int{"patch suppliers/status": 1, "patch cronjobs": 1}, Requests: 1,
	})
	if diff := cmp.Diff(before, m.jobs()); diff != "" {
		t.Errorf("the active run changed (-before +after):\n%s", diff)
	}
}
