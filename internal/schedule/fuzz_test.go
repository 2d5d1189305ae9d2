package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"H * * * *", "H/15 H/4 * * *", "20 6 * * MON-FRI", "0 0 29 2 *", "0 0 30 2 *", "30 2 29 3 *", "0 0 30 2 1",
		"1,*,2 * * * *",
		"@every 1s", "TZ=UTC", "H(0-29) * * * *", "*-5 * * * *", ", * * * *", "\xff H * * *", "5/60 */24 * 1-12/12 0,6",
	} {
		f.Add(text, seed, int64(1781517600))
	}
	f.Fuzz(func(t *testing.T, text, seed string, seconds int64) {
		s, err := Parse(text, seed)
		if err != nil {
			checkMessage(t, err)
			return
		}
		checkStandard(t, s)
		checkRuns(t, s, seconds)
	})
}

// checkStandard holds for every schedule: it stands without H, and reads as itself.
func checkStandard(t *testing.T, s Schedule) {
	t.Helper()
	if _, err := cron.ParseStandard(s.String()); err != nil {
		t.Fatalf("CronJobs refuse %q: %v", s, err)
	}
	if n := len(strings.Fields(s.String())); n != 5 || strings.Contains(s.String(), "TZ") {
		t.Fatalf("%q is no standard expression", s)
	}
	if again, err := Parse(s.String(), "another seed"); err != nil || again != s {
		t.Fatalf("%q read again is %q, %v", s, again, err)
	}
}

// checkRuns holds for every schedule at any time of two centuries: there is a next run, to the minute, and a pause
// between runs that has an end.
func checkRuns(t *testing.T, s Schedule, seconds int64) {
	t.Helper()
	const centuries = 200 * 366 * 24 * 60 * 60
	for _, location := range []*time.Location{time.UTC, oslo(t, "2026-06-15T12:00:00").Location()} {
		at := time.Unix((seconds%centuries+centuries)%centuries, 0).In(location)
		next := s.Next(at)
		if !next.After(at) || next.Second() != 0 || next.Nanosecond() != 0 {
			t.Fatalf("next of %q after %s is %s", s, at, next)
		}
		if period := s.Period(at); period < time.Minute || period > 9*366*day {
			t.Fatalf("period of %q at %s is %s", s, at, period)
		}
	}
}
