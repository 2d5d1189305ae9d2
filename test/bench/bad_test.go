//go:build bench

package bench

import (
	"testing"
	"time"

	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/bench/figures"
	"github.com/4human/integration-operator/test/sample"
)

// badWindow is how long the healthy customers are waited for. Those without a verdict count as decided at its end.
const badWindow = time.Minute

// badCase is a way in which one customer in ten is bad.
type badCase struct {
	name         string
	faults       simmaskinporten.AnswerFaults
	notDelegated bool
}

func badCases() []badCase {
	return []badCase{
		{name: "not delegated", notDelegated: true},
		{name: "refused", faults: simmaskinporten.AnswerFaults{RefuseWith: "MP-011"}},
		{name: "5xx", faults: simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable}},
		{name: "429", faults: simmaskinporten.AnswerFaults{Outage: simwire.OutageTooManyRequests}},
		{name: "429 with Retry-After", faults: simmaskinporten.AnswerFaults{
			Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds,
		}},
		{name: "hanging", faults: simmaskinporten.AnswerFaults{Latency: simwire.Duration(5 * time.Minute)}},
		{name: "reset", faults: simmaskinporten.AnswerFaults{Outage: simwire.OutageConnectionReset}},
	}
}

// bad verifies new customers of which one in ten is bad, in each way. The column of the floor has the same customers
// without a bad one.
func (s *setup) bad(t *testing.T) {
	var good []float64
	if !t.Run("all good", func(t *testing.T) { good = s.verdictsBeside(t, badCase{}) }) {
		return
	}
	for _, c := range badCases() {
		t.Run(c.name, func(t *testing.T) {
			bad := s.verdictsBeside(t, c)
			for suffix, share := range map[string]float64{"p50": 0.5, "p95": 0.95} {
				k := s.key(c.name+": healthy "+suffix, "s")
				measured.Product(k, figures.Percentile(bad, share))
				measured.Floor(k, figures.Percentile(good, share))
			}
			late := 0
			for _, seconds := range bad {
				if seconds >= badWindow.Seconds() {
					late++
				}
			}
			measured.Product(s.key(c.name+": healthy without verdict after 60 s", ""), float64(late))
		})
	}
}

// verdictsBeside returns the seconds until each healthy customer has its verdict.
func (s *setup) verdictsBeside(t *testing.T, c badCase) []float64 {
	t.Helper()
	w := s.newWorld(t, verified)
	sick := map[string]bool{}
	var consumers []string
	if c.name != "" {
		for i := 0; i < len(w.numbers); i += 10 {
			sick["c"+w.numbers[i]] = true
			consumers = append(consumers, w.numbers[i])
		}
		w.authorities.breakFor(t, consumers, c.faults)
	}
	if c.notDelegated {
		w.withdraw(consumers)
	}
	watch := w.watch(false)
	w.startManager()
	select {
	case <-w.authorities.begun:
	case <-time.After(time.Minute):
		t.Fatal("the manager requested no token")
	}
	begun := time.Now()
	healthy := s.customers - len(sick)
	waitFor(t, badWindow, func() bool {
		return watch.count(func(one *seen) bool { return !one.verdict.IsZero() }) >= healthy
	})
	verdicts := watch.since(begun, func(one *seen) time.Time { return one.verdict })
	for len(verdicts) < healthy {
		verdicts = append(verdicts, badWindow.Seconds())
	}
	return verdicts
}

// withdraw withdraws the access of customers.
func (w *world) withdraw(consumers []string) {
	w.t.Helper()
	for _, number := range consumers {
		must(w.t, w.authorities.Maskinporten.Withdraw(number, sample.SupplierNumber, sample.Scope))
	}
}
