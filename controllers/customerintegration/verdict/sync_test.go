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
		"every minute":  {"an hour at least", "* * * * *", "2026-11-16T12:00", hour},
		"hourly":        {"three periods", "5 * * * *", "2026-11-16T12:06", 3 * hour},
		"four-hourly":   {"skipped once in March", "10 2-23/4 * * *", "2027-03-27T22:11", 12 * hour},
		"daily":         {"three periods", "20 6 * * *", "2026-11-16T06:21", 3 * day},
		"skipped daily": {"the pause of two days in March makes it no longer", "30 2 * * *", "2026-11-16T02:31", 3 * day},
		"in October":    {"the second run of a night makes it no shorter", "30 2 * * *", "2026-10-24T02:31", 3 * day},
		"in March":      {"the skipped run does not count as missed", "30 2 * * *", "2027-03-27T02:31", 3 * day},
		"working hours": {
			"a weekend is a pause", "*/15 7-17 * * MON-FRI", "2026-11-16T12:01", 3 * (61*hour + 15*time.Minute),
		},
		"weekly": {"three weeks", "0 6 * * MON", "2026-11-16T06:00", 21 * day},
		"weekly at 02:15": {
			"three weeks, although one pause of the year has two", "15 2 * * SUN", "2026-11-15T02:15", 21 * day,
		},
		"weekly in March": {"and not before the run after the skipped one", "15 2 * * SUN", "2027-03-21T02:16", 21 * day},
		"monthly":         {"two weeks after the next run", "0 6 1 * *", "2026-11-01T06:00", 44 * day},
		"leap day": {
			"two weeks after the next one, not twelve years", "0 6 29 2 *", "2024-02-29T06:00", (4*365 + 1 + 14) * day,
		},
		"before a leap day": {
			"the year of the next one counts", "0 6 29 2 *", "2027-04-01T07:00", (365 + 14 - 31) * day,
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
