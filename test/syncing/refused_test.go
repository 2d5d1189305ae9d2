package syncing

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

// verificationsOfTiger counts the requests to Maskinporten about the customer since the simulator's last reset.
func (w *world) verificationsOfTiger() int {
	n := 0
	for _, r := range w.simulator.Recorder.Report().Recent {
		if r.Consumer == tigerNumber {
			n++
		}
	}
	return n
}

// TestRefusedRunIsVerifiedOnce checks that each run that was refused access leads to one verification.
func TestRefusedRunIsVerifiedOnce(t *testing.T) {
	t.Parallel()
	for _, reason := range []runreport.Reason{
		runreport.AccessRefused, runreport.NAVTokenRejected,
		runreport.RightMissing,
	} {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			job := m.job(m.firstJob())
			for i, events := range [][]string{{"SyncRetrying"}, nil} {
				m.forget()
				m.run(job, failed(reason))
				m.expect("one verification, and one write", work{
					Writes: map[string]int{"patch customerintegrations/status": 1}, Events: events, Requests: 1,
				})
				want := int32(i + 1)
				if reason == runreport.RightMissing {
					want = 1 // runs within five minutes count once
				}
				if got := m.sync().Failures; got != want {
					t.Errorf("%d failures, want %d", got, want)
				}
				m.forget()
				m.clock.forward(moment)
				m.annotate(m.job(job.Name))
				m.expect("the run was verified before", work{})
				job = m.schedule()
			}
			var third []string
			if m.sync().Failures == 2 {
				third = []string{"SyncFailing"}
			}
			m.forget()
			m.run(job, failed(runreport.NAVError))
			m.expect("another failure leads to no verification", work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: third,
			})
		})
	}
}

// TestRefusedRunFindsAWithdrawal checks that a refused run leads to the discovery of a withdrawal.
func TestRefusedRunFindsAWithdrawal(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.withdraw(tigerNumber)
	m.forget()
	m.run(m.job(m.firstJob()), failed(runreport.AccessRefused))
	eventually(t, "stopped jobs", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
	m.rest()
	if n := m.verificationsOfTiger(); n != 1 {
		t.Errorf("%d verifications, want 1", n)
	}
}

// TestRefusedRunsOfASupplierOutOfOrder checks that runs that were refused because of the supplier lead to no
// verification, neither then nor afterwards.
func TestRefusedRunsOfASupplierOutOfOrder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason string
		faults simulator.Faults
		is     func(conditions []metav1.Condition) bool
	}{
		"keys": {
			reason: "the supplier's key has expired",
			faults: simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}},
			is: func(all []metav1.Condition) bool {
				return sample.StatusOf(all, v1alpha1.ConditionReady) == "False KeyExpired"
			},
		},
		"outage": {
			reason: "Maskinporten is down",
			faults: simulator.Faults{
				Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}},
			},
			is: func(all []metav1.Condition) bool {
				return sample.StatusOf(all, v1alpha1.ConditionMaskinportenReachable) == "False Unreachable"
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			m.must(m.simulator.SetFaults(c.faults))
			m.clock.forward(moment)
			m.prove("1")
			eventually(t, "the Supplier's fault", func() bool { return c.is(m.supplier().Status.Conditions) })
			m.forget()
			m.run(m.job(m.firstJob()), failed(runreport.AccessRefused))
			eventually(t, "a counted run", func() bool { return m.sync().Failures == 1 })
			m.rest()
			if n := m.verificationsOfTiger(); n != 0 {
				t.Errorf("%s: %d verifications, want none", c.reason, n)
			}

			m.clock.forward(moment)
			m.must(m.simulator.SetFaults(simulator.Faults{}))
			m.prove("2")
			eventually(t, "the Supplier's recovery", func() bool {
				all := m.supplier().Status.Conditions
				return sample.StatusOf(all, v1alpha1.ConditionReady) == "True CredentialsProved" &&
					sample.StatusOf(all, v1alpha1.ConditionMaskinportenReachable) == "True Reachable"
			})
			m.rest()
			if n := m.verificationsOfTiger(); n != 0 {
				t.Errorf("%s: %d verifications afterwards, want none", c.reason, n)
			}

			m.run(m.schedule(), failed(runreport.AccessRefused))
			eventually(t, "a second counted run", func() bool { return m.sync().Failures == 2 })
			m.rest()
			if n := m.verificationsOfTiger(); n != 1 {
				t.Errorf("%s: %d verifications of a later run, want 1", c.reason, n)
			}
		})
	}
}

// prove requests a proof of the Supplier's credentials.
func (w *world) prove(value string) {
	w.t.Helper()
	w.changeSupplier(func(s *v1alpha1.Supplier) {
		metav1.SetMetaDataAnnotation(&s.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, value)
	})
}
