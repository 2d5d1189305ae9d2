package maskinporten

import (
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
)

const (
	testSystem     = "897757222_4human_hrm"
	testUser       = "33a0911a-5459-456f-bc57-3d37ef9a016c"
	testSickPay    = "nav:helseytelser/sykepenger"
	testSickPayRef = "314240979"
)

// bySystemUser is the request of these tests.
var bySystemUser = Request{
	Scope:      testSickPay,
	SystemUser: SystemUserRequest{Owner: testConsumer, ExternalRef: testSickPayRef},
}

// systemUserClaims are the claims of a good token by system user: the vendor is its consumer, and the customer is in
// the details.
func systemUserClaims(a *authority) jwt.MapClaims {
	claims := with(with(a.claims(), "scope", testSickPay), "consumer",
		map[string]string{"authority": actorAuthority, "ID": testSupplier.ISO6523()})
	return with(without(claims, "supplier"), "authorization_details", details(nil))
}

// details are authorization details of one system user, changed.
func details(change func(d map[string]any)) []any {
	d := map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_id": []string{testUser}, "system_id": testSystem,
		"systemuser_org": map[string]string{"authority": actorAuthority, "ID": testConsumer.ISO6523()},
	}
	if change != nil {
		change(d)
	}
	return []any{d}
}

// TestSystemUserToken verifies tokens of requests by system user.
func TestSystemUserToken(t *testing.T) {
	a := newAuthority(t)
	good := systemUserClaims(a)
	detail := func(key string, value any) jwt.MapClaims {
		return with(good, "authorization_details", details(func(d map[string]any) { d[key] = value }))
	}
	party := func(id string) map[string]string { return map[string]string{"authority": actorAuthority, "ID": id} }
	cases := map[string]struct {
		reason string
		claims jwt.MapClaims
		want   Class
	}{
		"good": {reason: "the requested one", claims: good},
		"more": {reason: "what is not known is passed over", claims: detail("externalRef", "x")},
		"none": {
			reason: "the scope is open to all: this proves no access",
			claims: without(good, "authorization_details"), want: ClassTokenMismatch,
		},
		"empty": {
			reason: "no system user", claims: with(good, "authorization_details", []any{}),
			want: ClassTokenMismatch,
		},
		"two": {
			reason: "more than one",
			claims: with(good, "authorization_details", append(details(nil), details(nil)...)), want: ClassTokenMismatch,
		},
		"other-type": {
			reason: "another kind of access", claims: detail("type", "urn:altinn:consent"),
			want: ClassTokenMismatch,
		},
		"other-owner": {
			reason: "another customer's data", claims: detail("systemuser_org", party("0192:991825827")),
			want: ClassTokenMismatch,
		},
		"no-owner": {reason: "no owner", claims: detail("systemuser_org", nil), want: ClassTokenMismatch},
		"other-system": {
			reason: "another vendor's system", claims: detail("system_id", "897757222_other"),
			want: ClassTokenMismatch,
		},
		"no-id": {
			reason: "no system user", claims: detail("systemuser_id", []string{}),
			want: ClassTokenMismatch,
		},
		"two-ids": {
			reason: "which one is it", claims: detail("systemuser_id", []string{testUser, testUser}),
			want: ClassTokenMismatch,
		},
		"id-no-uuid": {
			reason: "not an id of Altinn's", claims: detail("systemuser_id", []string{"1"}),
			want: ClassTokenMismatch,
		},
		"id-no-list": {
			reason: "a form that is not documented", claims: detail("systemuser_id", testUser),
			want: ClassBadResponse,
		},
		"consumer-customer": {
			reason: "a delegation's token, not a system user's",
			claims: with(good, "consumer", party(testConsumer.ISO6523())), want: ClassTokenMismatch,
		},
		"supplier": {
			reason: "likewise", claims: with(good, "supplier", party(testSupplier.ISO6523())),
			want: ClassTokenMismatch,
		},
		"two-scopes": {
			reason: "the APIs refuse it", claims: with(good, "scope", testSickPay+" nav:other"),
			want: ClassTokenMismatch,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a.set(func() {
				a.token = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a.answer(tc.claims)) }
			})
			got, err := a.client(t).Token(t.Context(), bySystemUser)
			if ClassOf(err) != tc.want {
				t.Fatalf("%s: class %q, want %q: %v", tc.reason, ClassOf(err), tc.want, err)
			}
			if err != nil {
				return
			}
			want := SystemUser{ID: testUser, SystemID: testSystem, Owner: testConsumer}
			if got.SystemUser != want || got.Consumer != testConsumer || got.Supplier != testSupplier ||
				got.Scope != testSickPay {
				t.Errorf("%s: %v of %v", tc.reason, got, got.SystemUser)
			}
		})
	}
}

// TestDetailsNotRequested refuses a token with a system user for a request without one.
func TestDetailsNotRequested(t *testing.T) {
	a := newAuthority(t)
	a.set(func() {
		a.token = func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, a.answer(with(a.claims(), "authorization_details", details(nil))))
		}
	})
	if class, err := ask(t, a.client(t)); class != ClassTokenMismatch {
		t.Errorf("a token with details that were not asked for: %q: %v", class, err)
	}
}

// TestSystemUserRequests refuses invalid requests without sending them.
func TestSystemUserRequests(t *testing.T) {
	a := newAuthority(t)
	owner := SystemUserRequest{Owner: testConsumer}
	cases := map[string]struct {
		reason string
		system string
		ask    Request
		want   Class
		sent   int32
	}{
		"no-system": {
			reason: "it is not known which system's user", ask: Request{Scope: testSickPay, SystemUser: owner},
			want: ClassClientRejected,
		},
		"no-owner": {
			reason: "without owner", system: testSystem,
			ask: Request{Scope: testSickPay, SystemUser: SystemUserRequest{ExternalRef: "x"}}, want: ClassClientRejected,
		},
		"both": {
			reason: "one or the other", system: testSystem,
			ask: Request{Scope: testSickPay, Consumer: testConsumer, SystemUser: owner}, want: ClassClientRejected,
		},
		"bad-ref": {
			reason: "nothing that a reference is made of",
			system: testSystem,
			ask:    Request{Scope: testSickPay, SystemUser: SystemUserRequest{Owner: testConsumer, ExternalRef: "a b"}},
			want:   ClassClientRejected,
		},
		"ourselves": {
			reason: "a vendor may be its own customer",
			system: testSystem,
			ask:    Request{Scope: testSickPay, SystemUser: SystemUserRequest{Owner: testSupplier}},
			want:   ClassTokenMismatch,
			sent:   1,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a.tokenCalls.Store(0)
			c := a.client(t)
			c.systemID = tc.system
			if _, err := c.Token(t.Context(), tc.ask); ClassOf(err) != tc.want || a.tokenCalls.Load() != tc.sent {
				t.Errorf("%s: %v after %d requests, want %s after %d", tc.reason, err, a.tokenCalls.Load(), tc.want, tc.sent)
			}
		})
	}
}

// TestSystemUserMissing classifies MP-303 by the request: it is an answer only to a request by system user.
func TestSystemUserMissing(t *testing.T) {
	byUser := subject{
		scope: testSickPay, supplier: testSupplier, systemUser: bySystemUser.SystemUser,
		systemID: testSystem,
	}
	ourselves := subject{scope: testSickPay, supplier: testSupplier}
	code := &envelope{Name: "invalid_altinn_customer_configuration", URI: "https://test.maskinporten.no/errors/MP-303"}
	name := &envelope{Name: "invalid_altinn_customer_configuration", Description: "whatever it says"}
	cases := map[string]struct {
		reason string
		status int
		env    *envelope
		asked  subject
		want   Class
	}{
		"by-code": {reason: "what is documented", status: 400, env: code, asked: byUser, want: ClassSystemUserMissing},
		"by-name": {
			reason: "the code is only in an optional URI", status: 400, env: name, asked: byUser,
			want: ClassSystemUserMissing,
		},
		"403": {
			reason: "not the status that it has", status: 403, env: code, asked: byUser,
			want: ClassBadResponse,
		},
		"401": {reason: "likewise", status: 401, env: name, asked: byUser, want: ClassBadResponse},
		"429": {
			reason: "an outage, whatever it says", status: 429, env: code, asked: byUser,
			want: ClassRateLimited,
		},
		"503": {
			reason: "an outage, whatever it says", status: 503, env: code, asked: byUser,
			want: ClassServerError,
		},
		"delegation": {
			reason: "the request was not by system user", status: 400, env: code, asked: testAsked,
			want: ClassRequestRejected,
		},
		"ourselves": {reason: "nor here", status: 400, env: name, asked: ourselves, want: ClassClientRejected},
		"not-granted": {
			reason: "the consumer of a token by system user is the supplier", status: 403,
			env: &envelope{
				Name: "forbidden",
				Description: "Consumer has not been granted access to the scope " +
					testSickPay,
			}, asked: byUser, want: ClassClientRejected,
		},
		"not-delegated": {
			reason: "the request was not about a delegation", status: 403,
			env: &envelope{
				Name: "forbidden",
				URI:  "https://test.maskinporten.no/errors/MP-251",
			}, asked: byUser, want: ClassTokenMismatch,
		},
		"malformed": {
			reason: "this customer's request, not ours", status: 400,
			env: &envelope{
				Name: "invalid_request",
				URI:  "https://test.maskinporten.no/errors/MP-011",
			}, asked: byUser, want: ClassRequestRejected,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := classify(tc.status, 0, tc.env, tc.asked); got.Class != tc.want {
				t.Errorf("%s: %s, want %s: %s", name, got.Class, tc.want, tc.reason)
			}
		})
	}
}

// TestDetail compares the claim as it is sent.
func TestDetail(t *testing.T) {
	got := grantClaims("https://test.maskinporten.no/", testClient,
		subject{scope: testSickPay, systemUser: SystemUserRequest{Owner: orgnumber.MustParse("314240979")}}, testStart, "id")
	want := []any{map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_org": map[string]string{
			"authority": "iso6523-actorid-upis",
			"ID":        "0192:314240979",
		},
	}}
	if diff := cmp.Diff(want, got["authorization_details"]); diff != "" {
		t.Errorf("without a reference (-want +got):\n%s", diff)
	}
	if _, both := got["consumer_org"]; both {
		t.Error("there is a consumer_org besides")
	}
}
