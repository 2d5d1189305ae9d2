package simulator_test

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

// sickPayPageOf has the number of documents of a page, the first and the last sequence number, and whether there are
// more.
func sickPayPageOf(t *testing.T, got reply) []any {
	t.Helper()
	all := numbers(t, got)
	warning := got.header.Get("X-Warning-Limit-Reached")
	if len(all) == 0 {
		return []any{0, warning}
	}
	for i := range all[1:] {
		if all[i] >= all[i+1] {
			t.Fatalf("%d comes before %d", all[i], all[i+1])
		}
	}
	return []any{len(all), all[0], all[len(all)-1], warning}
}

// TestSickPayPages verifies that a page has at most a thousand documents, and reports that there are more.
func TestSickPayPages(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.addMany(sickNotesKind, 1000)
	diff(t, "a thousand, and no more", []any{1000, int64(1), int64(1000), ""},
		sickPayPageOf(t, w.list(sickNotesPath, token)))
	w.addMany(sickNotesKind, 1)
	diff(t, "a thousand, and more", []any{1000, int64(1), int64(1000), "1000"},
		sickPayPageOf(t, w.list(sickNotesPath, token)))
	diff(t, "the rest", []any{1, int64(1001), int64(1001), ""},
		sickPayPageOf(t, w.list(sickNotesPath, token, `"fraLoepenr":1000`)))
	diff(t, "and nothing", []any{0, ""}, sickPayPageOf(t, w.list(sickNotesPath, token, `"fraLoepenr":1001`)))
	w.add(sickNotesKind, 1, func(r *navsickpay.Row) { r.Unit = "315339138" })
	w.add(applicationsKind, 1)
	diff(t, "one count for all employers", int64(1003), w.add(sickNotesKind, 1)[0].Number)
	diff(t, "and one for each kind", int64(2), w.add(applicationsKind, 1)[0].Number)
}

// TestSickPayUnreadable adds a row whose time is in a form that LocalDateTime cannot parse.
func TestSickPayUnreadable(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	w.add(sickNotesKind, 1, func(r *navsickpay.Row) { r.Unreadable = true })
	w.add(sickNotesKind, 1)
	zoned := regexp.MustCompile(`"mottattAvNav":"[0-9T:-]+Z"`)
	diff(t, "the first of two", 1, len(zoned.FindAll(w.list(sickNotesPath, token).raw, -1)))
}

// TestSickPayShortPages verifies that rows that are not for employers are left out after the limit is applied.
func TestSickPayShortPages(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	hidden := w.add(applicationsKind, 1, func(r *navsickpay.Row) { r.NotForEmployer = true })[0]
	w.addMany(applicationsKind, 1000)
	diff(t, "a thousand, and no more", []any{1000, int64(2), int64(1001), ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token)))
	w.addMany(applicationsKind, 500)
	diff(t, "without a word, although there are more", []any{1000, int64(2), int64(1001), ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token)))
	w.add(applicationsKind, 1001, func(r *navsickpay.Row) { r.NotForEmployer = true })
	last := w.add(applicationsKind, 1)[0]
	diff(t, "short", []any{500, int64(1002), int64(1501), ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token, `"fraLoepenr":1001`)))
	diff(t, "and even empty, although there is one", []any{0, ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token, `"fraLoepenr":1501`)))
	diff(t, "which is there", []any{1, last.Number, last.Number, ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token, `"fraLoepenr":1502`)))

	path := "/v1/sykepengesoeknad/" + hidden.ID.String()
	diff(t, "what is not for employers is not there", 404, w.getSickPay(path, token).status)
	sent := w.add(applicationsKind, 1, func(r *navsickpay.Row) { r.ID = hidden.ID })[0]
	diff(t, "sent to the employer later, it has a new number", []any{last.Number + 1, 1}, []any{sent.Number, sent.Version})
	diff(t, "under which it comes", []any{1, sent.Number, sent.Number, ""},
		sickPayPageOf(t, w.list(sickApplicationsPath, token, `"fraLoepenr":`+strconv.FormatInt(last.Number, 10))))
	diff(t, "and is there", string(w.sim.SickPay.Document(applicationsKind, sent)), string(w.getSickPay(path, token).raw))
}

// TestSickPayRowsComeLate shows a lower number after a higher one.
func TestSickPayRowsComeLate(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	later := func(late time.Duration) func(*navsickpay.Row) {
		return func(r *navsickpay.Row) { r.Visible = w.clock.Now().Add(late) }
	}
	soon, never := w.add(sickNotesKind, 1, later(time.Minute))[0], w.add(sickNotesKind, 1, later(time.Hour))[0]
	w.add(sickNotesKind, 1)
	path := "/v1/sykmelding/" + soon.ID.String()
	diff(t, "only the third", []int64{3}, numbers(t, w.list(sickNotesPath, token)))
	diff(t, "nor by its id", 404, w.getSickPay(path, token).status)
	w.clock.Step(time.Minute)
	diff(t, "in time the first", []int64{1, 3}, numbers(t, w.list(sickNotesPath, token)))
	diff(t, "by its id, too", 200, w.getSickPay(path, token).status)
	shown, err := w.sim.SickPay.Show(sickNotesKind, never.ID)
	w.must(err)
	diff(t, "at a word the second", []int64{1, 2, 3}, numbers(t, w.list(sickNotesPath, token)))
	diff(t, "otherwise it is as it was", []any{never.Number, never.Sent}, []any{shown.Number, shown.Sent})
}

// TestSickPayRowsComeAgain sends a document again under a new number, with the same content or with other.
func TestSickPayRowsComeAgain(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	first := w.add(applicationsKind, 2)[0]
	renumbered, err := w.sim.SickPay.Renumber(applicationsKind, first.ID)
	w.must(err)
	diff(t, "not under both numbers", []int64{2, 3}, numbers(t, w.list(sickApplicationsPath, token)))
	first.Number = 3
	diff(t, "nothing else is new", first, renumbered)

	w.clock.Step(48 * time.Hour)
	token = w.askForSystemUser().AccessToken
	replaced := w.add(applicationsKind, 1, func(r *navsickpay.Row) { r.ID = first.ID })[0]
	diff(t, "made anew", []any{int64(4), 1, first.Sent, w.clock.Now()},
		[]any{replaced.Number, replaced.Version, replaced.Made, replaced.Sent})
	const since = `"fom":"2026-09-02"`
	diff(t, "of the day when it came again", []int64{4}, numbers(t, w.list(sickApplicationsPath, token, since)))
	w.setFaults(readings(simulator.Readings{SickPayReadings: navsickpay.Readings{ReplacedKeepsTime: true}}))
	diff(t, "or, read the other way, when it came first", []int64{},
		numbers(t, w.list(sickApplicationsPath, token, since)))
	diff(t, "it comes all the same", []int64{2, 4}, numbers(t, w.list(sickApplicationsPath, token)))
}

// TestSickPayAdmin arranges documents by the admin API.
func TestSickPayAdmin(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	add := "/nav/units/" + subUnit + "/" + sickNotesKind
	for _, query := range []string{
		"?count=2&seed=5", "?late=1h&seed=5", "?not-for-employer=true",
		"?id=" + fixed(1).String(), "?id=" + fixed(1).String(),
	} {
		diff(t, query, http.StatusOK, w.adminCall(http.MethodPost, add+query).status)
	}
	rows := w.sim.SickPay.Rows(sickNotesKind, subUnit)
	diff(t, "what can be seen", []int64{1, 2, 6}, numbers(t, w.list(sickNotesPath, token)))
	change := func(what string) []any {
		got := w.adminCall(http.MethodPost, "/nav/documents/sick-notes/"+rows[2].ID.String()+"/"+what)
		return []any{got.status, rawJSON(t, got.raw)["number"]}
	}
	diff(t, "what is late is shown", []any{200, any(3.0)}, change("show"))
	diff(t, "now it can be seen", []int64{1, 2, 3, 6}, numbers(t, w.list(sickNotesPath, token)))
	diff(t, "it comes again", []any{200, any(7.0)}, change("renumber"))
	diff(t, "what can be seen now", []int64{1, 2, 6, 7}, numbers(t, w.list(sickNotesPath, token)))
}

// BenchmarkSickPayPages reads a hundred thousand sick notes of one unit, page by page.
func BenchmarkSickPayPages(b *testing.B) {
	w := newWorld(b)
	token := w.mayRead()
	const all = 100_000
	began := time.Now()
	w.addMany(sickNotesKind, all)
	b.ReportMetric(time.Since(began).Seconds(), "s/adding-all")
	handler := w.sim.SickPay.Handler()
	for b.Loop() {
		pages := 0
		for after := 0; after < all; after += 1000 {
			request := w.sickPayRequest(http.MethodPost, sickNotesPath, token,
				`{"orgnr":"`+subUnit+`","fraLoepenr":`+strconv.Itoa(after)+`}`)
			got := serveWith(handler, request)
			if got.Code != http.StatusOK {
				b.Fatalf("answered %d %s", got.Code, got.Body)
			}
			pages++
		}
		if pages != all/1000 {
			b.Fatalf("%d pages", pages)
		}
	}
	b.ReportMetric(all*float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}
