// Package documentimport carries sick notes and applications for sick pay from NAV to a HRM solution: each is stored, and
// stored once.
//
// The HRM solution owns the documents and the cursor; they move together, in one request. What is fetched twice, because
// a run ended in between, or two ran at once, or NAV showed it late, is stored under the same id.
package documentimport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

// HRM is what a HRM solution does for documents; see hrm.Client.
type HRM interface {
	Units(ctx context.Context) ([]orgnumber.Number, error)
	Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error)
	StorePage(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, page hrmapi.Page) error
	WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error)
	StorePDF(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, pdf []byte) error
}

// NAV has the documents; see sickpay.Client.
type NAV interface {
	List(ctx context.Context, token outbound.Bearer, kind sickpay.Kind, f sickpay.Filter, each func(sickpay.Document) error) (int, error)
	PDF(ctx context.Context, token outbound.Bearer, kind sickpay.Kind, id uuid.UUID) ([]byte, error)
}

// Tokens gives access tokens that can be used at once; see brokerclient.
type Tokens interface {
	// Token gives a token, and another than the last one if fresh is said.
	Token(ctx context.Context, fresh bool) (brokerclient.Token, error)
}

// Importer carries the documents of one kind of one customer.
type Importer struct {
	HRM    HRM
	NAV    NAV
	Tokens Tokens
	Kind   sickpay.Kind
	// Units are the sub-units to fetch for; none means those that the HRM solution names.
	Units []orgnumber.Number
	// StartDate is a date; what the employer was given before is not fetched. "" means no limit.
	StartDate string
	// Now tells the time.
	Now func() time.Time
	// Pause waits, or gives the context's error if that ends first.
	Pause func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger

	tally Tally
	// read reports that NAV has sent a document in this run that could be read, and taken that the HRM system has taken one.
	read, taken bool
}

// Tally counts what a run has carried.
type Tally struct {
	// Documents is how many the HRM solution took that NAV had not shown before. PDFs is how many it took of those.
	Documents, PDFs int64
	// SetAside is how many documents could not be handed over. HiddenPages is how many lists were empty although later
	// documents existed.
	SetAside, HiddenPages int32
}

// maxFailing is how many units in a row may fail before a run ends: more of them are not about the units.
const maxFailing = 3

// Run fetches all that is new. The error is the context's or a *runreport.Error; the Tally counts in any case. A unit that
// fails does not keep the others from being fetched. An error that concerns all units ends the run, and is returned. Of
// several other errors Run returns the first one that is not RightMissing.
func (i *Importer) Run(ctx context.Context) (Tally, error) {
	i.tally, i.read, i.taken = Tally{}, false, false
	units, err := i.units(ctx)
	if err != nil {
		return i.tally, err
	}
	var first error
	failing := 0
	for _, unit := range units {
		err := i.unit(ctx, unit)
		switch {
		case err == nil:
			failing = 0
			continue
		case ctx.Err() != nil || concernsAll[runreport.ReasonOf(err)]:
			return i.tally, err
		case runreport.ReasonOf(err) != runreport.RightMissing:
			failing++
		}
		i.Log.WarnContext(ctx, "Import of a unit failed", "unit", unit.String(), "err", err)
		if first == nil || runreport.ReasonOf(first) == runreport.RightMissing {
			first = err
		}
		if failing == maxFailing {
			return i.tally, first
		}
	}
	return i.tally, first
}

// concernsAll are the reasons for which no unit can be fetched.
var concernsAll = map[runreport.Reason]bool{
	runreport.AccessRefused: true, runreport.BrokerUnavailable: true, runreport.ConfigurationInvalid: true,
	runreport.HRMAddressNotAllowed: true, runreport.HRMUnauthorized: true, runreport.HRMUnreachable: true,
	runreport.InternalError: true, runreport.NAVTokenRejected: true, runreport.NAVUnreachable: true,
}

// units returns the units to fetch for, each once.
func (i *Importer) units(ctx context.Context) ([]orgnumber.Number, error) {
	units := i.Units
	if len(units) == 0 {
		var err error
		if units, err = i.HRM.Units(ctx); err != nil {
			return nil, err
		}
	}
	seen := map[orgnumber.Number]bool{}
	return slices.DeleteFunc(slices.Clone(units), func(unit orgnumber.Number) bool {
		twice := seen[unit]
		seen[unit] = true
		return twice
	}), nil
}

// unit fetches for one unit: what is after the cursor, once a day what became visible late, and the PDFs that are wanted.
// Once a day it also looks for documents behind those that NAV hides. A document that was set aside fails the unit at the
// end.
//
// A unit whose new documents are all refused goes on: what became visible late may be taken.
func (i *Importer) unit(ctx context.Context, unit orgnumber.Number) error {
	today := sickpay.Today(i.Now())
	at, err := i.HRM.Cursor(ctx, unit, i.Kind.Name)
	if err != nil {
		return err
	}
	known := &asides{importer: i, unit: unit, known: map[string]bool{}}
	p := &pass{importer: i, unit: unit, from: i.StartDate, after: at.Cursor, cursor: at.Cursor, asides: known}
	refused := p.run(ctx)
	if refused != nil && !errors.Is(refused, errNoneTaken) {
		return refused
	}
	if err := i.checkMoved(ctx, unit, at.Cursor, p.cursor); err != nil {
		return err
	}
	if err := i.overlap(ctx, p, at.Cursor, at.LastOverlap, today); err != nil {
		return err
	}
	if refused != nil && i.taken { // the HRM system has taken others meanwhile
		refused = p.runAgain(ctx)
	}
	return errors.Join(i.pdfs(ctx, unit), refused, known.err)
}

// checkMoved checks that the HRM system's cursor is where it was moved to. A HRM system that forgets it would be given the
// same documents again by each run.
func (i *Importer) checkMoved(ctx context.Context, unit orgnumber.Number, before, after int64) error {
	if after == before {
		return nil
	}
	now, err := i.HRM.Cursor(ctx, unit, i.Kind.Name)
	if err != nil {
		return err
	}
	if now.Cursor < after {
		return runreport.Errorf(runreport.HRMBadResponse, "storing documents: the HRM system took them, and its cursor did not move")
	}
	return nil
}

// token gives an access token, another than the last if that was rejected.
func (i *Importer) token(ctx context.Context, rejected bool) (outbound.Bearer, error) {
	token, err := i.Tokens.Token(ctx, rejected)
	return token.AccessToken, err
}

// list lists documents at NAV. It tries again what may pass, as long as no document has come.
func (i *Importer) list(ctx context.Context, f sickpay.Filter, each func(sickpay.Document) error) (int, error) {
	rejected, failures := false, 0
	for {
		token, err := i.token(ctx, rejected)
		if err != nil {
			return 0, err
		}
		n, err := i.NAV.List(ctx, token, i.Kind, f, each)
		switch {
		case err == nil || n > 0:
			return n, err
		case runreport.ReasonOf(err) == runreport.NAVTokenRejected && !rejected:
			rejected = true
		case sickpay.Passes(err) && failures+1 < attempts:
			failures++
			if i.Pause(ctx, time.Duration(failures)*time.Second) != nil {
				return 0, err
			}
		default:
			return 0, err
		}
	}
}

// store stores a page at the HRM solution. One that does not know of documents set aside gets the page without them.
func (i *Importer) store(ctx context.Context, unit orgnumber.Number, page hrmapi.Page) error {
	err := i.HRM.StorePage(ctx, unit, i.Kind.Name, page)
	if page.SetAside != nil && errors.Is(err, hrm.ErrRefused) {
		page.SetAside = nil
		err = i.HRM.StorePage(ctx, unit, i.Kind.Name, page)
	}
	if errors.Is(err, hrm.ErrConflict) {
		return runreport.Errorf(runreport.CursorMoved, "storing documents: %w", err)
	}
	if err != nil {
		return fmt.Errorf("storing %d documents: %w", len(page.Documents), err)
	}
	i.taken = i.taken || len(page.Documents) > 0
	return nil
}
