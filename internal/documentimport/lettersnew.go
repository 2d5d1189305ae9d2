package documentimport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// sendNew reads NAV's list, and sends the HRM system the letters that it does not have, without their content. If the
// list breaks off, it sends those that it has read.
func (u *letterUnit) sendNew(ctx context.Context) error {
	return errors.Join(u.readList(ctx), u.sendUnsent(ctx))
}

// readList collects the letters of NAV's list that the HRM system does not have.
//
// NAV lists letters that were created after a time, exclusively, in microseconds. So each page begins a millisecond
// before the last letter of the page before, and known letters are dropped. If that page has no other letter, the next
// one begins a microsecond before.
func (u *letterUnit) readList(ctx context.Context) error {
	overlap, last := time.Millisecond, u.from
	for {
		page, err := u.page(ctx, last.Add(-overlap))
		if err != nil {
			return err
		}
		end, isNew := u.collect(ctx, page)
		if end.After(last) {
			last = end
		}
		switch {
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

// collect collects the letters of a page that the HRM system does not have. It leaves out letters before the start
// date. It includes letters that NAV could not deliver in Altinn, because NAV's API may have the employer's only copy.
// It returns the time of the last letter, and whether a letter was not on an earlier page.
func (u *letterUnit) collect(ctx context.Context, page letters.Page) (last time.Time, isNew bool) {
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
		if !u.stored[l.ID] && !l.Created.Before(u.start) {
			u.unsent = append(u.unsent, l)
		}
	}
	return last, isNew
}

// sendUnsent sends the newest letters first, so that letters that the HRM system refuses do not hold up newer ones. It
// then sends some of the others, from a position that differs from run to run.
func (u *letterUnit) sendUnsent(ctx context.Context) error {
	slices.Reverse(u.unsent)
	rest, err := u.sendSome(ctx, u.unsent, maxMissed/2)
	if err == nil {
		_, err = u.sendSome(ctx, rotated(rest, u.position), maxMissed)
	}
	if err == nil && u.sent == 0 && u.missed > maxRefused { // the letters may not be the cause
		err = u.giveUp(u.lastMiss)
	}
	return err
}

// sendSome sends letters until the HRM system has refused more than maxRefused in a row, or has not stored limit
// letters of this run. It returns the letters that it did not try. An error ends the unit.
func (u *letterUnit) sendSome(ctx context.Context, unsent []letters.Letter, limit int) ([]letters.Letter, error) {
	refused := 0 // in a row
	for n, l := range unsent {
		if refused > maxRefused || u.missed >= limit {
			return unsent[n:], nil
		}
		err := u.HRM.StoreLetter(ctx, u.unit, u.Kind.Name, l.ID,
			hrmapi.Letter{LinkID: l.LinkID, Created: l.Created, Letter: l.Raw})
		if err != nil {
			u.missed++
			u.lastMiss = fmt.Errorf("storing a letter: %w", err)
		}
		switch {
		case !u.sending.allow(err): // no letter is the cause
			return nil, u.giveUp(u.lastMiss)
		case err == nil:
			refused = 0
			u.sent++
			u.counts.Volumes.DocumentsStored++
		case errors.Is(err, hrm.ErrRefused):
			refused++
			u.counts.SetAside++
			u.skip(ctx, l, runreport.Errorf(runreport.DocumentRefused, "%w", u.lastMiss))
		default:
			u.skip(ctx, l, u.lastMiss)
		}
	}
	return nil, nil
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
