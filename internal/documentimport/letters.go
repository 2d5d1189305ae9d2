package documentimport

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// LetterHRM is the part of hrm.Client that a LetterImporter uses.
type LetterHRM interface {
	unitLister
	Letters(ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, createdFrom time.Time) (hrmapi.Letters,
		error)
	StoreLetter(ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID,
		letter hrmapi.Letter) error
	StoreLetterContent(ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID,
		content []byte) error
	DeleteLetter(ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID) error
	SetLettersComplete(ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, until time.Time) error
}

// LetterNAV is the part of letters.Client that a LetterImporter uses.
type LetterNAV interface {
	List(ctx context.Context, token outbound.Bearer, f letters.Filter) (letters.Page, error)
	Check(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) error
	Content(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) ([]byte, error)
}

// LetterImporter carries the letters of one kind for one customer.
//
// Each run compares the HRM system's list with NAV's of the last months, by one request for 200 letters. So it finds
// new and withdrawn letters, and those that became visible late or were created at the same time.
type LetterImporter struct {
	Customer

	HRM  LetterHRM
	NAV  LetterNAV
	Kind letters.Kind

	// counts is a report without an outcome.
	counts runreport.Report
	// start is the time at which StartDate begins, zero for no limit.
	start time.Time
	// withoutContents counts the units in a row that gave up their contents.
	withoutContents int
}

const (
	// letterMonths is for how long NAV keeps a letter. It then deletes the content, leaves the letter out of its list, and
	// responds as for a withdrawn one (navikt/syfo-dokumentporten, DocumentRetention.kt and DocumentCleanupRepository.kt).
	letterMonths = 4
	// expiryMargin is how much earlier the comparison ends, so that no letter that expires looks withdrawn.
	expiryMargin = 48 * time.Hour
	// lateCommit is how late a letter may become visible after its creation.
	lateCommit = 48 * time.Hour
	// completeEvery is how often a run records that no letter is missing.
	completeEvery = 24 * time.Hour
)

// Run fetches the new letters of all units, and deletes withdrawn ones at the HRM system. The report has counts only,
// which are valid with an error too. The error is as eachUnit returns it.
func (i *LetterImporter) Run(ctx context.Context) (runreport.Report, error) {
	i.counts, i.start, i.withoutContents = runreport.Report{}, time.Time{}, 0
	if i.StartDate != "" {
		var err error
		if i.start, err = navapi.StartOf(i.StartDate); err != nil {
			return i.counts, runreport.Errorf(runreport.ConfigurationInvalid, "parsing the start date: %w", err)
		}
	}
	err := eachUnit(ctx, i.HRM, i.Customer, orgnumber.Number{}, i.unit)
	return i.counts, err
}

// letterUnit is the run of one unit.
type letterUnit struct {
	*LetterImporter

	unit orgnumber.Number
	// from is the time from which on letters are compared. Those created from keptFrom on have not expired at NAV.
	from, keptFrom time.Time
	// position is where loops over entries begin, which differs from run to run.
	position int64
	// entries are the letters that the HRM system lists.
	entries []hrmapi.LetterEntry
	// stored has the ids of the entries, listed those of NAV's list, withdrawn those of letters that NAV has withdrawn,
	// and kept those of letters that are too young to have expired at NAV.
	stored, listed, withdrawn, kept map[uuid.UUID]bool
	// unsent are the letters of NAV's list that the HRM system does not have.
	unsent []letters.Letter
	// sending decides which letters that could not be sent are skipped.
	sending letterSkips
	// sent counts the letters that the HRM system has stored in this run, and missed those that it did not store.
	sent, missed int
	// lastMiss is why it did not store the last one of these.
	lastMiss error
	// err is the first error of a single letter, and gaveUp the first one that ended a step before its end.
	err, gaveUp error
}

// unit imports the letters of one unit. A letter that could not be carried fails the unit at the end. If too many
// letters fail a step, unit continues with the next step, which other letters may need.
func (i *LetterImporter) unit(ctx context.Context, unit orgnumber.Number) error {
	began := i.Now()
	u := &letterUnit{
		LetterImporter: i, unit: unit, position: began.UnixNano(),
		stored: map[uuid.UUID]bool{}, listed: map[uuid.UUID]bool{}, withdrawn: map[uuid.UUID]bool{},
		kept: map[uuid.UUID]bool{},
	}
	completeUntil, err := u.compare(ctx, began)
	if err != nil {
		return err
	}
	if err := u.sendNew(ctx); err != nil {
		return err
	}
	if err := u.deleteWithdrawn(ctx); err != nil {
		return err
	}
	if u.err == nil && u.gaveUp == nil && completeUntil.Before(began.Add(-completeEvery)) {
		if err := u.giveUp(i.HRM.SetLettersComplete(ctx, unit, i.Kind.Name, began)); err != nil {
			return err
		}
	}
	if err := u.fetchWanted(ctx); err != nil {
		return err
	}
	switch {
	case u.gaveUp != nil:
		return u.gaveUp
	case u.err != nil:
		return &partialError{u.err}
	}
	return nil
}

// giveUp ends a step. It returns the error if that ends the unit too, because no letter is the cause.
func (u *letterUnit) giveUp(err error) error {
	if err != nil && !mayBeOutage[runreport.ReasonOf(err)] {
		return err
	}
	if u.gaveUp == nil {
		u.gaveUp = err
	}
	return nil
}

// compare reads the HRM system's list. It returns the time until which no letter is missing. After a first import or a
// long stop, that time is before the usual u.from, and letters are compared from it on.
func (u *letterUnit) compare(ctx context.Context, now time.Time) (completeUntil time.Time, err error) {
	u.keptFrom = now.AddDate(0, -letterMonths, 0).Add(expiryMargin)
	u.from = u.keptFrom
	found, err := u.list(ctx)
	if err != nil {
		return time.Time{}, err
	}
	for _, entry := range found.Letters {
		u.kept[entry.ID] = true
	}
	completeUntil = time.Unix(0, 0) // in a first import
	if found.CompleteUntil != nil {
		completeUntil = *found.CompleteUntil
	}
	from := completeUntil.Add(-lateCommit)
	if from.Before(u.start) {
		from = u.start
	}
	if from.Before(u.from) {
		u.from = from
		if found, err = u.list(ctx); err != nil {
			return time.Time{}, err
		}
	}
	u.entries = found.Letters
	for _, entry := range u.entries {
		u.stored[entry.ID] = true
	}
	return completeUntil, nil
}

func (u *letterUnit) list(ctx context.Context) (hrmapi.Letters, error) {
	return u.HRM.Letters(ctx, u.unit, u.Kind.Name, u.from)
}

// call makes a call to NAV with a token. It repeats it with a new token if NAV does not accept the first one, and after
// transient errors. If NAV cannot verify the new token either, NAV is the cause.
func (i *LetterImporter) call(ctx context.Context, do func(token outbound.Bearer) error) error {
	for attempt := 1; ; attempt++ {
		err := brokerclient.WithToken(ctx, i.Tokens, do)
		switch {
		case errors.Is(err, letters.ErrCannotVerify):
			return runreport.Errorf(runreport.NAVError, "calling NAV: %w", letters.ErrCannotVerify)
		case !navapi.IsTransient(err) || attempt == attempts ||
			i.Pause(ctx, time.Duration(attempt)*time.Second) != nil:
			return err
		}
	}
}
