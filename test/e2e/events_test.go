//go:build e2e

package e2e

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// reported is the reason and message of an event, or the transition that it reports.
type reported struct{ Reason, Message string }

// oneEventATransition compares a customer's events with its transitions.
func (s *story) oneEventATransition(t *testing.T, p party) {
	t.Helper()
	var want []reported
	for _, c := range transitions(s.journal.of(t, p)) {
		want = append(want, reported{Reason: c.Reason, Message: c.Message})
	}
	await(t, func() string { // events are sent in the background
		return gocmp.Diff(want, eventsOf(t, p), gocmp.Transformer("sorted", sorted))
	})
	reasons := make([]string, 0, len(want))
	for _, e := range want {
		reasons = append(reasons, e.Reason)
	}
	t.Logf("%s: one event each for %s", p.name, strings.Join(reasons, ", "))
}

// eventsOf returns a customer's events, with repeated ones as often as they were repeated.
func eventsOf(t *testing.T, p party) []reported {
	t.Helper()
	var list corev1.EventList
	out := kubectl(t, "get", "events", "-n", customersNamespace, "-o", "json",
		"--field-selector", "involvedObject.kind=CustomerIntegration,involvedObject.name="+p.name)
	must(t, json.Unmarshal([]byte(out), &list))
	var all []reported
	for _, e := range list.Items {
		if e.Action != "Verify" { // events of jobs are no transitions
			continue
		}
		times := 1
		if e.Series != nil {
			times = int(e.Series.Count)
		}
		for range times {
			all = append(all, reported{Reason: e.Reason, Message: e.Message})
		}
	}
	return all
}

func sorted(all []reported) []reported {
	return slices.SortedFunc(slices.Values(all), func(a, b reported) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Message, b.Message))
	})
}
