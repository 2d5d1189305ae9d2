package altinn

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const (
	html    = "<html><body><h1>404 Not Found</h1>The SystemUser was not found. " + testToken + "</body></html>"
	foreign = `{"statusCode":404,"message":"Resource not found ` + testToken + `"}`
)

// TestRefusals sends the refusals of Altinn, or of a proxy before it, to a request. Where it can, a refusal quotes our
// token and a person.
func TestRefusals(t *testing.T) {
	both := testToken + " " + testPerson
	valid := strings.Replace(refusal(400, "STD-00000", "One or more validation errors occurred."), `"code"`,
		`"validationErrors":[{"code":"AUTH.VLD-00017","title":"x","paths":["/x"]}],"code"`, 1)
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    Class
	}{
		"00": {
			reason:  "Altinn does not know the organization",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00000", "x")), want: ClassPartyUnknown,
		},
		"04": {
			reason:  "a system user is there",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00004", "x")), want: ClassAlreadyExists,
		},
		"06": {
			reason: "accepted before", handler: outboundtest.Says(400, refusal(400, "AUTH-00006", "x")),
			want: ClassAlreadyAccepted,
		},
		"07": {
			reason: "pending", handler: outboundtest.Says(400, refusal(400, "AUTH-00007", "x")),
			want: ClassPending,
		},
		"07 by type": {
			reason: "a code may stand in the type alone",
			handler: outboundtest.Says(400,
				`{"type":"urn:altinn:error:AUTH-00007","title":"x","status":400}`), want: ClassPending,
		},
		"07 old": {
			reason: "or nowhere, in older versions",
			handler: outboundtest.Says(400,
				oldRefusal(400, "The combination of External Ids refer to a Pending Request, please reuse or delete.")), want: ClassPending,
		},
		"08": {
			reason: "denied", handler: outboundtest.Says(400, refusal(400, "AUTH-00008", "x")),
			want: ClassDenied,
		},
		"08 old": {
			reason: "denied, in older versions",
			handler: outboundtest.Says(400,
				oldRefusal(400, "The combination of External Ids refer to a Denied Request, please delete and renew the Request.")), want: ClassDenied,
		},
		"09": {
			reason: "rejected", handler: outboundtest.Says(400, refusal(400, "AUTH-00009", "x")),
			want: ClassRejected,
		},
		"09 old": {
			reason: "rejected, in older versions",
			handler: outboundtest.Says(400,
				oldRefusal(400, "The combination of External Ids refer to a Rejected Request, please delete and renew the Request.")), want: ClassRejected,
		},
		"10": {
			reason: "no such request", handler: outboundtest.Says(404, refusal(404, "AUTH-00010", "x")),
			want: ClassRequestNotFound,
		},
		"10 as 400": {
			reason:  "a code that contradicts its status is not believed",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00010", "x")), want: ClassBadResponse,
		},
		"11": {
			reason:  "our system is not registered",
			handler: outboundtest.Says(404, refusal(404, "AUTH-00011", "x")), want: ClassSystemNotFound,
		},
		"15": {
			reason: "no such system user", handler: outboundtest.Says(404, refusal(404, "AUTH-00015", "x")),
			want: ClassSystemUserNotFound,
		},
		"15 old": {
			reason:  "no such system user, in older versions",
			handler: outboundtest.Says(404, oldRefusal(404, "The SystemUser was not found.")), want: ClassSystemUserNotFound,
		},
		"15 as 403": {
			reason:  "a code that contradicts its status is not believed",
			handler: outboundtest.Says(403, refusal(403, "AUTH-00015", "x")), want: ClassBadResponse,
		},
		"21": {
			reason:  "the redirect URL is not registered",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00021", "x")), want: ClassRightsRejected,
		},
		"23": {
			reason:  "our token has no organization",
			handler: outboundtest.Says(401, refusal(401, "AUTH-00023", "x")), want: ClassUnauthorized,
		},
		"59": {
			reason: "no right is requested", handler: outboundtest.Says(400, refusal(400, "AUTH-00059", "x")),
			want: ClassRightsRejected,
		},
		"63": {
			reason:  "a package that is not registered",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00063", "x")), want: ClassRightsRejected,
		},
		"71": {
			reason:  "a resource of the other kind of access",
			handler: outboundtest.Says(403, refusal(403, "AUTH-00071", "x")), want: ClassRightsRejected,
		},
		"validation": {
			reason: "what Altinn's validation refuses", handler: outboundtest.Says(400, valid),
			want: ClassRightsRejected,
		},
		"validation else": {
			reason:  "another API's validation is not ours",
			handler: outboundtest.Says(400, strings.ReplaceAll(valid, "AUTH.VLD", "AM.VLD")), want: ClassRefused,
		},
		"99": {
			reason:  "a code that we do not know",
			handler: outboundtest.Says(400, refusal(400, "AUTH-00099", "x")), want: ClassRefused,
		},
		"12 404": {
			reason:  "Altinn failed, under a status that says something else",
			handler: outboundtest.Says(404, refusal(404, "AUTH-00012", "x")), want: ClassServerError,
		},
		"plain 404": {
			reason:  "a gateway's: Altinn has a code for a request that is not there",
			handler: outboundtest.Says(404, plain404), want: ClassBlocked,
		},
		"old 404": {
			reason:  "but not in words that we do not know",
			handler: outboundtest.Says(404, oldRefusal(404, "The tenant was not found.")), want: ClassRefused,
		},
		"no trace 404": {
			reason: "nor in half of its form",
			handler: outboundtest.Says(404,
				`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404}`), want: ClassBlocked,
		},
		"type 404": {
			reason: "nor in another's",
			handler: outboundtest.Says(404,
				`{"type":"about:blank","title":"Not Found","status":404,"traceId":"1"}`), want: ClassBlocked,
		},
		"status 404": {
			reason:  "nor if it contradicts itself",
			handler: outboundtest.Says(404, strings.Replace(plain404, `"status":404`, `"status":410`, 1)), want: ClassBlocked,
		},
		"HTML 404":  {reason: "a proxy's page", handler: outboundtest.Says(404, html), want: ClassBlocked},
		"JSON 404":  {reason: "a gateway's JSON", handler: outboundtest.Says(404, foreign), want: ClassBlocked},
		"empty 404": {reason: "nothing", handler: outboundtest.Says(404, ""), want: ClassBlocked},
		"cut off 404": {
			reason:  "half a refusal is none",
			handler: outboundtest.CutOff(404, refusal(404, "AUTH-00010", "x")), want: ClassBadResponse,
		},
		"huge 404": {
			reason: "nor an endless one",
			handler: outboundtest.Says(404,
				strings.Repeat(" ", maxResponse)+refusal(404, "AUTH-00010", "x")), want: ClassBadResponse,
		},
		"400": {
			reason: "a controller's plain text",
			handler: outboundtest.Says(400,
				"The correlation-id should not be the same as the system-user-id. "+both), want: ClassBlocked,
		},
		"plain 400": {
			reason: "ASP.NET's own",
			handler: outboundtest.Says(400,
				`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"Bad Request","status":400,"traceId":"1"}`), want: ClassRefused,
		},
		"401": {
			reason: "ASP.NET refuses a token with an empty body", handler: outboundtest.Says(401, ""),
			want: ClassUnauthorized,
		},
		"plain 401": {
			reason: "or in its form",
			handler: outboundtest.Says(401,
				`{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.2","title":"Unauthorized","status":401,"traceId":"1"}`), want: ClassUnauthorized,
		},
		"401 HTML": {
			reason: "a proxy that wants a password", handler: outboundtest.Says(401, html),
			want: ClassBlocked,
		},
		"401 JSON": {
			reason:  "a gateway that wants a key",
			handler: outboundtest.Says(401, `{"statusCode":401,"message":"`+both+`"}`), want: ClassBlocked,
		},
		"403": {
			reason: "a scope that is missing, with an empty body", handler: outboundtest.Says(403, ""),
			want: ClassForbidden,
		},
		"403 code": {
			reason:  "with a code that we do not know",
			handler: outboundtest.Says(403, refusal(403, "AUTH-00014", "x")), want: ClassForbidden,
		},
		"403 HTML": {reason: "a firewall", handler: outboundtest.Says(403, html), want: ClassBlocked},
		"429": {
			reason:  "asked too often, whatever the body says",
			handler: outboundtest.Says(429, refusal(429, "AUTH-00010", "x")), want: ClassRateLimited,
		},
		"500": {
			reason:  "a fault of Altinn's, whatever the body says",
			handler: outboundtest.Says(500, refusal(500, "AUTH-00010", "x")), want: ClassServerError,
		},
		"502": {reason: "a gateway's page", handler: outboundtest.Says(502, html), want: ClassServerError},
		"503 cut off": {
			reason: "an outage needs no body", handler: outboundtest.CutOff(503, "{"),
			want: ClassServerError,
		},
		"302": {
			reason: "redirects are not followed", handler: outboundtest.Redirect(t, 302, testToken),
			want: ClassBadResponse,
		},
		"204": {reason: "success of another kind", handler: outboundtest.Says(204, ""), want: ClassBadResponse},
		"201": {
			reason: "nothing was made by looking", handler: outboundtest.Says(201, requestBody("New", "")),
			want: ClassBadResponse,
		},
		"200 HTML":  {reason: "a page to log in at", handler: outboundtest.Says(200, html), want: ClassBadResponse},
		"200 null":  {reason: "empty JSON", handler: outboundtest.Says(200, "null"), want: ClassBadResponse},
		"200 empty": {reason: "nothing", handler: outboundtest.Says(200, ""), want: ClassBadResponse},
		"200 cut off": {
			reason: "half a request", handler: outboundtest.CutOff(200, requestBody("New", "")),
			want: ClassBadResponse,
		},
		"200 reset": {reason: "one that breaks", handler: outboundtest.Reset(200), want: ClassUnreachable},
		"404 reset": {reason: "a refusal that breaks", handler: outboundtest.Reset(404), want: ClassUnreachable},
		"closed":    {reason: "no answer at all", handler: outboundtest.Abort, want: ClassUnreachable},
		"no HTTP": {
			reason: "a server of another kind", handler: outboundtest.Raw("220 %s\r\n", both),
			want: ClassUnreachable,
		},
		"echo": {
			reason:  "our token where a status should be",
			handler: outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), want: ClassUnreachable,
		},
		"echo title": {
			reason: "our token as a title", handler: outboundtest.Says(400, refusal(400, "AUTH-00007", both)),
			want: ClassPending,
		},
		"echo code": {
			reason: "our token as a code", handler: outboundtest.Says(400, refusal(400, testToken, "x")),
			want: ClassBlocked,
		},
		"echo detail": {
			reason: "our token in a detail", handler: outboundtest.Says(400, oldRefusal(400, both)),
			want: ClassRefused,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, tc.handler).Request(t.Context(), testID)
			if ClassOf(err) != tc.want || got.ID != "" {
				t.Errorf("%s: %+v, %v, want %s", tc.reason, got, err, tc.want)
			}
			checkHides(t, err)
		})
	}
}

func checkHides(t *testing.T, err error) {
	t.Helper()
	outboundtest.CheckHides(t, err, "", testToken[:8], testPerson[:6], "127.0.0.1")
	if e, ok := errors.AsType[*Error](err); ok {
		outboundtest.CheckHides(t, nil, e.Code+e.Title, testToken[:8], testPerson[:6])
	}
}

// TestErrorText checks the text of errors: the same refusal has the same text, although its trace id differs.
func TestErrorText(t *testing.T) {
	body := refusal(404, "AUTH-00010", "The Id does not refer to a Request in our system.")
	want := "altinn: RequestNotFound (status 404, AUTH-00010): reading a request for a system user: The Id does not refer to a Request in our system."
	for _, body := range []string{body, strings.Replace(body, "00-hush", "01-hush", 1)} {
		_, err := serve(t, outboundtest.Says(404, body)).Request(t.Context(), testID)
		if err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
	_, err := serve(t, outboundtest.Says(404, "")).Request(t.Context(), testID)
	want = "altinn: Blocked (status 404): reading a request for a system user: a refusal with an empty body, perhaps a proxy's"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "42")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := c.Request(t.Context(), testID)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.RetryAfter != 42*time.Second || e.Status != 429 {
		t.Errorf("got %v", err)
	}
}

// TestSlow checks that a call ends although Altinn keeps sending, or sends nothing.
func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"drip": outboundtest.Drip, "silent": outboundtest.Silent} {
		t.Run(name, func(t *testing.T) {
			c := client(t, outboundtest.Serve(t, handler).URL, 50*time.Millisecond)
			_, err := c.CreateRequest(t.Context(), NewRequest{ExternalRef: testRef, Owner: testOwner})
			if ClassOf(err) != ClassUnreachable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want Unreachable by deadline", err)
			}
		})
	}
}

// TestClientShowsNothing prints a client, as a careless log line would.
func TestClientShowsNothing(t *testing.T) {
	c := client(t, "https://altinn.example", time.Minute)
	var shown strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		_, _ = shown.WriteString(sprintf(verb, c))
	}
	outboundtest.CheckHides(t, nil, shown.String(), testToken[:8])
}
