package maskinporten

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// documented is the list of refusals in Maskinporten's documentation. The code is
// only in error_uri, which may be missing, so each text must do by itself.
var documented = map[string]struct {
	code, name  string
	status      int
	description string
	want        Class
}{
	"MP-011":             {"MP-011", "invalid_request", 400, "Invalid assertion. Invalid parameter value", ClassRequestRejected},
	"MP-011, variant":    {"", "invalid_grant", 400, "Invalid assertion. Invalid parameter value", ClassRequestRejected},
	"malformed":          {"", "invalid_grant", 400, "Invalid assertion", ClassRequestRejected},
	"malformed, variant": {"", "invalid_request", 400, "Invalid assertion.", ClassRequestRejected},
	"MP-012":             {"MP-012", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Grant is used before", ClassGrantReplayed},
	"future":             {"", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Issue time is after now", ClassClockSkewed},
	"future, variant":    {"", "invalid_request", 400, "Issue time is after now", ClassClockSkewed},
	"MP-100":             {"MP-100", "invalid_grant", 400, "Invalid assertion. Client authentication failed.", ClassClientUnknown},
	"MP-100, no stop":    {"MP-100", "invalid_client", 401, "Invalid assertion. Client authentication failed", ClassClientUnknown},
	"MP-100, not found":  {"MP-100", "invalid_grant", 400, "Client not found", ClassClientUnknown},
	"MP-110":             {"MP-110", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Invalid JWT claim aud", ClassAudienceRejected},
	"MP-120":             {"MP-120", "invalid_grant", 400, "Invalid assertion. Client authentication failed. The JWT is signed with an invalid certificate.", ClassCertificateRejected},
	"MP-121":             {"MP-121", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Expired key.", ClassKeyExpired},
	"MP-122":             {"MP-122", "invalid_grant", 400, "Invalid JWT. Invalid organization number for client. Does not match certificate orgno", ClassCertificateRejected},
	"MP-123":             {"MP-123", "invalid_grant", 400, "Invalid JWT header x5c", ClassCertificateRejected},
	"MP-124":             {"MP-124", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Invalid JWT signature.", ClassSignatureRejected},
	"unknown kid":        {"", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Unknown key identifier (kid) for client.", ClassKeyUnknown},
	"unknown kid, code":  {"MP-100", "invalid_grant", 400, "Invalid assertion. Client authentication failed. Unknown key identifier (kid) for client.", ClassKeyUnknown},
	"no kid":             {"", "invalid_grant", 400, "Invalid assertion. Client authentication failed. The client requires pre-registered jwk and no key identifier (kid) provided", ClassKeyUnknown},
	"MP-130":             {"MP-130", "invalid_grant", 400, "Invalid assertion. JWT is expired", ClassClockSkewed},
	"MP-200":             {"MP-200", "invalid_scope", 400, "Token request contains invalid scopes for client, " + testScope, ClassScopeNotRegistered},
	"MP-201":             {"MP-201", "invalid_scope", 400, "Token request contains scopes not allowed for maskinporten", ClassScopeNotRegistered},
	"MP-250":             {"MP-250", "forbidden", 403, "Consumer has not been granted access to the scope " + testScope, ClassScopeNotGranted},
	"MP-250, stop":       {"MP-250", "forbidden", 403, "Consumer has not been granted access to the scope " + testScope + ".", ClassScopeNotGranted},
	"MP-251":             {"MP-251", "forbidden", 403, "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 897757222", ClassNotDelegated},
	"MP-251, stop":       {"MP-251", "forbidden", 403, "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 897757222.", ClassNotDelegated},
	"MP-251, 400":        {"MP-251", "forbidden", 400, "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 897757222.", ClassNotDelegated},
	"MP-251, other":      {"MP-251", "access_denied", 403, "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 897757222.", ClassNotDelegated},
	"self-reference":     {"", "invalid_request", 400, "Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client is invalid", ClassConsumerIsSupplier},
	"self-ref., variant": {"", "invalid_grant", 400, "Invalid assertion. Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client is invalid", ClassConsumerIsSupplier},
	"MP-301":             {"MP-301", "invalid_request", 400, "Unknown authorization_details type", ClassClientRejected},
	"MP-302":             {"MP-302", "invalid_authorization_details", 400, "Unknown fields in the authorization details", ClassClientRejected},
	"MP-303":             {"MP-303", "invalid_altinn_customer_configuration", 400, "System user not found", ClassRequestRejected},
}

func TestClassifyDocumented(t *testing.T) {
	suffixes := []string{"", " (trace_id: 356666143081bbec11d293753e9702ca)", " (correlation id: 2d4fa134-eacb-eae8-63f4-eeb2ea408979)"}
	for name, tc := range documented {
		for i, suffix := range suffixes {
			for _, code := range []string{tc.code, ""} {
				t.Run(fmt.Sprintf("%s/suffix %d/code %q", name, i, code), func(t *testing.T) {
					body := map[string]string{"error": tc.name, "error_description": tc.description + suffix}
					if code != "" {
						body["error_uri"] = "https://test.maskinporten.no/errors/" + code
					}
					raw, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					want := &Error{Class: tc.want, Code: code, OAuthError: tc.name, Description: tc.description, Status: tc.status}
					if diff := cmp.Diff(want, classify(tc.status, 0, parseEnvelope(raw), testAsked)); diff != "" {
						t.Errorf("-want, +got:\n%s", diff)
					}
				})
			}
		}
	}
}

// TestClassifyCaptured has bodies that Maskinporten has sent to others, with
// the subject that they answered.
func TestClassifyCaptured(t *testing.T) {
	asked := subject{
		scope:    "folkeregister:deling/offentligutenhjemmel",
		consumer: orgnumber.MustParse("958935420"),
		supplier: orgnumber.MustParse("920204368"),
	}
	cases := map[string]struct {
		status int
		want   Class
	}{
		"1-key-expired.json":   {400, ClassKeyExpired},
		"2-invalid-scope.json": {400, ClassScopeNotRegistered},
		"3-unknown-kid.json":   {400, ClassKeyUnknown},
		"4-not-granted.json":   {403, ClassScopeNotGranted},
		"5-not-delegated.json": {403, ClassNotDelegated},
		"6-audience.json":      {400, ClassAudienceRejected},
		"7-no-kid.json":        {400, ClassKeyUnknown},
		"8-signature.json":     {400, ClassSignatureRejected},
		"9-system-user.json":   {400, ClassRequestRejected},
	}
	files, err := filepath.Glob("testdata/captured/*.json")
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d captured bodies, %d cases: %v", len(files), len(cases), err)
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join("testdata", "captured", name))
			if err != nil {
				t.Fatal(err)
			}
			got := classify(tc.status, 0, parseEnvelope(body), asked)
			if got.Class != tc.want {
				t.Errorf("class %q, want %q: %v", got.Class, tc.want, got)
			}
			checkError(t, got)
		})
	}
}

// TestClassify has the rows that no documentation has.
func TestClassify(t *testing.T) {
	const uri = "https://test.maskinporten.no/errors/"
	mine := "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 897757222."
	granted := "Consumer has not been granted access to the scope " + testScope + "."
	self := subject{scope: testScope, supplier: testSupplier}
	byUser := subject{scope: testScope, supplier: testSupplier, systemUser: SystemUserRequest{Owner: testConsumer}}
	cases := map[string]struct {
		reason string
		status int
		env    *envelope
		asked  subject
		want   Class
	}{
		"code alone":          {"an unfamiliar text does not matter beside the code", 403, &envelope{"forbidden", "Ingen delegering", uri + "MP-251"}, testAsked, ClassNotDelegated},
		"code, no text":       {"nor does a missing one", 403, &envelope{"forbidden", "", uri + "MP-251"}, testAsked, ClassNotDelegated},
		"code, slash":         {"a URI may end with a slash", 403, &envelope{"forbidden", "", uri + "MP-251/"}, testAsked, ClassNotDelegated},
		"code in fragment":    {"or hold the code as fragment", 403, &envelope{"forbidden", "", "https://docs.digdir.no/x#MP-251"}, testAsked, ClassNotDelegated},
		"code within":         {"but a code is a whole element", 403, &envelope{"forbidden", "", uri + "MP-2511"}, testAsked, ClassBlocked},
		"unknown code":        {"a code that is new does not spoil a text that is known", 403, &envelope{"forbidden", mine, uri + "MP-999"}, testAsked, ClassNotDelegated},
		"other consumer":      {"an answer about another customer must not be believed", 403, &envelope{"forbidden", "Consumer 991825827 has not delegated access to the scope " + testScope + " to supplier 897757222.", uri + "MP-251"}, testAsked, ClassTokenMismatch},
		"other scope":         {"nor one about another scope", 403, &envelope{"forbidden", "Consumer 314240979 has not delegated access to the scope nav:other to supplier 897757222.", uri + "MP-251"}, testAsked, ClassTokenMismatch},
		"longer scope":        {"not even if it begins like ours", 403, &envelope{"forbidden", "Consumer 314240979 has not delegated access to the scope " + testScope + ".x to supplier 897757222", ""}, testAsked, ClassTokenMismatch},
		"other supplier":      {"nor one about another supplier", 403, &envelope{"forbidden", "Consumer 314240979 has not delegated access to the scope " + testScope + " to supplier 991825827", ""}, testAsked, ClassTokenMismatch},
		"MP-250, other scope": {"the same for the grant of a scope", 403, &envelope{"forbidden", "Consumer has not been granted access to the scope nav:other.", ""}, testAsked, ClassTokenMismatch},
		"self, MP-251":        {"we asked for no delegation", 403, &envelope{"forbidden", "", uri + "MP-251"}, self, ClassTokenMismatch},
		"self, MP-250":        {"the scope may be withheld from ourselves", 403, &envelope{"forbidden", granted, uri + "MP-250"}, self, ClassScopeNotGranted},
		"user, MP-250":        {"the consumer of a token by system user is the supplier, so nothing is said of the customer", 403, &envelope{"forbidden", granted, uri + "MP-250"}, byUser, ClassClientRejected},
		"user, text":          {"by text as well", 403, &envelope{"forbidden", granted, ""}, byUser, ClassClientRejected},
		"user, other scope":   {"an answer about another scope is one about another request", 403, &envelope{"forbidden", "Consumer has not been granted access to the scope nav:other.", ""}, byUser, ClassTokenMismatch},
		"self, rejected":      {"without a customer it cannot be the customer's fault", 400, &envelope{"invalid_request", "Invalid assertion. Invalid parameter value", uri + "MP-011"}, self, ClassClientRejected},
		"contradiction 1":     {"who contradicts himself has said nothing", 403, &envelope{"forbidden", granted, uri + "MP-251"}, testAsked, ClassBadResponse},
		"contradiction 2":     {"also the other way round", 403, &envelope{"forbidden", mine, uri + "MP-250"}, testAsked, ClassBadResponse},
		"contradiction 3":     {"also between an answer and a fault", 403, &envelope{"forbidden", "Client not found", uri + "MP-251"}, testAsked, ClassBadResponse},
		"no 403, no name":     {"an answer comes with 403 or forbidden", 400, &envelope{"invalid_grant", mine, uri + "MP-251"}, testAsked, ClassBadResponse},
		"no 403, text only":   {"by text as well", 400, &envelope{"invalid_request", mine, ""}, testAsked, ClassBadResponse},
		"quoted text":         {"the sentence counts only at the beginning", 403, &envelope{"forbidden", "Not true: " + mine, ""}, testAsked, ClassBlocked},
		"almost the text":     {"what is like it is not it", 403, &envelope{"forbidden", "supplier_id 897757222 has no delegation of consumer_id 314240979", ""}, testAsked, ClassBlocked},
		"forbidden, 400":      {"forbidden without a known reason is a gateway's word", 400, &envelope{"forbidden", "no", ""}, testAsked, ClassBlocked},
		"two faults":          {"code before text", 400, &envelope{"invalid_grant", "JWT is expired", uri + "MP-121"}, testAsked, ClassKeyExpired},
		"unknown sentence":    {"a new cause of failed authentication is not an unknown client", 400, &envelope{"invalid_grant", "Invalid assertion. Client authentication failed. Moon phase.", ""}, testAsked, ClassClientRejected},
		"invalid_grant":       {"error alone", 400, &envelope{"invalid_grant", "new text", ""}, testAsked, ClassClientRejected},
		"invalid_client":      {"error alone", 401, &envelope{"invalid_client", "", ""}, testAsked, ClassClientRejected},
		"invalid_scope":       {"error alone", 400, &envelope{"invalid_scope", "", ""}, testAsked, ClassClientRejected},
		"unauthorized_client": {"error alone", 400, &envelope{"unauthorized_client", "", uri + "MP-999"}, testAsked, ClassClientRejected},
		"grant type":          {"error alone", 400, &envelope{"unsupported_grant_type", "", ""}, testAsked, ClassClientRejected},
		"invalid_request":     {"error alone", 400, &envelope{"invalid_request", "", ""}, testAsked, ClassRequestRejected},
		"temporarily":         {"an outage that comes as 4xx", 400, &envelope{"temporarily_unavailable", "", ""}, testAsked, ClassServerError},
		"unknown error":       {"of what we do not know we conclude nothing", 400, &envelope{"interaction_required", "", ""}, testAsked, ClassBlocked},
		"5xx":                 {"an outage whatever its body says", 500, &envelope{"forbidden", mine, uri + "MP-251"}, testAsked, ClassServerError},
		"599":                 {"every 5xx", 599, nil, testAsked, ClassServerError},
		"429":                 {"asked too often, whatever the body says", 429, &envelope{"forbidden", mine, uri + "MP-251"}, testAsked, ClassRateLimited},
		"no body":             {"no word of Maskinporten's", 403, nil, testAsked, ClassBlocked},
		"redirect":            {"not an answer", 303, nil, testAsked, ClassBadResponse},
		"202":                 {"neither token nor refusal", 202, &envelope{"forbidden", mine, ""}, testAsked, ClassBadResponse},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := classify(tc.status, time.Second, tc.env, tc.asked)
			if got.Class != tc.want {
				t.Errorf("%s: class %q, want %q: %v", tc.reason, got.Class, tc.want, got)
			}
			if got.Status != tc.status || got.RetryAfter != time.Second {
				t.Errorf("%s: status %d and wait %s were not kept", tc.reason, got.Status, got.RetryAfter)
			}
			checkError(t, got)
		})
	}
}

func TestParseEnvelope(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   *envelope
	}{
		"whole":       {"all three members", `{"error":"a_b","error_description":"c (trace_id: 1)","error_uri":"d"}`, &envelope{"a_b", "c", "d"}},
		"more":        {"unknown members are passed over", `{"error":"a","status":400}`, &envelope{Name: "a"}},
		"empty":       {"no body", "", nil},
		"null":        {"JSON that is nothing", "null", nil},
		"no error":    {"a refusal names an error", `{"error_description":"x"}`, nil},
		"empty error": {"a refusal names an error", `{"error":""}`, nil},
		"object":      {"an error is a name", `{"error":{"code":403}}`, nil},
		"sentence":    {"frameworks put a phrase there", `{"error":"Forbidden"}`, nil},
		"long":        {"no name is as long", `{"error":"` + "a12345678901234567890123456789012345678901234567890123456789012345" + `"}`, nil},
		"trailing":    {"one document", `{"error":"a"}{"error":"b"}`, nil},
		"HTML":        {"a page", `<html>{"error":"forbidden"}</html>`, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, parseEnvelope([]byte(tc.body))); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestRetryAfterReachesTheCaller(t *testing.T) {
	for _, status := range []int{429, 503} {
		a := newAuthority(t)
		a.set(func() {
			a.token = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "42")
				w.WriteHeader(status)
			}
		})
		_, err := ask(t, a.client(t))
		var e *Error
		if !errors.As(err, &e) || e.RetryAfter != 42*time.Second || e.Status != status {
			t.Errorf("status %d: %#v", status, err)
		}
	}
}
