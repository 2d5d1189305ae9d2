package documentimport

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxMissed bounds the PDFs of a unit that a run requests in vain, and thus its log.
	maxMissed = 100
	// maxFailed is how many PDFs in a row may fail. If more fail, the PDFs are not the cause.
	maxFailed = 3
)

type pdfRun struct {
	*Importer

	unit orgnumber.Number
	// missed counts the PDFs that were requested in vain, and failed those that failed in a row.
	missed, failed int
	err            error
}

// pdfs fetches the PDFs that the HRM system wants, each once per run, until it wants no other or too many are missing.
// Each run begins at another PDF, so PDFs that always fail do not hide the same others.
func (i *Importer) pdfs(ctx context.Context, unit orgnumber.Number) error {
	r := &pdfRun{Importer: i, unit: unit}
	tried := map[uuid.UUID]bool{}
	for {
		wanted, err := i.HRM.WantedPDFs(ctx, unit, i.Kind)
		if errors.Is(err, hrm.ErrNotFound) {
			return r.err
		}
		if err != nil {
			return err
		}
		progress := false
		for _, id := range rotated(wanted, i.Now().UnixNano()) {
			if tried[id] || r.missed >= maxMissed {
				continue
			}
			tried[id], progress = true, true
			if err := r.fetch(ctx, id); err != nil {
				return err
			}
		}
		if !progress || r.missed >= maxMissed {
			return r.err
		}
	}
}

// fetch fetches one PDF and stores it. It skips a PDF that is missing or that the HRM system refuses. If NAV fails, it
// skips the PDF unless too many in a row failed.
func (r *pdfRun) fetch(ctx context.Context, id uuid.UUID) error {
	content, err := r.content(ctx, id)
	if err == nil {
		err = r.HRM.StorePDF(ctx, r.unit, r.Kind, id, content)
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
	r.Log.WarnContext(ctx, "Skipped a PDF", "unit", r.unit.String(), "documentID", id.String(), "err", err)
	return nil
}

func (i *Importer) content(ctx context.Context, id uuid.UUID) (content []byte, err error) {
	err = brokerclient.WithToken(ctx, i.Tokens, func(token outbound.Bearer) (err error) {
		content, err = i.NAV.PDF(ctx, token, id)
		return err
	})
	return content, err
}
