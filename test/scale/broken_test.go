package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/fixture"
)

// broken are the ways in which Maskinporten can fail for some customers alone.
func broken() map[string]simmaskinporten.AnswerFaults {
	ways := map[string]simmaskinporten.AnswerFaults{
		"none":                {},
		"429-retry-after":     {Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds},
		"slow":                {Latency: simwire.Duration(8 * time.Second)},
		"timeout":             {Latency: simwire.Duration(time.Minute)},
		"own-token":           {IgnoreConsumerOrg: true},
		"without-supplier":    {OmitSupplier: true},
		"wrong-consumer":      {WrongConsumer: true},
		"two-scopes":          {TwoScopes: true},
		"expired-token":       {ExpiredTokens: true},
		"wrong-issuer":        {WrongIssuer: true},
		"unknown-signing-key": {UnknownSigningKey: true},
	}
	for _, outage := range simwire.Outages() {
		ways[string(outage)] = simmaskinporten.AnswerFaults{Outage: outage}
	}
	for _, refusal := range simmaskinporten.Refusals() {
		ways[refusal] = simmaskinporten.AnswerFaults{RefuseWith: refusal}
	}
	return ways
}

// TestOneInTenBroken breaks Maskinporten for one customer in ten in each way there is. The others are verified at the same
// times as if none were broken, and written as often. What is sent about them besides are references: the customer that was
// answered last is verified once more to find out whether all customers meet what the broken ones meet.
func TestOneInTenBroken(t *testing.T) {
	t.Parallel()
	for name, faults := range broken() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { oneInTenBroken(t, faults) })
		})
	}
}

func oneInTenBroken(t *testing.T, faults simmaskinporten.AnswerFaults) {
	const customers, hour = 40, time.Hour
	w := newWorld(t, everyInterval(hour))
	all := fixture.Numbers(customers)
	keys := w.addGranted(v1alpha1.SyncDisabled, all...)
	w.run(time.Minute)
	w.forget()
	sick, healthy := all[:customers/10], keys[customers/10:]
	w.setFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{Consumers: sick, AnswerFaults: faults}}}})
	planned := w.planned(healthy)
	w.run(hour * 6 / 5)

	once := map[string]int{}
	for name := range planned {
		once[name] = 1
	}
	questions, _ := w.asked.questions()
	asked, references, late := map[string]int{}, 0, time.Duration(0)
	for _, q := range questions {
		name := "c" + q.consumer
		due, is := planned[name]
		switch {
		case is && asked[name] == 0 && !q.at.Before(due.Truncate(time.Second)):
			asked[name]++
			late = max(late, q.at.Sub(due))
		case is:
			references++
		}
	}
	written := map[string]int{}
	for _, one := range w.api.of("CustomerIntegration") {
		if _, is := planned[one.key.Name]; is {
			written[one.key.Name]++
		}
	}
	c := w.counted()
	ofSick := c.questions - total(asked) - references
	t.Logf("%d healthy: %d questions and %d references, %d writes, %s late at most; %d broken: %d questions; altogether %s",
		len(healthy), total(asked), references, total(written), late, len(sick), ofSick, c)
	if references > ofSick {
		t.Errorf("%d references for %d questions about the broken, at most one each is right", references, ofSick)
	}
	if diff := cmp.Diff(once, asked); diff != "" {
		t.Errorf("questions about the healthy (-as without the broken +now):\n%s", diff)
	}
	if diff := cmp.Diff(once, written); diff != "" {
		t.Errorf("writes of the healthy (-as without the broken +now):\n%s", diff)
	}
	if late > lateness(faults) {
		t.Errorf("a healthy customer was asked for %s late, at most %s are right", late, lateness(faults))
	}
	w.expectAll("the healthy", v1alpha1.ConditionReady, "True Delegated", healthy...)
}

// lateness is how late one customer may be because of another: not at all, but where Maskinporten has said that we shall
// stay away for half a minute, which it may mean for all when a customer meets it first.
func lateness(faults simmaskinporten.AnswerFaults) time.Duration {
	if faults.RetryAfter == "" {
		return 0
	}
	return 2 * time.Minute // the pause, that of those who were held back meanwhile, and once more when the next one has begun to fail
}

// planned gives when each customer is to be asked for next.
func (w *world) planned(keys []client.ObjectKey) map[string]time.Time {
	w.t.Helper()
	planned := map[string]time.Time{}
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	for _, key := range keys {
		planned[key.Name] = w.queue.entries[key].at
	}
	return planned
}
