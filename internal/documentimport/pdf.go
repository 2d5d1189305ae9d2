package documentimport

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/sickpay"
)

const (
	// maxMissed bounds how many PDFs of a unit a run asks for in vain, and so what is logged of them.
	maxMissed = 100
	// maxFailed is how many PDFs in a row may fail. If more do, the PDFs are not what is wrong.
	maxFailed = 3
)

// pdfRun fetches the PDFs of a unit.
type pdfRun struct {
	*Importer

	unit orgnumber.Number
	// missed counts the PDFs that were asked for in vain, and failed those in a row that failed.
	missed, failed int
	// err is why the last one failed, nil if none did.
	err error
}

// pdfs fetches the PDFs that the HRM solution wants, each once a run, until it wants no other, or too many are missing.
func (i *Importer) pdfs(ctx context.Context, unit orgnumber.Number) error {
	r := &pdfRun{Importer: i, unit: unit}
	tried := map[uuid.UUID]bool{}
	for {
		wanted, err := i.HRM.WantedPDFs(ctx, unit, i.Kind.Name)
		if errors.Is(err, hrm.ErrNotFound) {
			return r.err
		}
		if err != nil {
			return err
		}
		progress := false
		for _, id := range wanted {
			if tried[id] {
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

// fetch fetches one PDF and stores it. One that is missing, or fails, keeps no other from being fetched, unless too many in a
// row fail.
func (r *pdfRun) fetch(ctx context.Context, id uuid.UUID) error {
	content, err := r.content(ctx, id)
	if err == nil {
		err = r.HRM.StorePDF(ctx, r.unit, r.Kind.Name, id, content)
	}
	switch {
	case err == nil:
		r.tally.PDFs++
		r.failed = 0
		return nil
	case errors.Is(err, sickpay.ErrNotFound), errors.Is(err, hrm.ErrNotFound):
		r.failed = 0
	case concernsPDF(err) && r.failed+1 < maxFailed:
		r.failed++
		r.err = err
	default:
		return err
	}
	r.missed++
	r.Log.WarnContext(ctx, "Skipped a PDF", "unit", r.unit.String(), "documentID", id.String(), "err", err)
	return nil
}

// concernsPDF reports whether an error may be about one PDF: NAV cannot make it, or the HRM system refuses it.
func concernsPDF(err error) bool {
	return runreport.ReasonOf(err) == runreport.NAVError || errors.Is(err, hrm.ErrRefused)
}

func (i *Importer) content(ctx context.Context, id uuid.UUID) ([]byte, error) {
	for rejected := false; ; rejected = true {
		token, err := i.token(ctx, rejected)
		if err != nil {
			return nil, err
		}
		content, err := i.NAV.PDF(ctx, token, i.Kind, id)
		if runreport.ReasonOf(err) != runreport.NAVTokenRejected || rejected {
			return content, err
		}
	}
}
