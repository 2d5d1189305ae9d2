package maskinporten

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// documented is the list of refusals in Maskinporten's documentation. The code is only in error_uri, which may be
// missing, so each text must do by itself.
var documented = map[string]struct {
	code, name  string
	status      int
	description string
	want        Class
}{
	"MP-011": {
		code: "MP-011", name: "invalid_request", status: 400,
		description: "Invalid assertion. Invalid parameter value", want: ClassRequestRejected,
	},
	"MP-011, variant": {
		name: "invalid_grant", status: 400, description: "Invalid assertion. Invalid parameter value",
		want: ClassRequestRejected,
	},
	"malformed": {
		name: "invalid_grant", status: 400, description: "Invalid assertion",
		want: ClassRequestRejected,
	},
	"malformed, variant": {
		name: "invalid_request", status: 400, description: "Invalid assertion.",
		want: ClassRequestRejected,
	},
	"MP-012": {
		code: "MP-012", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Grant is used before", want: ClassGrantReplayed,
	},
	"future": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Issue time is after now", want: ClassClockSkewed,
	},
	"future, variant": {
		name: "invalid_request", status: 400, description: "Issue time is after now",
		want: ClassClockSkewed,
	},
	"future, text of the code": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Issue time is in the future.", want: ClassClockSkewed,
	},
	"expired, text of the code": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. JWT has expired.", want: ClassClockSkewed,
	},
	"lifetime, text of the code": {
		name: "invalid_request", status: 400, description: "Invalid assertion. JWT has too long lifetime.",
		want: ClassClientRejected,
	},
	"MP-100": {
		code: "MP-100", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed.", want: ClassClientUnknown,
	},
	"MP-100, no stop": {
		code: "MP-100", name: "invalid_client", status: 401,
		description: "Invalid assertion. Client authentication failed", want: ClassClientUnknown,
	},
	"MP-100, not found": {
		code: "MP-100", name: "invalid_grant", status: 400, description: "Client not found",
		want: ClassClientUnknown,
	},
	"MP-110": {
		code: "MP-110", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Invalid JWT claim aud", want: ClassAudienceRejected,
	},
	"MP-120": {
		code: "MP-120", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. The JWT is signed with an invalid certificate.",
		want:        ClassCertificateRejected,
	},
	"MP-121": {
		code: "MP-121", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Expired key.", want: ClassKeyExpired,
	},
	"MP-122": {
		code: "MP-122", name: "invalid_grant", status: 400,
		description: "Invalid JWT. Invalid organization number for client. Does not match certificate orgno",
		want:        ClassCertificateRejected,
	},
	"MP-123": {
		code: "MP-123", name: "invalid_grant", status: 400, description: "Invalid JWT header x5c",
		want: ClassCertificateRejected,
	},
	"MP-124": {
		code: "MP-124", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Invalid JWT signature.", want: ClassSignatureRejected,
	},
	"unknown kid": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Unknown key identifier (kid) for client.",
		want:        ClassKeyUnknown,
	},
	"unknown kid, code": {
		code: "MP-100", name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. Unknown key identifier (kid) for client.",
		want:        ClassKeyUnknown,
	},
	"no kid": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Client authentication failed. The client requires pre-registered jwk and no key " +
			"identifier (kid) provided", want: ClassKeyUnknown,
	},
	"MP-130": {
		code: "MP-130", name: "invalid_grant", status: 400,
		description: "Invalid assertion. JWT is expired", want: ClassClockSkewed,
	},
	"MP-200": {
		code: "MP-200", name: "invalid_scope", status: 400,
		description: "Token request contains invalid scopes for client, " + testScope, want: ClassScopeNotRegistered,
	},
	"MP-201": {
		code: "MP-201", name: "invalid_scope", status: 400,
		description: "Token request contains scopes not allowed for maskinporten", want: ClassScopeNotRegistered,
	},
	"MP-250": {
		code: "MP-250", name: "forbidden", status: 403,
		description: "Consumer has not been granted access to the scope " + testScope, want: ClassScopeNotGranted,
	},
	"MP-250, stop": {
		code: "MP-250", name: "forbidden", status: 403,
		description: "Consumer has not been granted access to the scope " + testScope + ".", want: ClassScopeNotGranted,
	},
	"MP-251": {
		code: "MP-251", name: "forbidden", status: 403,
		description: "Consumer 314240979 has not delegated access to the scope " + testScope +
			" to supplier 897757222", want: ClassNotDelegated,
	},
	"MP-251, stop": {
		code: "MP-251", name: "forbidden", status: 403,
		description: "Consumer 314240979 has not delegated access to the scope " + testScope +
			" to supplier 897757222.", want: ClassNotDelegated,
	},
	"MP-251, 400": {
		code: "MP-251", name: "forbidden", status: 400,
		description: "Consumer 314240979 has not delegated access to the scope " + testScope +
			" to supplier 897757222.", want: ClassNotDelegated,
	},
	"MP-251, other": {
		code: "MP-251", name: "access_denied", status: 403,
		description: "Consumer 314240979 has not delegated access to the scope " + testScope +
			" to supplier 897757222.", want: ClassNotDelegated,
	},
	"self-reference": {
		name: "invalid_request", status: 400,
		description: "Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client " +
			"is invalid", want: ClassConsumerIsSupplier,
	},
	"self-ref., variant": {
		name: "invalid_grant", status: 400,
		description: "Invalid assertion. Validation of JWT claim failed: The combination consumer_org in claim and " +
			"delegation scope on client is invalid", want: ClassConsumerIsSupplier,
	},
	"MP-301": {
		code: "MP-301", name: "invalid_request", status: 400,
		description: "Unknown authorization_details type", want: ClassClientRejected,
	},
	"MP-302": {
		code: "MP-302", name: "invalid_authorization_details", status: 400,
		description: "Unknown fields in the authorization details", want: ClassClientRejected,
	},
	"MP-303": {
		code: "MP-303", name: "invalid_altinn_customer_configuration", status: 400,
		description: "System user not found", want: ClassRequestRejected,
	},
}

func TestClassifyDocumented(t *testing.T) {
	suffixes := []string{
		"", " (trace_id: 356666143081bbec11d293753e9702ca)",
		" (correlation id: 2d4fa134-eacb-eae8-63f4-eeb2ea408979)",
	}
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

// TestClassifyCaptured classifies bodies that Maskinporten has sent to others, each with the subject of its request.
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
		"1-key-expired.json":   {status: 400, want: ClassKeyExpired},
		"2-invalid-scope.json": {status: 400, want: ClassScopeNotRegistered},
		"3-unknown-kid.json":   {status: 400, want: ClassKeyUnknown},
		"4-not-granted.json":   {status: 403, want: ClassScopeNotGranted},
		"5-not-delegated.json": {status: 403, want: ClassNotDelegated},
		"6-audience.json":      {status: 400, want: ClassAudienceRejected},
		"7-no-kid.json":        {status: 400, want: ClassKeyUnknown},
		"8-signature.json":     {status: 400, want: ClassSignatureRejected},
		"9-system-user.json":   {status: 400, want: ClassRequestRejected},
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

// TestClassify classifies refusals that are not documented.
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
		"code alone": {
			reason: "an unfamiliar text does not matter beside the code", status: 403,
			env: &envelope{
				Name: "forbidden", Description: "Ingen delegering",
				URI: uri + "MP-251",
			}, asked: testAsked, want: ClassNotDelegated,
		},
		"code, no text": {
			reason: "nor does a missing one", status: 403,
			env: &envelope{Name: "forbidden", URI: uri + "MP-251"}, asked: testAsked, want: ClassNotDelegated,
		},
		"code, slash": {
			reason: "a URI may end with a slash", status: 403,
			env: &envelope{Name: "forbidden", URI: uri + "MP-251/"}, asked: testAsked, want: ClassNotDelegated,
		},
		"code in fragment": {
			reason: "or hold the code as fragment", status: 403,
			env: &envelope{
				Name: "forbidden",
				URI:  "https://docs.digdir.no/x#MP-251",
			}, asked: testAsked, want: ClassNotDelegated,
		},
		"code within": {
			reason: "but a code is a whole element", status: 403,
			env: &envelope{Name: "forbidden", URI: uri + "MP-2511"}, asked: testAsked, want: ClassBlocked,
		},
		"unknown code": {
			reason: "a code that is new does not spoil a text that is known", status: 403,
			env: &envelope{
				Name: "forbidden", Description: mine,
				URI: uri + "MP-999",
			}, asked: testAsked, want: ClassNotDelegated,
		},
		"other consumer": {
			reason: "an answer about another customer must not be believed", status: 403,
			env: &envelope{
				Name: "forbidden",
				Description: "Consumer 991825827 has not delegated access to the scope " + testScope +
					" to supplier 897757222.", URI: uri + "MP-251",
			}, asked: testAsked, want: ClassTokenMismatch,
		},
		"other scope": {
			reason: "nor one about another scope", status: 403,
			env: &envelope{
				Name:        "forbidden",
				Description: "Consumer 314240979 has not delegated access to the scope nav:other to supplier 897757222.", URI: uri +
					"MP-251",
			}, asked: testAsked, want: ClassTokenMismatch,
		},
		"longer scope": {
			reason: "not even if it begins like ours", status: 403,
			env: &envelope{
				Name: "forbidden",
				Description: "Consumer 314240979 has not delegated access to the scope " + testScope +
					".x to supplier 897757222",
			}, asked: testAsked, want: ClassTokenMismatch,
		},
		"other supplier": {
			reason: "nor one about another supplier", status: 403,
			env: &envelope{
				Name: "forbidden",
				Description: "Consumer 314240979 has not delegated access to the scope " + testScope +
					" to supplier 991825827",
			}, asked: testAsked, want: ClassTokenMismatch,
		},
		"MP-250, other scope": {
			reason: "the same for the grant of a scope", status: 403,
			env: &envelope{
				Name:        "forbidden",
				Description: "Consumer has not been granted access to the scope nav:other.",
			}, asked: testAsked, want: ClassTokenMismatch,
		},
		"self, MP-251": {
			reason: "we asked for no delegation", status: 403,
			env: &envelope{Name: "forbidden", URI: uri + "MP-251"}, asked: self, want: ClassTokenMismatch,
		},
		"self, MP-250": {
			reason: "the scope may be withheld from ourselves", status: 403,
			env: &envelope{
				Name: "forbidden", Description: granted,
				URI: uri + "MP-250",
			}, asked: self, want: ClassScopeNotGranted,
		},
		"user, MP-250": {reason: "the consumer of a token by system user is the supplier, so nothing is said of the " +
			"customer", status: 403, env: &envelope{
			Name: "forbidden", Description: granted,
			URI: uri + "MP-250",
		}, asked: byUser, want: ClassClientRejected},
		"user, text": {
			reason: "by text as well", status: 403,
			env: &envelope{Name: "forbidden", Description: granted}, asked: byUser, want: ClassClientRejected,
		},
		"user, other scope": {
			reason: "an answer about another scope is one about another request", status: 403,
			env: &envelope{
				Name:        "forbidden",
				Description: "Consumer has not been granted access to the scope nav:other.",
			}, asked: byUser, want: ClassTokenMismatch,
		},
		"self, rejected": {
			reason: "without a customer it cannot be the customer's fault", status: 400,
			env: &envelope{
				Name: "invalid_request", Description: "Invalid assertion. Invalid parameter value",
				URI: uri + "MP-011",
			}, asked: self, want: ClassClientRejected,
		},
		"contradiction 1": {
			reason: "who contradicts himself has said nothing", status: 403,
			env: &envelope{
				Name: "forbidden", Description: granted,
				URI: uri + "MP-251",
			}, asked: testAsked, want: ClassBadResponse,
		},
		"contradiction 2": {
			reason: "also the other way round", status: 403,
			env: &envelope{Name: "forbidden", Description: mine, URI: uri + "MP-250"}, asked: testAsked, want: ClassBadResponse,
		},
		"contradiction 3": {
			reason: "also between an answer and a fault", status: 403,
			env: &envelope{
				Name: "forbidden", Description: "Client not found",
				URI: uri + "MP-251",
			}, asked: testAsked, want: ClassBadResponse,
		},
		"no 403, no name": {
			reason: "an answer comes with 403 or forbidden", status: 400,
			env: &envelope{
				Name: "invalid_grant", Description: mine,
				URI: uri + "MP-251",
			}, asked: testAsked, want: ClassBadResponse,
		},
		"no 403, text only": {
			reason: "by text as well", status: 400,
			env: &envelope{Name: "invalid_request", Description: mine}, asked: testAsked, want: ClassBadResponse,
		},
		"quoted text": {
			reason: "the sentence counts only at the beginning", status: 403,
			env: &envelope{Name: "forbidden", Description: "Not true: " + mine}, asked: testAsked, want: ClassBlocked,
		},
		"almost the text": {
			reason: "what is like it is not it", status: 403,
			env: &envelope{
				Name:        "forbidden",
				Description: "supplier_id 897757222 has no delegation of consumer_id 314240979",
			}, asked: testAsked, want: ClassBlocked,
		},
		"forbidden, 400": {
			reason: "forbidden without a known reason is a gateway's word", status: 400,
			env: &envelope{Name: "forbidden", Description: "no"}, asked: testAsked, want: ClassBlocked,
		},
		"two faults": {
			reason: "code before text", status: 400,
			env: &envelope{
				Name: "invalid_grant", Description: "JWT is expired",
				URI: uri + "MP-121",
			}, asked: testAsked, want: ClassKeyExpired,
		},
		"unknown sentence": {
			reason: "a new cause of failed authentication is not an unknown client", status: 400,
			env: &envelope{
				Name:        "invalid_grant",
				Description: "Invalid assertion. Client authentication failed. Moon phase.",
			}, asked: testAsked, want: ClassClientRejected,
		},
		"invalid_grant": {
			reason: "error alone", status: 400,
			env: &envelope{Name: "invalid_grant", Description: "new text"}, asked: testAsked, want: ClassClientRejected,
		},
		"invalid_client": {
			reason: "error alone", status: 401, env: &envelope{Name: "invalid_client"}, asked: testAsked,
			want: ClassClientRejected,
		},
		"invalid_scope": {
			reason: "error alone", status: 400, env: &envelope{Name: "invalid_scope"}, asked: testAsked,
			want: ClassClientRejected,
		},
		"unauthorized_client": {
			reason: "error alone", status: 400,
			env: &envelope{Name: "unauthorized_client", URI: uri + "MP-999"}, asked: testAsked, want: ClassClientRejected,
		},
		"grant type": {
			reason: "error alone", status: 400, env: &envelope{Name: "unsupported_grant_type"},
			asked: testAsked, want: ClassClientRejected,
		},
		"invalid_request": {
			reason: "error alone", status: 400, env: &envelope{Name: "invalid_request"}, asked: testAsked,
			want: ClassRequestRejected,
		},
		"temporarily": {
			reason: "an outage that comes as 4xx", status: 400,
			env: &envelope{Name: "temporarily_unavailable"}, asked: testAsked, want: ClassServerError,
		},
		"unknown error": {
			reason: "of what we do not know we conclude nothing", status: 400,
			env: &envelope{Name: "interaction_required"}, asked: testAsked, want: ClassBlocked,
		},
		"5xx": {
			reason: "an outage whatever its body says", status: 500,
			env: &envelope{Name: "forbidden", Description: mine, URI: uri + "MP-251"}, asked: testAsked, want: ClassServerError,
		},
		"599": {reason: "every 5xx", status: 599, asked: testAsked, want: ClassServerError},
		"429": {
			reason: "asked too often, whatever the body says", status: 429,
			env: &envelope{Name: "forbidden", Description: mine, URI: uri + "MP-251"}, asked: testAsked, want: ClassRateLimited,
		},
		"no body": {reason: "no word of Maskinporten's", status: 403, asked: testAsked, want: ClassBlocked},
		"202": {
			reason: "neither token nor refusal", status: 202,
			env: &envelope{Name: "forbidden", Description: mine}, asked: testAsked, want: ClassBadResponse,
		},
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

// TestClassifyRedirect classifies every 3xx, with the body of a refusal, which does not count.
func TestClassifyRedirect(t *testing.T) {
	body := parseEnvelope([]byte(mp251))
	cases := map[int]bool{300: false, 301: true, 302: true, 303: true, 304: false, 307: true, 308: true}
	for status, isRedirect := range cases {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			got := classify(status, 0, body, testAsked)
			if got.Class != ClassBadResponse || errors.Is(got, outbound.ErrRedirect) != isRedirect {
				t.Errorf("class %q and cause %v, want %q, a redirect: %t", got.Class, got.Err, ClassBadResponse, isRedirect)
			}
		})
	}
}

func TestParseEnvelope(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   *envelope
	}{
		"whole": {
			reason: "all three members",
			body:   `{"error":"a_b","error_description":"c (trace_id: 1)","error_uri":"d"}`, want: &envelope{
				Name:        "a_b",
				Description: "c", URI: "d",
			},
		},
		"more": {
			reason: "unknown members are passed over", body: `{"error":"a","status":400}`,
			want: &envelope{Name: "a"},
		},
		"empty":       {reason: "no body"},
		"null":        {reason: "JSON that is nothing", body: "null"},
		"no error":    {reason: "a refusal names an error", body: `{"error_description":"x"}`},
		"empty error": {reason: "a refusal names an error", body: `{"error":""}`},
		"object":      {reason: "an error is a name", body: `{"error":{"code":403}}`},
		"sentence":    {reason: "frameworks put a phrase there", body: `{"error":"Forbidden"}`},
		"long": {
			reason: "no name is as long",
			body:   `{"error":"` + "a12345678901234567890123456789012345678901234567890123456789012345" + `"}`,
		},
		"trailing": {reason: "one document", body: `{"error":"a"}{"error":"b"}`},
		"HTML":     {reason: "a page", body: `<html>{"error":"forbidden"}</html>`},
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
