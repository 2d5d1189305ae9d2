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
		"none":    {reason: "not said"},
		"seconds": {reason: "the usual form", header: "30", want: 30 * time.Second},
		"zero":    {reason: "at once", header: "0"},
		"date": {
			reason: "the other form", header: testStart.Add(90 * time.Second).Format(http.TimeFormat),
			want: 90 * time.Second,
		},
		"past": {
			reason: "a date that has passed means at once",
			header: testStart.Add(-time.Hour).Format(http.TimeFormat),
		},
		"long":         {reason: "no server makes us wait for a day", header: "86400", want: time.Hour},
		"long date":    {reason: "nor by date", header: testStart.AddDate(1, 0, 0).Format(http.TimeFormat), want: time.Hour},
		"endless":      {reason: "a number that fits no integer", header: "99999999999999999999999", want: time.Hour},
		"negative":     {reason: "nonsense", header: "-1"},
		"fraction":     {reason: "nonsense", header: "1.5"},
		"words":        {reason: "nonsense", header: "soon"},
		"endless date": {reason: "a date that fits no duration", header: "Fri, 31 Dec 9999 23:59:59 GMT", want: time.Hour},
		"ancient date": {reason: "nor in the past", header: "Mon, 01 Jan 0001 00:00:00 GMT"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := retryAfter(tc.header, testStart); got != tc.want {
				t.Errorf("%s: retryAfter(%q) = %s, want %s", tc.reason, tc.header, got, tc.want)
			}
		})
	}
}
