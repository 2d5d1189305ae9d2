package letters

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/runreport"
)

// Page is a page of letters.
type Page struct {
	// Letters are in the order of Created.
	Letters []Letter
	// More reports that there are letters after the last one.
	More bool
}

// Letter is a letter, with the fields that the worker reads.
type Letter struct {
	// ID is NAV's id of the letter, and LinkID the one in the paths of NAV's API.
	ID, LinkID uuid.UUID
	// Created is when NAV created the letter. Several letters may have the same time.
	Created time.Time
	// Raw is the letter as NAV's list has it. Its status is how far NAV has come with delivering it in Altinn, ERROR if it
	// failed there. The API returns the content whatever the status.
	Raw json.RawMessage
	// Problem is why the letter is unreadable, or nil. It does not quote the letter. With a Problem, no other field is
	// valid.
	Problem error
}

// item is a letter in NAV's list.
type item struct {
	DocumentID uuid.UUID `json:"documentId"`
	LinkID     uuid.UUID `json:"linkId"`
	Type       string    `json:"type"`
	OrgNumber  string    `json:"orgNumber"`
	Created    time.Time `json:"created"`
}

// parsePage parses a page. The next page depends on NAV's order, so parsePage checks that the letters are those of the
// filter and in ascending order. Its errors do not quote the page.
func parsePage(body []byte, f Filter) (Page, error) {
	failed := func(text string) (Page, error) {
		return Page{}, runreport.Errorf(runreport.NAVError, "reading letters from NAV: %s", text)
	}
	var document struct {
		Items []json.RawMessage `json:"items"`
		Meta  struct {
			HasMore *bool `json:"hasMore"`
		} `json:"meta"`
	}
	if json.Unmarshal(body, &document) != nil || document.Items == nil || document.Meta.HasMore == nil {
		return failed("the body is no page of letters")
	}
	page := Page{More: *document.Meta.HasMore}
	last := f.After
	for _, raw := range document.Items {
		letter, err := parseLetter(raw, f)
		if err != nil {
			return failed(err.Error())
		}
		page.Letters = append(page.Letters, letter)
		if letter.Problem != nil {
			continue
		}
		if letter.Created.Before(last) {
			return failed("the letters are not in ascending order")
		}
		last = letter.Created
	}
	if page.More && last.Equal(f.After) {
		return failed("a page without a readable letter is not the last one")
	}
	return page, nil
}

// parseLetter parses a letter and ignores unknown fields. A letter that lacks a field has a Problem. An error means
// that the list is not the one that was requested. It does not quote the letter.
func parseLetter(raw json.RawMessage, f Filter) (Letter, error) {
	var read item
	err := json.Unmarshal(raw, &read)
	switch {
	case err != nil || read.DocumentID == uuid.Nil || read.LinkID == uuid.Nil || read.Created.IsZero():
		return Letter{Problem: errors.New("a letter has no documentId, linkId or created")}, nil //nolint:nilerr // It is the letter's.
	case read.OrgNumber != f.Unit.String():
		return Letter{}, errors.New("a letter belongs to another unit")
	case read.Type != f.Kind.documentType:
		return Letter{}, errors.New("a letter has another type")
	}
	return Letter{ID: read.DocumentID, LinkID: read.LinkID, Created: read.Created, Raw: raw}, nil
}
