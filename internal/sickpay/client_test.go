package sickpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	token  = "hush-0123456789"
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
	logged := &bytes.Buffer{}
	c, err := New(Config{
		BaseURL: outboundtest.Serve(t, handler).URL,
		Calls:   outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now},
		Log:     slog.New(slog.NewJSONHandler(logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

func bearer(t *testing.T) outbound.Bearer {
	t.Helper()
	b, err := outbound.NewBearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
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
	return outboundtest.Raw("HTTP/1.1 200 OK\r\nContent-Type: "+contentType+"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body)+1, body)
}

// list lists a page. It returns the documents and the error, which is the last element.
func list(t *testing.T, c *Client, after int64) (documents []Document, err error) {
	t.Helper()
	filter := Filter{Unit: orgnumber.MustParse(unit), After: after, From: "2026-06-15"}
	for d, failed := range c.List(t.Context(), bearer(t), SickNotes, filter) {
		if err != nil {
			t.Errorf("an element follows the error %v", err)
		}
		if err = failed; err == nil {
			documents = append(documents, d)
		}
	}
	return documents, err
}

func numbersOf(documents []Document) []int64 {
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
		if r.Method != http.MethodPost || r.URL.Path != "/v1/sykmeldinger" || r.Header.Get("Authorization") != "Bearer "+token || err != nil ||
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
		"token":       {"a 401 without body", says(401, ""), runreport.NAVTokenRejected, nil, false},
		"token, code": {"a 401 with NAV's code for a rejected token", says(401, `{"feilkode":"UAUTORISERT","feilmelding":"Uautorisert tilgang","referanseId":null}`), runreport.NAVTokenRejected, nil, false},
		"right":       {"a 401 with NAV's code for a missing right", says(401, noRight), runreport.RightMissing, nil, false},
		"proxy's 401": {"a proxy's 401", says(401, "<html>"+token), runreport.NAVError, nil, false},
		"400":         {"the request is wrong", says(400, `{"feilkode":"SERIALISERINGSFEIL"}`), runreport.NAVError, nil, false},
		"404":         {"the path is wrong", says(404, ""), runreport.NAVError, nil, false},
		"500":         {"an error at NAV", says(500, `{"feilkode":"EN_FEIL_OPPSTOD"}`), runreport.NAVError, nil, true},
		"429":         {"too many requests", says(429, ""), runreport.NAVError, nil, true},
		"redirect":    {"redirects are not followed", outboundtest.Redirect(t, 302, token), runreport.NAVError, nil, false},
		"closed":      {"the connection closes without a response", outboundtest.Abort, runreport.NAVUnreachable, nil, true},
		"reset":       {"the body is no list and breaks off", outboundtest.Reset(200), runreport.NAVError, nil, false},
		"cut off":     {"complete documents are returned", cutOff("application/json", "["+note(1)+","+note(2)+","), runreport.NAVUnreachable, []int64{1, 2}, true},
		"HTML":        {"an HTML page", says(200, "<html>"+person), runreport.NAVError, nil, false},
		"object":      {"the body is no list", says(200, note(1)), runreport.NAVError, nil, false},
		"two lists":   {"the body is two lists", says(200, "["+note(1)+"][]"), runreport.NAVError, []int64{1}, false},
		"more":        {"a list with an appendix", says(200, "[]<html>"+person), runreport.NAVError, nil, false},
		"no end":      {"the body breaks off after the list", cutOff("application/json", "[]"), runreport.NAVUnreachable, nil, true},
		"wrong end":   {"the list ends wrongly", says(200, "["+note(1)+"}"), runreport.NAVError, []int64{1}, false},
		"oversized":   {"the page is too long", says(200, "["+note(1)+","+strings.Repeat(" ", maxPage)), runreport.NAVError, []int64{1}, false},
		"403":         {"NAV's OpenAPI document lists 403 for a missing right", says(403, noRight), runreport.RightMissing, nil, false},
		"403 code":    {"the code does not matter", says(403, `{"feilkode":"IKKE_TILGANG","feilmelding":"x","referanseId":null}`), runreport.RightMissing, nil, false},
		"proxy's 403": {"a proxy's 403 says nothing about rights", says(403, "<html>"+token), runreport.NAVError, nil, false},
		"bare 403":    {"the sender is unknown", says(403, ""), runreport.NAVError, nil, false},
		"gateway 403": {"a gateway's 403 says nothing about rights", says(403, `{"message":"Forbidden"}`), runreport.NAVError, nil, false},
		"other code":  {"another error of NAV's", says(401, `{"feilkode":"EN_FEIL_OPPSTOD"}`), runreport.NAVError, nil, false},
		"503":         {"NAV is down", says(503, ""), runreport.NAVError, nil, true},
		"204":         {"another success", says(204, ""), runreport.NAVError, nil, false},
		"null":        {"the body is no list", says(200, "null"), runreport.NAVError, nil, false},
		"order":       {"the order is wrong", says(200, "["+note(2)+","+note(1)+"]"), runreport.NAVError, []int64{2}, false},
		"twice":       {"a number occurs twice", says(200, "["+note(2)+","+note(2)+"]"), runreport.NAVError, []int64{2}, false},
		"other unit":  {"a document of another unit", says(200, "["+note(1)+","+strings.Replace(note(2), unit, "315339138", 1)+"]"), runreport.NAVError, []int64{1}, false},
		"no document": {"an element is no document", says(200, `["`+person+`"]`), runreport.NAVError, nil, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, tc.handler)
			got, err := list(t, c, 0)
			if reason := runreport.ReasonOf(err); reason != tc.want || IsTransient(err) != tc.transient {
				t.Errorf("%s: %q (transient: %t), want %q: %v", tc.reason, reason, IsTransient(err), tc.want, err)
			}
			if len(got) != len(tc.numbers) {
				t.Errorf("%s: got %v, want %v", tc.reason, got, tc.numbers)
			}
			outboundtest.CheckHides(t, err, logged.String(), token, person, "Tiger")
		})
	}
}

// TestListUnreadable checks that a document with an unreadable field is returned with a Problem, and that the next document
// is returned too.
func TestListUnreadable(t *testing.T) {
	cases := map[string]struct {
		reason   string
		document string
		number   int64
		hasID    bool
	}{
		"no employer": {"the employer is missing", strings.Replace(note(1), "arbeidsgiver\"", "x\"", 1), 1, true},
		"null number": {"the employer has no number", strings.Replace(note(1), `"`+unit+`"`, "null", 1), 1, true},
		"check digit": {"the employer's number is invalid", strings.Replace(note(1), unit, "315587337", 1), 1, true},
		"nil id":      {"the id is zero", strings.Replace(note(1), "b5f66f7a-d1a9-483c-a9d1-000000000001", uuid.Nil.String(), 1), 1, false},
		"fraction":    {"the number is not whole", strings.Replace(note(1), `"loepenr":1`, `"loepenr":1.5`, 1), 0, true},
		"huge number": {"the number is too large", strings.Replace(note(1), `"loepenr":1`, `"loepenr":9223372036854775808`, 1), 0, true},
		"null time":   {"a time is null", strings.Replace(note(1), `"2026-07-14T23:00"`, "null", 1), 1, true},
		"known":       {"the number is zero", strings.Replace(note(1), `"loepenr":1`, `"loepenr":0`, 1), 0, true},
		"no id":       {"the id is missing", strings.Replace(note(1), "sykmeldingId", "id", 1), 1, false},
		"no time":     {"a time is unreadable", strings.Replace(note(1), "2026-07-14T23:00", "i går", 1), 1, true},
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
		"good":      {pdf(200, "", "%PDF-1.4 x"), "", nil},
		"named":     {pdf(200, `inline; filename="sykmelding-B5F66F7A-d1a9-483c-a9d1-e4d45a7bba4d.pdf"`, "%PDF-1.4 x"), "", nil},
		"another's": {pdf(200, `inline; filename="sykmelding-9e088b5a-16c8-3dcc-91fb-acdd544b8607.pdf"`, "%PDF-1.4 x"), runreport.NAVError, nil},
		"as JSON":   {says(200, "%PDF-1.4 x"), runreport.NAVError, nil},
		"not there": {says(404, `{"feilkode":"SYKMELDING_IKKE_FUNNET"}`), runreport.NAVError, ErrNotFound},
		"other 404": {says(404, `{"feilkode":"EN_FEIL_OPPSTOD"}`), runreport.NAVError, nil},
		"gateway":   {says(404, "<html>"), runreport.NAVError, nil},
		"bare 404":  {says(404, ""), runreport.NAVError, nil},
		"token":     {says(401, `{"feilkode":"UAUTORISERT"}`), runreport.NAVTokenRejected, nil},
		"no PDF":    {pdf(200, "", "<html>"), runreport.NAVError, nil},
		"cut off":   {cutOff("application/pdf", "%PDF-1.4"), runreport.NAVUnreachable, nil},
		"no token":  {says(401, ""), runreport.NAVTokenRejected, nil},
		"no right":  {says(401, `{"feilkode":"IKKE_TILGANG_TIL_RESSURS"}`), runreport.RightMissing, nil},
		"403":       {says(403, `{"feilkode":"IKKE_TILGANG_TIL_RESSURS"}`), runreport.RightMissing, nil},
		"error":     {says(500, ""), runreport.NAVError, nil},
		"empty":     {pdf(200, "", ""), runreport.NAVError, nil},
		"oversized": {pdf(200, "", "%PDF-"+strings.Repeat(" ", maxPDF)), runreport.NAVError, nil},
		"redirect":  {outboundtest.Redirect(t, 302, token), runreport.NAVError, nil},
		"closed":    {outboundtest.Abort, runreport.NAVUnreachable, nil},
	} {
		c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/v1/sykmelding/"+id.String()+"/pdf" ||
				r.Header.Get("Accept") != "application/pdf, application/json" || r.Header.Get("Authorization") != "Bearer "+token {
				t.Errorf("%s: request %s %s", name, r.Method, r.URL)
			}
			tc.handler(w, r)
		})
		_, err := c.PDF(t.Context(), bearer(t), SickNotes, id)
		if reason := runreport.ReasonOf(err); reason != tc.want || errors.Is(err, ErrNotFound) != (tc.is != nil) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// FuzzPage checks that readPage yields only valid documents, and that errors are short.
func FuzzPage(f *testing.F) {
	for _, body := range []string{"[" + note(1) + "," + note(2) + "]", "[]", "", "[null]", "[" + note(1)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		last := int64(0)
		err := readPage(strings.NewReader(body), SickNotes, Filter{Unit: orgnumber.MustParse(unit)}, func(d Document) bool {
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
