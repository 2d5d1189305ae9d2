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
	"github.com/4human/integration-operator/test/sample"
)

// broken are the faults of Maskinporten that can affect single customers.
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

// TestOneInTenBroken makes Maskinporten fail for one customer in ten, with each fault. The others are verified and
// written as often as without the fault. Besides them there are references: requests for the last verified customer, to
// learn whether the fault affects all customers.
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
	all := sample.Numbers(customers)
	keys := w.addGranted(v1alpha1.SyncDisabled, all...)
	w.run(time.Minute)
	w.forget()
	sick, healthy := all[:customers/10], keys[customers/10:]
	w.setFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
		Consumers:    sick,
		AnswerFaults: faults,
	}}}})
	planned := w.planned(healthy)
	w.run(hour * 6 / 5)

	once := map[string]int{}
	for name := range planned {
		once[name] = 1
	}
	requests, _ := w.requests.sent()
	verified, references, late := map[string]int{}, 0, time.Duration(0)
	for _, r := range requests {
		name := "c" + r.consumer
		due, is := planned[name]
		switch {
		case is && verified[name] == 0 && !r.at.Before(due.Truncate(time.Second)):
			verified[name]++
			late = max(late, r.at.Sub(due))
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
	ofSick := c.requests - total(verified) - references
	t.Logf("%d healthy: %d requests and %d references, %d writes, %s late at most; %d broken: %d requests; in total %s",
		len(healthy), total(verified), references, total(written), late, len(sick), ofSick, c)
	if references > ofSick {
		t.Errorf("%d references for %d requests for broken customers, want at most one each", references, ofSick)
	}
	if diff := cmp.Diff(once, verified); diff != "" {
		t.Errorf("requests for healthy customers (-without fault +with fault):\n%s", diff)
	}
	if diff := cmp.Diff(once, written); diff != "" {
		t.Errorf("writes of healthy customers (-without fault +with fault):\n%s", diff)
	}
	if late > lateness(faults) {
		t.Errorf("a healthy customer was verified %s late, want at most %s", late, lateness(faults))
	}
	w.expectAll("the healthy", v1alpha1.ConditionReady, "True Delegated", healthy...)
}

// lateness returns how late a customer may be verified because of others' faults: only if Maskinporten sets
// Retry-After, which may apply to all customers when one meets it first.
func lateness(faults simmaskinporten.AnswerFaults) time.Duration {
	if faults.RetryAfter == "" {
		return 0
	}
	return 2 * time.Minute // the pause, that of deferred requests, and another when the next customer has begun to fail
}

// planned returns when each customer is due.
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
