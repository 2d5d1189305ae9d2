package authority

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestPostponementNotes keeps the latest end of several Retry-After headers.
func TestPostponementNotes(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	met := func(c maskinporten.Class, wait time.Duration) error {
		return &maskinporten.Error{Class: c, RetryAfter: wait}
	}
	cases := map[string]struct {
		reason string
		errs   []error
		want   Postponement
	}{
		"none":     {reason: "no error", errs: []error{nil}},
		"no wait":  {reason: "an outage without Retry-After", errs: []error{met(maskinporten.ClassServerError, 0)}},
		"negative": {reason: "a negative one is none", errs: []error{met(maskinporten.ClassServerError, -time.Minute)}},
		"outage": {
			reason: "its class is reported", errs: []error{met(maskinporten.ClassServerError, time.Minute)},
			want: Postponement{Until: now.Add(time.Minute), Class: maskinporten.ClassServerError},
		},
		"refusal": {
			reason: "for others a refusal is an outage", errs: []error{met(maskinporten.ClassNotDelegated, time.Minute)},
			want: Postponement{Until: now.Add(time.Minute), Class: maskinporten.ClassRateLimited},
		},
		"shorter": {
			reason: "a shorter one changes nothing",
			errs:   []error{met(maskinporten.ClassServerError, time.Minute), met(maskinporten.ClassBlocked, time.Second)},
			want:   Postponement{Until: now.Add(time.Minute), Class: maskinporten.ClassServerError},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var p postponement
			for _, err := range tc.errs {
				p.note(err, now)
			}
			if got := p.get(); got != tc.want {
				t.Errorf("%s: %+v, want %+v", tc.reason, got, tc.want)
			}
		})
	}
}
