package conformance

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	placeLetters = "paths > /v1/letters/{unit}/{letterKind} > get > description"
	placeLetter  = "paths > /v1/letters/{unit}/{letterKind}/{letterID} > put > description"
	wantContent  = "Want the content of a stored letter until it is stored, and not afterwards."
)

func letterCheck(name, place, promise string, run func(context.Context, *probe)) check {
	return newCheck(groupLetters, name, place, promise, run)
}

func letterChecks() []check {
	return []check{
		letterCheck("letters-unknown-unit", "components > responses > UnknownUnit > description",
			"The HRM system does not have the unit, the document or the letter.", checkLettersOfUnknownUnit),
		letterCheck("letter", placeLetters,
			"Must list each letter that the worker has stored and not deleted, and no other.", checkLetterIsListed),
		letterCheck("letters-after", placeLetters,
			"If there are more, list the first ones and set `more`; the worker then continues after the last.",
			checkLettersAfter),
		letterCheck("letters-created-from",
			"paths > /v1/letters/{unit}/{letterKind} > get > parameters > createdFrom > description",
			"List only letters with this `created` or a later one.", checkLettersCreatedFrom),
		letterCheck("letter-content", "components > schemas > LetterEntry > properties > contentWanted > description",
			"It must be false once the content is stored.", checkLetterContent),
		letterCheck("letter-repeated", placeLetter, "If the HRM system has a letter with that id, keep its content.",
			checkLetterRepeated),
		letterCheck("letter-newer-fields", "components > schemas > Letter > properties > letter > description",
			"What NAV's list has of the letter, as NAV wrote it, including fields newer than this description",
			checkLetterNewerFields),
		letterCheck("letters-complete", "paths > /v1/letters/{unit}/{letterKind}/complete-until > put > description",
			"Store the time. Each unit and kind has its own.", checkLettersComplete),
		letterCheck("big-letter", placeInfo, "The content of a letter has at most 16 MiB.", checkBigLetter),
	}
}

func checkLettersOfUnknownUnit(ctx context.Context, p *probe) {
	p.letterShelf(ctx)
	s := letterShelf{p.unknownUnitOf(ctx).unit, hrmapi.DialogueMeetingLetters}
	const do = "Respond with 404 for a unit that is not the customer's, for every request."
	id := p.suite.newID()
	p.want(p.send("GET "+s.path(), getLetters(ctx, s, nil)), do, http.StatusNotFound)
	p.want(p.send("PUT "+s.path()+"/"+id.String(), putLetter(ctx, s, letterOf(s, id))), do, http.StatusNotFound)
	p.want(p.send("DELETE "+s.path()+"/"+id.String(), deleteLetter(ctx, s, id)), do, http.StatusNotFound)
	p.want(p.send("PUT "+s.path()+"/complete-until", putLettersComplete(ctx, s, documentsAt)), do, http.StatusNotFound)
}

// checkLetterIsListed stores a letter whose content may be wanted or not.
func checkLetterIsListed(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	_, links := p.letters(ctx, s, nil)
	if links[l.id] != l.LinkID {
		p.fail("no letter with the id and linkID that were stored", listAllLetters)
	}
	other := letterShelf{s.unit, hrmapi.NAVFollowUpPlans}
	p.expectLetter(ctx, other, l, letterAbsent, "Keep the letters of each kind apart.")
}

func checkLettersAfter(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	first, second := p.storeLetter(ctx, s), p.storeLetter(ctx, s)
	if second.id.String() < first.id.String() {
		first, second = second, first
	}
	for after, want := range map[uuid.UUID]bool{first.id: true, second.id: false} {
		wanted, _ := p.letters(ctx, s, &after)
		if _, listed := wanted[second.id]; listed != want {
			p.fail("another part of the list than the one after the id", listAllLetters)
		}
	}
}

func checkLettersCreatedFrom(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	for from, want := range map[time.Time]bool{documentsAt: true, documentsAt.Add(time.Second): false} {
		got := p.send("GET "+s.path()+" from "+from.Format(time.RFC3339), getLettersFrom(ctx, s, from, before(l.id)))
		list := decode[lettersResponse](p, got, listAllLetters)
		listed := false
		if list.Letters != nil {
			for _, entry := range *list.Letters {
				listed = listed || entry.ID == l.id
			}
		}
		if listed != want {
			p.fail("letters of another time than from createdFrom on",
				"List the letters that were created at createdFrom or later.")
		}
	}
}

// before returns the greatest id that is less than an id.
func before(id uuid.UUID) *uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]--
		if id[i] != 0xff {
			break
		}
	}
	return &id
}

// checkLetterContent passes also if the content is not wanted at first.
func checkLetterContent(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	p.putLetterContent(ctx, s, l, smallPDF)
	p.expectLetter(ctx, s, l, letterStored, wantContent)
}

func checkLetterRepeated(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	p.putLetterContent(ctx, s, l, smallPDF)
	p.putLetter(ctx, s, l)
	p.expectLetter(ctx, s, l, letterStored, "Keep the content of a letter that is stored again.")
}

func checkLetterNewerFields(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	p.putLetter(ctx, s, letterOf(s, p.suite.newID(), map[string]any{
		"feltSomIkkeFinnesEnnaa": map[string]any{"verdi": []any{1, "to", nil}},
	}))
}

func checkLettersComplete(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	other := letterShelf{s.unit, hrmapi.NAVFollowUpPlans}
	const do = "Store completeUntil for each unit and kind, and return it with the letters."
	for at, shelf := range map[time.Time]letterShelf{documentsAt: s, documentsAt.Add(time.Hour): other} {
		p.want(p.send("PUT "+shelf.path()+"/complete-until", putLettersComplete(ctx, shelf, at)), do, http.StatusNoContent)
	}
	for at, shelf := range map[time.Time]letterShelf{documentsAt: s, documentsAt.Add(time.Hour): other} {
		if got := p.letterList(ctx, shelf, nil).CompleteUntil; got == nil || !got.Equal(at) {
			p.fail("another completeUntil than was stored", do)
		}
	}
}

func checkBigLetter(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	content := append(bytes.Clone(smallPDF), bytes.Repeat([]byte("%\n"), (maxPage-len(smallPDF))/len("%\n"))...)
	p.putLetterContent(ctx, s, l, content)
}
