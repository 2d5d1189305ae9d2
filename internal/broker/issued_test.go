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

// TestIssued verifies the response and the log line of an issued token.
func TestIssued(t *testing.T) {
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
	if diff := cmp.Diff(map[string]string{"Cache-Control": "no-store", "Content-Type": "application/json"},
		headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	child := naming.Child("tiger", v1alpha1.ServiceFollowUpPlans)
	log := w.logged()
	for _, part := range []string{
		`"msg"="Issued token"`, `"namespace"="customers"`, `"customer"="tiger"`, `"service"="FollowUpPlans"`, `"account"="` +
			child + `"`,
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

// TestIssuedForRunOfOperator requests a token for a first or requested run, whose CronJob does not control it.
func TestIssuedForRunOfOperator(t *testing.T) {
	w := makeWorld(t, func(o *objects) { o.job.OwnerReferences[0].Controller = nil })
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Errorf("%+v: %s", got, w.logged())
	}
}

// TestIssuedForOtherShard requests tokens for a customer that another shard's manager works for. Its objects are read
// past the cache, and decide as those of the cache do.
func TestIssuedForOtherShard(t *testing.T) {
	const refused = http.StatusForbidden
	for name, c := range map[string]struct {
		reason string
		change func(o *objects)
		want   int
	}{
		"granted": {reason: "every replica serves every pod", change: func(*objects) {}, want: http.StatusOK},
		"withdrawn": {
			reason: "its status decides", want: refused,
			change: func(o *objects) {
				o.customer.Status.Services[0].Authorization.State = v1alpha1.AuthorizationWithdrawn
			},
		},
		"no-supplier": {
			reason: "there is none in any shard", want: refused, change: func(o *objects) { o.supplier = nil },
		},
		"no-account": {reason: "it was deleted", want: refused, change: func(o *objects) { o.account = nil }},
		"no-owner": {
			reason: "nothing leads to a customer", want: refused, change: func(o *objects) { o.account.OwnerReferences = nil },
		},
		"no-customer": {reason: "it was deleted", want: refused, change: func(o *objects) { o.customer = nil }},
		"other-service": {
			reason: "the account's name is not one of the customer's", want: refused,
			change: func(o *objects) { o.customer.Spec.Services[0].Name = v1alpha1.ServiceSickNotes },
		},
		"other-uid": {
			reason: "the account belongs to an earlier customer of the name", want: refused,
			change: func(o *objects) { o.account.OwnerReferences[0].UID = "earlier" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, func(o *objects) {
				o.sharded = true
				c.change(o)
			})
			if got := w.ask(nil); got.Status != c.want {
				t.Errorf("%s: %+v, want status %d: %s", c.reason, got, c.want, w.logged())
			}
		})
	}
}

// TestIssuedForSystemUser requests a token for the customer's system user, with the externalRef in the status.
func TestIssuedForSystemUser(t *testing.T) {
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
		t.Errorf("requested %+v, want %+v", w.request, want)
	}
}

// TestIndexChildren verifies the names of each service's children.
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
		t.Errorf("another kind: %v", got)
	}
}

// TestRequest verifies which requests are token requests.
func TestRequest(t *testing.T) {
	body := func(size int) func(r *http.Request) {
		return func(r *http.Request) { r.Body = readCloser{from: strings.NewReader(strings.Repeat("x", size))} }
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
		"plain":      {reason: "a plain token request", want: reply{Status: http.StatusOK}},
		"small-body": {reason: "the body is ignored", change: body(1 << 10), want: reply{Status: http.StatusOK}},
		"lower-case": {
			reason: "the scheme is case-insensitive (RFC 9110, 11.1)", change: header("bearer " + shown),
			want: reply{Status: http.StatusOK},
		},
		"large-body": {
			reason: "the body is too large", change: body(1<<10 + 1),
			want: refused(http.StatusRequestEntityTooLarge, "request_too_large"),
		},
		"broken-body": {
			reason: "the body is incomplete",
			change: func(r *http.Request) { r.Body = readCloser{from: brokenReader{}} }, want: refused(http.StatusBadRequest,
				"invalid_request"),
		},
		"get": {
			reason: "GET is not allowed", change: method(http.MethodGet),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"head": {
			reason: "HEAD is not allowed", change: method(http.MethodHead),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"options": {
			reason: "there is no CORS", change: method(http.MethodOptions),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"put": {
			reason: "PUT is not allowed", change: method(http.MethodPut),
			want: refused(http.StatusMethodNotAllowed, "method_not_allowed"),
		},
		"root": {
			reason: "there is no other path", change: path("/"),
			want: refused(http.StatusNotFound, "not_found"),
		},
		"below": {
			reason: "there is no path below", change: path("/token/"),
			want: refused(http.StatusNotFound, "not_found"),
		},
		"twice": {
			reason: "paths are not cleaned", change: path("//token"),
			want: refused(http.StatusNotFound, "not_found"),
		},
		"no-token": {reason: "there is no token", change: header(), want: wantInvalidToken},
		"two-tokens": {
			reason: "there are two tokens", change: header("Bearer "+shown, "Bearer "+shown),
			want: wantInvalidToken,
		},
		"basic": {
			reason: "the scheme is not Bearer", change: header("Basic dGlnZXI6dGlnZXI="),
			want: wantInvalidToken,
		},
		"nothing": {reason: "the header is a scheme only", change: header("Bearer"), want: wantInvalidToken},
		"empty":   {reason: "the token is empty", change: header("Bearer "), want: wantInvalidToken},
		"not-printable": {
			reason: "a token has printable characters only", change: header("Bearer a\x01b"),
			want: wantInvalidToken,
		},
		"spaces": {
			reason: "a token has no spaces", change: header("Bearer " + shown + " more"),
			want: wantInvalidToken,
		},
		"invalid": {
			reason: "the API server rejects the token", change: header("Bearer " + forged),
			want: wantInvalidToken,
		},
		"much-too-large": {
			reason: "the token is too large", change: header("Bearer " + strings.Repeat("x", 17<<10)),
			want: wantInvalidToken,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, nil)
			if diff := cmp.Diff(c.want, w.ask(c.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if issued := c.want.Status == http.StatusOK; issued != (w.requests == 1) {
				t.Errorf("%s: %d requests to Maskinporten", c.reason, w.requests)
			}
			if reviewed := w.reviews > 0; reviewed != (c.want.Status == http.StatusOK || name == "invalid") {
				t.Errorf("%s: %d reviews", c.reason, w.reviews)
			}
			if strings.Count(w.logged(), "\n") != 1 {
				t.Errorf("%s: want one line in the log:\n%s", c.reason, w.logged())
			}
		})
	}
}

// TestHeaders verifies the headers of refusals.
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
