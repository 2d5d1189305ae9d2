package supplier

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestKeyExpiring verifies KeyExpiring around each date of a key that was registered on 1 December 2025, and for days
// that do not exist.
func TestKeyExpiring(t *testing.T) {
	const day = 24 * time.Hour
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		reason   string
		day      string
		now      time.Time
		want     string // "" for no condition
		says     string // part of the message
		nextFlip time.Time
	}{
		"not-said": {reason: "the day is unknown", now: fixture.Noon},
		"new": {
			reason: "a year is ahead", day: "2025-12-01", now: end.Add(-365 * day), want: "False KeyValid",
			says: "is valid until 2026-12-01", nextFlip: end.Add(-30 * day),
		},
		"before-30": {
			reason: "a second more than 30 days", day: "2025-12-01", now: end.Add(-30*day - time.Second),
			want: "False KeyValid", says: "2026-12-01", nextFlip: end.Add(-30 * day),
		},
		"at-30": {
			reason: "30 days", day: "2025-12-01", now: end.Add(-30 * day), want: "True KeyExpiresSoon",
			says: "expires on 2026-12-01", nextFlip: end,
		},
		"last-second": {
			reason: "a second is left", day: "2025-12-01", now: end.Add(-time.Second),
			want: "True KeyExpiresSoon", says: "expires on 2026-12-01", nextFlip: end,
		},
		"over": {
			reason: "the year is over", day: "2025-12-01", now: end, want: "True KeyExpired",
			says: "expired on 2026-12-01",
		},
		"long-over": {
			reason: "and stays so", day: "2025-12-01", now: end.Add(999 * day), want: "True KeyExpired",
			says: "expired on 2026-12-01",
		},
		"leap-year": {
			reason: "365 days are not always to the same date", day: "2027-09-01", now: fixture.Noon,
			want: "False KeyValid", says: "2028-08-31", nextFlip: time.Date(2028, 8, 1, 0, 0, 0, 0, time.UTC),
		},
		"no-such-day": {
			reason: "the API lets it pass", day: "2026-02-31", now: fixture.Noon,
			want: "Unknown ConfigurationInvalid", says: "no day 2026-02-31",
		},
		"another-zone": {
			reason: "the day is one of UTC wherever the manager runs", day: "2025-12-01",
			now: end.In(time.FixedZone("Oslo", 3600)), want: "True KeyExpired", says: "expired on 2026-12-01",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeSupplier().registered(c.day).s
			s.now = c.now
			f := keyCondition(s.readGuard())
			if got := keyFlip(s.readGuard()); !got.Equal(c.nextFlip) {
				t.Errorf("%s: says something else at %s, want %s", c.reason, got, c.nextFlip)
			}
			if c.want == "" {
				if f != nil {
					t.Errorf("%s: %v", c.reason, f)
				}
				return
			}
			if got := string(f.Status) + " " + f.Reason; got != c.want || !strings.Contains(f.Message, c.says) {
				t.Errorf("%s: %s %q, want %s with %q", c.reason, got, f.Message, c.want, c.says)
			}
			fixture.IsWellFormed(t, name, f.Message)
		})
	}
}

// TestKeyMessagesOfLongNames verifies that messages with long names fit into an event.
func TestKeyMessagesOfLongNames(t *testing.T) {
	s := fixture.LongestSupplier()
	s.Spec.Maskinporten.KeySecretRef.Name = strings.Repeat("n", 253)
	s.Spec.Maskinporten.KeyRegisteredAt = "2025-12-01"
	for _, now := range []time.Time{fixture.Noon, fixture.Noon.Add(100 * 24 * time.Hour)} {
		fixture.IsWellFormed(t, now.String(), keyCondition(&facts{supplier: s, now: now}).Message)
	}
}

// TestKeyOfAReconciler follows a key through its year: each change of KeyExpiring is reported on time, and once.
func TestKeyOfAReconciler(t *testing.T) {
	c := makeCounting(t)
	expiring := func() string {
		return fixture.StatusOf(c.supplier(t).Status.Conditions, v1alpha1.ConditionKeyExpiring)
	}
	register := func(day string) {
		s := c.supplier(t)
		s.Spec.Maskinporten.KeyRegisteredAt = day
		s.Spec.Suspend = true // nothing but the key makes a pass
		if err := c.server.Update(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	register("2026-11-22")
	for _, want := range []struct{ says, at string }{
		{says: "False KeyValid", at: "2026-11-22"}, {says: "True KeyExpiresSoon", at: "2027-10-23"}, {
			says: "True KeyExpired", at: "2027-11-22",
		},
	} {
		next := c.pass(t)
		if got := expiring(); got != want.says || c.now.Format(time.DateOnly) != want.at {
			t.Errorf("at %s it says %s, want %s at %s", c.now, got, want.says, want.at)
		}
		c.now = c.now.Add(next)
	}
	register("2027-11-22")
	c.pass(t)
	if got := expiring(); got != "False KeyValid" {
		t.Errorf("registered anew: %s", got)
	}
	register("")
	c.pass(t)
	if got := expiring(); got != "" {
		t.Errorf("the day is unknown, and it says %s", got)
	}
	if got := c.eventList(); got != "Normal Suspended|Warning KeyExpiresSoon|Warning KeyExpired|Normal KeyValid" {
		t.Errorf("told: %s", got)
	}
}

// TestAlarmsFromTheStart verifies that a first reconcile announces alarms, and no condition that is well.
func TestAlarmsFromTheStart(t *testing.T) {
	cases := map[string]struct {
		reason string
		day    string
		want   string
	}{
		"valid": {reason: "all is well", day: "2026-11-22", want: "Normal CredentialsProved"},
		"soon": {
			reason: "it is a warning",
			day:    "2025-12-01", want: "Normal CredentialsProved|Warning KeyExpiresSoon",
		},
		"no-such-day": {
			reason: "no warning would come",
			day:    "2026-02-31", want: "Normal CredentialsProved|Warning ConfigurationInvalid",
		},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			c := makeCounting(t)
			s := c.supplier(t)
			s.Spec.Maskinporten.KeyRegisteredAt = k.day
			if err := c.server.Update(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			c.pass(t)
			c.pass(t)
			if got := c.eventList(); got != k.want {
				t.Errorf("%s: told %s, want %s", k.reason, got, k.want)
			}
			if got := fixture.StatusOf(c.supplier(t).Status.Conditions,
				v1alpha1.ConditionReady); got != string(metav1.ConditionTrue)+" CredentialsProved" {
				t.Errorf("Ready %s", got)
			}
		})
	}
}
