package settlement

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/navapi/navapitest"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	unit    = "310330701"
	account = "12345678900"
)

// report returns a report as NAV lists it, with a field that a later version may add.
func report(id, organization, date string) string {
	return `{"id":` + id + `,"orgnr":"` + organization + `","orgNavn":"Tiger","type":"ref-arbg","datoValutert":"` + date +
		`","bankkonto":"` + account + `","opprettet":"2026-01-15T09:30:00Z","arkivert":false,"ofALaterVersion":{"a":[1]}}`
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

// list lists a page. It returns the documents and the error.
func list(t *testing.T, c *Client, f navapi.Filter) (documents []navapi.Document, err error) {
	t.Helper()
	f.Unit = orgnumber.MustParse(unit)
	for d, failed := range c.List(t.Context(), navapitest.Bearer(t), f) {
		if failed != nil {
			return documents, failed
		}
		documents = append(documents, d)
	}
	return documents, nil
}

// TestListRequest compares the bodies of requests with NAV's rules: always an organization and an id, never a date, and
// archived reports too.
func TestListRequest(t *testing.T) {
	cases := map[string]struct {
		reason, want string
		filter       navapi.Filter
	}{
		"first import": {
			reason: "without an id NAV lists one year only",
			want:   `{"orgnr":"310330701","etterId":0,"inkluderArkiverte":true}`,
		},
		"start date": {
			reason: "from a first date on NAV lists the rest of its year only", filter: navapi.Filter{From: "2025-06-01"},
			want: `{"orgnr":"310330701","etterId":0,"inkluderArkiverte":true}`,
		},
		"cursor": {
			reason: "those after it", filter: navapi.Filter{From: "2026-01-01", After: 7},
			want: `{"orgnr":"310330701","etterId":7,"inkluderArkiverte":true}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				got := r.Method + " " + r.URL.String() + " " + r.Header.Get("Content-Type") + " " + string(body)
				if diff := cmp.Diff("POST /api/rapport/v1 application/json "+tc.want, got); err != nil || diff != "" {
					t.Errorf("%s: %v, -want, +got:\n%s", tc.reason, err, diff)
				}
				if r.Header.Get("Authorization") != "Bearer "+navapitest.Token {
					t.Error("without the token")
				}
				navapitest.Says(200, navapi.JSON, "[]")(w, r)
			})
			if got, err := list(t, c, tc.filter); err != nil || len(got) > 0 {
				t.Errorf("%s: %v, %v", tc.reason, got, err)
			}
		})
	}
}

// TestList checks the reports of a list: in the order of their numbers, each once, those of the unit after the filter's
// number and from its date on, and never with the bank account.
func TestList(t *testing.T) {
	body := "[" + strings.Join([]string{
		report("9", unit, "2026-02-01"), report("7", unit, "2026-01-31"), report("8", unit, "x"),
		report("9", unit, "2026-02-01"), report("12", unit, "2026-01-30"),
		report("10", "315587336", "2026-02-01"), report("6", unit, "2026-01-01"), `{"id":11,"bankkonto":"` + account + `"}`, `{"id":5}`,
	}, ",") + "]"
	c, logged := client(t, navapitest.Says(200, navapi.JSON, body))
	got, err := list(t, c, navapi.Filter{From: "2026-01-31", After: 6})
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		ID     string
		Number int64
		Sent   string
		Fields string
		Bad    bool
	}
	var rows []row
	for _, d := range got {
		r := row{ID: d.ID.String(), Number: d.SequenceNumber, Bad: d.Problem != nil}
		if !d.Sent.IsZero() {
			r.Sent = d.Sent.Format(time.RFC3339)
		}
		var fields map[string]json.RawMessage
		_ = json.Unmarshal(d.Raw, &fields) // none has none
		r.Fields = string(fields["orgNavn"]) + string(fields["ofALaterVersion"]) + string(fields[bankAccount])
		rows = append(rows, r)
		if strings.Contains(string(d.Raw), account) {
			t.Errorf("%d has the bank account", d.SequenceNumber)
		}
	}
	want := []row{
		{ID: "00000000-0000-8000-8000-000000000007", Number: 7, Sent: "2026-01-31T00:00:00+01:00", Fields: `"Tiger"{"a":[1]}`},
		{ID: "00000000-0000-8000-8000-000000000008", Number: 8, Fields: `"Tiger"{"a":[1]}`},
		{ID: "00000000-0000-8000-8000-000000000009", Number: 9, Sent: "2026-02-01T00:00:00+01:00", Fields: `"Tiger"{"a":[1]}`},
		{ID: "00000000-0000-8000-8000-00000000000b", Number: 11, Bad: true},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
	if strings.Contains(logged.String(), account) || strings.Contains(logged.String(), navapitest.Token) {
		t.Errorf("logged %s", logged)
	}
}

// TestErrors checks the reason of each error, and that it does not quote the response.
func TestErrors(t *testing.T) {
	cases := map[string]struct {
		reason    string
		handler   http.HandlerFunc
		want      runreport.Reason
		transient bool
		is        error
	}{
		"401": {
			reason: "NAV's 401 is text", handler: navapitest.Says(401, "text/plain; charset=UTF-8", account),
			want: runreport.NAVTokenRejected,
		},
		"401 without a body": {
			reason: "NAV sends only the status", handler: navapitest.Says(401, "", ""), want: runreport.NAVTokenRejected,
		},
		"401 of a proxy": {
			reason: "a page says nothing about the token", handler: navapitest.Says(401, "text/html", account),
			want: runreport.NAVError,
		},
		"403": {
			reason: "the right is missing", handler: navapitest.Says(403, "text/plain", account),
			want: runreport.RightMissing,
		},
		"403 of a firewall": {
			reason: "a page says nothing about rights", handler: navapitest.Says(403, "text/html", account),
			want: runreport.NAVError,
		},
		"404": {
			reason: "not there, or not the customer's", handler: navapitest.Says(404, "text/plain", account),
			want: runreport.NAVError,
			is:   navapi.ErrNotFound,
		},
		"404 without a body": {
			reason: "NAV sends only the status", handler: navapitest.Says(404, "", ""),
			want: runreport.NAVError, is: navapi.ErrNotFound,
		},
		"404 of a gateway": {
			reason: "a page says nothing about reports", handler: navapitest.Says(404, "text/html", account),
			want: runreport.NAVError,
		},
		"406": {reason: "another Accept", handler: navapitest.Says(406, "text/plain", account), want: runreport.NAVError},
		"500": {
			reason: "NAV's own error", handler: navapitest.Says(500, "text/plain", account),
			want: runreport.NAVError, transient: true,
		},
		"429": {
			reason: "too fast", handler: navapitest.Says(429, "text/plain", account),
			want: runreport.NAVError, transient: true,
		},
		"aborted": {
			reason: "no response", handler: outboundtest.Abort, want: runreport.NAVUnreachable, transient: true,
		},
		"another type": {
			reason: "a portal's page", handler: navapitest.Says(200, "text/html", account),
			want: runreport.NAVError, is: navapi.ErrUnusable,
		},
		"no list": {
			reason: "an object", handler: navapitest.Says(200, navapi.JSON, `{"a":"`+account+`"}`),
			want: runreport.NAVError,
		},
		"no id": {
			reason: "an element of another API", handler: navapitest.Says(200, navapi.JSON, `[{"a":"`+account+`"}]`),
			want: runreport.NAVError,
		},
		"too large": {
			reason:  "without end",
			handler: navapitest.Says(200, navapi.JSON, `["`+strings.Repeat(account, maxList/len(account)+1)+`"]`),
			want:    runreport.NAVError, is: navapi.ErrUnusable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, tc.handler)
			_, err := list(t, c, navapi.Filter{After: 1})
			if runreport.ReasonOf(err) != tc.want || navapi.IsTransient(err) != tc.transient {
				t.Errorf("%s: %v, transient %t, want %q", tc.reason, err, navapi.IsTransient(err), tc.want)
			}
			for _, is := range []error{navapi.ErrNotFound, navapi.ErrUnusable} {
				if errors.Is(err, is) != errors.Is(tc.is, is) {
					t.Errorf("%s: %v is %v: %t", tc.reason, err, is, errors.Is(err, is))
				}
			}
			text := err.Error() + logged.String()
			if strings.Contains(text, account) || strings.Contains(text, navapitest.Token) {
				t.Errorf("%s: quotes the response: %s", tc.reason, text)
			}
		})
	}
}

// TestContents checks the requests for a PDF and a CSV file: NAV requires that Accept names the type. It checks that a
// CSV file is returned byte for byte, and what is none.
func TestContents(t *testing.T) {
	csv := "8020;310330701;310330701;H;01447842099;20260115;" + account +
		";\xc5se Synn\xf8ve \xd8deg\xe5rd      ;20260131;0001234550 ;0000000000 ;00000000\r\n"
	cases := map[string]struct {
		reason      string
		fetch       func(*Client) func(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error)
		contentType string // of the request and of the response
		body        string
		is          error
	}{
		"PDF":       {reason: "a PDF", fetch: pdf, contentType: "application/pdf", body: "%PDF-1.4"},
		"no PDF":    {reason: "a page", fetch: pdf, contentType: "application/pdf", body: "<html>", is: navapi.ErrUnusable},
		"CSV":       {reason: "in ISO 8859-1", fetch: csvFile, contentType: "text/csv", body: csv},
		"no rows":   {reason: "a report without payments", fetch: csvFile, contentType: "text/csv", body: "\r\n"},
		"no CSV":    {reason: "a page", fetch: csvFile, contentType: "text/csv", body: "<html>\n;", is: navapi.ErrUnusable},
		"empty CSV": {reason: "not even a line", fetch: csvFile, contentType: "text/csv", is: navapi.ErrUnusable},
	}
	id, _ := idOf(42)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, logged := client(t, func(w http.ResponseWriter, r *http.Request) {
				got := r.Method + " " + r.URL.String() + " " + r.Header.Get("Accept")
				if diff := cmp.Diff("GET /api/rapport/v1/42/innhold "+tc.contentType, got); diff != "" {
					t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
				}
				navapitest.Says(200, tc.contentType, tc.body)(w, r)
			})
			fetch := tc.fetch(c)
			got, err := fetch(t.Context(), navapitest.Bearer(t), id)
			if !errors.Is(err, tc.is) || tc.is == nil && string(got) != tc.body {
				t.Errorf("%s: got %q, %v", tc.reason, got, err)
			}
			if strings.Contains(logged.String(), account) || err != nil && strings.Contains(err.Error(), "html") {
				t.Errorf("%s: quotes the content: %v, %s", tc.reason, err, logged)
			}
			other := id
			other[0] = 1
			if _, err := fetch(t.Context(), navapitest.Bearer(t), other); !errors.Is(err, navapi.ErrNotFound) {
				t.Errorf("the id of another document: %v", err)
			}
		})
	}
}

func pdf(c *Client) func(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) { return c.PDF }

func csvFile(c *Client) func(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) {
	return c.CSV
}

// FuzzList checks that a list of any bytes has each report once, in order and without its bank account, with an id that
// names its number, and that the error quotes nothing.
func FuzzList(f *testing.F) {
	for _, text := range []string{
		"", "[]", "null", "[null]", "{}", "[" + report("7", unit, "2026-01-31") + "]", `[{"id":4611686018427387903,"orgnr":"x"}]`,
		`[{"id":-1}]`, `[{"id":1.5}]`, `[{"id":9223372036854775807}]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := parseList(body, navapi.Filter{Unit: orgnumber.MustParse(unit), After: 3})
		if err != nil && (got != nil || strings.ContainsAny(err.Error(), `"{[`)) {
			t.Fatalf("%v, %v", got, err)
		}
		for _, d := range got {
			number, ok := numberOf(d.ID)
			if !ok || number != d.SequenceNumber {
				t.Fatalf("%s of %d", d.ID, d.SequenceNumber)
			}
			var fields map[string]json.RawMessage
			if d.Problem == nil && (json.Unmarshal(d.Raw, &fields) != nil || fields[bankAccount] != nil || number <= 3) {
				t.Fatalf("%d has %s", number, d.Raw)
			}
		}
	})
}
