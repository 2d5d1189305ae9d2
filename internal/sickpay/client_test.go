package sickpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

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
	person = "01447842099"
	unit   = "315587336"
)

// note returns a sick note with a number.
func note(n int) string {
	return fmt.Sprintf(`{"loepenr":%d,"sykmeldingId":"b5f66f7a-d1a9-483c-a9d1-%012d","mottattAvNav":"2026-07-14T23:00","sendtTilArbeidsgiver":"2026-07-15T23:00:01.5",`+
		`"kontaktMedPasient":"2026-01-14T23:00","sykmeldt":{"fnr":%q,"navn":"Tiger"},"arbeidsgiver":{"navn":null,"orgnr":%q},"ofALaterVersion":{}}`, n, n, person, unit)
}

func client(t *testing.T, handler http.HandlerFunc) (*Client, *bytes.Buffer) {
	t.Helper()
	cfg, logged := navapitest.Config(t, handler)
	c, err := New(cfg, SickNotes)
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

func says(status int, body string) http.HandlerFunc {
	return navapitest.Says(status, navapi.JSON, body)
}

// pdf responds with a PDF, named by a Content-Disposition unless that is "".
func pdf(status int, disposition, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		if disposition != "" {
			w.Header().Set("Content-Disposition", disposition)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutOff responds with 200 and a body that ends before its announced length.
func cutOff(contentType, body string) http.HandlerFunc {
	return outboundtest.Raw("HTTP/1.1 200 OK\r\nContent-Type: "+contentType+
		"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body)+1, body)
}

// list lists a page. It returns the documents and the error, which is the last element.
func list(t *testing.T, c *Client, after int64) (documents []navapi.Document, err error) {
	t.Helper()
	filter := navapi.Filter{Unit: orgnumber.MustParse(unit), After: after, From: "2026-06-15"}
	for d, failed := range c.List(t.Context(), navapitest.Bearer(t), filter) {
		if err != nil {
			t.Errorf("an element follows the error %v", err)
		}
		if err = failed; err == nil {
			documents = append(documents, d)
		}
	}
	return documents, err
}

func numbersOf(documents []navapi.Document) []int64 {
	var numbers []int64
	for _, d := range documents {
		numbers = append(numbers, d.SequenceNumber)
	}
	return numbers
}

// TestList checks the request and the documents of a page.
func TestList(t *testing.T) {
	c, logged := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/v1/sykmeldinger" ||
			r.Header.Get("Authorization") != "Bearer "+token || err != nil ||
			string(body) != `{"orgnr":"`+unit+`","fom":"2026-06-15","fraLoepenr":2}` {
			t.Errorf("request %s %s %s", r.Method, r.URL, body)
		}
		says(200, "["+note(3)+","+note(7)+"]")(w, r)
	})
	got, err := list(t, c, 2)
	if diff := cmp.Diff([]int64{3, 7}, numbersOf(got)); err != nil || diff != "" {
		t.Errorf("%v: -want, +got:\n%s", err, diff)
	}
	outboundtest.CheckHides(t, err, logged.String(), token, person, "Tiger")
}

// TestListFails checks the reasons of failures of NAV and of proxies. Documents before the failure are returned.
func TestListFails(t *testing.T) {
	noRight := `{"feilkode":"IKKE_TILGANG_TIL_RESSURS","feilmelding":"` + token + person + `","referanseId":null}`
	cases := map[string]struct {
		reason    string
		handler   http.HandlerFunc
		want      runreport.Reason
		numbers   []int64
		transient bool
	}{
		"token": {reason: "a 401 without body", handler: says(401, ""), want: runreport.NAVTokenRejected},
		"token, code": {
			reason:  "a 401 with NAV's code for a rejected token",
			handler: says(401, `{"feilkode":"UAUTORISERT","feilmelding":"Uautorisert tilgang","referanseId":null}`),
			want:    runreport.NAVTokenRejected,
		},
		"right": {
			reason: "a 401 with NAV's code for a missing right", handler: says(401, noRight),
			want: runreport.RightMissing,
		},
		"proxy's 401": {reason: "a proxy's 401", handler: says(401, "<html>"+token), want: runreport.NAVError},
		"400": {
			reason: "the request is wrong", handler: says(400, `{"feilkode":"SERIALISERINGSFEIL"}`),
			want: runreport.NAVError,
		},
		"404": {reason: "the path is wrong", handler: says(404, ""), want: runreport.NAVError},
		"500": {
			reason: "an error at NAV", handler: says(500, `{"feilkode":"EN_FEIL_OPPSTOD"}`),
			want: runreport.NAVError, transient: true,
		},
		"429": {reason: "too many requests", handler: says(429, ""), want: runreport.NAVError, transient: true},
		"redirect": {
			reason: "redirects are not followed", handler: outboundtest.Redirect(t, 302, token),
			want: runreport.NAVError,
		},
		"closed": {
			reason: "the connection closes without a response", handler: outboundtest.Abort,
			want: runreport.NAVUnreachable, transient: true,
		},
		"reset": {
			reason: "the body is no list and breaks off", handler: outboundtest.Reset(200),
			want: runreport.NAVError,
		},
		"cut off": {
			reason:  "complete documents are returned",
			handler: cutOff("application/json", "["+note(1)+","+note(2)+","), want: runreport.NAVUnreachable, numbers: []int64{
				1,
				2,
			}, transient: true,
		},
		"HTML":   {reason: "an HTML page", handler: says(200, "<html>"+person), want: runreport.NAVError},
		"object": {reason: "the body is no list", handler: says(200, note(1)), want: runreport.NAVError},
		"two lists": {
			reason: "the body is two lists", handler: says(200, "["+note(1)+"][]"), want: runreport.NAVError,
			numbers: []int64{1},
		},
		"more": {reason: "a list with an appendix", handler: says(200, "[]<html>"+person), want: runreport.NAVError},
		"no end": {
			reason: "the body breaks off after the list", handler: cutOff("application/json", "[]"),
			want: runreport.NAVUnreachable, transient: true,
		},
		"wrong end": {
			reason: "the list ends wrongly", handler: says(200, "["+note(1)+"}"), want: runreport.NAVError,
			numbers: []int64{1},
		},
		"oversized": {
			reason: "the page is too long", handler: says(200, "["+note(1)+","+strings.Repeat(" ", maxPage)),
			want: runreport.NAVError, numbers: []int64{1},
		},
		"403": {
			reason: "NAV's OpenAPI document lists 403 for a missing right", handler: says(403, noRight),
			want: runreport.RightMissing,
		},
		"403 code": {
			reason:  "the code does not matter",
			handler: says(403, `{"feilkode":"IKKE_TILGANG","feilmelding":"x","referanseId":null}`),
			want:    runreport.RightMissing,
		},
		"proxy's 403": {
			reason: "a proxy's 403 says nothing about rights", handler: says(403, "<html>"+token),
			want: runreport.NAVError,
		},
		"bare 403": {reason: "the sender is unknown", handler: says(403, ""), want: runreport.NAVError},
		"gateway 403": {
			reason: "a gateway's 403 says nothing about rights", handler: says(403, `{"message":"Forbidden"}`),
			want: runreport.NAVError,
		},
		"other code": {
			reason: "another error of NAV's", handler: says(401, `{"feilkode":"EN_FEIL_OPPSTOD"}`),
			want: runreport.NAVError,
		},
		"503":  {reason: "NAV is down", handler: says(503, ""), want: runreport.NAVError, transient: true},
		"204":  {reason: "another success", handler: says(204, ""), want: runreport.NAVError},
		"null": {reason: "the body is no list", handler: says(200, "null"), want: runreport.NAVError},
		"order": {
			reason: "the order is wrong", handler: says(200, "["+note(2)+","+note(1)+"]"),
			want: runreport.NAVError, numbers: []int64{2},
		},
		"twice": {
			reason: "a number occurs twice", handler: says(200, "["+note(2)+","+note(2)+"]"),
			want: runreport.NAVError, numbers: []int64{2},
		},
		"other unit": {
			reason: "a document of another unit",
			handler: says(200, "["+note(1)+","+strings.Replace(note(2), unit, "315339138", 1)+
				"]"), want: runreport.NAVError, numbers: []int64{1},
		},
		"no document": {reason: "an element is no document", handler: says(200, `["`+person+`"]`), want: runreport.NAVError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, tc.handler)
			got, err := list(t, c, 0)
			if reason := runreport.ReasonOf(err); reason != tc.want || navapi.IsTransient(err) != tc.transient {
				t.Errorf("%s: %q (transient: %t), want %q: %v", tc.reason, reason, navapi.IsTransient(err), tc.want, err)
			}
			if len(got) != len(tc.numbers) {
				t.Errorf("%s: got %v, want %v", tc.reason, got, tc.numbers)
			}
			outboundtest.CheckHides(t, err, logged.String(), token, person, "Tiger")
		})
	}
}

// TestListUnreadable checks that a document with an unreadable field is returned with a Problem, and that the next
// document is returned too.
func TestListUnreadable(t *testing.T) {
	cases := map[string]struct {
		reason   string
		document string
		number   int64
		hasID    bool
	}{
		"no employer": {
			reason: "the employer is missing", document: strings.Replace(note(1), "arbeidsgiver\"", "x\"", 1),
			number: 1, hasID: true,
		},
		"null number": {
			reason: "the employer has no number", document: strings.Replace(note(1), `"`+unit+`"`, "null", 1),
			number: 1, hasID: true,
		},
		"check digit": {
			reason: "the employer's number is invalid", document: strings.Replace(note(1), unit, "315587337", 1),
			number: 1, hasID: true,
		},
		"nil id": {
			reason:   "the id is zero",
			document: strings.Replace(note(1), "b5f66f7a-d1a9-483c-a9d1-000000000001", uuid.Nil.String(), 1), number: 1,
		},
		"fraction": {
			reason:   "the number is not whole",
			document: strings.Replace(note(1), `"loepenr":1`, `"loepenr":1.5`, 1), hasID: true,
		},
		"huge number": {
			reason:   "the number is too large",
			document: strings.Replace(note(1), `"loepenr":1`, `"loepenr":9223372036854775808`, 1), hasID: true,
		},
		"null time": {
			reason: "a time is null", document: strings.Replace(note(1), `"2026-07-14T23:00"`, "null", 1),
			number: 1, hasID: true,
		},
		"known": {
			reason: "the number is zero", document: strings.Replace(note(1), `"loepenr":1`, `"loepenr":0`, 1),
			hasID: true,
		},
		"no id": {reason: "the id is missing", document: strings.Replace(note(1), "sykmeldingId", "id", 1), number: 1},
		"no time": {
			reason: "a time is unreadable", document: strings.Replace(note(1), "2026-07-14T23:00", "i går", 1),
			number: 1, hasID: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, says(200, "["+tc.document+","+note(2)+"]"))
			got, err := list(t, c, 0)
			if err != nil || len(got) != 2 {
				t.Fatalf("%s: %d documents: %v", tc.reason, len(got), err)
			}
			if got[0].Problem == nil || got[0].SequenceNumber != tc.number || (got[0].ID != uuid.Nil) != tc.hasID {
				t.Errorf("%s: %v, number %d, id %s", tc.reason, got[0].Problem, got[0].SequenceNumber, got[0].ID)
			}
			if got[1].Problem != nil || got[1].SequenceNumber != 2 {
				t.Errorf("%s: the next one is number %d: %v", tc.reason, got[1].SequenceNumber, got[1].Problem)
			}
			outboundtest.CheckHides(t, got[0].Problem, logged.String(), token, person, "Tiger", "i går")
		})
	}
}

func TestPDF(t *testing.T) {
	id := uuid.MustParse("b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d")
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    runreport.Reason
		is      error
	}{
		"good": {handler: pdf(200, "", "%PDF-1.4 x")},
		"named": {handler: pdf(200, `inline; filename="sykmelding-B5F66F7A-d1a9-483c-a9d1-e4d45a7bba4d.pdf"`,
			"%PDF-1.4 x")},
		"another's": {handler: pdf(200, `inline; filename="sykmelding-9e088b5a-16c8-3dcc-91fb-acdd544b8607.pdf"`,
			"%PDF-1.4 x"), want: runreport.NAVError},
		"as JSON":   {handler: says(200, "%PDF-1.4 x"), want: runreport.NAVError},
		"not there": {handler: says(404, `{"feilkode":"SYKMELDING_IKKE_FUNNET"}`), want: runreport.NAVError, is: navapi.ErrNotFound},
		"other 404": {handler: says(404, `{"feilkode":"EN_FEIL_OPPSTOD"}`), want: runreport.NAVError},
		"gateway":   {handler: says(404, "<html>"), want: runreport.NAVError},
		"bare 404":  {handler: says(404, ""), want: runreport.NAVError},
		"token":     {handler: says(401, `{"feilkode":"UAUTORISERT"}`), want: runreport.NAVTokenRejected},
		"no PDF":    {handler: pdf(200, "", "<html>"), want: runreport.NAVError},
		"cut off":   {handler: cutOff("application/pdf", "%PDF-1.4"), want: runreport.NAVUnreachable},
		"no token":  {handler: says(401, ""), want: runreport.NAVTokenRejected},
		"no right":  {handler: says(401, `{"feilkode":"IKKE_TILGANG_TIL_RESSURS"}`), want: runreport.RightMissing},
		"403":       {handler: says(403, `{"feilkode":"IKKE_TILGANG_TIL_RESSURS"}`), want: runreport.RightMissing},
		"error":     {handler: says(500, ""), want: runreport.NAVError},
		"empty":     {handler: pdf(200, "", ""), want: runreport.NAVError},
		"oversized": {handler: pdf(200, "", "%PDF-"+strings.Repeat(" ", navapi.MaxContent)), want: runreport.NAVError},
		"redirect":  {handler: outboundtest.Redirect(t, 302, token), want: runreport.NAVError},
		"closed":    {handler: outboundtest.Abort, want: runreport.NAVUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/v1/sykmelding/"+id.String()+"/pdf" ||
					r.Header.Get("Accept") != "application/pdf, application/json" || r.Header.Get("Authorization") != "Bearer "+token {
					t.Errorf("%s: request %s %s", name, r.Method, r.URL)
				}
				tc.handler(w, r)
			})
			_, err := c.PDF(t.Context(), navapitest.Bearer(t), id)
			if reason := runreport.ReasonOf(err); reason != tc.want || errors.Is(err, navapi.ErrNotFound) != (tc.is != nil) {
				t.Errorf("%s: %v, want %q", name, err, tc.want)
			}
		})
	}
}

// FuzzPage checks that readPage yields only valid documents, and that errors are short.
func FuzzPage(f *testing.F) {
	for _, body := range []string{"[" + note(1) + "," + note(2) + "]", "[]", "", "[null]", "[" + note(1)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		last := int64(0)
		filter := navapi.Filter{Unit: orgnumber.MustParse(unit)}
		err := readPage(strings.NewReader(body), SickNotes, filter, func(d navapi.Document) bool {
			if d.Problem != nil {
				if len(d.Problem.Error()) > 60 || d.SequenceNumber == 0 && d.ID == uuid.Nil {
					t.Fatalf("%+v", d)
				}
				last = max(last, d.SequenceNumber)
				return true
			}
			if d.SequenceNumber <= last || d.Unit.String() != unit || !json.Valid(d.Raw) {
				t.Fatalf("%+v after %d", d, last)
			}
			last = d.SequenceNumber
			return true
		})
		if err != nil && len(err.Error()) > 160 {
			t.Fatal(err)
		}
	})
}
