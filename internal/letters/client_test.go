package letters

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/navapi/navapitest"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	token  = navapitest.Token
	person = "14838510117"
	unit   = "315587336"
)

var (
	link   = uuid.MustParse("1b4e28ba-2fa1-41d2-883f-0016d3cca427")
	noon   = time.Date(2026, 9, 1, 12, 0, 0, 123_456_000, time.UTC)
	filter = Filter{Unit: orgnumber.MustParse(unit), Kind: DialogueMeetings, After: noon}
)

// letterItem returns the nth letter in NAV's form, with a field of a later version and changes to it.
func letterItem(n int, changes ...string) string {
	text := fmt.Sprintf(`{"documentId":"3fa85f64-5717-4562-b3fc-%012d","type":"DIALOGMOTE",`+
		`"contentType":"application/pdf","linkId":"1b4e28ba-2fa1-41d2-883f-%012d","status":"COMPLETED","isRead":false,"employeeIdentificationNumber":%q,`+
		`"orgNumber":%q,"dialogId":null,"transmissionId":null,"created":"2026-09-01T12:00:0%d.123456Z",`+
		`"updated":"2026-09-01T12:00:0%d.123456Z","ofALaterVersion":"<Tiger>"}`, n, n, person, unit, n, n)
	return strings.NewReplacer(changes...).Replace(text)
}

// letterPage returns a page in NAV's form.
func letterPage(more bool, items ...string) string {
	return fmt.Sprintf(`{"items":[%s],"meta":{"size":%d,"pageSize":200,"hasMore":%t,"resultSize":9}}`,
		strings.Join(items, ","), len(items), more)
}

func client(t *testing.T, handler http.HandlerFunc) (*Client, *bytes.Buffer) {
	t.Helper()
	cfg, logged := navapitest.Config(t, handler)
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

// refuses returns an error in NAV's form.
func refuses(status int, kind, message string) http.HandlerFunc {
	return navapitest.Says(status, "application/json", fmt.Sprintf(
		`{"status":{"value":%d,"description":"x"},"type":%q,"message":%q,"path":"/%s/%s","timestamp":"2026-08-21T11:16:03Z"}`,
		status, kind, message, token, person))
}

// TestRequests checks the requests on the wire.
func TestRequests(t *testing.T) {
	var got []string
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		got = append(got, r.Method+" "+r.URL.String())
		switch len(got) {
		case 1:
			navapitest.Says(200, "application/json; charset=UTF-8", letterPage(false))(w, r)
		case 2:
			navapitest.Says(200, "application/json", letterItem(1, "1b4e28ba-2fa1-41d2-883f-000000000001", link.String()))(w, r)
		default:
			navapitest.Says(200, "application/pdf", "%PDF-1.4")(w, r)
		}
	})
	_, err := c.List(t.Context(), navapitest.Bearer(t), filter)
	err = errors.Join(err, c.Check(t.Context(), navapitest.Bearer(t), link))
	content, failed := c.Content(t.Context(), navapitest.Bearer(t), link)
	if err := errors.Join(err, failed); err != nil || string(content) != "%PDF-1.4" {
		t.Errorf("content %q: %v", content, err)
	}
	want := []string{
		"GET /api/v1/documents?createdAfter=2026-09-01T12%3A00%3A00.123456Z&documentType=DIALOGMOTE&orgNumber=" + unit +
			"&pageSize=200",
		"GET /api/v1/documents/" + link.String() + "/details",
		"GET /api/v1/documents/" + link.String(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestPage checks what is read of a page, and which pages are refused.
func TestPage(t *testing.T) {
	letters := func(numbers ...int) []Letter {
		var all []Letter
		for _, n := range numbers {
			all = append(all, Letter{
				ID:      uuid.MustParse(fmt.Sprintf("3fa85f64-5717-4562-b3fc-%012d", n)),
				LinkID:  uuid.MustParse(fmt.Sprintf("1b4e28ba-2fa1-41d2-883f-%012d", n)),
				Created: noon.Add(time.Duration(n) * time.Second), Raw: json.RawMessage(letterItem(n)),
			})
		}
		return all
	}
	failed := letters(1)[0]
	failed.Raw = json.RawMessage(letterItem(1, "COMPLETED", "ERROR"))
	cases := map[string]struct {
		reason string
		body   string
		want   Page
		err    string
	}{
		"two": {
			reason: "a page", body: letterPage(true, letterItem(1), letterItem(2)),
			want: Page{Letters: letters(1, 2), More: true},
		},
		"none": {reason: "nothing is new", body: letterPage(false)},
		"same time": {
			reason: "two letters may have the same time", body: letterPage(false, letterItem(1), letterItem(1)),
			want: Page{Letters: letters(1, 1)},
		},
		"failed": {
			reason: "NAV could not deliver it in Altinn, and has it",
			body:   letterPage(false, letterItem(1, "COMPLETED", "ERROR")),
			want:   Page{Letters: []Letter{failed}},
		},
		"unreadable": {
			reason: "the others are read", body: letterPage(true, letterItem(1, "linkId", "x"), letterItem(2)),
			want: Page{Letters: append([]Letter{{}}, letters(2)...), More: true},
		},
		"all unreadable": {
			reason: "the next page would be the same", body: letterPage(true, letterItem(1, "created", "x")),
			err: "a page without a readable letter is not the last one",
		},
		"empty, more": {
			reason: "the next page would be the same", body: letterPage(true),
			err: "a page without a readable letter is not the last one",
		},
		"another unit": {
			reason: "it is not the list requested", body: letterPage(false, letterItem(1, unit, "315339138")),
			err: "a letter belongs to another unit",
		},
		"another type": {
			reason: "it is not the list requested", body: letterPage(false, letterItem(1, "DIALOGMOTE", "OPPFOLGINGSPLAN")),
			err: "a letter has another type",
		},
		"wrong order": {
			reason: "the next page depends on it", body: letterPage(false, letterItem(2), letterItem(1)),
			err: "the letters are not in ascending order",
		},
		"before filter": {
			reason: "it is not the list requested", body: letterPage(false, letterItem(1, "2026", "2025")),
			err: "the letters are not in ascending order",
		},
		"no meta": {
			reason: "any JSON would be the last page", body: `{"items":[]}`, err: "the body is no page of letters",
		},
		"no items": {
			reason: "any JSON would be an empty page", body: `{"meta":{"hasMore":false}}`,
			err: "the body is no page of letters",
		},
		"list":    {reason: "another API's", body: `[]`, err: "the body is no page of letters"},
		"no JSON": {reason: "broken off", body: `{"items":[`, err: "the body is no page of letters"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, navapitest.Says(200, "application/json", tc.body))
			got, err := c.List(t.Context(), navapitest.Bearer(t), filter)
			outboundtest.CheckHides(t, err, logged.String(), token, person, "Tiger")
			if tc.err != "" {
				if runreport.ReasonOf(err) != runreport.NAVError || !strings.HasSuffix(err.Error(), ": "+tc.err) {
					t.Errorf("%s: %v, want %s", tc.reason, err, tc.err)
				}
				return
			}
			problems := 0
			for i := range got.Letters {
				if got.Letters[i].Problem != nil {
					problems++
					got.Letters[i] = Letter{}
				}
			}
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" || (problems > 0) != (name == "unreadable") {
				t.Errorf("%s: %v, -want, +got:\n%s", tc.reason, err, diff)
			}
		})
	}
}

// TestRefusals checks what each refusal means. Nothing of its body is in the error.
func TestRefusals(t *testing.T) {
	cases := map[string]struct {
		reason    string
		handler   http.HandlerFunc
		want      runreport.Reason
		is        error
		transient bool
	}{
		"withdrawn": {
			reason: "NAV's own words", handler: refuses(404, "NOT_FOUND", "Document is no longer available"),
			want: runreport.NAVError, is: ErrWithdrawn,
		},
		"not found": {
			reason: "another id", handler: refuses(404, "NOT_FOUND", "Document not found"), want: runreport.NAVError,
			is: navapi.ErrNotFound,
		},
		"no content": {
			reason: "NAV lost it", handler: refuses(404, "NOT_FOUND", "Document content not found"), want: runreport.NAVError,
			is: navapi.ErrNotFound,
		},
		"gateway's 404": {
			reason: "says nothing of letters", handler: navapitest.Says(404, "text/html", "Document is no longer available"),
			want: runreport.NAVError,
		},
		"foreign 404": {
			reason: "not in NAV's form", handler: navapitest.Says(404, navapi.JSON, `{"message":"Document is no longer available"}`),
			want: runreport.NAVError,
		},
		"404 of another status": {
			reason: "the body contradicts the status",
			handler: navapitest.Says(404, "application/json",
				`{"status":{"value":200},"type":"NOT_FOUND","message":"Document is no longer available"}`),
			want: runreport.NAVError,
		},
		"withdrawn with 500": {
			reason: "a failure", handler: refuses(500, "NOT_FOUND", "Document is no longer available"), want: runreport.NAVError,
			transient: true,
		},
		"sidecar": {
			reason:  "NAV cannot look at tokens",
			handler: refuses(401, "AUTHORIZATION_ERROR", "Failed to introspect token: Connection refused"),
			want:    runreport.NAVTokenRejected, is: ErrCannotVerify,
		},
		"token": {
			reason: "it has expired", handler: refuses(401, "AUTHORIZATION_ERROR", "Token is not active: x"),
			want: runreport.NAVTokenRejected,
		},
		"gateway's 401": {
			reason: "says nothing of tokens", handler: navapitest.Says(401, "text/html", "no"), want: runreport.NAVError,
		},
		"right": {
			reason: "a missing right", handler: refuses(403, "AUTHORIZATION_ERROR", "Access denied to resource x"),
			want: runreport.RightMissing,
		},
		"gateway's 403": {
			reason: "says nothing of rights", handler: navapitest.Says(403, "text/html", "no"), want: runreport.NAVError,
		},
		"access down": {
			reason: "NAV cannot reach Altinn", handler: refuses(500, "INTERNAL_SERVER_ERROR", "x"), want: runreport.NAVError,
			transient: true,
		},
		"too many": {
			reason: "later", handler: navapitest.Says(429, "text/html", ""), want: runreport.NAVError, transient: true,
		},
		"bad request": {reason: "a fault of ours", handler: refuses(400, "BAD_REQUEST", "x"), want: runreport.NAVError},
		"redirect":    {reason: "is not followed", handler: navapitest.Says(302, "text/html", ""), want: runreport.NAVError},
		"reset": {
			reason: "no response", handler: outboundtest.Abort, want: runreport.NAVUnreachable, transient: true,
		},
		"page": {
			reason: "a proxy's success", handler: navapitest.Says(200, "text/html", "<html>"), want: runreport.NAVError,
			is: navapi.ErrUnusable,
		},
		"no PDF": {
			reason: "another content", handler: navapitest.Says(200, "application/pdf", "<html>"), want: runreport.NAVError,
			is: navapi.ErrUnusable,
		},
		"empty": {
			reason: "no content", handler: navapitest.Says(200, navapi.PDF, ""), want: runreport.NAVError,
			is: navapi.ErrUnusable,
		},
		"json": {
			reason: "no content", handler: navapitest.Says(200, navapi.JSON, "{}"), want: runreport.NAVError,
			is: navapi.ErrUnusable,
		},
		"too large": {
			reason: "bounded", handler: navapitest.Says(200, "application/pdf", "%PDF-"+strings.Repeat("x", navapi.MaxContent)),
			want: runreport.NAVError, is: navapi.ErrUnusable,
		},
		"cut off": {
			reason: "incomplete", handler: outboundtest.Raw("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n" +
				"Content-Length: 9\r\nConnection: close\r\n\r\n%%PDF"),
			want: runreport.NAVUnreachable, transient: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, tc.handler)
			_, err := c.Content(t.Context(), navapitest.Bearer(t), link)
			outboundtest.CheckHides(t, err, logged.String(), token, person)
			if runreport.ReasonOf(err) != tc.want || navapi.IsTransient(err) != tc.transient {
				t.Errorf("%s: %v, transient %t", tc.reason, err, navapi.IsTransient(err))
			}
			for _, is := range []error{ErrWithdrawn, navapi.ErrNotFound, ErrCannotVerify, navapi.ErrUnusable} {
				if errors.Is(err, is) != errors.Is(tc.is, is) {
					t.Errorf("%s: %v is %v", tc.reason, err, is)
				}
			}
		})
	}
}

// FuzzPage checks that no page breaks the parser, that its errors quote nothing, and that readable letters are in
// order.
func FuzzPage(f *testing.F) {
	f.Add(letterPage(true, letterItem(1), letterItem(2)))
	f.Add(letterPage(false, letterItem(1, "created", "x"), `{"created":1}`, `null`))
	f.Add(`{"items":[null],"meta":{"hasMore":true}}`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := parsePage([]byte(body), filter)
		if err != nil {
			if len(err.Error()) > 120 {
				t.Errorf("the error quotes the page: %v", err)
			}
			return
		}
		last := filter.After
		for _, l := range page.Letters {
			switch {
			case l.Problem != nil:
			case l.ID == uuid.Nil || l.LinkID == uuid.Nil || l.Created.Before(last):
				t.Errorf("letter %+v after %s", l, last)
			default:
				last = l.Created
			}
		}
		if page.More && !last.After(filter.After) {
			t.Error("the next page would be the same")
		}
	})
}
