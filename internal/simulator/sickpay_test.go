package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

const (
	sickNotesKind        = "sick-notes"
	applicationsKind     = "sick-pay-applications"
	sickNotesPath        = "/v1/sykmeldinger"
	sickApplicationsPath = "/v1/sykepengesoeknader"
	// patient is who a document is about where it matters. patient is who a document is about where it matters.
	patient = "14838510036"
)

// mayRead registers a unit of the customer, whose system user may read everything, and returns its token.
func (w *world) mayRead() string {
	w.t.Helper()
	w.withSystem()
	w.createUser()
	w.must(w.sim.SickPay.RegisterUnit(subUnit, consumer))
	return w.askForSystemUser().AccessToken
}

func (w *world) sickPayRequest(method, path, token, body string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.sickPay.URL+path, strings.NewReader(body))
	w.must(err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return request
}

func (w *world) sickPaySend(method, path, token, body string) reply {
	w.t.Helper()
	return w.raw(w.sickPayRequest(method, path, token, body))
}

func (w *world) getSickPay(path, token string) reply {
	w.t.Helper()
	return w.sickPaySend(http.MethodGet, path, token, "")
}

// list requests a unit's documents; more has further fields of the filter.
func (w *world) list(path, token string, more ...string) reply {
	w.t.Helper()
	fields := append([]string{`"orgnr":"` + subUnit + `"`}, more...)
	return w.sickPaySend(http.MethodPost, path, token, "{"+strings.Join(fields, ",")+"}")
}

func (w *world) add(kind string, n int, change ...func(*navsickpay.Row)) []navsickpay.Row {
	w.t.Helper()
	var added []navsickpay.Row
	for range n {
		row := navsickpay.Row{Unit: subUnit}
		for _, c := range change {
			c(&row)
		}
		done, err := w.sim.SickPay.Add(kind, row)
		w.must(err)
		added = append(added, done)
	}
	return added
}

// addMany adds documents without the admin API, which is slower.
func (w *world) addMany(kind string, n int) {
	w.t.Helper()
	_, err := w.sim.SickPay.AddMany(kind, navsickpay.Row{Unit: subUnit}, n, 1)
	w.must(err)
}

// fixed returns the same ids on each call.
func fixed(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(n)}) }

func numbers(t *testing.T, got reply) []int64 {
	t.Helper()
	var list []struct{ Loepenr int64 }
	if err := json.Unmarshal(got.raw, &list); err != nil || got.status != http.StatusOK {
		t.Fatalf("got %d %s: %v", got.status, got.raw, err)
	}
	all := []int64{}
	for _, d := range list {
		all = append(all, d.Loepenr)
	}
	return all
}

// raw sends a request whose response is not a JSON object.
func (w *world) raw(r *http.Request) reply {
	w.t.Helper()
	got, err := w.http.Do(r)
	w.must(err)
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	w.must(err)
	return reply{status: got.StatusCode, header: got.Header, raw: body}
}

// shown is the part of a response that a client sees, without the time.
func shown(got reply) map[string]any {
	return map[string]any{"status": got.status, "content-type": got.header.Get("Content-Type"), "body": string(got.raw)}
}

// TestSickPayPaths requests probes, unknown paths and wrong methods.
func TestSickPayPaths(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	cases := map[string]struct {
		reason       string
		method, path string
		token        string
		status       int
		body         string
	}{
		"Alive": {
			reason: "a probe", method: http.MethodGet, path: "/health/is-alive", status: 200, body: "Alive",
		},
		"Ready": {
			reason: "a probe", method: http.MethodGet, path: "/health/is-ready", status: 200, body: "Ready",
		},
		"NoPath": {
			reason: "other documents are not simulated", method: http.MethodPost, path: "/v1/forespoersler", token: token,
			status: 404,
		},
		"NoPathNoToken": {
			reason: "an unknown path needs no token", method: http.MethodGet, path: "/v2/sykmelding/x", status: 404,
		},
		"TooDeep": {
			reason: "an id has no slash", method: http.MethodGet, path: "/v1/sykmelding/a/b", token: token, status: 404,
		},
		"NoID": {
			reason: "nor is it nothing", method: http.MethodGet, path: "/v1/sykmelding/", token: token, status: 404,
		},
		"GetList": {
			reason: "lists need POST", method: http.MethodGet, path: sickNotesPath, token: token, status: 405,
		},
		"PostOne": {
			reason: "and one by GET", method: http.MethodPost, path: "/v1/sykepengesoeknad/" + fixed(1).String(),
			status: 405,
		},
		"MovedPDF": {
			reason: "it has moved, whatever the id", method: http.MethodGet, path: "/v1/sykmelding/x.pdf", token: token,
			status: 410,
			body:   "Endepunktet har blitt flyttet. Bruk v1/sykmelding/{SYKMELDING_ID}/pdf i stedet.",
		},
		"MovedNoToken": {
			reason: "a token is required", method: http.MethodGet, path: "/v1/sykmelding/x.pdf", status: 401,
		},
		"NoToken": {reason: "and here, without a word", method: http.MethodPost, path: sickNotesPath, status: 401},
		"NoTokenBadID": {
			reason: "before the id is looked at", method: http.MethodGet, path: "/v1/sykmelding/x", status: 401,
		},
		"NoTokenBadBody": {
			reason: "and before the filter is", method: http.MethodPost, path: sickApplicationsPath, status: 401,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := w.sickPaySend(tc.method, tc.path, tc.token, "x")
			diff(t, tc.reason, []any{tc.status, tc.body, ""},
				[]any{got.status, string(got.raw), got.header.Get("WWW-Authenticate")})
		})
	}
}

// TestSickPayErrors compares every error with NAV's form, byte for byte.
func TestSickPayErrors(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	note, application := w.add(sickNotesKind, 1)[0].ID.String(), w.add(applicationsKind, 1)[0].ID.String()
	errorsSeen := map[string]any{}
	see := func(name string, got reply) { errorsSeen[name] = shown(got) }
	absent := fixed(99).String()
	see("note: bad id", w.getSickPay("/v1/sykmelding/x", token))
	see("note: bad id of pdf", w.getSickPay("/v1/sykmelding/x/pdf", token))
	see("note: not found", w.getSickPay("/v1/sykmelding/"+absent, token))
	see("note: pdf not found, in capitals", w.getSickPay("/v1/sykmelding/"+strings.ToUpper(absent)+"/pdf", token))
	see("application: bad id", w.getSickPay("/v1/sykepengesoeknad/x", token))
	see("application: no old path of PDFs", w.getSickPay("/v1/sykepengesoeknad/"+application+".pdf", token))
	see("application: not found", w.getSickPay("/v1/sykepengesoeknad/"+absent, token))
	see("no id: braces", w.getSickPay("/v1/sykmelding/%7B"+note+"%7D", token))
	see("no filter", w.sickPaySend(http.MethodPost, sickNotesPath, token, "{}"))
	for name, contentType := range map[string]string{"form": "application/x-www-form-urlencoded", "none": ""} {
		request := w.sickPayRequest(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+subUnit+`"}`)
		request.Header.Set("Content-Type", contentType)
		see("content type: "+name, w.raw(request))
	}
	see("no right", w.sickPaySend(http.MethodPost, sickNotesPath, token, `{"orgnr":"315339138"}`))
	w.setFaults(simulator.Faults{SickPayData: navsickpay.Faults{Failing: true}})
	for name, path := range map[string]string{
		"note":        "/v1/sykmelding/" + note,
		"application": "/v1/sykepengesoeknad/" + application,
	} {
		see("failing "+name, w.getSickPay(path, token))
		see("failing pdf of "+name, w.getSickPay(path+"/pdf", token))
	}
	see("failing notes", w.list(sickNotesPath, token))
	see("failing applications", w.list(sickApplicationsPath, token))
	simulatortest.Golden(t, "sickpay-errors", errorsSeen)
}
