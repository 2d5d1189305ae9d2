package altinn

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const (
	testToken   = "hush-0123456789"
	testPerson  = "05908399546"
	testSystem  = "897757222_4human_hrm"
	testRef     = "314240979"
	testID      = "7c1d7b47-0d5b-4a6e-9a5e-6a1d0f4f7f10"
	testUser    = "33a0911a-5459-456f-bc57-3d37ef9a016c"
	testConfirm = "http://am.ui.example/accessmanagement/ui/systemuser/request?id=" + testID + "&DONTCHOOSEREPORTEE=true"
)

var testOwner = orgnumber.MustParse("314240979")

// tokens returns the same token for every scope.
func tokens(t testing.TB) TokenSource {
	t.Helper()
	b, err := outbound.NewBearer(testToken)
	if err != nil {
		t.Fatal(err)
	}
	return TokenSource(func(context.Context, string) (outbound.Bearer, error) { return b, nil })
}

func client(t testing.TB, base string, timeout time.Duration) *Client {
	t.Helper()
	c, err := New(Config{
		BaseURL:  base,
		SystemID: testSystem,
		Calls:    outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: timeout, Now: time.Now},
		Tokens:   tokens(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve returns a Client of a server.
func serve(t testing.TB, handler http.HandlerFunc) *Client {
	t.Helper()
	return client(t, outboundtest.Serve(t, handler).URL, time.Minute)
}

// requestBody is a request for a system user as Altinn writes it, with fields set to other values or added.
func requestBody(status, more string) string {
	return fmt.Sprintf(`{"id":%q,"integrationTitle":"4human HRM","externalRef":%q,"systemId":%q,"partyOrgNo":%q,`+
		`"rights":[{"resource":[{"id":"urn:altinn:resource","value":"nav_sykepenger_soeknad"}]},`+
		`{"action":"access","resource":[{"id":"urn:altinn:resource","value":"nav_sykepenger_sykmelding"}]}],`+
		`"accessPackages":[{"urn":"urn:altinn:accesspackage:lonn"}],"status":%q,"redirectUrl":null,"confirmUrl":%q,`+
		`"escalated":false,"created":"2026-08-21T10:00:00Z","timedOut":false%s}`, testID, testRef, testSystem, testRef,
		status, testConfirm, more)
}

// userBody is a system user as Altinn writes it.
func userBody(more string) string {
	return fmt.Sprintf(`{"id":%q,"integrationTitle":"4human HRM","systemId":%q,"productName":"x","reporteeOrgNo":%q,`+
		`"created":"2026-08-21T10:00:00Z","isDeleted":false,"supplierName":"x","supplierOrgno":"897757222","externalRef":%q,`+
		`"userType":"standard"%s}`, testUser, testSystem, testRef, testRef, more)
}

// refusal is a problem of Altinn's library.
func refusal(status int, code, text string) string {
	return fmt.Sprintf(`{"type":"urn:altinn:error:%s","title":%q,"status":%d,"code":%q,"traceId":"00-%s","statusDescription":"x"}`,
		code, text, status, code, testToken)
}

// oldRefusal is a problem of its older versions, without a code.
func oldRefusal(status int, text string) string {
	return fmt.Sprintf(`{"type":"https://tools.ietf.org/html/rfc7231#section-6.5.1","title":"Bad Request","status":%d,"detail":%q,"traceId":"00-%s"}`,
		status, text, testToken)
}

// plain404 is the problem that ASP.NET makes of NotFound().
const plain404 = `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-hush-0123456789-00"}`
