package documentimport

import (
	"context"
	"errors"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// fetchWanted fetches the contents that the HRM system wants, each once per run.
//
// It skips a content that fails, and ends if maxFailed in a row may have failed by an outage, or if it has skipped
// maxMissed. After maxFailing units in a row that had such an outage, it fetches no other: the letters of later units
// do not depend on it.
func (u *letterUnit) fetchWanted(ctx context.Context) error {
	if u.withoutContents == maxFailing {
		return nil
	}
	if err := u.listAgain(ctx); err != nil {
		return err
	}
	var skips letterSkips
	missed := 0
	for _, entry := range rotated(u.entries, u.position) {
		if !entry.ContentWanted || u.withdrawn[entry.ID] {
			continue
		}
		err := u.fetch(ctx, entry)
		allowed := skips.allow(err)
		switch {
		case !allowed && mayBeOutage[runreport.ReasonOf(err)]:
			u.withoutContents++
			u.fail(err)
			return nil
		case !allowed:
			return err
		case err == nil:
			continue
		case !errors.Is(err, navapi.ErrNotFound) && !errors.Is(err, hrm.ErrNotFound):
			u.fail(err)
		}
		missed++
		if missed == maxMissed {
			u.fail(runreport.Errorf(runreport.ReasonOf(err),
				"fetching the contents of letters: %d were not stored; the last: %w", missed, err))
			return nil
		}
		u.Log.WarnContext(ctx, "Skipped the content of a letter",
			"unit", u.unit.String(), "documentID", entry.ID.String(), "err", err)
	}
	u.withoutContents = 0
	return nil
}

// listAgain reads the HRM system's list again if the run has changed it or met an error: NAV shows a letter as read
// once its content is fetched.
func (u *letterUnit) listAgain(ctx context.Context) error {
	if u.sent == 0 && u.err == nil && u.gaveUp == nil {
		return nil
	}
	found, err := u.list(ctx)
	if err == nil {
		u.entries = found.Letters
	}
	return err
}

// fetch fetches the content of a letter and stores it at the HRM system. It deletes a letter that NAV has withdrawn.
// For a letter that may have expired at NAV, it returns navapi.ErrNotFound.
func (u *letterUnit) fetch(ctx context.Context, entry hrmapi.LetterEntry) error {
	var content []byte
	err := u.call(ctx, func(token outbound.Bearer) (err error) {
		content, err = u.NAV.Content(ctx, token, entry.LinkID)
		return err
	})
	switch {
	case errors.Is(err, letters.ErrWithdrawn) && u.kept[entry.ID]:
		return u.delete(ctx, entry.ID)
	case errors.Is(err, letters.ErrWithdrawn):
		return runreport.Errorf(runreport.NAVError, "fetching an expired letter from NAV: %w", navapi.ErrNotFound)
	case err != nil:
		return err
	}
	if err := u.HRM.StoreLetterContent(ctx, u.unit, u.Kind.Name, entry.ID, content); err != nil {
		return err
	}
	u.counts.Volumes.PDFsStored++
	return nil
}
