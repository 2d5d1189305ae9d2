package verdict

import (
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no zoneinfo

	"github.com/4human/integration-operator/internal/schedule"
)

// TestStaleTime computes when data is stale by schedules that run seldom, or in the hour of the change of the clocks.
func TestStaleTime(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	const hour, day = time.Hour, 24 * time.Hour
	cases := map[string]struct {
		reason   string
		schedule string
		since    string
		want     time.Duration
	}{
		"every minute": {reason: "an hour at least", schedule: "* * * * *", since: "2026-11-16T12:00", want: hour},
		"hourly":       {reason: "three periods", schedule: "5 * * * *", since: "2026-11-16T12:06", want: 3 * hour},
		"four-hourly": {
			reason:   "skipped once in March",
			schedule: "10 2-23/4 * * *", since: "2027-03-27T22:11", want: 12 * hour,
		},
		"daily": {reason: "three periods", schedule: "20 6 * * *", since: "2026-11-16T06:21", want: 3 * day},
		"skipped daily": {
			reason:   "the pause of two days in March makes it no longer",
			schedule: "30 2 * * *", since: "2026-11-16T02:31", want: 3 * day,
		},
		"in October": {
			reason:   "the second run of a night makes it no shorter",
			schedule: "30 2 * * *", since: "2026-10-24T02:31", want: 3 * day,
		},
		"in March": {
			reason:   "the skipped run does not count as missed",
			schedule: "30 2 * * *", since: "2027-03-27T02:31", want: 3 * day,
		},
		"working hours": {
			reason:   "a weekend is a pause",
			schedule: "*/15 7-17 * * MON-FRI", since: "2026-11-16T12:01", want: 3 * (61*hour + 15*time.Minute),
		},
		"weekly": {reason: "three weeks", schedule: "0 6 * * MON", since: "2026-11-16T06:00", want: 21 * day},
		"weekly at 02:15": {
			reason:   "three weeks, although one pause of the year has two",
			schedule: "15 2 * * SUN", since: "2026-11-15T02:15", want: 21 * day,
		},
		"weekly in March": {
			reason:   "and not before the run after the skipped one",
			schedule: "15 2 * * SUN", since: "2027-03-21T02:16", want: 21 * day,
		},
		"monthly": {
			reason:   "two weeks after the next run",
			schedule: "0 6 1 * *", since: "2026-11-01T06:00", want: 44 * day,
		},
		"leap day": {
			reason:   "two weeks after the next one, not twelve years",
			schedule: "0 6 29 2 *", since: "2024-02-29T06:00", want: (4*365 + 1 + 14) * day,
		},
		"before a leap day": {
			reason:   "the year of the next one counts",
			schedule: "0 6 29 2 *", since: "2027-04-01T07:00", want: (365 + 14 - 31) * day,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := schedule.Parse(tc.schedule, "customers/tiger")
			if err != nil {
				t.Fatal(err)
			}
			since, err := time.ParseInLocation("2006-01-02T15:04", tc.since, oslo)
			if err != nil {
				t.Fatal(err)
			}
			if got := staleTime(s, since).Sub(since); got != tc.want {
				t.Errorf("%s: stale after %s, want %s", tc.reason, got, tc.want)
			}
		})
	}
}
