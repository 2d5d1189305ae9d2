package authority

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	sickNotes    = v1alpha1.ServiceSickNotes
	applications = v1alpha1.ServiceSickPayApplications
	sickPay      = "nav:helseytelser/sykepenger"

	clientMissing  = v1alpha1.ReasonSystemClientMissing
	rightsRejected = v1alpha1.ReasonSystemRightsRejected
)

// clock is one that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }
func (c *clock) expiry() time.Time    { return c.t.Add(2 * time.Minute) }
func makeClock() *clock               { return &clock{t: noon} }
func (c *clock) token(scope string) *maskinporten.Token {
	return &maskinporten.Token{AccessToken: "a.b.c", Scope: scope, ExpiresAt: c.expiry()}
}

// fakeAltinn responds by the path, and counts.
type fakeAltinn struct {
	asked  []string
	status map[string]int // by a part of the path; 200 else
	retry  int            // seconds of Retry-After, with a status that is not 200
	body   map[string]string
}

func (f *fakeAltinn) RoundTrip(r *http.Request) (*http.Response, error) {
	f.asked = append(f.asked, r.URL.Path)
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	for part, status := range f.status {
		if strings.Contains(r.URL.Path, part) {
			if f.retry > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(f.retry))
			}
			w.WriteHeader(status)
			_, _ = w.WriteString(f.body[part])
			return w.Result(), nil
		}
	}
	_, _ = w.WriteString(`{"links":{"next":null},"data":[]}`)
	return w.Result(), nil
}

const (
	byQuery  = "vendor/byquery"
	bySystem = "vendor/bysystem"
)

// problem is a refusal in Altinn's form.
func problem(status int, code string) string {
	return `{"type":"about:blank","title":"no","status":` + strconv.Itoa(status) + `,"code":"` + code + `"}`
}

// noSystemUser is an Altinn that has no system user of the customer's.
func noSystemUser() *fakeAltinn {
	return &fakeAltinn{status: map[string]int{byQuery: 404}, body: map[string]string{byQuery: problem(404, "AUTH-00015")}}
}

// makeBoth returns a Guard of a TokenSource and an Altinn.
func makeBoth(t testing.TB, c *clock, limits Limits, source TokenSourceFunc, at *fakeAltinn) *Guard {
	t.Helper()
	g := makeGuard(t, c.now, limits, source)
	client, err := altinn.New(altinn.Config{
		BaseURL: "https://platform.altinn.no", SystemID: "897757222_4human_hrm",
		Calls:  outbound.Caller{Transport: at, Timeout: time.Minute, Now: c.now},
		Tokens: altinn.TokenSource(g.ownToken),
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Altinn.client = client
	return g
}

// systemUsers is the way of one customer, with a priority.
func systemUsers(t testing.TB, g *Guard, p Priority) *SystemUsers {
	t.Helper()
	return systemUsersOf(t, g, tiger, p)
}

// systemUsersOf is that of another customer.
func systemUsersOf(t testing.TB, g *Guard, customer types.NamespacedName, p Priority) *SystemUsers {
	t.Helper()
	r := maskinporten.Request{Scope: sickPay, SystemUser: maskinporten.SystemUserRequest{Owner: consumer(t)}}
	return g.SystemUsers(TokenRequest{Customer: customer, Request: r, Priority: p})
}

// altinns refuses tokens for Altinn with a class, and returns every other.
func (c *clock) altinns(class maskinporten.Class, retry time.Duration, asked *int) TokenSourceFunc {
	return func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		*asked++
		if class != "" && strings.HasPrefix(r.Scope, "altinn:") {
			return nil, &maskinporten.Error{Class: class, RetryAfter: retry}
		}
		return c.token(r.Scope), nil
	}
}

// TestRefusedOwnTokenIsNoAnswer refuses our own token for Altinn with each class: nothing is concluded about the
// customer, and the alarm is raised.
func TestRefusedOwnTokenIsNoAnswer(t *testing.T) {
	for _, class := range maskinporten.Classes() {
		t.Run(string(class), func(t *testing.T) {
			c, asked := makeClock(), 0
			g := makeBoth(t, c, Limits{}, c.altinns(class, 0, &asked), noSystemUser())
			_, err := systemUsers(t, g, PriorityChanged).SystemUser(t.Context(), consumer(t), "310330701")
			if got := maskinporten.ClassOf(err); !got.Kind().Inconclusive() {
				t.Errorf("%q would be judged as the customer's", got)
			}
			if !g.Alarm.Suspect() {
				t.Error("no alarm is raised, although no negotiation is possible")
			}
		})
	}
}

// TestAltinnWaitsForOurTokens sends no request to Altinn, nor for a token for it, while such tokens are refused.
func TestAltinnWaitsForOurTokens(t *testing.T) {
	cases := map[string]struct {
		reason string
		before func(t *testing.T, g *Guard)
	}{
		"scope": {reason: "the client does not have Altinn's scope", before: func(t *testing.T, g *Guard) {
			_ = g.Prove(t.Context(), "a test", ownScopes(scope, altinn.ScopeWrite)...)
		}},
		"postponed": {reason: "Maskinporten wants to be left alone", before: func(_ *testing.T, g *Guard) {
			g.postponed.note(&maskinporten.Error{Class: maskinporten.ClassRateLimited, RetryAfter: patient}, g.now())
		}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			c, asked, at := makeClock(), 0, noSystemUser()
			g := makeBoth(t, c, Limits{}, c.altinns(maskinporten.ClassScopeNotRegistered, 0, &asked), at)
			test.before(t, g)
			asked = 0
			_, err := systemUsers(t, g, PriorityChanged).SystemUser(t.Context(), consumer(t), "310330701")
			if _, held := errors.AsType[*HeldError](err); !held || asked > 0 || len(at.asked) > 0 {
				t.Errorf("%s: asked %d times for tokens, and Altinn %d times: %v", test.reason, asked, len(at.asked), err)
			}
			if err := g.ProveSystem(t.Context()); !isUnsent(err) || asked > 0 {
				t.Errorf("%s: and the proof of the system asks: %v", test.reason, err)
			}
		})
	}
}

// TestAltinnsRetryAfter verifies that no request is sent before Altinn's Retry-After ends, also none of the proof of
// our system, and that a later, shorter one does not shorten it.
func TestAltinnsRetryAfter(t *testing.T) {
	c, asked := makeClock(), 0
	at := &fakeAltinn{status: map[string]int{bySystem: 429}, retry: 600}
	g := makeBoth(t, c, Limits{}, c.altinns("", 0, &asked), at)
	_ = g.ProveSystem(t.Context())
	if g.Altinn.LastFault() != altinn.ClassRateLimited {
		t.Fatalf("met %q", g.Altinn.LastFault())
	}
	g.Altinn.postpone(&altinn.Error{Class: altinn.ClassServerError, RetryAfter: time.Second}, c.now())
	at.asked, at.status = nil, nil
	c.pass(599 * time.Second)
	if err := g.ProveSystem(t.Context()); !isUnsent(err) || len(at.asked) > 0 || g.Altinn.LastFault() == "" {
		t.Errorf("asked %d times before its time: %v, met %q", len(at.asked), err, g.Altinn.LastFault())
	}
	c.pass(time.Second)
	if err := g.ProveSystem(t.Context()); err != nil || g.Altinn.LastFault() != "" {
		t.Errorf("after it: %v, met %q", err, g.Altinn.LastFault())
	}
}
