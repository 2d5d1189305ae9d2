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
var bySystemUser = Request{Scope: testSickPay, SystemUser: SystemUserRequest{Owner: testConsumer, ExternalRef: testSickPayRef}}

// systemUserClaims are those of a good token: the vendor is its consumer, and the customer is in the details.
func systemUserClaims(a *authority) jwt.MapClaims {
	claims := with(with(a.claims(), "scope", testSickPay), "consumer", map[string]string{"authority": actorAuthority, "ID": testSupplier.ISO6523()})
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

// TestSystemUserToken goes through the tokens that may come for a system user.
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
		"good":              {"the requested one", good, ""},
		"more":              {"what is not known is passed over", detail("externalRef", "x"), ""},
		"none":              {"the scope is open to all: this proves no access", without(good, "authorization_details"), ClassTokenMismatch},
		"empty":             {"no system user", with(good, "authorization_details", []any{}), ClassTokenMismatch},
		"two":               {"more than one", with(good, "authorization_details", append(details(nil), details(nil)...)), ClassTokenMismatch},
		"other-type":        {"another kind of access", detail("type", "urn:altinn:consent"), ClassTokenMismatch},
		"other-owner":       {"another customer's data", detail("systemuser_org", party("0192:991825827")), ClassTokenMismatch},
		"no-owner":          {"no owner", detail("systemuser_org", nil), ClassTokenMismatch},
		"other-system":      {"another vendor's system", detail("system_id", "897757222_other"), ClassTokenMismatch},
		"no-id":             {"no system user", detail("systemuser_id", []string{}), ClassTokenMismatch},
		"two-ids":           {"which one is it", detail("systemuser_id", []string{testUser, testUser}), ClassTokenMismatch},
		"id-no-uuid":        {"not an id of Altinn's", detail("systemuser_id", []string{"1"}), ClassTokenMismatch},
		"id-no-list":        {"a form that is not documented", detail("systemuser_id", testUser), ClassBadResponse},
		"consumer-customer": {"a delegation's token, not a system user's", with(good, "consumer", party(testConsumer.ISO6523())), ClassTokenMismatch},
		"supplier":          {"likewise", with(good, "supplier", party(testSupplier.ISO6523())), ClassTokenMismatch},
		"two-scopes":        {"the APIs refuse it", with(good, "scope", testSickPay+" nav:other"), ClassTokenMismatch},
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
			if got.SystemUser != want || got.Consumer != testConsumer || got.Supplier != testSupplier || got.Scope != testSickPay {
				t.Errorf("%s: %v of %v", tc.reason, got, got.SystemUser)
			}
		})
	}
}

// TestDetailsNotRequested checks that a token of a system user is refused if the request was not by system user.
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

// TestSystemUserRequests refuses invalid requests, and sends nothing.
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
		"no-system": {"it is not known which system's user", "", Request{Scope: testSickPay, SystemUser: owner}, ClassClientRejected, 0},
		"no-owner":  {"without owner", testSystem, Request{Scope: testSickPay, SystemUser: SystemUserRequest{ExternalRef: "x"}}, ClassClientRejected, 0},
		"both":      {"one or the other", testSystem, Request{Scope: testSickPay, Consumer: testConsumer, SystemUser: owner}, ClassClientRejected, 0},
		"bad-ref": {
			"nothing that a reference is made of", testSystem,
			Request{Scope: testSickPay, SystemUser: SystemUserRequest{Owner: testConsumer, ExternalRef: "a b"}},
			ClassClientRejected, 0,
		},
		"ourselves": {
			"a vendor may be its own customer", testSystem,
			Request{Scope: testSickPay, SystemUser: SystemUserRequest{Owner: testSupplier}},
			ClassTokenMismatch, 1,
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

// TestSystemUserMissing holds refusals against the subject that they answer: MP-303 is an answer only where a system user
// was requested.
func TestSystemUserMissing(t *testing.T) {
	byUser := subject{scope: testSickPay, supplier: testSupplier, systemUser: bySystemUser.SystemUser, systemID: testSystem}
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
		"by-code":       {"what is documented", 400, code, byUser, ClassSystemUserMissing},
		"by-name":       {"the code is only in an optional URI", 400, name, byUser, ClassSystemUserMissing},
		"403":           {"not the status that it has", 403, code, byUser, ClassBadResponse},
		"401":           {"likewise", 401, name, byUser, ClassBadResponse},
		"429":           {"an outage, whatever it says", 429, code, byUser, ClassRateLimited},
		"503":           {"an outage, whatever it says", 503, code, byUser, ClassServerError},
		"delegation":    {"the request was not by system user", 400, code, testAsked, ClassRequestRejected},
		"ourselves":     {"nor here", 400, name, ourselves, ClassClientRejected},
		"not-granted":   {"the consumer of a token by system user is the supplier", 403, &envelope{Name: "forbidden", Description: "Consumer has not been granted access to the scope " + testSickPay}, byUser, ClassClientRejected},
		"not-delegated": {"the request was not about a delegation", 403, &envelope{Name: "forbidden", URI: "https://test.maskinporten.no/errors/MP-251"}, byUser, ClassTokenMismatch},
		"malformed":     {"this customer's request, not ours", 400, &envelope{Name: "invalid_request", URI: "https://test.maskinporten.no/errors/MP-011"}, byUser, ClassRequestRejected},
	}
	for name, tc := range cases {
		if got := classify(tc.status, 0, tc.env, tc.asked); got.Class != tc.want {
			t.Errorf("%s: %s, want %s: %s", name, got.Class, tc.want, tc.reason)
		}
	}
}

// TestDetail is the claim as it is sent.
func TestDetail(t *testing.T) {
	got := grantClaims("https://test.maskinporten.no/", testClient, subject{scope: testSickPay, systemUser: SystemUserRequest{Owner: orgnumber.MustParse("314240979")}}, testStart, "id")
	want := []any{map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_org": map[string]string{"authority": "iso6523-actorid-upis", "ID": "0192:314240979"},
	}}
	if diff := cmp.Diff(want, got["authorization_details"]); diff != "" {
		t.Errorf("without a reference (-want +got):\n%s", diff)
	}
	if _, both := got["consumer_org"]; both {
		t.Error("there is a consumer_org besides")
	}
}
