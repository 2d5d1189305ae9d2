package hrmstore

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// TestPages stores documents by the rules of the contract.
func TestPages(t *testing.T) {
	tenant, _ := newTenant(t)
	id := uuid.New()
	document := func(number int64) []hrmapi.Document {
		return []hrmapi.Document{{ID: id, SequenceNumber: number, Document: json.RawMessage(strconv.FormatInt(number, 10))}}
	}
	day := &types.Date{Time: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
	for _, step := range []struct {
		reason  string
		page    hrmapi.Page
		refused bool
		number  int64
		cursor  int64
	}{
		{reason: "the first", page: hrmapi.Page{Cursor: 5, Documents: document(5)}, number: 5, cursor: 5},
		{
			reason: "from elsewhere: nothing is stored",
			page:   hrmapi.Page{PreviousCursor: 4, Cursor: 9, Documents: document(9)}, refused: true, number: 5, cursor: 5,
		},
		{
			reason: "a newer one", page: hrmapi.Page{PreviousCursor: 5, Cursor: 9, Documents: document(9)}, number: 9,
			cursor: 9,
		},
		{
			reason: "an older one, once more",
			page:   hrmapi.Page{PreviousCursor: 9, Cursor: 9, Documents: document(5), LastOverlap: day},
			number: 9, cursor: 9,
		},
	} {
		err := tenant.StorePage(unit, hrmapi.SickNotes, step.page)
		if errors.Is(err, ErrConflict) != step.refused || !step.refused && err != nil {
			t.Errorf("%s: %v", step.reason, err)
		}
		place, err := tenant.Place(unit, hrmapi.SickNotes)
		if err != nil || place.Cursor != step.cursor {
			t.Errorf("%s: %+v, %v", step.reason, place, err)
		}
		if err := tenant.Each(func(d Document) error {
			if d.SequenceNumber != step.number || string(d.Content) != strconv.FormatInt(step.number, 10) {
				t.Errorf("%s: %+v", step.reason, d)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	places, err := tenant.Places()
	if diff := cmp.Diff([]Place{{Unit: unit, Kind: hrmapi.SickNotes, Cursor: 9, LastOverlap: day, Moves: []int64{5, 9}}},
		places); err != nil || diff != "" {
		t.Errorf("%v: -want, +got:\n%s", err, diff)
	}
	if place, err := tenant.Place(unit, hrmapi.SickPayApplications); err != nil || place.Cursor != 0 {
		t.Errorf("each kind has its own cursor: %+v, %v", place, err)
	}
	wanted := func() []uuid.UUID {
		ids, err := tenant.WantedPDFs(unit, hrmapi.SickNotes)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := wanted(); len(got) != 0 {
		t.Errorf("unwanted PDFs %v", got)
	}
	if err := errors.Join(tenant.WantPDFs(true), tenant.StorePDF(anotherUnit, hrmapi.SickNotes, id, nil)); !errors.Is(err,
		ErrNotFound) {
		t.Errorf("a PDF of a document that is not there: %v", err)
	}
	if diff := cmp.Diff([]uuid.UUID{id}, wanted()); diff != "" {
		t.Error(diff)
	}
	if err := tenant.StorePDF(unit, hrmapi.SickNotes, id, []byte("%PDF-")); err != nil || len(wanted()) != 0 {
		t.Errorf("it is there: %v", err)
	}
}

// TestDocumentsToTheByte verifies that documents are stored byte for byte, with their spaces and escapes.
func TestDocumentsToTheByte(t *testing.T) {
	tenant, _ := newTenant(t)
	content := `{ "a" : "<&>\u00e5",  "b":1.0 }`
	at := time.Date(2026, 9, 1, 8, 0, 0, 0, time.FixedZone("", 2*3600))
	must(t, tenant.StorePage(unit, hrmapi.SickNotes, hrmapi.Page{Cursor: 1, Documents: []hrmapi.Document{
		{
			ID: uuid.New(), SequenceNumber: 1, Document: json.RawMessage(content),
			Times: map[string]time.Time{"mottattTidspunkt": at},
		},
	}}))
	must(t, tenant.Each(func(d Document) error {
		diff(t, "content", content, string(d.Content))
		diff(t, "the time, with its zone", at.Format(time.RFC3339), d.Times["mottattTidspunkt"].Format(time.RFC3339))
		return nil
	}))
}

// TestWantedPDFs lists the documents whose PDF is missing, a hundred at a time, of one unit and kind.
func TestWantedPDFs(t *testing.T) {
	tenant, _ := newTenant(t)
	page := func(previous int64, documents int) hrmapi.Page {
		p := hrmapi.Page{PreviousCursor: previous, Cursor: previous + int64(documents)}
		for i := range documents {
			p.Documents = append(p.Documents,
				hrmapi.Document{ID: uuid.New(), SequenceNumber: previous + int64(i) + 1, Document: json.RawMessage(`{}`)})
		}
		return p
	}
	wanted := func(unit string, kind hrmapi.Kind) []uuid.UUID {
		ids, err := tenant.WantedPDFs(unit, kind)
		must(t, err)
		return ids
	}
	before := page(0, 60)
	must(t, tenant.StorePage(unit, hrmapi.SickNotes, before))
	must(t, tenant.StorePage(unit, hrmapi.SickPayApplications, page(0, 1)))
	must(t, tenant.StorePDF(unit, hrmapi.SickNotes, before.Documents[0].ID, []byte("%PDF-1")))
	must(t, tenant.WantPDFs(true))
	diff(t, "those without", 59, len(wanted(unit, hrmapi.SickNotes)))
	must(t, tenant.StorePage(unit, hrmapi.SickNotes, page(60, 60)))
	must(t, tenant.StorePage(anotherUnit, hrmapi.SickNotes, page(0, 2)))
	diff(t, "and those that come", []int{100, 1, 2, 0}, []int{
		len(wanted(unit, hrmapi.SickNotes)), len(wanted(unit, hrmapi.SickPayApplications)),
		len(wanted(anotherUnit, hrmapi.SickNotes)), len(wanted(anotherUnit, hrmapi.SickPayApplications)),
	})
	stored := 0
	for ids := wanted(unit, hrmapi.SickNotes); len(ids) > 0; ids = wanted(unit, hrmapi.SickNotes) {
		for _, id := range ids {
			must(t, tenant.StorePDF(unit, hrmapi.SickNotes, id, []byte("%PDF-"+id.String())))
			stored++
		}
	}
	diff(t, "each once", 119, stored)
	pdf, err := tenant.PDF(unit, hrmapi.SickNotes, before.Documents[1].ID)
	must(t, err)
	diff(t, "as it came", "%PDF-"+before.Documents[1].ID.String(), string(pdf))
	again := page(120, 0)
	again.Documents = []hrmapi.Document{{ID: before.Documents[1].ID, SequenceNumber: 999, Document: json.RawMessage(`{}`)}}
	must(t, tenant.StorePage(unit, hrmapi.SickNotes, again))
	diff(t, "a newer version has the PDF that is there", 0, len(wanted(unit, hrmapi.SickNotes)))
	must(t, tenant.WantPDFs(false))
	diff(t, "none any more", 0, len(wanted(anotherUnit, hrmapi.SickNotes)))
	if _, err := tenant.PDF(anotherUnit, hrmapi.SickNotes, uuid.New()); !errors.Is(err, ErrNotFound) {
		t.Errorf("a PDF of nothing: %v", err)
	}
	if _, err := tenant.Document(anotherUnit, hrmapi.SickNotes, uuid.New()); !errors.Is(err, ErrNotFound) {
		t.Errorf("a document that is not there: %v", err)
	}
}

// TestSamePageInOneOrder stores a page with two versions of a document: the newer one stays, in either order.
func TestSamePageInOneOrder(t *testing.T) {
	for name, numbers := range map[string][]int64{"rising": {1, 2}, "falling": {2, 1}} {
		tenant, _ := newTenant(t)
		id := uuid.New()
		page := hrmapi.Page{Cursor: 2}
		for _, number := range numbers {
			page.Documents = append(page.Documents,
				hrmapi.Document{ID: id, SequenceNumber: number, Document: json.RawMessage(strconv.FormatInt(number, 10))})
		}
		must(t, tenant.StorePage(unit, hrmapi.SickNotes, page))
		must(t, tenant.Each(func(d Document) error {
			diff(t, name, "2", string(d.Content))
			return nil
		}))
	}
}
