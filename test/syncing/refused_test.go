package syncing

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/fixture"
)

// askedAboutTiger counts what Maskinporten was asked about the customer since the simulator's last reset.
func (w *world) askedAboutTiger() int {
	n := 0
	for _, r := range w.simulator.Recorder.Report().Recent {
		if r.Consumer == tigerNumber {
			n++
		}
	}
	return n
}

// TestRefusedRunIsAskedAboutOnce lets runs be refused access: each leads to one question, whatever happens afterwards.
func TestRefusedRunIsAskedAboutOnce(t *testing.T) {
	for _, reason := range []runreport.Reason{runreport.AccessRefused, runreport.NAVTokenRejected, runreport.RightMissing} {
		t.Run(string(reason), func(t *testing.T) {
			m := startGranted(t)
			job := m.job(m.firstJob())
			for i, events := range [][]string{{"SyncRetrying"}, nil} {
				m.forget()
				m.run(job, failed(reason))
				m.expect("one question, and one write of the run and the answer", work{
					Writes: map[string]int{"patch customerintegrations/status": 1}, Events: events, Asked: 1,
				})
				want := int32(i + 1)
				if reason == runreport.RightMissing {
					want = 1 // runs that lie closer than five minutes say nothing of rights
				}
				if got := m.sync().Failures; got != want {
					t.Errorf("%d failures, want %d", got, want)
				}
				m.forget()
				m.clock.forward(moment)
				m.annotate(m.job(job.Name))
				m.expect("the run has been asked about", work{})
				job = m.schedule()
			}
			var third []string
			if m.sync().Failures == 2 {
				third = []string{"SyncFailing"}
			}
			m.forget()
			m.run(job, failed(runreport.NAVError))
			m.expect("a run that failed otherwise is not asked about", work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: third,
			})
		})
	}
}

// TestRefusedRunFindsAWithdrawal lets the customer take its access back, which a run learns first.
func TestRefusedRunFindsAWithdrawal(t *testing.T) {
	m := startGranted(t)
	m.withdraw(tigerNumber)
	m.forget()
	m.run(m.job(m.firstJob()), failed(runreport.AccessRefused))
	eventually(t, "stopped jobs", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
	m.rest()
	if n := m.askedAboutTiger(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

// TestRefusedRunsOfASupplierOutOfOrder lets a run be refused because of us. All customers' are, so that nobody is asked
// about, neither then nor afterwards.
func TestRefusedRunsOfASupplierOutOfOrder(t *testing.T) {
	cases := map[string]struct {
		reason string
		faults simulator.Faults
		is     func(conditions []metav1.Condition) bool
	}{
		"keys": {
			reason: "our key's year is over", faults: simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}},
			is: func(all []metav1.Condition) bool {
				return fixture.Says(all, v1alpha1.ConditionReady) == "False KeyExpired"
			},
		},
		"outage": {
			reason: "Maskinporten is down", faults: simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}}},
			is: func(all []metav1.Condition) bool {
				return fixture.Says(all, v1alpha1.ConditionAuthorityReachable) == "False Unreachable"
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			m.must(m.simulator.SetFaults(c.faults))
			m.clock.forward(moment)
			m.prove("1")
			eventually(t, "a Supplier that is out of order", func() bool { return c.is(m.supplier().Status.Conditions) })
			m.forget()
			m.run(m.job(m.firstJob()), failed(runreport.AccessRefused))
			eventually(t, "a run that is counted", func() bool { return m.sync().Failures == 1 })
			m.rest()
			if n := m.askedAboutTiger(); n != 0 {
				t.Errorf("%s: asked %d times, want never", c.reason, n)
			}

			m.clock.forward(moment)
			m.must(m.simulator.SetFaults(simulator.Faults{}))
			m.prove("2")
			eventually(t, "a Supplier that is in order again", func() bool {
				all := m.supplier().Status.Conditions
				return fixture.Says(all, v1alpha1.ConditionReady) == "True CredentialsProved" &&
					fixture.Says(all, v1alpha1.ConditionAuthorityReachable) == "True Reachable"
			})
			m.rest()
			if n := m.askedAboutTiger(); n != 0 {
				t.Errorf("%s: asked %d times afterwards, want never", c.reason, n)
			}

			m.run(m.schedule(), failed(runreport.AccessRefused))
			eventually(t, "a second run that is counted", func() bool { return m.sync().Failures == 2 })
			m.rest()
			if n := m.askedAboutTiger(); n != 1 {
				t.Errorf("%s: asked %d times about a run after it, want once", c.reason, n)
			}
		})
	}
}

// prove asks for the Supplier's credentials to be proved now.
func (w *world) prove(value string) {
	w.t.Helper()
	w.changeSupplier(func(s *v1alpha1.Supplier) {
		metav1.SetMetaDataAnnotation(&s.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, value)
	})
}
