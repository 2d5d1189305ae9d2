package verification

import (
	"testing"
	"time"
)

// TestRefusedCustomersDelayNobody compares the work until the last customer with access is verified: when all have
// access, and when one in ten has none. A refusal costs one request, like a token.
func TestRefusedCustomersDelayNobody(t *testing.T) {
	const customers = 100
	allGood := workUntilVerified(t, customers, 0)
	tenPercent := workUntilVerified(t, customers, customers/10)
	if tenPercent.questions > 1.2*allGood.questions || tenPercent.passes > 1.2*allGood.passes {
		t.Errorf("one in ten refused: %.0f questions and %.0f passes; all good: %.0f and %.0f",
			tenPercent.questions, tenPercent.passes, allGood.questions, allGood.passes)
	}
	t.Logf("all good: %+v; one in ten refused: %+v", allGood, tenPercent)
}

// BenchmarkVerdicts times the same: divide the second by the first.
func BenchmarkVerdicts(b *testing.B) {
	for name, refused := range map[string]int{"all-good": 0, "one-in-ten-refused": 10} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				workUntilVerified(b, 100, refused)
			}
		})
	}
}

// work is what a manager did.
type work struct{ questions, passes float64 }

// workUntilVerified runs a manager until all customers but the refused ones are verified.
func workUntilVerified(t testing.TB, customers, refused int) work {
	t.Helper()
	w := newWorld(t, server.Client, time.Now, 6*time.Hour)
	for i, number := range numbers(customers) {
		if i >= refused {
			w.delegate(number)
		}
		w.addCustomer(number)
	}
	m := w.startManager()
	eventually(t, "verdicts", func() bool { return w.verified("True Delegated") == customers-refused })
	m.end(t)
	return work{questions: float64(len(w.simulator.Recorder.Report().Recent)), passes: float64(m.passes.Load())}
}
