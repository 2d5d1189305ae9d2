package sickpay

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/navapi"
)

// TestTimes checks that times in the layouts of kotlinx are parsed in their zones.
func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2020-03-14T23:00":              "2020-03-14T23:00:00+01:00",
		"2026-08-21T13:16:03":           "2026-08-21T13:16:03+02:00",
		"2026-08-21T13:16:03.123":       "2026-08-21T13:16:03.123+02:00",
		"2026-08-21T13:16:03.123456":    "2026-08-21T13:16:03.123456+02:00",
		"2025-05-07T09:24:53.038533194": "2025-05-07T09:24:53.038533194+02:00",
		"2026-03-29T01:59:59":           "2026-03-29T01:59:59+01:00",
		"2026-03-29T03:00":              "2026-03-29T03:00:00+02:00",
		"2026-10-25T01:59:59.999":       "2026-10-25T01:59:59.999+02:00",
		"2026-10-25T03:00":              "2026-10-25T03:00:00+01:00",
		"2026-08-21T13:16:03Z":          "none",
		"2026-08-21T13:16:03+02:00":     "none",
		"2026-08-21T13:16:60":           "none",
		"2026-08-21T24:00":              "none",
		"2026-02-30T12:00":              "none",
		"2026-08-21 13:16":              "none",
		"2026-08-21":                    "none",
		"":                              "none",
	} {
		t.Run(text, func(t *testing.T) {
			value, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseTime(value, navapi.Oslo)
			if (err != nil) != (want == "none") {
				t.Errorf("%s: %v", text, err)
			}
			if err == nil && got.Format(time.RFC3339Nano) != want {
				t.Errorf("%s: %s, want %s", text, got.Format(time.RFC3339Nano), want)
			}
		})
	}
	d, err := parseDocument(SickNotes, json.RawMessage(note(1)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, at := range d.Times {
		got[name] = at.Format(time.RFC3339Nano)
	}
	want := map[string]string{
		"mottattAvNav": "2026-07-14T23:00:00Z", "kontaktMedPasient": "2026-01-14T23:00:00Z",
		"sendtTilArbeidsgiver": "2026-07-15T23:00:01.5+02:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("zones: -want, +got:\n%s", diff)
	}
	for date, before := range map[string]bool{"": false, "2026-07-15": false, "2026-07-16": true} {
		t.Run(date, func(t *testing.T) {
			if d.SentBefore(date) != before {
				t.Errorf("sent on the 15th, before %q: %t", date, !before)
			}
		})
	}
}

// TestHoursOfChange reads times that a clock in Oslo shows twice, or never: of each it is one that can be meant.
func TestHoursOfChange(t *testing.T) {
	for text, want := range map[string][]string{
		"2026-10-25T02:00":        {"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
		"2026-10-25T02:30":        {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		"2026-10-25T02:59:59.999": {"2026-10-25T00:59:59.999Z", "2026-10-25T01:59:59.999Z"},
		"2026-03-29T02:30":        {"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := parseTime(json.RawMessage(`"`+text+`"`), navapi.Oslo)
			if shown := got.UTC().Format(time.RFC3339Nano); err != nil || shown != want[0] && shown != want[1] {
				t.Errorf("%s: %s, %v; want one of %q", text, shown, err, want)
			}
		})
	}
}

// TestToday checks that a day begins in Oslo.
func TestToday(t *testing.T) {
	for now, want := range map[string]string{
		"2026-09-01T12:00:00Z": "2026-09-01", "2026-08-31T21:59:59Z": "2026-08-31", "2026-08-31T22:00:00Z": "2026-09-01",
		"2026-12-31T22:59:59Z": "2026-12-31", "2026-12-31T23:00:00Z": "2027-01-01", "2026-09-01T00:30:00+05:00": "2026-08-31",
	} {
		t.Run(now, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := navapi.Today(at); got != want {
				t.Errorf("%s: %s, want %s", now, got, want)
			}
		})
	}
}

// FuzzTime checks that a parsed time shows the same hour in its zone, except for the hour that does not exist in
// spring, and that the error quotes nothing.
func FuzzTime(f *testing.F) {
	for _, text := range []string{
		"2020-03-14T23:00", "2026-08-21T13:16:03", "2026-08-21T13:16:03.123", "2025-05-07T09:24:53.038533194",
		"2026-03-29T02:30", "2026-10-25T02:30", "",
		"2026-08-21T13:16:03,5", "0000-01-01T00:00", "9999-12-31T23:59:59.999999999", "2026-08-21T13:16:03Z",
		"2026-08-21T13:16:03.0000000001",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseTime(value, navapi.Oslo)
		if err != nil {
			if err.Error() != "a document has an unreadable time" || !got.IsZero() {
				t.Fatalf("%q: %s, %v", text, got, err)
			}
			return
		}
		utc, err := parseTime(value, time.UTC)
		if err != nil || !strings.HasPrefix(text, utc.Format("2006-01-02T")) {
			t.Fatalf("%q: %s, %v", text, utc, err)
		}
		wall := time.Date(got.Year(), got.Month(), got.Day(), got.Hour(), got.Minute(), got.Second(), got.Nanosecond(),
			time.UTC)
		if off := wall.Sub(utc).Abs(); off != 0 && off > 2*time.Hour {
			t.Fatalf("%q: %s", text, got)
		}
	})
}
