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

// TestRefusals goes through what Altinn, or what stands before it, may do instead of giving a request. It sends our
// token and a person wherever it can.
func TestRefusals(t *testing.T) {
	both := testToken + " " + testPerson
	valid := strings.Replace(refusal(400, "STD-00000", "One or more validation errors occurred."), `"code"`,
		`"validationErrors":[{"code":"AUTH.VLD-00017","title":"x","paths":["/x"]}],"code"`, 1)
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    Class
	}{
		"00":              {"Altinn does not know the organization", outboundtest.Says(400, refusal(400, "AUTH-00000", "x")), ClassPartyUnknown},
		"04":              {"a system user is there", outboundtest.Says(400, refusal(400, "AUTH-00004", "x")), ClassAlreadyExists},
		"06":              {"accepted before", outboundtest.Says(400, refusal(400, "AUTH-00006", "x")), ClassAlreadyAccepted},
		"07":              {"pending", outboundtest.Says(400, refusal(400, "AUTH-00007", "x")), ClassPending},
		"07 by type":      {"a code may stand in the type alone", outboundtest.Says(400, `{"type":"urn:altinn:error:AUTH-00007","title":"x","status":400}`), ClassPending},
		"07 old":          {"or nowhere, in older versions", outboundtest.Says(400, oldRefusal(400, "The combination of External Ids refer to a Pending Request, please reuse or delete.")), ClassPending},
		"08":              {"denied", outboundtest.Says(400, refusal(400, "AUTH-00008", "x")), ClassDenied},
		"08 old":          {"denied, in older versions", outboundtest.Says(400, oldRefusal(400, "The combination of External Ids refer to a Denied Request, please delete and renew the Request.")), ClassDenied},
		"09":              {"rejected", outboundtest.Says(400, refusal(400, "AUTH-00009", "x")), ClassRejected},
		"09 old":          {"rejected, in older versions", outboundtest.Says(400, oldRefusal(400, "The combination of External Ids refer to a Rejected Request, please delete and renew the Request.")), ClassRejected},
		"10":              {"no such request", outboundtest.Says(404, refusal(404, "AUTH-00010", "x")), ClassRequestNotFound},
		"10 as 400":       {"a code that contradicts its status is not believed", outboundtest.Says(400, refusal(400, "AUTH-00010", "x")), ClassBadResponse},
		"11":              {"our system is not registered", outboundtest.Says(404, refusal(404, "AUTH-00011", "x")), ClassSystemNotFound},
		"15":              {"no such system user", outboundtest.Says(404, refusal(404, "AUTH-00015", "x")), ClassSystemUserNotFound},
		"15 old":          {"no such system user, in older versions", outboundtest.Says(404, oldRefusal(404, "The SystemUser was not found.")), ClassSystemUserNotFound},
		"15 as 403":       {"a code that contradicts its status is not believed", outboundtest.Says(403, refusal(403, "AUTH-00015", "x")), ClassBadResponse},
		"21":              {"the redirect URL is not registered", outboundtest.Says(400, refusal(400, "AUTH-00021", "x")), ClassRightsRejected},
		"23":              {"our token has no organization", outboundtest.Says(401, refusal(401, "AUTH-00023", "x")), ClassUnauthorized},
		"59":              {"no right is requested", outboundtest.Says(400, refusal(400, "AUTH-00059", "x")), ClassRightsRejected},
		"63":              {"a package that is not registered", outboundtest.Says(400, refusal(400, "AUTH-00063", "x")), ClassRightsRejected},
		"71":              {"a resource of the other kind of access", outboundtest.Says(403, refusal(403, "AUTH-00071", "x")), ClassRightsRejected},
		"validation":      {"what Altinn's validation refuses", outboundtest.Says(400, valid), ClassRightsRejected},
		"validation else": {"another API's validation is not ours", outboundtest.Says(400, strings.ReplaceAll(valid, "AUTH.VLD", "AM.VLD")), ClassRefused},
		"99":              {"a code that we do not know", outboundtest.Says(400, refusal(400, "AUTH-00099", "x")), ClassRefused},
		"12 404":          {"Altinn failed, under a status that says something else", outboundtest.Says(404, refusal(404, "AUTH-00012", "x")), ClassServerError},
		"plain 404":       {"a gateway's: Altinn has a code for a request that is not there", outboundtest.Says(404, plain404), ClassBlocked},
		"old 404":         {"but not in words that we do not know", outboundtest.Says(404, oldRefusal(404, "The tenant was not found.")), ClassRefused},
		"no trace 404":    {"nor in half of its form", outboundtest.Says(404, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404}`), ClassBlocked},
		"type 404":        {"nor in another's", outboundtest.Says(404, `{"type":"about:blank","title":"Not Found","status":404,"traceId":"1"}`), ClassBlocked},
		"status 404":      {"nor if it contradicts itself", outboundtest.Says(404, strings.Replace(plain404, `"status":404`, `"status":410`, 1)), ClassBlocked},
		"HTML 404":        {"a proxy's page", outboundtest.Says(404, html), ClassBlocked},
		"JSON 404":        {"a gateway's JSON", outboundtest.Says(404, foreign), ClassBlocked},
		"empty 404":       {"nothing", outboundtest.Says(404, ""), ClassBlocked},
		"cut off 404":     {"half a refusal is none", outboundtest.CutOff(404, refusal(404, "AUTH-00010", "x")), ClassBadResponse},
		"huge 404":        {"nor an endless one", outboundtest.Says(404, strings.Repeat(" ", maxAnswer)+refusal(404, "AUTH-00010", "x")), ClassBadResponse},
		"400":             {"a controller's plain text", outboundtest.Says(400, "The correlation-id should not be the same as the system-user-id. "+both), ClassBlocked},
		"plain 400":       {"ASP.NET's own", outboundtest.Says(400, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"Bad Request","status":400,"traceId":"1"}`), ClassRefused},
		"401":             {"ASP.NET refuses a token with an empty body", outboundtest.Says(401, ""), ClassUnauthorized},
		"plain 401":       {"or in its form", outboundtest.Says(401, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.2","title":"Unauthorized","status":401,"traceId":"1"}`), ClassUnauthorized},
		"401 HTML":        {"a proxy that wants a password", outboundtest.Says(401, html), ClassBlocked},
		"401 JSON":        {"a gateway that wants a key", outboundtest.Says(401, `{"statusCode":401,"message":"`+both+`"}`), ClassBlocked},
		"403":             {"a scope that is missing, with an empty body", outboundtest.Says(403, ""), ClassForbidden},
		"403 code":        {"with a code that we do not know", outboundtest.Says(403, refusal(403, "AUTH-00014", "x")), ClassForbidden},
		"403 HTML":        {"a firewall", outboundtest.Says(403, html), ClassBlocked},
		"429":             {"asked too often, whatever the body says", outboundtest.Says(429, refusal(429, "AUTH-00010", "x")), ClassRateLimited},
		"500":             {"a fault of Altinn's, whatever the body says", outboundtest.Says(500, refusal(500, "AUTH-00010", "x")), ClassServerError},
		"502":             {"a gateway's page", outboundtest.Says(502, html), ClassServerError},
		"503 cut off":     {"an outage needs no body", outboundtest.CutOff(503, "{"), ClassServerError},
		"302":             {"redirects are not followed", outboundtest.Redirect(t, 302, testToken), ClassBadResponse},
		"204":             {"success of another kind", outboundtest.Says(204, ""), ClassBadResponse},
		"201":             {"nothing was made by looking", outboundtest.Says(201, requestBody("New", "")), ClassBadResponse},
		"200 HTML":        {"a page to log in at", outboundtest.Says(200, html), ClassBadResponse},
		"200 null":        {"empty JSON", outboundtest.Says(200, "null"), ClassBadResponse},
		"200 empty":       {"nothing", outboundtest.Says(200, ""), ClassBadResponse},
		"200 cut off":     {"half a request", outboundtest.CutOff(200, requestBody("New", "")), ClassBadResponse},
		"200 reset":       {"one that breaks", outboundtest.Reset(200), ClassUnreachable},
		"404 reset":       {"a refusal that breaks", outboundtest.Reset(404), ClassUnreachable},
		"closed":          {"no answer at all", outboundtest.Abort, ClassUnreachable},
		"no HTTP":         {"a server of another kind", outboundtest.Raw("220 %s\r\n", both), ClassUnreachable},
		"echo":            {"our token where a status should be", outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), ClassUnreachable},
		"echo title":      {"our token as a title", outboundtest.Says(400, refusal(400, "AUTH-00007", both)), ClassPending},
		"echo code":       {"our token as a code", outboundtest.Says(400, refusal(400, testToken, "x")), ClassBlocked},
		"echo detail":     {"our token in a detail", outboundtest.Says(400, oldRefusal(400, both)), ClassRefused},
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

// TestErrorText checks what a log shows, and that the same refusal has the same text although its trace differs.
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
