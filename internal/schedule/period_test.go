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
		"every minute": {reason: "as short as can be", in: "* * * * *", at: "2026-06-15T12:00:00", want: minute},
		"hourly": {
			reason: "no day and no change of the clocks makes it longer", in: "17 * * * *",
			at: "2026-03-29T00:00:00", want: hour,
		},
		"every 4 hours": {
			reason: "within a day the hour of the change does not count", in: "17 1-23/4 * * *",
			at: "2026-06-15T12:00:00", want: 4 * hour,
		},
		"daily": {
			reason: "one day of the year has 25 hours", in: "20 6 * * *", at: "2026-06-15T12:00:00",
			want: 25 * hour,
		},
		"uneven step": {
			reason: "the pause at the end of the hour is the longest", in: "14-59/25 * * * *",
			at: "2026-06-15T12:00:00", want: 35 * minute,
		},
		"working hours": {
			reason: "the night of the day that has 25 hours is no working day's", in: "0 8-16 * * *",
			at: "2026-06-15T12:00:00", want: 17 * hour,
		},
		"working days": {
			reason: "a weekend is a pause, also for what runs every minute before it", in: "* 8 * * MON-FRI",
			at: "2026-06-15T12:00:00", want: 72*hour + minute,
		},
		"weekly": {
			reason: "one week of the year has an hour more", in: "0 6 * * MON", at: "2026-06-15T12:00:00",
			want: 7*day + hour,
		},
		// October
		"monthly": {reason: "the longest month", in: "0 6 1 * *", at: "2026-11-15T12:00:00", want: 31*day + hour},
		// August to October
		"end of month": {
			reason: "months without a 31st are passed over", in: "0 6 31 * *", at: "2026-06-15T12:00:00",
			want: 61*day + hour,
		},
		"or": {
			reason: "day or weekday, whichever comes first", in: "0 6 1 * MON", at: "2026-06-15T12:00:00",
			want: 7*day + hour,
		},
		"summer pause": {reason: "seen while it lasts", in: "0 6 * 1-3,9-12 *", at: "2026-06-15T12:00:00", want: 154 * day},
		"yearly": {
			reason: "longer than the window would allow for two", in: "0 6 1 7 *", at: "2026-07-02T12:00:00",
			want: 366 * day,
		},
		"leap day":    {reason: "four years are waited for", in: "0 6 29 2 *", at: "2026-06-15T12:00:00", want: 1461 * day},
		"no leap day": {reason: "and eight", in: "0 6 29 2 *", at: "2095-06-15T12:00:00", want: 2921 * day},
		"after the last": {
			reason: "twelve years of search",
			in:     "0 6 29 2 *",
			at:     "2096-03-01T12:00:00",
			want:   1461 * day,
		},
		"skipped hour": {
			reason: "one day of spring has no run at all", in: "30 2 * * *", at: "2026-03-01T12:00:00",
			want: 47 * hour,
		},
		"other year": {
			reason: "it is seen from the day after too", in: "30 2 * * *", at: "2026-03-30T12:00:00",
			want: 47 * hour,
		},
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
