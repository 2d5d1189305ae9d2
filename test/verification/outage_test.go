package verification

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestNothingButARefusalTakesAccessAway makes each fault last for more than two intervals. Nothing is written to a
// customer with access, and the Supplier reports the fault. Then the customer withdraws while Maskinporten is well
// again, and its first response counts.
func TestNothingButARefusalTakesAccessAway(t *testing.T) {
	t.Parallel()
	const interval = 10 * time.Minute
	outage := func(o simwire.Outage) simulator.Faults {
		return simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: o}}}
	}
	cases := map[string]struct {
		reason    string
		faults    simulator.Faults
		ready     string
		reachable string
	}{
		"503": {
			reason: "Maskinporten is down", faults: outage(simwire.OutageServiceUnavailable),
			ready: "True CredentialsProved", reachable: "False ServerError",
		},
		"500html": {
			reason: "something in front of Maskinporten is down", faults: outage(simwire.OutageInternalServerError),
			ready: "True CredentialsProved", reachable: "False ServerError",
		},
		"429": {
			reason: "Maskinporten has had enough", faults: outage(simwire.OutageTooManyRequests),
			ready: "True CredentialsProved", reachable: "False RateLimited",
		},
		"403html": {
			reason: "a proxy's refusal is not a customer's", faults: outage(simwire.OutageForbiddenHTML),
			ready: "True CredentialsProved", reachable: "False Blocked",
		},
		"reset": {
			reason: "the connection breaks", faults: outage(simwire.OutageConnectionReset),
			ready: "True CredentialsProved", reachable: "False Unreachable",
		},
		"lostreply": {
			reason: "the connection breaks after the answer was made",
			faults: outage(simwire.OutageConnectionResetAfterProcessing),
			ready:  "True CredentialsProved", reachable: "False Unreachable",
		},
		"truncated": {
			reason: "half an answer is none", faults: outage(simwire.OutageTruncated),
			ready: "True CredentialsProved", reachable: "False BadResponse",
		},
		"keyexpired": {
			reason: "our own key is a year old", faults: simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}},
			ready: "False KeyExpired", reachable: "True Reachable",
		},
		"clock-ahead": {
			reason: "our clock is a minute behind",
			faults: simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(time.Minute)}},
			ready:  "False ClockSkewed", reachable: "True Reachable",
		},
		"clock-behind": {
			reason: "our clock is a minute ahead",
			faults: simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(-time.Minute)}},
			ready:  "False ClockSkewed", reachable: "True Reachable",
		},
		"own-token": {
			reason: "the scope is open to all: a token for the supplier itself is easily had",
			faults: simulator.Faults{
				Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{IgnoreConsumerOrg: true}},
			},
			ready: "False TokenMismatch", reachable: "True Reachable",
		},
	}
	refusals := map[string]simulator.Faults{
		"by-code": {},
		"by-text": {Faults: simmaskinporten.Faults{WithoutErrorURI: true}},
		"by-old":  {Faults: simmaskinporten.Faults{LegacyCorrelationID: true}},
	}
	for name, c := range cases {
		for how, refusal := range refusals {
			t.Run(name+"-"+how, func(t *testing.T) {
				t.Parallel()
				clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
				l := newLoop(newWorld(t, inMemory(t), clock.Now, interval), clock)
				key := l.addCustomer(tiger)
				l.delegate(tiger)
				l.wake(key)
				l.run(time.Minute)
				before := l.customer(key)
				if got := says(before.Status.Conditions, v1alpha1.ConditionDelegationVerified); got != "True Delegated" {
					t.Fatalf("before the fault (%s): DelegationVerified %s", c.reason, got)
				}

				l.must(l.simulator.SetFaults(c.faults))
				l.simulator.Recorder.Reset()
				l.run(3 * interval)
				if asked := len(l.simulator.Recorder.Report().Recent); asked < 3 {
					t.Fatalf("%s: asked %d times in three intervals: nothing was tried", c.reason, asked)
				}
				if after := l.customer(key); after.ResourceVersion != before.ResourceVersion {
					t.Errorf("%s: the customer was written to: %+v", c.reason, after.Status)
				}
				conditions := l.current().Status.Conditions
				if got := says(conditions, v1alpha1.ConditionReady); got != c.ready {
					t.Errorf("%s: Supplier Ready %s, want %s", c.reason, got, c.ready)
				}
				if got := says(conditions, v1alpha1.ConditionMaskinportenReachable); got != c.reachable {
					t.Errorf("%s: Supplier MaskinportenReachable %s, want %s", c.reason, got, c.reachable)
				}

				l.must(l.simulator.SetFaults(refusal))
				l.withdraw(tiger)
				l.simulator.Recorder.Reset()
				l.run(2 * time.Minute)
				if got := says(l.customer(key).Status.Conditions,
					v1alpha1.ConditionDelegationVerified); got != "False DelegationWithdrawn" {
					t.Errorf("after the withdrawal: DelegationVerified %s", got)
				}
				since := l.customer(key).Status.Services[0].Authorization.Since.Time
				if first := l.firstRefusal(tiger); !since.Equal(first.Truncate(time.Second)) {
					t.Errorf("refused at %s, believed at %s: not in one pass", first, since)
				}
			})
		}
	}
}
