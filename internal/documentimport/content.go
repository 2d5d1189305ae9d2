package documentimport

import (
	"context"
	"errors"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxMissed bounds the contents of a unit and form that a run requests in vain, and thus its log.
	maxMissed = 100
	// maxFailed is how many contents in a row may fail. If more fail, the contents are not the cause.
	maxFailed = 3
)

// Form is a form of the contents of documents, such as PDF.
type Form struct {
	// Name is for logs.
	Name string
	// Wanted lists the documents whose content the HRM system wants. hrm.ErrNotFound means that it wants none.
	Wanted func(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error)
	// Fetch returns a content of NAV's, and Store stores it at the HRM system.
	Fetch func(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error)
	Store func(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, content []byte) error
}

type contentRun struct {
	*Importer
	Form

	unit orgnumber.Number
	// missed counts the contents that were requested in vain, and failed those that failed in a row.
	missed, failed int
	err            error
}

// contents fetches the contents that the HRM system wants, form by form. A form that fails does not hold up the next
// one, unless the error concerns all units. After maxFailing units in a row that gave up, contents fetches no other:
// the units are not the cause, and their documents need the time.
func (i *Importer) contents(ctx context.Context, unit orgnumber.Number) error {
	if i.withoutContents == maxFailing {
		return nil
	}
	var gaveUp, all error
	pdf := Form{Name: "PDF", Wanted: i.HRM.WantedPDFs, Fetch: i.NAV.PDF, Store: i.HRM.StorePDF}
	for _, f := range append([]Form{pdf}, i.More...) {
		r := &contentRun{Importer: i, Form: f, unit: unit}
		err := r.run(ctx)
		gaveUp, all = errors.Join(gaveUp, err), errors.Join(all, err, r.err)
		if ctx.Err() != nil || concernsAll[runreport.ReasonOf(err)] {
			break
		}
	}
	i.withoutContents++
	if gaveUp == nil {
		i.withoutContents = 0
	}
	return all
}

// run fetches the contents of a form, each once per run, until the HRM system wants no other or too many are missing.
// Each run begins at another content, so contents that always fail do not hide the same others. The error is why it
// gave up, and r.err that of single contents.
func (r *contentRun) run(ctx context.Context) error {
	tried := map[uuid.UUID]bool{}
	for {
		wanted, err := r.Wanted(ctx, r.unit, r.Kind)
		if errors.Is(err, hrm.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		progress := false
		for _, id := range rotated(wanted, r.Now().UnixNano()) {
			if tried[id] || r.missed >= maxMissed {
				continue
			}
			tried[id], progress = true, true
			if err := r.transfer(ctx, id); err != nil {
				return err
			}
		}
		if !progress || r.missed >= maxMissed {
			return nil
		}
	}
}

// transfer fetches one content and stores it. It skips a content that is missing or that the HRM system refuses. If NAV
// fails, it skips the content unless too many in a row failed.
func (r *contentRun) transfer(ctx context.Context, id uuid.UUID) error {
	content, err := r.content(ctx, id)
	if err == nil {
		err = r.Store(ctx, r.unit, r.Kind, id, content)
	}
	switch {
	case err == nil:
		r.counts.Volumes.PDFsStored++
		r.failed = 0
		return nil
	case errors.Is(err, navapi.ErrNotFound), errors.Is(err, hrm.ErrNotFound):
		r.failed = 0
	case errors.Is(err, hrm.ErrRefused): // the HRM system works
		r.failed = 0
		r.err = err
	case runreport.ReasonOf(err) == runreport.NAVError && r.failed+1 < maxFailed:
		r.failed++
		r.err = err
	default:
		return err
	}
	r.missed++
	r.Log.WarnContext(ctx, "Skipped a content",
		"form", r.Name, "unit", r.unit.String(), "documentID", id.String(), "err", err)
	return nil
}

func (r *contentRun) content(ctx context.Context, id uuid.UUID) (content []byte, err error) {
	err = brokerclient.WithToken(ctx, r.Tokens, func(token outbound.Bearer) (err error) {
		content, err = r.Fetch(ctx, token, id)
		return err
	})
	return content, err
}
