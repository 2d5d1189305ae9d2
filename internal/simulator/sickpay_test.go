package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator"
)

const sickNotesKind = "sick-notes"

// mayRead arranges a unit of the customer's, whose system user may read everything, and gives a token by it.
func (w *world) mayRead() string {
	w.t.Helper()
	w.withSystem()
	w.createUser()
	w.must(w.sim.RegisterUnit(subUnit, consumer))
	return w.askForSystemUser().AccessToken
}

func (w *world) sickPaySend(method, path, token, body string) reply {
	w.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	got := serveWith(w.sim.SickPay(), request)
	return reply{status: got.Code, header: got.Header(), raw: got.Body.Bytes()}
}

func (w *world) listNotes(token, body string) reply {
	w.t.Helper()
	return w.sickPaySend(http.MethodPost, "/v1/sykmeldinger", token, body)
}

func (w *world) add(kind string, n int, change ...func(*simulator.SickPayRow)) []simulator.SickPayRow {
	w.t.Helper()
	var added []simulator.SickPayRow
	for range n {
		row := simulator.SickPayRow{Unit: subUnit}
		for _, c := range change {
			c(&row)
		}
		done, err := w.sim.AddSickPayRow(kind, row)
		w.must(err)
		added = append(added, done)
	}
	return added
}

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

// TestSickPayFilter goes through what a filter may say.
func TestSickPayFilter(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.add(sickNotesKind, 1)
	w.add(sickNotesKind, 1, func(r *simulator.SickPayRow) { r.Sent = w.clock.Now().AddDate(0, 0, -3) })
	w.add(sickNotesKind, 1, func(r *simulator.SickPayRow) { r.Visible = w.clock.Now().Add(time.Hour) })
	w.add(sickNotesKind, 1, func(r *simulator.SickPayRow) { r.Unit = "315339138" })
	w.add(sickNotesKind, 1)
	for name, tc := range map[string]struct {
		reason, filter string
		want           []int64
		problem        string
	}{
		"all":         {"in order; what is not visible is not there, and other units are other units", `{"orgnr":"` + subUnit + `","fraLoepenr":0}`, []int64{1, 2, 5}, ""},
		"no cursor":   {"from the beginning", `{"orgnr":"` + subUnit + `"}`, []int64{1, 2, 5}, ""},
		"after":       {"strictly greater", `{"orgnr":"` + subUnit + `","fraLoepenr":2}`, []int64{5}, ""},
		"unquoted":    {"leniently", `{"orgnr":` + subUnit + `,"fraLoepenr":"2"}`, []int64{5}, ""},
		"from":        {"a day in Oslo", `{"orgnr":"` + subUnit + `","fom":"2026-09-01"}`, []int64{1, 5}, ""},
		"until":       {"included", `{"orgnr":"` + subUnit + `","tom":"2026-08-29"}`, []int64{2}, ""},
		"main unit":   {"has none of its own", `{"orgnr":"` + consumer + `"}`, []int64{}, ""},
		"empty":       {"whose?", `{}`, nil, "Field 'orgnr' is required"},
		"null":        {"whose?", `{"orgnr":null}`, nil, "Unexpected 'null' value"},
		"object":      {"whose?", `{"orgnr":{}}`, nil, "Expected beginning of the string"},
		"check digit": {"nobody's", `{"orgnr":"315587337"}`, nil, "ikke et gyldig orgnr"},
		"unknown":     {"fields are known", `{"a":"123"}`, nil, "unknown key 'a'"},
		"case":        {"in their case", `{"Orgnr":"` + subUnit + `"}`, nil, "unknown key 'Orgnr'"},
		"no date":     {"dates are dates", `{"orgnr":"` + subUnit + `","fom":"ikke-dato"}`, nil, "Text 'ikke-dato' could not be parsed"},
		"negative":    {"numbers are not", `{"orgnr":"` + subUnit + `","fraLoepenr":-1}`, nil, "kan ikke være mindre enn 0"},
		"fraction":    {"whole", `{"orgnr":"` + subUnit + `","fraLoepenr":1.5}`, nil, "Unexpected symbol '.'"},
		"no JSON":     {"not an object", `ikke json`, nil, "Expected start of the object"},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.listNotes(token, tc.filter)
			if tc.problem == "" {
				diff(t, tc.reason, tc.want, numbers(t, got))
				return
			}
			said := rawJSON(t, got.raw)
			diff(t, tc.reason, []any{400, "SERIALISERINGSFEIL", nil}, []any{got.status, said["feilkode"], said["referanseId"]})
			if message, _ := said["feilmelding"].(string); !strings.Contains(message, "Illegal input: ") || !strings.Contains(message, tc.problem) {
				t.Errorf("%s: %s", tc.reason, message)
			}
		})
	}
}

// TestSickPayAccess: a token that is not good is 401 without a word, a right that is missing is 401 with one.
func TestSickPayAccess(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	note := w.add(sickNotesKind, 1)[0]
	for name, tc := range map[string]struct {
		reason, token string
	}{
		"none":       {"no token", ""},
		"delegated":  {"a token of a delegation has no system user", w.forge(claims{"scope": sickPay})},
		"two scopes": {"the scope is the whole claim", w.forge(claims{"scope": sickPay + " x", "authorization_details": []claims{{"systemuser_id": []string{"x"}, "systemuser_org": claims{"ID": "0192:" + consumer}}}})},
		"expired":    {"too old", w.forge(claims{"scope": sickPay, "exp": 1})},
	} {
		got := w.listNotes(tc.token, `{"orgnr":"`+subUnit+`"}`)
		diff(t, name+": "+tc.reason, []any{401, "", ""}, []any{got.status, string(got.raw), got.header.Get("WWW-Authenticate")})
	}
	noRight := func(reason string, got reply) {
		diff(t, reason, []any{401, `{"feilkode":"IKKE_TILGANG_TIL_RESSURS","feilmelding":"Ikke tilgang til ressurs","referanseId":null}`},
			[]any{got.status, string(got.raw)})
	}
	noRight("another employer's unit", w.listNotes(token, `{"orgnr":"315339138"}`))
	path := "/v1/sykmelding/" + note.ID.String()
	diff(t, "a document", 200, w.sickPaySend(http.MethodGet, path, token, "").status)
	for _, user := range w.sim.SystemUsers() {
		_, err := w.sim.WithdrawSystemUser(user.ID)
		w.must(err)
	}
	noRight("the system user is gone, the token is still good", w.listNotes(token, `{"orgnr":"`+subUnit+`"}`))
	noRight("of one document", w.sickPaySend(http.MethodGet, path, token, ""))
	got := w.sickPaySend(http.MethodGet, "/v1/sykmelding/"+uuid.NewString(), token, "")
	diff(t, "whoever may not see it learns that it is not there", []any{404, "SYKMELDING_IKKE_FUNNET"}, []any{got.status, rawJSON(t, got.raw)["feilkode"]})
}

// TestSickPayDocuments holds the two forms, and that each has one more.
func TestSickPayDocuments(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	id := uuid.MustParse("b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d")
	set := func(r *simulator.SickPayRow) { r.ID = id }
	w.add(sickNotesKind, 1, set)
	w.add("sick-pay-applications", 1, set)
	for _, name := range []string{"sykmelding", "sykepengesoeknad"} {
		path := "/v1/" + name + "/" + id.String()
		golden(t, "sickpay-"+name, rawJSON(t, w.sickPaySend(http.MethodGet, path, token, "").raw))
		pdf := w.sickPaySend(http.MethodGet, path+"/pdf", token, "")
		diff(t, "a PDF", []any{200, "application/pdf", `inline; filename="` + name + "-" + id.String() + `.pdf"`, true},
			[]any{pdf.status, pdf.header.Get("Content-Type"), pdf.header.Get("Content-Disposition"), strings.HasPrefix(string(pdf.raw), "%PDF-")})
	}
	diff(t, "the old path", 410, w.sickPaySend(http.MethodGet, "/v1/sykmelding/"+id.String()+".pdf", token, "").status)
	got := w.sickPaySend(http.MethodGet, "/v1/sykepengesoeknad/x", token, "")
	diff(t, "no id", []any{400, "UGYLDIG_SOEKNAD_ID"}, []any{got.status, rawJSON(t, got.raw)["feilkode"]})
	diff(t, "lists are asked for by POST", 405, w.sickPaySend(http.MethodGet, "/v1/sykmeldinger", token, "").status)
	diff(t, "there is nothing else", 404, w.sickPaySend(http.MethodGet, "/v1/forespoersler", token, "").status)
}

// TestSickPayPages: a page has at most a thousand, and says so; one that loses rows that are not for employers does not.
func TestSickPayPages(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.add(sickNotesKind, 1001)
	got := w.listNotes(token, `{"orgnr":"`+subUnit+`"}`)
	diff(t, "a thousand, and more", []any{1000, "1000"}, []any{len(numbers(t, got)), got.header.Get("X-Warning-Limit-Reached")})
	got = w.listNotes(token, `{"orgnr":"`+subUnit+`","fraLoepenr":1000}`)
	diff(t, "the rest", []any{1, ""}, []any{len(numbers(t, got)), got.header.Get("X-Warning-Limit-Reached")})

	applications := w.add("sick-pay-applications", 1, func(r *simulator.SickPayRow) { r.NotForEmployer = true })
	w.add("sick-pay-applications", 1000)
	got = w.sickPaySend(http.MethodPost, "/v1/sykepengesoeknader", token, `{"orgnr":"`+subUnit+`"}`)
	diff(t, "short, without a word, although there is one more", []any{999, ""}, []any{len(numbers(t, got)), got.header.Get("X-Warning-Limit-Reached")})
	w.add("sick-pay-applications", 1, func(r *simulator.SickPayRow) { r.ID = applications[0].ID })
	got = w.sickPaySend(http.MethodPost, "/v1/sykepengesoeknader", token, `{"orgnr":"`+subUnit+`","fraLoepenr":1000}`)
	diff(t, "sent to the employer later, it has a new number", []int64{1001, 1002}, numbers(t, got))
}

// raw sends a request whose answer is no object.
func (w *world) raw(r *http.Request) reply {
	w.t.Helper()
	got, err := w.http.Do(r)
	w.must(err)
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	w.must(err)
	return reply{status: got.StatusCode, header: got.Header, raw: body}
}

func sickPayFaultRows() map[string]faultRow {
	row := func(f simulator.Faults, observe func(*testing.T, *world, *http.Request)) faultRow {
		return faultRow{f, func(t *testing.T, w *world) {
			token := w.mayRead()
			w.add(sickNotesKind, 2)
			server := startServer(t, w.sim.SickPay())
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/sykmeldinger", strings.NewReader(`{"orgnr":"`+subUnit+`"}`))
			w.must(err)
			request.Header.Set("Authorization", "Bearer "+token)
			observe(t, w, request)
		}}
	}
	return map[string]faultRow{
		"sickPay.outage": row(simulator.Faults{SickPay: simulator.EndpointFaults{Outage: simulator.OutageBadGateway}}, func(t *testing.T, w *world, r *http.Request) {
			diff(t, "fails", 502, w.mustSend(r).status)
		}),
		"sickPay.retryAfter": row(simulator.Faults{SickPay: simulator.EndpointFaults{Outage: simulator.OutageTooManyRequests, RetryAfter: simulator.RetryAfterSeconds}}, func(t *testing.T, w *world, r *http.Request) {
			diff(t, "Retry-After", "30", w.mustSend(r).header.Get("Retry-After"))
		}),
		"sickPay.latency": row(simulator.Faults{SickPay: simulator.EndpointFaults{Latency: simulator.Duration(time.Hour)}}, func(t *testing.T, w *world, r *http.Request) {
			w.leave(t, "sickpay", r)
		}),
		"sickPay.worksOn": row(simulator.Faults{SickPay: simulator.EndpointFaults{Latency: simulator.Duration(time.Hour), WorksOn: true}}, func(t *testing.T, w *world, r *http.Request) {
			w.leaveWith(t, "sickpay", "OK,CallerGone", r)
		}),
		"sickPay.latencyAfter": row(simulator.Faults{SickPay: simulator.EndpointFaults{LatencyAfter: simulator.Duration(50 * time.Millisecond)}}, func(t *testing.T, w *world, r *http.Request) {
			began := time.Now()
			diff(t, "it comes late", true, w.raw(r).status == 200 && time.Since(began) >= 50*time.Millisecond)
		}),
		"sickPayData.noRights": row(simulator.Faults{SickPayData: simulator.SickPayFaults{NoRights: true}}, func(t *testing.T, w *world, r *http.Request) {
			got := w.mustSend(r)
			diff(t, "nobody has a right", []any{401, "IKKE_TILGANG_TIL_RESSURS"}, []any{got.status, rawJSON(t, got.raw)["feilkode"]})
		}),
		"sickPayData.shortPages": row(simulator.Faults{SickPayData: simulator.SickPayFaults{ShortPages: true}}, func(t *testing.T, w *world, r *http.Request) {
			got := w.raw(r)
			diff(t, "one, without a word", []any{1, ""}, []any{len(numbers(t, got)), got.header.Get("X-Warning-Limit-Reached")})
		}),
	}
}

// FuzzSickPayFilter sends any filter: it gets a list or NAV's error.
func FuzzSickPayFilter(f *testing.F) {
	for _, body := range []string{`{"orgnr":"` + subUnit + `"}`, "", "{", `{"orgnr":1,"fraLoepenr":"x"}`, `{"orgnr":"` + subUnit + `","fom":null}`} {
		f.Add(body)
	}
	w := newWorld(f)
	token := w.mayRead()
	f.Fuzz(func(t *testing.T, body string) {
		w.t = t
		got := w.listNotes(token, body)
		if got.status != 200 && got.status != 400 && got.status != 401 || !json.Valid(got.raw) {
			t.Fatalf("%d %s", got.status, got.raw)
		}
	})
}

func BenchmarkSickPayPages(b *testing.B) {
	w := newWorld(b)
	token := w.mayRead()
	w.add(sickNotesKind, 100_000)
	b.ResetTimer()
	for i := range b.N {
		w.listNotes(token, `{"orgnr":"`+subUnit+`","fraLoepenr":`+strconv.Itoa(i%99*1000)+`}`)
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}
