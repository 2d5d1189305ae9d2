package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	minute = time.Minute
	hour   = time.Hour
)

func TestPeriod(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		at     string
		want   time.Duration
	}{
		"every minute":  {"as short as can be", "* * * * *", "2026-06-15T12:00:00", minute},
		"hourly":        {"no day and no change of the clocks makes it longer", "17 * * * *", "2026-03-29T00:00:00", hour},
		"every 4 hours": {"within a day the hour of the change does not count", "17 1-23/4 * * *", "2026-06-15T12:00:00", 4 * hour},
		"daily":         {"one day of the year has 25 hours", "20 6 * * *", "2026-06-15T12:00:00", 25 * hour},
		"uneven step":   {"the pause at the end of the hour is the longest", "14-59/25 * * * *", "2026-06-15T12:00:00", 35 * minute},
		"working hours": {"the night of the day that has 25 hours is no working day's", "0 8-16 * * *", "2026-06-15T12:00:00", 17 * hour},
		"working days":  {"a weekend is a pause, also for what runs every minute before it", "* 8 * * MON-FRI", "2026-06-15T12:00:00", 72*hour + minute},
		"weekly":        {"one week of the year has an hour more", "0 6 * * MON", "2026-06-15T12:00:00", 7*day + hour},
		"monthly":       {"the longest month", "0 6 1 * *", "2026-11-15T12:00:00", 31*day + hour},                      // October
		"end of month":  {"months without a 31st are passed over", "0 6 31 * *", "2026-06-15T12:00:00", 61*day + hour}, // August to October
		"or":            {"day or weekday, whichever comes first", "0 6 1 * MON", "2026-06-15T12:00:00", 7*day + hour},
		"summer pause":  {"seen while it lasts", "0 6 * 1-3,9-12 *", "2026-06-15T12:00:00", 154 * day},
		"yearly":        {"longer than the window would allow for two", "0 6 1 7 *", "2026-07-02T12:00:00", 366 * day},
		"leap day":      {"four years are waited for", "0 6 29 2 *", "2026-06-15T12:00:00", 1461 * day},
		"no leap day":   {"and eight", "0 6 29 2 *", "2095-06-15T12:00:00", 2921 * day},
		"after the last": {
			"twelve years of search", "0 6 29 2 *", "2096-03-01T12:00:00", 1461 * day,
		},
		"skipped hour": {"one day of spring has no run at all", "30 2 * * *", "2026-03-01T12:00:00", 47 * hour},
		"other year":   {"it is seen from the day after too", "30 2 * * *", "2026-03-30T12:00:00", 47 * hour},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := mustParse(t, tc.in).Period(oslo(t, tc.at))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: period of %q at %s: -want, +got:\n%s", tc.reason, tc.in, tc.at, diff)
			}
		})
	}
}

// walked returns the period in another way than Period does: from run to run.
func walked(s Schedule, at time.Time) time.Duration {
	y, m, d := at.Date()
	longest, previous := time.Duration(0), s.Next(time.Date(y, m, d, 0, 0, 0, -1, at.Location()))
	for {
		next := s.Next(previous)
		longest = max(longest, next.Sub(previous))
		if next.Sub(at) > window {
			return longest
		}
		previous = next
	}
}

// TestPeriodAgreesWithRuns compares the two ways, on days of a whole year and around the changes of the clocks.
func TestPeriodAgreesWithRuns(t *testing.T) {
	start := oslo(t, "2026-01-01T12:00:00")
	days := []int{0, 45, 86, 87, 88, 160, 240, 296, 297, 298, 364} // 29 March is 87, 25 October is 297.
	for _, in := range []string{
		"17 * * * *", "0 */4 * * *", "30 0,2,4 * * *", "30 0,2 * * *", "59 0,2 * * *", "30 2 * * *", "15,45 2 * * *",
		"0 1,5 * * *", "30 1-3 * * *", "0 8-16 * * 1-5", "*/20 8 * * 1-5", "0 6 1 * *", "0 6 31 * *", "30 2 29 3 *",
		"0 6 13 * FRI", "0 6 */2 * *", "0 6 */10 * */3", "0 6 * 1-3,9-12 *", "0 6 1 1 *", "30 2 25 10 *", "30 2 * * SUN",
	} {
		s := mustParse(t, in)
		for _, d := range days {
			at := start.AddDate(0, 0, d)
			got, want := s.Period(at), walked(s, at)
			if (got - want).Abs() > hour {
				t.Errorf("period of %q at %s = %s, but its runs are %s apart", in, at, got, want)
			}
		}
	}
}

func BenchmarkPeriod(b *testing.B) {
	at := oslo(b, "2026-06-15T12:00:00")
	for _, in := range []string{"H * * * *", "H H * * *", "0 6 29 2 *"} {
		b.Run(in, func(b *testing.B) {
			s := mustParse(b, in)
			for b.Loop() {
				s.Period(at)
			}
		})
	}
}
