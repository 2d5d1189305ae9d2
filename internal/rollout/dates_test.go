package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

const nb, en = language.Norwegian, language.English

// TestDates writes times as people in Norway read them. November 22 at 12:00 UTC is 13:00 in Oslo; July has summer
// time.
func TestDates(t *testing.T) {
	summer := time.Date(2026, time.July, 1, 22, 5, 0, 0, time.UTC) // July 2 in Oslo
	november := time.Date(2026, time.November, 3, 9, 42, 0, 0, time.UTC)
	lastYear := time.Date(2025, time.November, 3, 9, 42, 0, 0, time.UTC)
	cases := map[string]struct {
		got  func(language.Language) string
		want []string
	}{
		"date": {
			got:  func(l language.Language) string { return rollout.Date(november, l) },
			want: []string{"3. november 2026", "3 November 2026"},
		},
		"date-over-midnight": {
			got:  func(l language.Language) string { return rollout.Date(summer, l) },
			want: []string{"2. juli 2026", "2 July 2026"},
		},
		"date-time": {
			got:  func(l language.Language) string { return rollout.DateTime(november, l) },
			want: []string{"3. november 2026 kl. 10.42", "3 November 2026 at 10:42"},
		},
		"summer-time": {
			got:  func(l language.Language) string { return rollout.Clock(summer, l) },
			want: []string{"00.05", "00:05"},
		},
		"short": {
			got:  func(l language.Language) string { return rollout.ShortDate(november, l, now) },
			want: []string{"3. nov.", "3 Nov"},
		},
		"short-other-year": {
			got:  func(l language.Language) string { return rollout.ShortDate(lastYear, l, now) },
			want: []string{"3. nov. 2025", "3 Nov 2025"},
		},
		"month": {
			got:  func(l language.Language) string { return rollout.Month(summer, l) },
			want: []string{"juli 2026", "July 2026"},
		},
		"when-today": {
			got:  func(l language.Language) string { return rollout.When(now.Add(-12*time.Hour), l, now) },
			want: []string{"i dag kl. 01.00", "today at 01:00"},
		},
		"when-yesterday": {
			got:  func(l language.Language) string { return rollout.When(now.Add(-14*time.Hour), l, now) },
			want: []string{"i går kl. 23.00", "yesterday at 23:00"},
		},
		"when": {
			got:  func(l language.Language) string { return rollout.When(november, l, now) },
			want: []string{"3. november kl. 10.42", "3 November at 10:42"},
		},
		"when-other-year": {
			got:  func(l language.Language) string { return rollout.When(lastYear, l, now) },
			want: []string{"3. november 2025 kl. 10.42", "3 November 2025 at 10:42"},
		},
		"ago-now": {
			got:  func(l language.Language) string { return rollout.Ago(59*time.Second, l) },
			want: []string{"nå nettopp", "just now"},
		},
		"ago-future": {
			got:  func(l language.Language) string { return rollout.Ago(-time.Hour, l) },
			want: []string{"nå nettopp", "just now"},
		},
		"ago-minute": {
			got:  func(l language.Language) string { return rollout.Ago(time.Minute, l) },
			want: []string{"for 1 minutt siden", "1 minute ago"},
		},
		"ago-hours": {
			got:  func(l language.Language) string { return rollout.Ago(24*time.Hour-1, l) },
			want: []string{"for 23 timer siden", "23 hours ago"},
		},
		"ago-day": {
			got:  func(l language.Language) string { return rollout.Ago(24*time.Hour, l) },
			want: []string{"for 1 dag siden", "1 day ago"},
		},
		"ago-days": {
			got:  func(l language.Language) string { return rollout.Ago(16*24*time.Hour, l) },
			want: []string{"for 16 dager siden", "16 days ago"},
		},
		"span-future": {
			got:  func(l language.Language) string { return rollout.Span(-time.Hour, l) },
			want: []string{"under et minutt", "less than a minute"},
		},
		"unknown": {
			got: func(l language.Language) string {
				var z time.Time
				return rollout.Date(z, l) + rollout.DateTime(z, l) + rollout.Clock(z, l) + rollout.ShortDate(z, l, now) +
					rollout.Month(z, l) + rollout.When(z, l, now) + rollout.DayAndMonth(z, l)
			},
			want: []string{"", ""},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, []string{c.got(nb), c.got(en)}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestChip(t *testing.T) {
	at := daysAgo(16)
	cases := map[string]struct {
		service rollout.Service
		want    []string
	}{
		"granted": {
			service: rollout.Service{State: rollout.Granted, Since: at},
			want:    []string{"tilgang siden 6. nov.", "access since 6 Nov"},
		},
		"waiting": {
			service: rollout.Service{State: rollout.Waiting, Since: at},
			want:    []string{"venter i 16 dager", "waiting for 16 days"},
		},
		"waiting-since-unknown": {
			service: rollout.Service{State: rollout.Waiting},
			want:    []string{"venter", "waiting"},
		},
		"withdrawn": {
			service: rollout.Service{State: rollout.Withdrawn, Since: at},
			want:    []string{"trukket tilbake 6. nov.", "withdrawn 6 Nov"},
		},
		"blocked": {
			service: rollout.Service{State: rollout.Blocked, Since: at},
			want:    []string{"må rettes hos oss", "blocked by us"},
		},
		"failing": {
			service: rollout.Service{State: rollout.Failing, Since: at},
			want:    []string{"overføring feiler", "transfer fails"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := []string{rollout.Chip(c.service, nb, now), rollout.Chip(c.service, en, now)}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrganization(t *testing.T) {
	cases := map[string]struct{ number, want string }{
		"number": {number: "310330701", want: "310\u00a0330\u00a0701"},
		"short":  {number: "31033070", want: "31033070"},
		"none":   {number: "", want: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := rollout.Organization(c.number); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
