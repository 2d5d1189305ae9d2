package authority

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/systemuser"
)

const (
	ofUsers    = "systemuser/vendor/bysystem"
	usersOwner = "314240979"
)

// listedUser is a page of the list of system users, with one of the customer's.
func listedUser(next string) string {
	return fmt.Sprintf(`{"links":{%s},"data":[{"id":%q,"systemId":"897757222_4human_hrm","reporteeOrgNo":%q,`+
		`"externalRef":"cust-42","created":"2026-08-01T10:00:00Z"}]}`, next, requestID, usersOwner)
}

// listedRequests is a page of the list of requests, with an open one of the customer's and others.
func listedRequests(next string) string {
	request := func(id, status, more string) string {
		return fmt.Sprintf(`{"id":%q,"systemId":"897757222_4human_hrm","partyOrgNo":%q,"externalRef":"cust-43",`+
			`"status":%q%s}`, id, usersOwner, status, more)
	}
	return `{"links":{` + next + `},"data":[` + strings.Join([]string{
		request(requestID, "New", ""), request(escalation, "Accepted", ""), request(escalation, "New", `,"timedOut":true`),
		request("x", "New", ""),
	}, ",") + `]}`
}

// refsOf returns the references of the customer's system users and requests.
func refsOf(l systemuser.Listed) (refs []string) {
	for _, u := range l.Users {
		refs = append(refs, u.ExternalRef)
	}
	for _, r := range l.Requests {
		refs = append(refs, r.ExternalRef)
	}
	return refs
}

// TestListed has many new customers at once: both lists are read once for all of them, and again when they are older
// than ten seconds a page. After a failure nothing is known, and it is not met by each of them.
func TestListed(t *testing.T) {
	c, asked := makeClock(), 0
	at := &fakeAltinn{
		status: map[string]int{ofUsers: 200, ofRequests: 200},
		body:   map[string]string{ofUsers: listedUser(""), ofRequests: listedRequests("")},
	}
	g := makeBoth(t, c, Limits{Failures: 1000}, c.altinns("", 0, &asked), at)
	steps := []struct {
		reason          string
		after           time.Duration
		users, requests int
		reads           int
		fails           bool
	}{
		{reason: "the first one reads them", users: 200, requests: 200, reads: 2},
		{reason: "others do not, for a while", after: 20*time.Second - 1, users: 200, requests: 200},
		{reason: "then one does", after: 1, users: 200, requests: 200, reads: 2},
		{reason: "a failure is no answer", after: time.Minute, users: 200, requests: 503, reads: 2, fails: true},
		{reason: "nor is it met at once again", after: listedRetry - 1, users: 200, requests: 200, fails: true},
		{reason: "but after a while", after: 1, users: 200, requests: 200, reads: 2},
		{reason: "likewise", after: time.Minute, users: 503, requests: 200, reads: 1, fails: true},
	}
	for _, step := range steps {
		c.pass(step.after)
		at.asked, at.status[ofUsers], at.status[ofRequests] = nil, step.users, step.requests
		for range 10 {
			got, err := systemUsers(t, g, PriorityChanged).Listed(t.Context(), orgnumber.MustParse(usersOwner))
			if (err != nil) != step.fails || !step.fails && !slices.Equal(refsOf(got), []string{"cust-42", "cust-43"}) {
				t.Errorf("%s: %v, %v", step.reason, refsOf(got), err)
			}
		}
		other, _ := systemUsers(t, g, PriorityChanged).Listed(t.Context(), orgnumber.MustParse("310330701"))
		if len(at.asked) != step.reads || len(refsOf(other)) != 0 {
			t.Errorf("%s: read %d pages, want %d; another customer has %v", step.reason, len(at.asked), step.reads,
				refsOf(other))
		}
	}
}

// TestEndlessLists has lists that do not end. Without all system users nothing is known; some versions of Altinn return
// the first page of requests again.
func TestEndlessLists(t *testing.T) {
	const again = `"next":"http://internal/x?token=again"`
	for name, endless := range map[string]bool{"users": true, "requests": false} {
		t.Run(name, func(t *testing.T) {
			c, asked := makeClock(), 0
			at := &fakeAltinn{
				status: map[string]int{ofUsers: 200, ofRequests: 200},
				body:   map[string]string{ofUsers: listedUser(""), ofRequests: listedRequests(again)},
			}
			if endless {
				at.body = map[string]string{ofUsers: listedUser(again), ofRequests: listedRequests("")}
			}
			g := makeBoth(t, c, Limits{}, c.altinns("", 0, &asked), at)
			got, err := systemUsers(t, g, PriorityChanged).Listed(t.Context(), orgnumber.MustParse(usersOwner))
			if (err != nil) != endless || len(at.asked) > 3 {
				t.Errorf("%v, %v, after %d pages", refsOf(got), err, len(at.asked))
			}
		})
	}
}
