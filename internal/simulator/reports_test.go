package simulator_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/navreports"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	reportScope = "nav:utbetaling/oppgjorsrapporter"
	reportsPath = "/api/rapport/v1"
)

var reportRights = []string{
	"nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver", "nav_utbetaling_oppgjorsrapport-trekkhendelser",
	"nav_utbetaling_oppgjorsrapport-trekkoppgjor",
}

// mayReadReports registers a unit of the customer, whose system user may read reports, and returns its token.
func (w *world) mayReadReports(rights ...string) string {
	w.t.Helper()
	w.withSystem()
	registered := system()
	registered.Rights = append(registered.Rights, reportRights...)
	w.must(w.sim.Altinn.RegisterSystem(registered))
	user := w.createUser(func(u *simaltinn.SystemUser) { u.Rights = rights })
	w.must(w.sim.SickPay.RegisterUnit(subUnit, consumer))
	return w.reportToken(user.ID)
}

func (w *world) reportToken(user any, change ...claims) string {
	w.t.Helper()
	good := claims{
		"scope": reportScope, "authorization_details": userDetails(user, "0192:"+consumer),
		"consumer": claims{"ID": "0192:" + supplier},
	}
	return w.forge(append([]claims{good}, change...)...)
}

// addReports adds one report per value date.
func (w *world) addReports(organization string, dates ...string) {
	w.t.Helper()
	for _, date := range dates {
		_, err := w.sim.Reports.Add(navreports.Report{Organization: organization, ValueDate: date})
		w.must(err)
	}
}

// reportsRequest returns a request. Empty texts leave out the body and the header Accept.
func (w *world) reportsRequest(method, path, token, body, accept string) *http.Request {
	w.t.Helper()
	at := w.reports.URL + reportsPath + path
	request, err := http.NewRequestWithContext(w.t.Context(), method, at, strings.NewReader(body))
	w.must(err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	return request
}

// listedReports returns the ids of a list, in its order.
func (w *world) listedReports(token, body string) (ids []int64) {
	w.t.Helper()
	got := w.raw(w.reportsRequest(http.MethodPost, "", token, body, ""))
	var list []struct{ ID int64 }
	if err := json.Unmarshal(got.raw, &list); err != nil || got.status != http.StatusOK {
		w.t.Fatalf("got %d %s: %v", got.status, got.raw, err)
	}
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

// TestReportLists compares NAV's lists with its rules, under both readings of each.
func TestReportLists(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadReports(reportRights...)
	year := w.clock.Now().Year()
	day := func(year int, rest string) string { return strconv.Itoa(year) + rest }
	w.addReports(consumer, day(year-1, "-12-31"), day(year, "-01-02"), day(year, "-01-03"))
	w.addReports(subUnit, day(year, "-01-04"))
	_, err := w.sim.Reports.Archive(3)
	w.must(err)
	with := func(rest string) string { return `{"orgnr":"` + consumer + `"` + rest + `}` }
	cases := map[string]struct {
		reason, body string
		readings     navreports.Readings
		want         []int64
	}{
		"current year": {reason: "without a cursor, December is lost", body: with(""), want: []int64{2}},
		"owner":        {reason: "the system user's owner is the default", body: "{}", want: []int64{2}},
		"year":         {reason: "another year", body: with(`,"aar":` + strconv.Itoa(year-1)), want: []int64{1}},
		"from": {
			reason: "the rest of that year only", body: with(`,"fraDato":"` + day(year-1, "-12-01") + `"`), want: []int64{1},
		},
		"until": {
			reason: "both dates are included", want: []int64{1},
			body: with(`,"fraDato":"` + day(year-1, "-12-31") + `","tilDato":"` + day(year-1, "-12-31") + `"`),
		},
		"after":    {reason: "whatever the year", body: with(`,"etterId":0`), want: []int64{1, 2}},
		"archived": {reason: "if the filter includes them", body: with(`,"etterId":1,"inkluderArkiverte":true`), want: []int64{2, 3}},
		"type":     {reason: "there is none of it", body: with(`,"etterId":0,"rapportTyper":["trekk-hend"]`)},
		"unit":     {reason: "the sub-unit has its own list", body: `{"orgnr":"` + subUnit + `"}`, want: []int64{4}},
		"main unit with sub-units": {
			reason: "the other reading", body: with(`,"etterId":1`), want: []int64{2, 4},
			readings: navreports.Readings{MainHasSubUnits: true},
		},
		"inclusive": {
			reason: "the other reading", body: with(`,"etterId":1`), want: []int64{1, 2},
			readings: navreports.Readings{AfterIsInclusive: true},
		},
		"newest first": {
			reason: "the other reading", body: with(`,"etterId":0`), want: []int64{2, 1},
			readings: navreports.Readings{NewestFirst: true},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.setFaults(simulator.Faults{Readings: simulator.Readings{ReportReadings: tc.readings}})
			diff(t, tc.reason, tc.want, w.listedReports(token, tc.body))
		})
	}
}

// TestReportRefusals checks the status of each refusal. A refusal without a body has no content type.
func TestReportRefusals(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadReports(reportRights[0])
	user := detailsIn(part(token, 1))["systemuser_id"].([]any)[0]
	w.addReports(consumer, "2026-01-02")
	w.addReports("310702641", "2026-01-02")
	twoScopes := w.reportToken(user, claims{"scope": reportScope + " nav:x"})
	otherScope := w.reportToken(user, claims{"scope": letterScope})
	expired := w.reportToken(user, claims{"exp": 1})
	refunds := `{"orgnr":"` + consumer + `","etterId":0,"rapportTyper":["ref-arbg"]}`
	cases := map[string]struct {
		reason       string
		method, path string
		token, body  string
		accept       string
		want         int
	}{
		"good":          {reason: "a right to the one type", method: "POST", token: token, body: refunds, want: 200},
		"no token":      {reason: "it is required", method: "POST", body: refunds, want: 401},
		"two scopes":    {reason: "compared by equality", method: "POST", token: twoScopes, body: refunds, want: 401},
		"another scope": {reason: "another API's", method: "POST", token: otherScope, body: refunds, want: 401},
		"expired":       {reason: "it is old", method: "POST", token: expired, body: refunds, want: 401},
		"another's":     {reason: "a list without it", method: "POST", token: token, body: `{"orgnr":"310702641"}`, want: 200},
		"two cursors":   {reason: "an id excludes dates", method: "POST", token: token, body: `{"etterId":1,"fraDato":"2026-01-01"}`, want: 400},
		"id and year":   {reason: "an id excludes the year", method: "POST", token: token, body: `{"etterId":1,"aar":2026}`, want: 400},
		"until alone":   {reason: "a range has a begin", method: "POST", token: token, body: `{"tilDato":"2026-01-01"}`, want: 400},
		"no date":       {reason: "it is none", method: "POST", token: token, body: `{"fraDato":"2026-13-01"}`, want: 400},
		"unknown type":  {reason: "there is no such", method: "POST", token: token, body: `{"rapportTyper":["x"]}`, want: 400},
		"no JSON":       {reason: "it has no type", method: "POST", token: token, want: 415},
		"method":        {reason: "a list is a POST", method: "GET", token: token, want: 405},
		"path":          {reason: "there is none", method: "GET", path: "/1/x", token: token, want: 404},
		"one":           {reason: "an element of the list", method: "GET", path: "/1", token: token, want: 200},
		"unknown":       {reason: "there is none", method: "GET", path: "/9", token: token, want: 404},
		"not yours":     {reason: "as if there were none", method: "GET", path: "/2", token: token, want: 404},
		"PDF": {
			reason: "one of two types", method: "GET", path: "/1/innhold", token: token, accept: "application/pdf", want: 200,
		},
		"CSV": {reason: "the other", method: "GET", path: "/1/innhold", token: token, accept: "text/csv", want: 200},
		"another type": {
			reason: "there is no other", method: "GET", path: "/1/innhold", token: token, accept: "application/json", want: 406,
		},
		"two types": {
			reason: "the first one", method: "GET", path: "/1/innhold", token: token,
			accept: "application/pdf, text/csv", want: 200,
		},
		"any type": {
			reason: "it names none", method: "GET", path: "/1/innhold", token: token, accept: "*/*", want: 406,
		},
		"archive":        {reason: "for everybody", method: "PUT", path: "/1/arkiver?arkivert=true", token: token, want: 204},
		"archive, maybe": {reason: "true or false", method: "PUT", path: "/1/arkiver", token: token, want: 400},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := w.raw(w.reportsRequest(tc.method, tc.path, tc.token, tc.body, tc.accept))
			diff(t, tc.reason, tc.want, got.status)
			if got.status < 400 {
				return
			}
			want := simwire.ContentTypeText
			if len(got.raw) == 0 {
				want = ""
			}
			diff(t, "as text", want, got.header.Get("Content-Type"))
		})
	}
	diff(t, "it is archived", true, w.sim.Reports.Reports(consumer)[0].Archived)
	diff(t, "and was fetched", 3, w.sim.Reports.Reports(consumer)[0].Fetched)
	_, err := w.sim.Reports.Add(navreports.Report{Organization: consumer, Type: navreports.TypeDeduction})
	w.must(err)
	diff(t, "types without a right are left out", []int64{1},
		w.listedReports(token, `{"orgnr":"`+consumer+`","etterId":0,"inkluderArkiverte":true}`))
	diff(t, "and so are other customers", []int64(nil), w.listedReports(token, `{"orgnr":"310702641","etterId":0}`))
}

// TestReportCSV compares the CSV files of the three types with NAV's form, byte for byte: ISO 8859-1, CRLF, and names
// of refunds in 25 letters.
func TestReportCSV(t *testing.T) {
	w := newWorld(t)
	token := w.mayReadReports(reportRights...)
	cases := map[string]struct{ reason, want string }{
		navreports.TypeRefund: {
			reason: "one line per payment, without a header",
			want: "8020;" + consumer + ";" + consumer + ";H;01447842099;20260115;12345678900;" +
				"\xc5se Synn\xf8ve \xd8deg\xe5rd      ;20260115;0001234550 ;0000000000 ;00000000\r\n",
		},
		navreports.TypeDeduction: {
			reason: "a header, and a line per message",
			want: "H;kreditor;15.01.2026;" + consumer + ";SYNTETISK BEDRIFT AS;Postboks 1;;;0001;OSLO;\r\n" +
				"T;897757222;NAMSFOGDEN I TEST;0000000000000000000000002;01447842099;" +
				"\xc5se Synn\xf8ve \xd8deg\xe5rd;Opph\xf8r ytelse;\r\n",
		},
		navreports.TypeSettlement: {
			reason: "a header, lines and sums",
			want: "H;20260115;SYNTETISK BEDRIFT AS;20260115;" + consumer + "; ;12345678900;80000000001;20260115;20260115;\r\n" +
				"E;3;8020;NAV TEST;0000000000000000000000003;" + consumer +
				";01447842099;\xc5se Synn\xf8ve \xd8deg\xe5rd;2026-01-15;2026-01-15;1234550;GYLDIG\r\n" +
				"D;1234550\r\nA;1234550\r\nT;1234550\r\n\r\n",
		},
	}
	for _, name := range []string{navreports.TypeRefund, navreports.TypeDeduction, navreports.TypeSettlement} {
		report, err := w.sim.Reports.Add(navreports.Report{Organization: consumer, Type: name, ValueDate: "2026-01-15"})
		w.must(err)
		t.Run(name, func(t *testing.T) {
			path := "/" + strconv.FormatInt(report.ID, 10) + "/innhold"
			got := w.raw(w.reportsRequest(http.MethodGet, path, token, "", "text/csv"))
			diff(t, cases[name].reason, cases[name].want, string(got.raw))
			diff(t, "without a charset", "text/csv", got.header.Get("Content-Type"))
		})
	}
}

// reportFaultRows are the faults of NAV's API for settlement reports, and what a client sees.
func reportFaultRows() map[string]faultRow {
	row := func(faults simulator.Faults, see func(*testing.T, *world, *http.Request)) faultRow {
		return faultRow{faults: faults, observe: func(t *testing.T, w *world) {
			token := w.mayReadReports(reportRights...)
			see(t, w, w.reportsRequest(http.MethodPost, "", token, `{"orgnr":"`+consumer+`"}`, ""))
		}}
	}
	outage := func(f simwire.Faults) simulator.Faults { return simulator.Faults{Reports: f} }
	data := func(f navreports.Faults) simulator.Faults { return simulator.Faults{ReportData: f} }
	status := func(want int) func(*testing.T, *world, *http.Request) {
		return func(t *testing.T, w *world, r *http.Request) { diff(t, "status", want, w.raw(r).status) }
	}
	hour := simwire.Duration(time.Hour)
	later := simwire.Faults{Outage: simwire.OutageServiceUnavailable, RetryAfter: simwire.RetryAfterSeconds}
	// reading lists from before the year on, with one report of the last year and one of a sub-unit.
	reading := func(r navreports.Readings, filter string, want ...int64) faultRow {
		faults := simulator.Faults{Readings: simulator.Readings{ReportReadings: r}}
		return faultRow{faults: faults, observe: func(t *testing.T, w *world) {
			token := w.mayReadReports(reportRights[0])
			old := w.clock.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
			w.addReports("310702641", "") // of another employer
			first := w.sim.Reports.Reports("310702641")
			before := first[len(first)-1].ID
			w.addReports(consumer, old, "")
			w.addReports(subUnit, "")
			ids := w.listedReports(token, `{"orgnr":"`+consumer+`","rapportTyper":["ref-arbg"],`+
				strings.ReplaceAll(filter, "BEFORE", strconv.FormatInt(before+1, 10))+`}`)
			for i := range ids {
				ids[i] -= before
			}
			diff(t, "listed", want, ids)
		}}
	}
	return map[string]faultRow{
		"readings.reportAfterIsInclusive": reading(navreports.Readings{AfterIsInclusive: true}, `"etterId":BEFORE`, 1, 2),
		"readings.reportMainHasSubUnits":  reading(navreports.Readings{MainHasSubUnits: true}, `"etterId":BEFORE`, 2, 3),
		"readings.reportRightsRequired": {
			faults: simulator.Faults{Readings: simulator.Readings{ReportReadings: navreports.Readings{RightsRequired: true}}},
			observe: func(t *testing.T, w *world) {
				token := w.mayReadReports(reportRights[0])
				r := w.reportsRequest(http.MethodPost, "", token, `{"orgnr":"`+consumer+`"}`, "")
				diff(t, "two rights are missing", 403, w.raw(r).status)
			},
		},
		"readings.reportNewestFirst": {
			faults: simulator.Faults{Readings: simulator.Readings{ReportReadings: navreports.Readings{NewestFirst: true}}},
			observe: func(t *testing.T, w *world) {
				token := w.mayReadReports(reportRights...)
				w.addReports(consumer, "", "")
				ids := w.listedReports(token, `{"orgnr":"`+consumer+`","etterId":0}`)
				diff(t, "in descending order", true, len(ids) > 1 && ids[0] > ids[1])
			},
		},
		"reports.outage": row(outage(simwire.Faults{Outage: simwire.OutageBadGateway}), status(502)),
		"reports.retryAfter": row(outage(later), func(t *testing.T, w *world, r *http.Request) {
			diff(t, "Retry-After", "30", w.raw(r).header.Get("Retry-After"))
		}),
		"reports.latency": row(outage(simwire.Faults{Latency: hour}),
			func(t *testing.T, w *world, r *http.Request) { w.leave(t, "reports", r) }),
		"reports.worksOn": row(outage(simwire.Faults{Latency: hour, WorksOn: true}),
			func(t *testing.T, w *world, r *http.Request) { w.leaveWith(t, "reports", "OK,CallerGone", r) }),
		"reports.latencyAfter": row(outage(simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}),
			func(t *testing.T, w *world, r *http.Request) {
				began := time.Now()
				diff(t, "it comes late", true, w.raw(r).status == 200 && time.Since(began) >= 50*time.Millisecond)
			}),
		"reportData.noRights": row(data(navreports.Faults{NoRights: true}), func(t *testing.T, w *world, r *http.Request) {
			w.addReports(consumer, "")
			diff(t, "no report", "[]", string(w.raw(r).raw))
		}),
		"reportData.noPDF": row(data(navreports.Faults{NoPDF: true}), func(t *testing.T, w *world, r *http.Request) {
			report, err := w.sim.Reports.Add(navreports.Report{Organization: consumer})
			w.must(err)
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			path := "/" + strconv.FormatInt(report.ID, 10) + "/innhold"
			diff(t, "no PDF", 404, w.raw(w.reportsRequest(http.MethodGet, path, token, "", "application/pdf")).status)
			diff(t, "but a CSV", 200, w.raw(w.reportsRequest(http.MethodGet, path, token, "", "text/csv")).status)
		}),
	}
}

// TestReportAdmin arranges reports by the admin API.
func TestReportAdmin(t *testing.T) {
	w := newWorld(t)
	var added []navreports.Report
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodPost,
		"/nav/reports/"+consumer+"?count=2&type=trekk-kred&value-date=2025-12-31", "")), &added))
	diff(t, "two", true, len(added) == 2 && added[1].Type == "trekk-kred" && added[1].ValueDate == "2025-12-31")
	w.mustCall(200, http.MethodPut, "/nav/reports/2/archive", "")
	var all []navreports.Report
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/nav/reports/"+consumer, "")), &all))
	diff(t, "archived", []bool{false, true}, []bool{all[0].Archived, all[1].Archived})
	cases := map[string]struct {
		method, path string
		status       int
	}{
		"unknown type":     {method: http.MethodPost, path: consumer + "?type=x", status: 400},
		"no date":          {method: http.MethodPost, path: consumer + "?value-date=x", status: 400},
		"bad organization": {method: http.MethodPost, path: "315587337", status: 400},
		"too many":         {method: http.MethodPost, path: consumer + "?count=10001", status: 400},
		"no count":         {method: http.MethodPost, path: consumer + "?count=x", status: 400},
		"no id":            {method: http.MethodPut, path: "x/archive", status: 404},
		"unknown id":       {method: http.MethodPut, path: "99/archive", status: 404},
	}
	for name, tc := range cases {
		t.Run(name, func(*testing.T) { w.mustCall(tc.status, tc.method, "/nav/reports/"+tc.path, "") })
	}
}
