package broker

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// TestGiven gives a token, says how long it lasts, and writes in the log to whom.
func TestGiven(t *testing.T) {
	w := makeWorld(t, nil)
	w.expires = 119*time.Second + 900*time.Millisecond
	answer := w.post(nil)
	defer func() { _ = answer.Body.Close() }()
	var got map[string]any
	w.must(json.NewDecoder(answer.Body).Decode(&got))
	want := map[string]any{"access_token": secret, "token_type": "Bearer", "expires_in": 119.0, "scope": scope}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	headers := map[string]string{
		"Cache-Control": answer.Header.Get("Cache-Control"), "Content-Type": answer.Header.Get("Content-Type"),
	}
	if diff := cmp.Diff(map[string]string{"Cache-Control": "no-store", "Content-Type": "application/json"}, headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	child := naming.Child("tiger", v1alpha1.ServiceFollowUpPlans)
	log := w.logged()
	for _, part := range []string{
		`"msg"="Gave a token"`, `"namespace"="customers"`, `"integration"="tiger"`, `"service"="FollowUpPlans"`, `"account"="` + child + `"`,
		`"pod"="` + child + `-1-x"`, `"scope"="` + scope + `"`, `"consumer"="310330701"`, `"expires"="2026-11-24T12:01:59Z"`,
	} {
		if !strings.Contains(log, part) {
			t.Errorf("the log does not have %s:\n%s", part, log)
		}
	}
	if lines := strings.Count(log, "\n"); lines != 1 {
		t.Errorf("the log has %d lines:\n%s", lines, log)
	}
}

// TestGivenBySystemUser gives a token by the customer's system user, under the reference that the status has: another
// access than on behalf of the customer.
func TestGivenBySystemUser(t *testing.T) {
	w := makeWorld(t, systemUser)
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Fatalf("%+v: %s", got, w.logged())
	}
	owner := orgnumber.MustParse(tigerNumber)
	want := maskinporten.Request{
		Scope:      "nav:helseytelser/sykepenger",
		SystemUser: maskinporten.SystemUserRequest{Owner: owner, ExternalRef: "310330701-2"},
	}
	if w.request != want {
		t.Errorf("asked for %+v, want %+v", w.request, want)
	}
}

// TestIndexChildren names what is made for each service.
func TestIndexChildren(t *testing.T) {
	c := makeCustomer()
	c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: v1alpha1.ServiceSickNotes})
	want := []string{
		naming.Child("tiger", v1alpha1.ServiceFollowUpPlans), naming.Child("tiger", v1alpha1.ServiceSickNotes),
	}
	if diff := cmp.Diff(want, IndexChildren(c)); diff != "" {
		t.Error(diff)
	}
	if got := IndexChildren(makeSupplier()); got != nil {
		t.Errorf("of another kind: %v", got)
	}
}

// TestRequest takes one kind of request and no other.
func TestRequest(t *testing.T) {
	body := func(size int) func(r *http.Request) {
		return func(r *http.Request) { r.Body = readCloser{strings.NewReader(strings.Repeat("x", size))} }
	}
	header := func(values ...string) func(r *http.Request) {
		return func(r *http.Request) { r.Header["Authorization"] = values }
	}
	method := func(m string) func(r *http.Request) { return func(r *http.Request) { r.Method = m } }
	path := func(p string) func(r *http.Request) { return func(r *http.Request) { r.URL.Path = p } }
	refused := func(status int, code string) reply { return reply{Status: status, Error: code} }
	cases := map[string]struct {
		reason string
		change func(r *http.Request)
		want   reply
	}{
		"plain":          {"the everyday question", nil, reply{Status: http.StatusOK}},
		"small-body":     {"a body is not looked at", body(1 << 10), reply{Status: http.StatusOK}},
		"lower-case":     {"the scheme's case does not count (RFC 9110, 11.1)", header("bearer " + shown), reply{Status: http.StatusOK}},
		"large-body":     {"a body is bounded", body(1<<10 + 1), refused(http.StatusRequestEntityTooLarge, "request_too_large")},
		"broken-body":    {"nobody waits for the rest", func(r *http.Request) { r.Body = readCloser{brokenReader{}} }, refused(http.StatusBadRequest, "invalid_request")},
		"get":            {"tokens are not got", method(http.MethodGet), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"head":           {"likewise", method(http.MethodHead), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"options":        {"no browser asks", method(http.MethodOptions), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"put":            {"nor put", method(http.MethodPut), refused(http.StatusMethodNotAllowed, "method_not_allowed")},
		"root":           {"there is one path", path("/"), refused(http.StatusNotFound, "not_found")},
		"below":          {"and nothing below it", path("/token/"), refused(http.StatusNotFound, "not_found")},
		"twice":          {"and no other way to write it", path("//token"), refused(http.StatusNotFound, "not_found")},
		"no-token":       {"who asks?", header(), nobody},
		"two-tokens":     {"which of them?", header("Bearer "+shown, "Bearer "+shown), nobody},
		"basic":          {"another scheme", header("Basic dGlnZXI6dGlnZXI="), nobody},
		"nothing":        {"a scheme alone", header("Bearer"), nobody},
		"empty":          {"likewise", header("Bearer "), nobody},
		"not-printable":  {"no token has such characters", header("Bearer a\x01b"), nobody},
		"spaces":         {"nor spaces", header("Bearer " + shown + " more"), nobody},
		"of-nobody":      {"garbage", header("Bearer garbage"), nobody},
		"much-too-large": {"a token is bounded", header("Bearer " + strings.Repeat("x", 17<<10)), nobody},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, nil)
			if diff := cmp.Diff(c.want, w.ask(c.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if given := c.want.Status == http.StatusOK; given != (w.asked == 1) {
				t.Errorf("%s: Maskinporten was asked %d times", c.reason, w.asked)
			}
			if reviewed := w.reviews > 0; reviewed != (c.want.Status == http.StatusOK || name == "of-nobody") {
				t.Errorf("%s: the API server was asked %d times", c.reason, w.reviews)
			}
			if strings.Count(w.logged(), "\n") != 1 {
				t.Errorf("%s: not one line in the log:\n%s", c.reason, w.logged())
			}
		})
	}
}

// TestHeaders has the headers that go with refusals.
func TestHeaders(t *testing.T) {
	w := makeWorld(t, nil)
	answer := w.post(func(r *http.Request) { r.Header.Del("Authorization") })
	_ = answer.Body.Close()
	if got := answer.Header.Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	answer = w.post(func(r *http.Request) { r.Method = http.MethodGet })
	_ = answer.Body.Close()
	if got := answer.Header.Get("Allow"); got != http.MethodPost {
		t.Errorf("Allow: %q", got)
	}
}

type readCloser struct {
	from interface{ Read([]byte) (int, error) }
}

func (r readCloser) Read(b []byte) (int, error) { return r.from.Read(b) }
func (r readCloser) Close() error               { return nil }

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errAway }
