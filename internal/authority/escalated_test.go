package authority

import (
	"slices"
	"testing"
	"time"
)

const (
	requestID  = "7c1d7b47-0d5b-4a6e-9a5e-6a1d0f4f7f10"
	escalation = "8f0d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	ofRequests = "request/vendor/bysystem"
)

// escalatedList is a page of requests, one of which was forwarded, with a link to another one if there is.
func escalatedList(next string) string {
	return `{"links":{` + next + `},"data":[{"id":"` + escalation +
		`","systemId":"897757222_4human_hrm","escalated":true},` +
		`{"id":"` + requestID + `","systemId":"897757222_4human_hrm","escalated":false}]}`
}

// TestEscalated has many customers wait: the list of requests is read once for all of them, and again after a quarter
// of an hour. A failure keeps what is known, and is not met by each of them.
func TestEscalated(t *testing.T) {
	c, asked := makeClock(), 0
	at := &fakeAltinn{status: map[string]int{ofRequests: 200}, body: map[string]string{ofRequests: escalatedList("")}}
	g := makeBoth(t, c, Limits{Failures: 1000}, c.altinns("", 0, &asked), at)
	is := func(id string) bool {
		t.Helper()
		got, _ := systemUsers(t, g, PriorityWaiting).IsEscalated(t.Context(), id)
		return got
	}
	steps := []struct {
		reason string
		after  time.Duration
		status int
		reads  int
	}{
		{reason: "the first one reads it", status: 200, reads: 1},
		{reason: "others do not, for a while", after: escalatedEvery - time.Second, status: 200},
		{reason: "then one does", after: time.Second, status: 200, reads: 1},
		{reason: "a failure forgets nothing", after: escalatedEvery, status: 503, reads: 1},
		{reason: "nor is it met at once again", after: escalatedRetry - time.Second, status: 503},
		{reason: "but after a while", after: time.Second, status: 200, reads: 1},
	}
	for _, step := range steps {
		c.pass(step.after)
		at.asked, at.status[ofRequests] = nil, step.status
		for range 10 {
			if !is(escalation) || is(requestID) {
				t.Errorf("%s: who waits for whom is not known", step.reason)
			}
		}
		if len(at.asked) != step.reads {
			t.Errorf("%s: read %d times, want %d", step.reason, len(at.asked), step.reads)
		}
	}
}

// TestEscalatedListIsBounded has a list that does not end, and one that is long: the longer it is, the less often it is
// read.
func TestEscalatedListIsBounded(t *testing.T) {
	c, asked := makeClock(), 0
	at := &fakeAltinn{
		status: map[string]int{ofRequests: 200},
		body:   map[string]string{ofRequests: escalatedList(`"next":"http://internal/x?token=again"`)},
	}
	g := makeBoth(t, c, Limits{}, c.altinns("", 0, &asked), at)
	if got, err := systemUsers(t, g, PriorityWaiting).IsEscalated(t.Context(), escalation); !got || err != nil ||
		len(at.asked) != 2 {
		t.Errorf("%t, %v, after %d pages", got, err, len(at.asked))
	}
	if slices.Contains(at.asked, "/x") {
		t.Error("the link was followed to its own host")
	}
}
