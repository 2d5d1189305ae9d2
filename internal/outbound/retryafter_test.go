package outbound

import (
	"net/http"
	"testing"
	"time"
)

var testStart = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	cases := map[string]struct {
		reason string
		header string
		want   time.Duration
	}{
		"none":         {"not said", "", 0},
		"seconds":      {"the usual form", "30", 30 * time.Second},
		"zero":         {"at once", "0", 0},
		"date":         {"the other form", testStart.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		"past":         {"a date that has passed means at once", testStart.Add(-time.Hour).Format(http.TimeFormat), 0},
		"long":         {"no server makes us wait for a day", "86400", time.Hour},
		"long date":    {"nor by date", testStart.AddDate(1, 0, 0).Format(http.TimeFormat), time.Hour},
		"endless":      {"a number that fits no integer", "99999999999999999999999", time.Hour},
		"negative":     {"nonsense", "-1", 0},
		"fraction":     {"nonsense", "1.5", 0},
		"words":        {"nonsense", "soon", 0},
		"endless date": {"a date that fits no duration", "Fri, 31 Dec 9999 23:59:59 GMT", time.Hour},
		"ancient date": {"nor in the past", "Mon, 01 Jan 0001 00:00:00 GMT", 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := retryAfter(tc.header, testStart); got != tc.want {
				t.Errorf("%s: retryAfter(%q) = %s, want %s", tc.reason, tc.header, got, tc.want)
			}
		})
	}
}
