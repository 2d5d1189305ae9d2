package syncing

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestWhatPeopleDecideStopsJobs checks that each setting that stops sync stops the jobs, and that they resume without
// another first run.
func TestWhatPeopleDecideStopsJobs(t *testing.T) {
	t.Parallel()
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
		event   []string // none if Ready does not change
		resume  func(*world)
	}{
		"sync-disabled": {
			reason: "sync is disabled",
			stop:   customer(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncDisabled }),
			ready:  "True Delegated", healthy: "Unknown NotSyncing",
			resume: customer(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = "" }),
		},
		"hrm-elsewhere": {
			reason: "the new host is not allowed",
			stop: customer(func(c *v1alpha1.CustomerIntegration) {
				c.Spec.HRM.Endpoint = "https://tiger.elsewhere.example/integration"
			}),
			ready: "False HRMEndpointNotAllowed", healthy: "Unknown NotSyncing", event: []string{"HRMEndpointNotAllowed"},
			resume: customer(func(c *v1alpha1.CustomerIntegration) {
				c.Spec.HRM.Endpoint = "https://tiger.hrm.4human.example/integration"
			}),
		},
		"host-forbidden": {
			reason: "the host is no longer allowed",
			stop: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.HRM.AllowedHosts = []string{"hrm.4human.example"}
			}),
			ready: "False HRMEndpointNotAllowed", healthy: "Unknown NotSyncing", event: []string{"HRMEndpointNotAllowed"},
			resume: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
			}),
		},
		"supplier-suspended": {
			reason: "the Supplier is suspended",
			stop:   supplier(func(s *v1alpha1.Supplier) { s.Spec.Suspend = true }),
			ready:  "False Suspended", healthy: "Unknown NotSyncing", event: []string{"Suspended"},
			resume: supplier(func(s *v1alpha1.Supplier) { s.Spec.Suspend = false }),
		},
		"supplier-deleted": {
			reason: "the Supplier is deleted",
			stop:   func(w *world) { w.must(server.Client.Delete(context.Background(), w.makeSupplier())) },
			ready:  "False SupplierNotFound", healthy: "Unknown NotSyncing", event: []string{"SupplierNotFound"},
			resume: func(w *world) { w.create(w.makeSupplier()) },
		},
		"namespace-forbidden": {
			reason: "the namespace is no longer allowed",
			stop:   supplier(func(s *v1alpha1.Supplier) { s.Spec.AllowedNamespaces = []string{"elsewhere"} }),
			ready:  "False SupplierNotAllowed", healthy: "Unknown NotSyncing", event: []string{"SupplierNotAllowed"},
			resume: supplier(func(s *v1alpha1.Supplier) { s.Spec.AllowedNamespaces = []string{s.Name} }),
		},
		"not-offered": {
			reason: "the service is no longer offered",
			stop: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.Services = []v1alpha1.OfferedService{{Name: v1alpha1.ServiceSickNotes}}
			}),
			ready: "Unknown AwaitingSupplier", healthy: "Unknown NotSyncing", event: []string{"AwaitingSupplier"},
			resume: supplier(func(s *v1alpha1.Supplier) {
				s.Spec.Services = []v1alpha1.OfferedService{{Name: plans}}
			}),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			first := m.firstJob()
			m.run(m.job(first), good)
			m.schedule()
			eventually(t, "SyncHealthy with SyncSucceeded", func() bool { return m.healthy() == "True SyncSucceeded" })
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
			eventually(t, "resumed jobs: "+c.reason,
				func() bool { return m.ready() == "True Delegated" && !m.suspended() && m.sync().ActiveSince != nil })
			want := work{
				Writes: map[string]int{"patch customerintegrations/status": 2, "patch cronjobs": 1},
				Events: []string{"Delegated"},
			}
			m.expectOfCustomer(c.reason, want)
			if m.firstJob() != first || len(m.jobs()) != 1 {
				t.Errorf("%s: %d Jobs, first Job %s; want only the same as before", c.reason, len(m.jobs()), m.firstJob())
			}
		})
	}
}

// expectOfCustomer compares the manager's work for the customer, without that for the Supplier.
func (m *running) expectOfCustomer(reason string, want work) {
	m.t.Helper()
	got := m.did()
	got.Requests = 0
	delete(got.Writes, "patch suppliers/status")
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("%s (-want +did):\n%s", reason, diff)
	}
}

// TestReplacedService lists another service, which the Supplier does not offer. The objects of the first one are
// deleted.
func TestReplacedService(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	cronJob, account := m.cronJob(), m.account()
	m.forget()
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: v1alpha1.ServiceSickNotes}}
	})
	eventually(t, "Ready with ServiceNotOffered", func() bool { return m.ready() == "False ServiceNotOffered" })
	m.expect("each object is deleted once", work{
		Writes: map[string]int{"patch customerintegrations/status": 1, "delete cronjobs": 1, "delete serviceaccounts": 1},
		Events: []string{"ServiceNotOffered"},
	})
	if m.cronJob() != nil || m.account() != nil {
		t.Error("objects of a service that is no longer listed exist")
	}
	written := m.writes.list()
	for _, one := range written {
		if one.verb == "delete" {
			checkDeletion(t, one)
		}
	}
	if got := m.tiger().Status.Services; len(got) != 1 || got[0].Sync != (v1alpha1.ServiceSync{}) {
		t.Errorf("services %+v", got)
	}

	m.clock.forward(moment)
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: plans}}
	})
	eventually(t, "jobs of the customer", m.started)
	if m.cronJob().UID == cronJob.UID || m.account().UID == account.UID {
		t.Error("an old object exists again")
	}
}

// TestInvalidSchedule checks that an invalid schedule creates no CronJob and does not change an existing one. The
// Supplier's own is reported on the Supplier alone.
func TestInvalidSchedule(t *testing.T) {
	t.Parallel()
	const invalid = "*/90 * * * *" // as far as the API server knows it is valid
	ofCustomer := func(w *world, text string) {
		w.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Services[0].Schedule = v1alpha1.CronExpression(text) })
	}
	ofSupplier := func(w *world, text string) {
		w.changeSupplier(func(s *v1alpha1.Supplier) { s.Spec.Services[0].Schedule = v1alpha1.CronExpression(text) })
	}
	cases := map[string]struct {
		write func(w *world, text string)
		ready func(*world) string // of the object that has the schedule
		work  work
	}{
		"customer's": {
			write: ofCustomer, ready: (*world).ready,
			work: work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"InvalidSchedule"},
			},
		},
		"supplier's": {write: ofSupplier, ready: (*world).supplierReady, work: work{Writes: map[string]int{}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			before := m.cronJob()
			m.forget()
			c.write(m.world, invalid)
			eventually(t, "Ready with InvalidSchedule", func() bool { return c.ready(m.world) == "False InvalidSchedule" })
			m.expectOfCustomer("the CronJob stays", c.work)
			if diff := cmp.Diff(before, m.cronJob()); diff != "" {
				t.Errorf("the CronJob changed (-before +after):\n%s", diff)
			}
			c.write(m.world, "30 4 * * 1")
			eventually(t, "the new schedule",
				func() bool { return m.ready() == "True Delegated" && m.cronJob().Spec.Schedule == "30 4 * * 1" })
		})
	}
	t.Run("new", func(t *testing.T) {
		t.Parallel()
		m := newWorld(t, fixedClock()).startManager()
		m.delegate(tigerNumber)
		c := m.makeCustomer(tiger, tigerNumber)
		c.Spec.Services[0].Schedule = invalid
		m.create(c)
		eventually(t, "Ready with InvalidSchedule", func() bool { return m.ready() == "False InvalidSchedule" })
		m.rest()
		if m.cronJob() != nil {
			t.Errorf("a CronJob was created with the schedule %s", m.cronJob().Spec.Schedule)
		}
		ofCustomer(m.world, "5 * * * *")
		eventually(t, "jobs of the customer", m.started)
	})
}
