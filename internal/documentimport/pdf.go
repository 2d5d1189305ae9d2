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

// pdfs fetches the PDFs that the HRM solution wants, each once a run, until it wants no other.
func (i *Importer) pdfs(ctx context.Context, unit orgnumber.Number) error {
	tried := map[uuid.UUID]bool{}
	for {
		wanted, err := i.HRM.WantedPDFs(ctx, unit, i.Kind.Name)
		if errors.Is(err, hrm.ErrNotFound) {
			return nil
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
			if err := i.pdf(ctx, unit, id); err != nil {
				return err
			}
		}
		if !progress {
			return nil
		}
	}
}

// pdf fetches one PDF and stores it. One that NAV or the HRM solution does not know keeps no other from being fetched.
func (i *Importer) pdf(ctx context.Context, unit orgnumber.Number, id uuid.UUID) error {
	content, err := i.content(ctx, id)
	if err == nil {
		err = i.HRM.StorePDF(ctx, unit, i.Kind.Name, id, content)
	}
	if errors.Is(err, sickpay.ErrNotFound) || errors.Is(err, hrm.ErrNotFound) {
		i.Log.WarnContext(ctx, "PDF was not found", "documentID", id.String(), "err", err)
		return nil
	}
	if err != nil {
		return err
	}
	i.tally.PDFs++
	return nil
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
