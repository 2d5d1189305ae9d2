package syncing

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestWhatPeopleDecideStopsJobs stops what flows by each thing that people decide by, and lets it go on. Access was given
// once, so there is no first run again.
func TestWhatPeopleDecideStopsJobs(t *testing.T) {
	customer := func(change func(*v1alpha1.CustomerIntegration)) func(*world) {
		return func(w *world) { w.changeTiger(change) }
	}
	supplier := func(change func(*v1alpha1.Supplier)) func(*world) {
		return func(w *world) { w.changeSupplier(change) }
	}
	cases := map[string]struct {
		reason  string
		stop    func(*world)
		ready   string
		healthy string
		event   []string // none where Ready stays what it was
		resume  func(*world)
	}{
		"sync-disabled": {
			reason: "access is verified and reported only",
			stop:   customer(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled }),
			ready:  "True Delegated", healthy: "Unknown NotSyncing",
			resume: customer(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = "" }),
		},
		"hrm-elsewhere": {
			reason: "the data may not go where the customer's spec says now",
			stop: customer(func(c *v1alpha1.CustomerIntegration) {
				c.Spec.HRM.Endpoint = "https://tiger.elsewhere.example/integration"
			}),
			ready: "False HRMEndpointNotAllowed", healthy: "Unknown NotSyncing", event: []string{"HRMEndpointNotAllowed"},
			resume: customer(func(c *v1alpha1.CustomerIntegration) {
				c.Spec.HRM.Endpoint = "https://tiger.hrm.4human.example/integration"
			}),
		},
		"host-forbidden": {
			reason: "the data may go there no longer",
			stop: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.HRM.AllowedHosts = []string{"hrm.4human.example"}
			}),
			ready: "False HRMEndpointNotAllowed", healthy: "Unknown NotSyncing", event: []string{"HRMEndpointNotAllowed"},
			resume: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
			}),
		},
		"supplier-suspended": {
			reason: "the kill switch",
			stop:   supplier(func(s *v1alpha1.Supplier) { s.Spec.Suspend = true }),
			ready:  "False Suspended", healthy: "Unknown NotSyncing", event: []string{"Suspended"},
			resume: supplier(func(s *v1alpha1.Supplier) { s.Spec.Suspend = false }),
		},
		"supplier-deleted": {
			reason: "nobody says any more what may flow",
			stop:   func(w *world) { w.must(server.Client.Delete(context.Background(), w.makeSupplier())) },
			ready:  "False SupplierNotFound", healthy: "Unknown NotSyncing", event: []string{"SupplierNotFound"},
			resume: func(w *world) { w.create(w.makeSupplier()) },
		},
		"namespace-forbidden": {
			reason: "the Supplier is not for this namespace any more",
			stop:   supplier(func(s *v1alpha1.Supplier) { s.Spec.AllowedNamespaces = []string{"elsewhere"} }),
			ready:  "False SupplierNotAllowed", healthy: "Unknown NotSyncing", event: []string{"SupplierNotAllowed"},
			resume: supplier(func(s *v1alpha1.Supplier) { s.Spec.AllowedNamespaces = []string{s.Name} }),
		},
		"not-offered": {
			reason: "the Supplier does not offer the service any more",
			stop: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.Services = []v1alpha1.OfferedService{{Name: v1alpha1.ServiceSickNotes}}
			}),
			ready: "False ServiceNotOffered", healthy: "Unknown NotSyncing", event: []string{"ServiceNotOffered"},
			resume: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.Services = []v1alpha1.OfferedService{{Name: plans}}
			}),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			first := m.firstJob()
			m.run(m.job(first), good)
			m.schedule()
			eventually(t, "a healthy customer", func() bool { return m.healthy() == "True SyncSucceeded" })
			m.rest()
			m.forget()

			c.stop(m.world)
			eventually(t, "stopped jobs: "+c.reason, func() bool {
				return m.ready() == c.ready && m.healthy() == c.healthy && m.suspended() && len(m.jobs()) == 1
			})
			m.expectOfCustomer(c.reason, work{
				Writes: map[string]int{"patch customerintegrations/status": 1, "patch cronjobs": 1, "delete jobs": 1},
				Events: append(c.event, "RunStopped"),
			})

			m.clock.forward(moment)
			m.forget()
			c.resume(m.world)
			eventually(t, "jobs that go on: "+c.reason, func() bool { return m.ready() == "True Delegated" && !m.suspended() && m.sync().ActiveSince != nil })
			want := work{Writes: map[string]int{"patch customerintegrations/status": 2, "patch cronjobs": 1}, Events: []string{"Delegated"}}
			m.expectOfCustomer(c.reason, want)
			if m.firstJob() != first || len(m.jobs()) != 1 {
				t.Errorf("%s: %d Jobs, the first one %s: want the same as before alone", c.reason, len(m.jobs()), m.firstJob())
			}
		})
	}
}

// expectOfCustomer compares what the manager has done for the customer, and not what it did for the Supplier besides.
func (m *running) expectOfCustomer(reason string, want work) {
	m.t.Helper()
	got := m.did()
	got.Asked = 0
	for _, what := range []string{"patch suppliers/status", "create events", "patch events"} {
		delete(got.Writes, what)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("%s (-want +did):\n%s", reason, diff)
	}
}

// TestReplacedService lists another service instead: what was made for the first one goes. The Supplier does not offer the
// other one, so nothing is made for it.
func TestReplacedService(t *testing.T) {
	m := startGranted(t)
	cronJob, account := m.cronJob(), m.account()
	m.forget()
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: v1alpha1.ServiceSickNotes}}
	})
	eventually(t, "another verdict", func() bool { return m.ready() == "False ServiceNotOffered" })
	m.expect("each thing is deleted once", work{
		Writes: map[string]int{"patch customerintegrations/status": 1, "delete cronjobs": 1, "delete serviceaccounts": 1},
		Events: []string{"ServiceNotOffered"},
	})
	if m.cronJob() != nil || m.account() != nil {
		t.Error("what was made for a service that is no longer listed is there")
	}
	_, written := m.writes.list()
	for _, one := range written {
		if one.verb == "delete" {
			checkDeletion(t, one)
		}
	}
	if got := m.tiger().Status.Services; len(got) != 1 || got[0].Sync != (v1alpha1.ServiceSync{}) {
		t.Errorf("what is known of the services: %+v", got)
	}

	m.clock.forward(moment)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: plans}}
	})
	eventually(t, "jobs of the customer", m.started)
	if m.cronJob().UID == cronJob.UID || m.account().UID == account.UID {
		t.Error("what was deleted is there again")
	}
}

// TestInvalidSchedule writes a schedule that cannot be understood: before there is a CronJob there is none, and one that
// is there goes on as it was.
func TestInvalidSchedule(t *testing.T) {
	ofCustomer := func(w *world, text string) {
		w.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Services[0].Schedule = text })
	}
	ofSupplier := func(w *world, text string) {
		w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Services[0].Schedule = text })
	}
	for name, write := range map[string]func(*world, string){"customer's": ofCustomer, "supplier's": ofSupplier} {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			before := m.cronJob()
			m.forget()
			write(m.world, "now and then")
			eventually(t, "an invalid schedule that is told", func() bool { return m.ready() == "False InvalidSchedule" })
			m.expectOfCustomer("the CronJob goes on as it was", work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"InvalidSchedule"},
			})
			if diff := cmp.Diff(before, m.cronJob()); diff != "" {
				t.Errorf("the CronJob was touched (-before +after):\n%s", diff)
			}
			write(m.world, "30 4 * * 1")
			eventually(t, "the new schedule", func() bool { return m.ready() == "True Delegated" && m.cronJob().Spec.Schedule == "30 4 * * 1" })
		})
	}
	t.Run("new", func(t *testing.T) {
		m := newWorld(t, standing()).startManager()
		m.delegate(tigerNumber)
		c := m.makeCustomer(tiger, tigerNumber)
		c.Spec.Services[0].Schedule = "often"
		m.create(c)
		eventually(t, "an invalid schedule that is told", func() bool { return m.ready() == "False InvalidSchedule" })
		m.rest()
		if m.cronJob() != nil {
			t.Errorf("a CronJob was made with the schedule %s", m.cronJob().Spec.Schedule)
		}
		ofCustomer(m.world, "5 * * * *")
		eventually(t, "jobs of the customer", m.started)
	})
}
