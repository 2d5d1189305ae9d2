package conformance

import (
	"context"
	"fmt"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const deleteAll = "Delete the letter and its content in one transaction. Respond with 204, also if there is none."

func letterDeletionChecks() []check {
	const place = "paths > /v1/letters/{unit}/{letterKind}/{letterID} > delete > description"
	return []check{
		letterCheck("letter-deleted", place, "Must delete the letter and its content, so that no user can read them.",
			checkLetterIsDeleted),
		letterCheck("letter-deleted-alone", place, "Must not delete any other letter.", checkLetterIsDeletedAlone),
		letterCheck("letter-deleted-again", place,
			"If the HRM system does not have the letter, respond with 204 too.", checkLetterIsDeletedAgain),
		letterCheck("content-of-no-letter",
			"paths > /v1/letters/{unit}/{letterKind}/{letterID}/content > put > description",
			"Must respond with 404 if the HRM system does not have the letter", checkContentOfNoLetter),
	}
}

func (p *probe) deleteLetter(ctx context.Context, s letterShelf, l letter) {
	got := p.send(fmt.Sprintf("DELETE %s/%s", s.path(), l.id), deleteLetter(ctx, s, l.id))
	p.want(got, deleteAll, http.StatusNoContent)
}

// checkLetterIsDeleted deletes a letter with its content. Afterwards it stores the letter once more: if its content is
// not wanted then, the content was not deleted. An HRM system that never wants a content cannot be checked.
func checkLetterIsDeleted(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	isWanted, _ := p.letters(ctx, s, nil)
	p.putLetterContent(ctx, s, l, smallPDF)
	p.deleteLetter(ctx, s, l)
	p.expectLetter(ctx, s, l, letterAbsent, deleteAll)
	p.putLetter(ctx, s, l)
	if !isWanted[l.id] {
		p.lookAtf("the content of the letter %s of %s is deleted", l.id, s.path())
		return
	}
	p.expectLetter(ctx, s, l, letterWanted, deleteAll)
}

func checkLetterIsDeletedAlone(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	other := letterShelf{s.unit, hrmapi.NAVFollowUpPlans}
	withdrawn, neighbour, plan := p.storeLetter(ctx, s), p.storeLetter(ctx, s), p.storeLetter(ctx, other)
	p.putLetterContent(ctx, s, neighbour, smallPDF)
	p.putLetterContent(ctx, other, plan, smallPDF)
	p.deleteLetter(ctx, s, withdrawn)
	const do = "Delete the letter of that id only."
	p.expectLetter(ctx, s, neighbour, letterStored, do)
	p.expectLetter(ctx, other, plan, letterStored, do)
}

func checkLetterIsDeletedAgain(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	l := p.storeLetter(ctx, s)
	p.deleteLetter(ctx, s, l)
	p.deleteLetter(ctx, s, l)
	p.deleteLetter(ctx, s, letterOf(s, p.suite.newID()))
}

// checkContentOfNoLetter stores the content of a letter that was deleted meanwhile, and of one that never existed.
func checkContentOfNoLetter(ctx context.Context, p *probe) {
	s := p.letterShelf(ctx)
	deleted := p.storeLetter(ctx, s)
	p.deleteLetter(ctx, s, deleted)
	for _, l := range []letter{deleted, letterOf(s, p.suite.newID())} {
		p.want(p.send(fmt.Sprintf("PUT %s/%s/content", s.path(), l.id), putLetterContent(ctx, s, l.id, smallPDF)),
			"Respond with 404 for a letter that is not stored.", http.StatusNotFound)
	}
	p.expectLetter(ctx, s, deleted, letterAbsent, deleteAll)
}
