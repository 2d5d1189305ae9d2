package documentimport

import (
	"context"
	"encoding/json"
	"iter"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// row is a row of NAV's.
type row struct {
	number int64
	day    string
	hidden bool // not for employers
	late   bool // not committed yet
	broken error
}

// modelNAV lists rows as NAV does: it reads the first rows that match the filter, up to its limit, and then leaves out
// those that are not for employers (navikt/sykepenger-im-lps-api, SoeknadService.kt).
type modelNAV struct {
	rows  map[orgnumber.Number][]row
	lists int
	// breaksAfter is how many documents a page has before it breaks off, 0 for all.
	breaksAfter int
	// listed is called after each page.
	listed func()
}

func (n *modelNAV) List(
	_ context.Context, _ outbound.Bearer, f navapi.Filter,
) iter.Seq2[navapi.Document, error] {
	return func(yield func(navapi.Document, error) bool) {
		n.lists++
		found, read := 0, 0
		for _, r := range n.rows[f.Unit] {
			if read > sickpay.PageRows || found == sickpay.PageRows {
				break
			}
			if r.late || r.number <= f.After || r.day < f.From {
				continue
			}
			read++
			if r.hidden {
				continue
			}
			d := navapi.Document{
				ID: idOf(r.number), SequenceNumber: r.number, Unit: f.Unit, Raw: json.RawMessage("{}"),
				Problem: r.broken,
			}
			found++
			if n.breaksAfter > 0 && found > n.breaksAfter {
				yield(navapi.Document{}, runreport.Errorf(runreport.NAVUnreachable, "the page broke off"))
				return
			}
			if !yield(d, nil) {
				return
			}
		}
		if n.listed != nil {
			n.listed()
		}
	}
}

func (n *modelNAV) PDF(context.Context, outbound.Bearer, uuid.UUID) ([]byte, error) {
	return nil, runreport.Errorf(runreport.NAVError, "%w", navapi.ErrNotFound)
}

// idOf returns the id of the document with a number.
func idOf(number int64) uuid.UUID {
	id := uuid.UUID{15: 1}
	for n := range 8 {
		id[n] = byte(number >> (8 * n))
	}
	return id
}

// modelHRM is an HRM system that follows the contract.
type modelHRM struct {
	*others

	cursors map[orgnumber.Number]hrmapi.Cursor
	stored  map[uuid.UUID]bool
	aside   map[int64]hrmapi.SetAsideCause
	// refuses reports whether the HRM system refuses a document.
	refuses func(hrmapi.Document) bool
	// forgets means that the cursor never moves.
	forgets bool
	pages   int
}

func (h *modelHRM) Cursor(_ context.Context, unit orgnumber.Number, _ hrmapi.Kind) (hrmapi.Cursor, error) {
	return h.cursors[unit], nil
}

func (h *modelHRM) StorePage(_ context.Context, unit orgnumber.Number, _ hrmapi.Kind, p hrmapi.Page) error {
	h.pages++
	at := h.cursors[unit]
	if at.Cursor != p.PreviousCursor && !h.forgets {
		return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrConflict)
	}
	for _, d := range p.Documents {
		if h.refuses != nil && h.refuses(d) {
			return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrRefused)
		}
	}
	for _, d := range p.Documents {
		h.stored[d.ID] = true
	}
	if p.SetAside != nil {
		for _, s := range *p.SetAside {
			h.aside[*s.SequenceNumber] = s.Cause
		}
	}
	if p.LastOverlap != nil {
		at.LastOverlap = p.LastOverlap
	}
	if !h.forgets {
		at.Cursor = p.Cursor
	}
	h.cursors[unit] = at
	return nil
}

// model is a fake NAV and HRM system with an importer between them.
type model struct {
	nav *modelNAV
	hrm *modelHRM
	now time.Time
	i   *Importer
}

func newModel(rows map[orgnumber.Number][]row) *model {
	o := &others{}
	m := &model{
		nav: &modelNAV{rows: rows},
		hrm: &modelHRM{
			others: o, cursors: map[orgnumber.Number]hrmapi.Cursor{}, stored: map[uuid.UUID]bool{},
			aside: map[int64]hrmapi.SetAsideCause{},
		},
		now: noon,
		i:   o.importer(),
	}
	m.i.HRM, m.i.NAV, m.i.Log = m.hrm, m.nav, slog.New(slog.DiscardHandler)
	m.i.Now = func() time.Time { return m.now }
	return m
}

// missing returns the numbers of a unit's visible documents that the HRM system does not have.
func (m *model) missing(unit orgnumber.Number) []int64 {
	var all []int64
	for _, r := range m.nav.rows[unit] {
		if !r.hidden && !r.late && r.broken == nil && !m.hrm.stored[idOf(r.number)] {
			all = append(all, r.number)
		}
	}
	return all
}

// run runs the importer and checks the reason of its error.
func (m *model) run(t *testing.T, reason string, want runreport.Reason) runreport.Report {
	t.Helper()
	got, err := m.i.Run(t.Context())
	if runreport.ReasonOf(err) != want {
		t.Errorf("%s: got %v, want reason %q", reason, err, want)
	}
	return got
}
