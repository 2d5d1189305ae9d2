package documentimport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/runreport"
)

// TestLetterWalks runs the importer at random times while NAV sends, withdraws, shows and deletes letters, and requests
// fail. In the end the HRM system has exactly NAV's letters, each with its content, which was fetched once, and the
// expired ones that it had.
func TestLetterWalks(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			w := newLetterWorld()
			w.pageSize = 4 + random.IntN(4)
			for range 30 {
				w.step(random)
				if random.IntN(3) == 0 {
					w.fault = failingAt(random)
					w.runAnyhow(t)
				}
			}
			for _, l := range w.atNAV {
				l.hidden = false
			}
			w.fault = func(string, int) error { return nil }
			w.run(t, "the last run", "")
			stored := w.stored()
			for _, l := range w.atNAV {
				gone := l.withdrawn || l.expired
				if l.fetched > 1 || l.fetched == 0 && !gone {
					t.Errorf("letter %d was fetched %d times", l.n, l.fetched)
				}
				mayBeOld := l.created.Before(w.now.AddDate(0, -letterMonths, 0).Add(expiryMargin))
				switch has := slices.Contains(stored, l.n); {
				case has && l.withdrawn && !mayBeOld:
					t.Errorf("letter %d was withdrawn and is stored", l.n)
				case !has && !l.withdrawn && l.fetched == 1:
					t.Errorf("letter %d is not stored (expired: %t)", l.n, l.expired)
				}
			}
		})
	}
}

// step changes NAV's letters at random.
func (w *letterWorld) step(random *rand.Rand) {
	w.now = w.now.Add(time.Duration(1+random.IntN(100)) * time.Hour / 10)
	n := int64(len(w.atNAV)) + 1
	switch random.IntN(6) {
	case 0, 1:
		l := &navLetter{n: n, created: w.now, hidden: random.IntN(4) == 0}
		w.atNAV = append(w.atNAV, l)
	case 2: // two of the same time
		w.atNAV = append(w.atNAV, &navLetter{n: n, created: w.now}, &navLetter{n: n + 1, created: w.now})
	case 3:
		if n > 1 {
			w.atNAV[random.IntN(int(n)-1)].withdrawn = true
		}
	case 4:
		for _, l := range w.atNAV {
			l.hidden = l.hidden && random.IntN(2) == 0
		}
	case 5:
		w.now = w.now.AddDate(0, random.IntN(3), random.IntN(30))
		for _, l := range w.atNAV {
			l.expired = l.created.Before(w.now.AddDate(0, -letterMonths, 0))
			l.hidden = false
		}
	}
}

// failingAt returns a fault of some requests. A content that was fetched is always stored, because the HRM system may
// otherwise want it again.
func failingAt(random *rand.Rand) func(string, int) error {
	call := []string{"list", "check", "content", "letters", "store", "delete", "complete"}[random.IntN(7)]
	first := random.IntN(3)
	reasons := []runreport.Reason{
		runreport.NAVUnreachable, runreport.NAVError, runreport.HRMUnreachable, runreport.RightMissing,
	}
	reason := reasons[random.IntN(len(reasons))]
	return func(name string, n int) error {
		if name == call && n >= first {
			return outageOf(reason)
		}
		return nil
	}
}

// runAnyhow runs the importer, which may fail by the fault only.
func (w *letterWorld) runAnyhow(t *testing.T) {
	t.Helper()
	w.calls = map[string]int{}
	if _, err := w.importer().Run(t.Context()); err != nil && !errors.Is(err, errOutage) {
		t.Errorf("the run failed by itself: %v", err)
	}
}
