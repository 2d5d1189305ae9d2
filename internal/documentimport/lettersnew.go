package documentimport

import (
	"context"
	"errors"
	"fmt"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// sendNew reads NAV's list and sends the HRM system the letters that it does not have, without their content.
//
// NAV lists letters that were created after a time, exclusively, in microseconds. So each page begins a millisecond
// before the last letter of the page before, and known letters are dropped. If that page has no other letter, the next
// one begins a microsecond before.
//
// If too many letters cannot be sent, sendNew sends no other. It reads NAV's list to its end, because deletions depend
// on it.
func (u *letterUnit) sendNew(ctx context.Context) error {
	overlap, last := time.Millisecond, u.from
	for {
		page, err := u.page(ctx, last.Add(-overlap))
		if err != nil {
			return err
		}
		end, isNew, err := u.sendPage(ctx, page)
		if end.After(last) {
			last = end
		}
		switch {
		case err != nil:
			return err
		case !page.More:
			return nil
		case isNew:
			overlap = time.Millisecond
		case overlap > time.Microsecond:
			overlap = time.Microsecond
		default:
			overlap = 0
			u.fail(runreport.Errorf(runreport.NAVError, "listing letters at NAV: more than %d have the same time",
				len(page.Letters)))
		}
	}
}

func (u *letterUnit) page(ctx context.Context, after time.Time) (page letters.Page, err error) {
	err = u.call(ctx, func(token outbound.Bearer) (err error) {
		page, err = u.NAV.List(ctx, token, letters.Filter{Unit: u.unit, Kind: u.Kind, After: after})
		return err
	})
	return page, err
}

// sendPage sends the new letters of a page. It returns the time of the last letter, and whether a letter was not on an
// earlier page.
func (u *letterUnit) sendPage(ctx context.Context, page letters.Page) (last time.Time, isNew bool, err error) {
	for _, l := range page.Letters {
		if l.Problem != nil {
			u.counts.SetAside++
			u.skip(ctx, l, runreport.Errorf(runreport.DocumentUnreadable, "reading letters from NAV: %w", l.Problem))
			continue
		}
		last = l.Created
		if u.listed[l.ID] {
			continue
		}
		u.listed[l.ID], isNew = true, true
		u.kept[l.ID] = !l.Created.Before(u.keptFrom)
		if err := u.send(ctx, l); err != nil {
			return last, isNew, err
		}
	}
	return last, isNew, nil
}

// send sends a letter that the HRM system does not have. It leaves out letters before the start date, but none
// that NAV could not deliver in Altinn: NAV's API may have the employer's only copy. It returns an error that ends the
// unit.
func (u *letterUnit) send(ctx context.Context, l letters.Letter) error {
	if u.stopped || u.stored[l.ID] || l.Created.Before(u.start) {
		return nil
	}
	err := u.HRM.StoreLetter(ctx, u.unit, u.Kind.Name, l.ID,
		hrmapi.Letter{LinkID: l.LinkID, Created: l.Created, Letter: l.Raw})
	if err == nil {
		u.refused = 0
		u.sent++
		u.counts.Volumes.DocumentsStored++
		return nil
	}
	isRefused := errors.Is(err, hrm.ErrRefused)
	if isRefused {
		u.refused++
	}
	u.unsent++
	if !u.sending.allow(err) || u.refused > maxRefused || u.unsent > maxMissed { // this letter is not the cause
		u.stopped = true
		return u.giveUp(fmt.Errorf("storing a letter: %w", err))
	}
	if isRefused {
		u.counts.SetAside++
		err = runreport.Errorf(runreport.DocumentRefused, "%w", err)
	}
	u.skip(ctx, l, fmt.Errorf("storing a letter: %w", err))
	return nil
}

// skip leaves a letter to the next run, which fails this one. The log contains no personal data.
func (u *letterUnit) skip(ctx context.Context, l letters.Letter, err error) {
	u.Log.WarnContext(ctx, "Skipped a letter",
		"unit", u.unit.String(), "kind", string(u.Kind.Name), "documentID", l.ID.String(), "err", err)
	u.fail(err)
}

// fail keeps the first error of a single letter.
func (u *letterUnit) fail(err error) {
	if u.err == nil {
		u.err = err
	}
}
