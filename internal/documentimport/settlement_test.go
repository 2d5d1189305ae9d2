package documentimport

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/settlement"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/navreports"
)

var mainUnit = orgnumber.MustParse("310330701")

// reportWorld is a simulated NAV with settlement reports, and an HRM system. Its clock is now.
type reportWorld struct {
	nav    *navreports.Service
	now    time.Time
	start  string
	url    string
	signer *accesstoken.Signer

	cursors map[orgnumber.Number]hrmapi.Cursor
	stored  map[orgnumber.Number][]int64
	pdfs    map[uuid.UUID]bool
	// refuses is a number that the HRM system refuses.
	refuses int64
}

func newReportWorld(t *testing.T, now time.Time) *reportWorld {
	t.Helper()
	w := &reportWorld{
		now: now, cursors: map[orgnumber.Number]hrmapi.Cursor{}, stored: map[orgnumber.Number][]int64{},
		pdfs: map[uuid.UUID]bool{},
	}
	var err error
	if w.signer, err = accesstoken.NewSigner("https://maskinporten.example/", nil); err != nil {
		t.Fatal(err)
	}
	w.nav = navreports.New(navreports.Options{
		Now: func() time.Time { return w.now },
		Access: accesstoken.Access{
			Tokens: w.signer, SystemUsers: w, MainUnit: func(string) string { return mainUnit.String() },
		},
	})
	w.url = outboundtest.Serve(t, w.nav.Handler().ServeHTTP).URL
	return w
}

func (w *reportWorld) AccessOf(string) (parties, rights, packages []string, found bool) {
	return []string{mainUnit.String()}, []string{
		"nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver", "nav_utbetaling_oppgjorsrapport-trekkhendelser",
		"nav_utbetaling_oppgjorsrapport-trekkoppgjor",
	}, nil, true
}

func (w *reportWorld) Token(context.Context, bool) (brokerclient.Token, error) {
	text, err := w.signer.Sign(map[string]any{
		"iss": w.signer.Issuer(), "iat": w.now.Unix(), "exp": w.now.Add(time.Minute).Unix(),
		"scope": accesstoken.ReportScope, "consumer": accesstoken.ActorOf("897757222"),
		"authorization_details": []any{map[string]any{
			"systemuser_id": []string{"user"}, "systemuser_org": accesstoken.ActorOf(mainUnit.String()),
		}},
	})
	if err != nil {
		return brokerclient.Token{}, err
	}
	bearer, err := outbound.NewBearer(text)
	return brokerclient.Token{AccessToken: bearer}, err
}

func (w *reportWorld) Units(context.Context) ([]orgnumber.Number, error) {
	return []orgnumber.Number{unit}, nil
}

func (w *reportWorld) Cursor(_ context.Context, unit orgnumber.Number, _ hrmapi.Kind) (hrmapi.Cursor, error) {
	return w.cursors[unit], nil
}

func (w *reportWorld) StorePage(_ context.Context, unit orgnumber.Number, _ hrmapi.Kind, p hrmapi.Page) error {
	for _, d := range p.Documents {
		if d.SequenceNumber == w.refuses {
			return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrRefused)
		}
	}
	for _, d := range p.Documents {
		if !slices.Contains(w.stored[unit], d.SequenceNumber) {
			w.stored[unit] = append(w.stored[unit], d.SequenceNumber)
		}
	}
	at := w.cursors[unit]
	at.Cursor = p.Cursor
	if p.LastOverlap != nil {
		at.LastOverlap = p.LastOverlap
	}
	w.cursors[unit] = at
	return nil
}

func (w *reportWorld) WantedPDFs(context.Context, orgnumber.Number, hrmapi.Kind) ([]uuid.UUID, error) {
	id := uuid.MustParse("00000000-0000-8000-8000-000000000001")
	if w.pdfs[id] || len(w.stored[mainUnit]) == 0 {
		return nil, nil
	}
	return []uuid.UUID{id}, nil
}

func (w *reportWorld) StorePDF(_ context.Context, _ orgnumber.Number, _ hrmapi.Kind, id uuid.UUID, _ []byte) error {
	w.pdfs[id] = true
	return nil
}

func (w *reportWorld) run(t *testing.T) error {
	t.Helper()
	client, err := settlement.New(navapi.Config{
		BaseURL: w.url, Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{
			Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: func() time.Time { return w.now },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := &Importer{
		HRM: w, NAV: client, Kind: settlement.Kind, MainUnit: mainUnit, LeavesOut: true,
		Customer: Customer{
			Tokens: w, StartDate: w.start, Now: func() time.Time { return w.now },
			Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Log: slog.New(slog.DiscardHandler),
		},
	}
	_, err = i.Run(t.Context())
	return err
}

func (w *reportWorld) add(t *testing.T, organization orgnumber.Number, valueDate string) {
	t.Helper()
	if _, err := w.nav.Add(navreports.Report{Organization: organization.String(), ValueDate: valueDate}); err != nil {
		t.Fatal(err)
	}
}

// TestReportsAcrossNewYear checks that no report is lost on 1 January, in a first import and in a later one, by either
// reading of NAV's documentation. Without an id, NAV would list those of one year only.
func TestReportsAcrossNewYear(t *testing.T) {
	december, january := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		reason   string
		first    time.Time // of the runs
		start    string
		readings navreports.Readings
		want     map[orgnumber.Number][]int64
	}{
		"first import in January": {
			reason: "the last year's are fetched too", first: january,
			want: map[orgnumber.Number][]int64{mainUnit: {1, 2, 3, 5}, unit: {4}},
		},
		"first import in December": {
			reason: "the cursor carries on", first: december,
			want: map[orgnumber.Number][]int64{mainUnit: {1, 2, 3, 5}, unit: {4}},
		},
		"start date": {
			reason: "by the date on which NAV pays", first: january, start: "2026-12-31",
			want: map[orgnumber.Number][]int64{mainUnit: {3, 5}, unit: {4}},
		},
		"newest first": {
			reason: "the cursor goes by number", first: december, readings: navreports.Readings{NewestFirst: true},
			want: map[orgnumber.Number][]int64{mainUnit: {1, 2, 3, 5}, unit: {4}},
		},
		"inclusive": {
			reason: "the last one is known", first: december, readings: navreports.Readings{AfterIsInclusive: true},
			want: map[orgnumber.Number][]int64{mainUnit: {1, 2, 3, 5}, unit: {4}},
		},
		"main unit with sub-units": {
			reason: "each report is stored once, for its own unit", first: december,
			readings: navreports.Readings{MainHasSubUnits: true},
			want:     map[orgnumber.Number][]int64{mainUnit: {1, 2, 3, 5}, unit: {4}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newReportWorld(t, december)
			w.start = tc.start
			w.nav.SetReadings(tc.readings)
			for _, date := range []string{"2025-06-01", "2026-12-30", "2026-12-31"} {
				w.add(t, mainUnit, date)
			}
			w.add(t, unit, "2026-12-31")
			if _, err := w.nav.Archive(2); err != nil { // a person did
				t.Fatal(err)
			}
			if w.now = tc.first; w.now.Equal(december) {
				if err := w.run(t); err != nil {
					t.Fatalf("%s: %v", tc.reason, err)
				}
			}
			w.add(t, mainUnit, "2026-12-31") // after the last run of the year
			w.now = january
			for range 2 {
				if err := w.run(t); err != nil {
					t.Fatalf("%s: %v", tc.reason, err)
				}
			}
			if diff := cmp.Diff(tc.want, w.stored, cmp.AllowUnexported(orgnumber.Number{})); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			w.checkUntouched(t)
		})
	}
}

// checkUntouched checks that the worker archives no report, and fetches the wanted content once.
func (w *reportWorld) checkUntouched(t *testing.T) {
	t.Helper()
	for _, r := range w.nav.Reports(mainUnit.String()) {
		if r.Archived != (r.ID == 2) || r.ID > 1 && r.Fetched > 0 || r.Fetched > 1 {
			t.Errorf("report %d: archived %t, fetched %d times", r.ID, r.Archived, r.Fetched)
		}
	}
}

// TestReportsThatFail checks that a report that cannot be delivered does not hold up the others.
func TestReportsThatFail(t *testing.T) {
	w := newReportWorld(t, noon)
	for range 3 {
		w.add(t, mainUnit, "2026-08-01")
	}
	w.refuses = 2
	w.nav.SetFaults(navreports.Faults{NoPDF: true})
	if err := w.run(t); err == nil {
		t.Error("a refused report, and no PDF: no error")
	}
	want := map[orgnumber.Number][]int64{mainUnit: {1, 3}}
	diff := cmp.Diff(want, w.stored, cmp.AllowUnexported(orgnumber.Number{}))
	if diff != "" || w.cursors[mainUnit].Cursor != 3 {
		t.Errorf("cursor %d, -want, +got:\n%s", w.cursors[mainUnit].Cursor, diff)
	}
	w.nav.SetFaults(navreports.Faults{})
	if err := w.run(t); err != nil && !errors.Is(err, hrm.ErrRefused) || len(w.pdfs) != 1 {
		t.Errorf("%d PDFs, %v", len(w.pdfs), err)
	}
}

// TestReportsWireFormat compares the requests of a first import of settlement reports to NAV and to the HRM system with
// a golden file. The report is NAV's own example, and the CSV file has NAV's form and encoding
// (navikt/sokos-oppgjorsrapporter, rapport-v1.yaml and RefusjonsRapportGenerator.kt).
func TestReportsWireFormat(t *testing.T) {
	const (
		at     = "/v1/units/310330701/settlement-reports"
		id     = "00000000-0000-8000-8000-00000000002a"
		report = `{"id":42,"orgnr":"310330701","orgNavn":"Tiger","type":"ref-arbg","datoValutert":"2026-08-20",` +
			`"bankkonto":"12345678901","opprettet":"2025-11-26T12:34:56Z","arkivert":false}`
		csv = "8020;310330701;310330701;H;01447842099;20260801;12345678901;\xc5se Synn\xf8ve \xd8deg\xe5rd      ;" +
			"20260815;0001234550 ;0000000000 ;00000000\r\n"
	)
	c := &conversation{}
	client, err := settlement.New(navConfig(c.serve(t, "NAV", map[string][]string{
		"/api/rapport/v1": {"[" + report + "]"}, "/api/rapport/v1/42/innhold": {"%PDF-1.4", csv},
	})))
	if err != nil {
		t.Fatal(err)
	}
	system := hrmClient(t, c.serve(t, "HRM", map[string][]string{
		"/v1/units": {`{"units":[]}`}, at + "/cursor": {`{"cursor":0}`, `{"cursor":42}`},
		at + "/wanted-pdfs": {`{"ids":["` + id + `"]}`, `{"ids":[]}`},
		at + "/wanted-csvs": {`{"ids":["` + id + `"]}`, `{"ids":[]}`},
	}))
	i := (&others{}).importer()
	i.HRM, i.NAV, i.Kind, i.MainUnit, i.Units = system, client, settlement.Kind, mainUnit, nil
	i.StartDate, i.PageRows, i.LeavesOut = "2025-01-01", 0, true
	i.More = []Form{{Name: "CSV", Wanted: system.WantedCSVs, Fetch: client.CSV, Store: system.StoreCSV}}
	got, err := i.Run(t.Context())
	if want := (runreport.Volumes{DocumentsStored: 1, PDFsStored: 2}); err != nil || got.Volumes != want {
		t.Errorf("%+v, %v", got, err)
	}
	golden(t, "testdata/first_settlement_reports.golden", c.text.String(), "a first import with both contents")
}
