package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// letterShelf is one kind of letters of one unit.
type letterShelf struct {
	unit string
	kind hrmapi.LetterKind
}

func (s letterShelf) path() string { return fmt.Sprintf("/v1/letters/%s/%s", s.unit, s.kind) }

// letter is a letter with its id.
type letter struct {
	id uuid.UUID
	hrmapi.Letter
}

// letterOf makes a letter as NAV lists it (navikt/syfo-dokumentporten: DocumentDetails), about a synthetic person, with
// more fields if there are some.
func letterOf(s letterShelf, id uuid.UUID, more ...map[string]any) letter {
	link := uuid.NewSHA1(id, []byte("link"))
	documentType := "DIALOGMOTE"
	if s.kind == hrmapi.NAVFollowUpPlans {
		documentType = "OPPFOLGINGSPLAN"
	}
	at := documentsAt.Format(time.RFC3339)
	fields := map[string]any{
		"documentId": id, "type": documentType, "contentType": "application/pdf", "linkId": link, "status": "COMPLETED",
		"isRead": false, "employeeIdentificationNumber": sickPerson, "orgNumber": s.unit, "dialogId": nil,
		"transmissionId": nil, "created": at, "updated": at,
	}
	for _, some := range more {
		maps.Copy(fields, some)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // a map of texts
	}
	return letter{id, hrmapi.Letter{LinkID: link, Created: documentsAt, Letter: text}}
}

// letterShelf returns the dialogue meeting letters of the first unit. If the HRM system does not support letters, it
// skips the check.
func (p *probe) letterShelf(ctx context.Context) letterShelf {
	s := letterShelf{p.someUnits(ctx, 1)[0], hrmapi.DialogueMeetingLetters}
	if got := p.send("GET "+s.path(), getLetters(ctx, s, nil)); got.status == http.StatusNotFound {
		p.skip("the HRM system does not support letters", "Nothing, unless it is to support letters.")
	}
	return s
}

// storeLetter stores a new letter.
func (p *probe) storeLetter(ctx context.Context, s letterShelf) letter {
	l := letterOf(s, p.suite.newID())
	p.putLetter(ctx, s, l)
	return l
}

func (p *probe) putLetter(ctx context.Context, s letterShelf, l letter) {
	p.want(p.send(fmt.Sprintf("PUT %s/%s", s.path(), l.id), putLetter(ctx, s, l)),
		"Accept a letter as NAV lists it.", http.StatusNoContent)
}

func (p *probe) putLetterContent(ctx context.Context, s letterShelf, l letter, content []byte) {
	p.want(p.send(fmt.Sprintf("PUT %s/%s/content with %d bytes", s.path(), l.id, len(content)),
		putLetterContent(ctx, s, l.id, content)), "Accept the content of a letter that is stored.", http.StatusNoContent)
}

// lettersResponse is the contract's Letters. A missing field is nil.
type lettersResponse struct {
	Letters *[]struct {
		ID            uuid.UUID `json:"id"`
		LinkID        uuid.UUID `json:"linkID"`
		ContentWanted *bool     `json:"contentWanted"`
	} `json:"letters"`
	More          *bool      `json:"more"`
	CompleteUntil *time.Time `json:"completeUntil"`
}

const listAllLetters = "List every letter that was stored and not deleted, in the order of the ids' text, with all members of LetterEntry."

// letters returns the letters that the HRM system lists after an id, by their ids, and whether their content is wanted.
func (p *probe) letters(ctx context.Context, s letterShelf, after *uuid.UUID) (
	wanted map[uuid.UUID]bool, links map[uuid.UUID]uuid.UUID,
) {
	wanted, links = map[uuid.UUID]bool{}, map[uuid.UUID]uuid.UUID{}
	for range rounds {
		list := p.letterList(ctx, s, after)
		for _, entry := range *list.Letters {
			if entry.ContentWanted == nil || after != nil && entry.ID.String() <= after.String() {
				p.fail("a letter without contentWanted, or one that does not come after the id before it", listAllLetters)
			}
			wanted[entry.ID], links[entry.ID], after = *entry.ContentWanted, entry.LinkID, &entry.ID
		}
		if !*list.More {
			return wanted, links
		}
	}
	p.fail("a list of letters that does not end", listAllLetters)
	return nil, nil
}

func (p *probe) letterList(ctx context.Context, s letterShelf, after *uuid.UUID) lettersResponse {
	list := decode[lettersResponse](p, p.send("GET "+s.path(), getLetters(ctx, s, after)), listAllLetters)
	if list.Letters == nil || list.More == nil || len(*list.Letters) > maxDocuments {
		p.fail("no list of letters, or more than 1000", listAllLetters)
	}
	return list
}

// expectLetter verifies whether a letter is listed, and if so whether its content is wanted.
func (p *probe) expectLetter(ctx context.Context, s letterShelf, l letter, want, do string) {
	got := letterAbsent
	wanted, links := p.letters(ctx, s, nil)
	if isWanted, listed := wanted[l.id]; listed {
		got = letterStored
		if isWanted {
			got = letterWanted
		}
		if links[l.id] != l.LinkID {
			p.fail("the letter with another linkID", do)
		}
	}
	if got != want {
		p.fail(fmt.Sprintf("the letter %s instead of %s", got, want), do)
	}
}

// What the HRM system lists of a letter.
const (
	letterAbsent = "not listed"
	letterWanted = "listed with contentWanted"
	letterStored = "listed without contentWanted"
)
