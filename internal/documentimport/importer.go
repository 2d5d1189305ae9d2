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
}

// Tally counts what a run has carried.
type Tally struct {
	// Documents is how many the HRM solution took that NAV had not shown before. PDFs is how many it took of those.
	Documents, PDFs int64
}

// Run fetches all that is new. The error is the context's or a *runreport.Error; the Tally counts in any case. A unit that
// the customer's system user may not see does not keep the others from being fetched.
func (i *Importer) Run(ctx context.Context) (Tally, error) {
	i.tally = Tally{}
	units, err := i.units(ctx)
	if err != nil {
		return i.tally, err
	}
	var missing error
	for _, unit := range units {
		err := i.unit(ctx, unit)
		if runreport.ReasonOf(err) == runreport.RightMissing {
			i.Log.WarnContext(ctx, "Right to a unit is missing", "unit", unit.String())
			missing = err
			continue
		}
		if err != nil {
			return i.tally, err
		}
	}
	return i.tally, missing
}

func (i *Importer) units(ctx context.Context) ([]orgnumber.Number, error) {
	if len(i.Units) > 0 {
		return i.Units, nil
	}
	return i.HRM.Units(ctx)
}

// unit fetches for one unit: what is after the cursor, once a day what became visible late, and the PDFs that are wanted.
func (i *Importer) unit(ctx context.Context, unit orgnumber.Number) error {
	today := sickpay.Today(i.Now())
	at, err := i.HRM.Cursor(ctx, unit, i.Kind.Name)
	if err != nil {
		return err
	}
	p := &pass{importer: i, unit: unit, from: i.StartDate, after: at.Cursor, cursor: at.Cursor}
	if err := p.run(ctx); err != nil {
		return err
	}
	if err := i.overlap(ctx, unit, p.cursor, at.LastOverlap, today); err != nil {
		return err
	}
	return i.pdfs(ctx, unit)
}

// token gives an access token, another than the last if that was rejected.
func (i *Importer) token(ctx context.Context, rejected bool) (outbound.Bearer, error) {
	token, err := i.Tokens.Token(ctx, rejected)
	return token.AccessToken, err
}

// store stores a page at the HRM solution.
func (i *Importer) store(ctx context.Context, unit orgnumber.Number, page hrmapi.Page) error {
	err := i.HRM.StorePage(ctx, unit, i.Kind.Name, page)
	if errors.Is(err, hrm.ErrConflict) {
		return runreport.Errorf(runreport.CursorMoved, "storing documents: %w", err)
	}
	if err != nil {
		return fmt.Errorf("storing %d documents: %w", len(page.Documents), err)
	}
	return nil
}
