package conformancetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// shelf returns what is kept of one kind of documents of one unit, or nil for a unit that is not the customer's.
func (h *HRM) shelf(unit string, kind hrmapi.Kind) *shelf {
	if !slices.Contains(h.Units, unit) && h.Broken != AnyUnit || !kind.Valid() {
		return nil
	}
	name := unit + "/" + string(kind)
	switch h.Broken {
	case OneCursorForKinds:
		name = unit
	case OneCursorForUnits:
		name = string(kind)
	default:
	}
	if h.shelves[name] == nil {
		h.shelves[name] = &shelf{documents: map[uuid.UUID]hrmapi.Document{}, unwanted: map[uuid.UUID]bool{}}
	}
	return h.shelves[name]
}

// GetCursor answers how far documents have been fetched.
func (h *HRM) GetCursor(_ context.Context, r hrmapi.GetCursorRequestObject) (hrmapi.GetCursorResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.shelf(r.Unit, r.Kind)
	if s == nil {
		return h.missing(), nil
	}
	return hrmapi.GetCursor200JSONResponse{Cursor: s.cursor, LastOverlap: s.overlap}, nil
}

// StorePage stores a page.
func (h *HRM) StorePage(_ context.Context, r hrmapi.StorePageRequestObject) (hrmapi.StorePageResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tick()
	s := h.shelf(r.Unit, r.Kind)
	if s == nil {
		return h.missing(), nil
	}
	for _, d := range r.Body.Documents {
		if h.refuses(s, d) {
			return refusal{h, http.StatusBadRequest}, nil
		}
	}
	elsewhere := s.cursor != r.Body.PreviousCursor
	if elsewhere && h.Broken == StoredBeforeCompared {
		h.keep(s, r.Body.Documents)
	}
	if elsewhere && h.Broken != CursorNotCompared && (h.Broken != PagesRace || h.asked == 1) {
		return h.conflict(), nil
	}
	if h.Broken != CursorMovesAlone {
		h.keep(s, r.Body.Documents)
	}
	h.move(s, *r.Body)
	return hrmapi.StorePage204Response{}, nil
}

func (h *HRM) refuses(s *shelf, d hrmapi.Document) bool {
	return h.Broken == NumbersMustRise && d.SequenceNumber < s.cursor ||
		h.Broken == UnknownFieldsRefused && strings.Contains(string(d.Document), "feltSomIkkeFinnes")
}

func (h *HRM) move(s *shelf, page hrmapi.Page) {
	if h.Broken != CursorStays {
		s.cursor = page.Cursor
	}
	if h.Broken == NarrowCursor {
		s.cursor &= math.MaxInt32
	}
	if page.LastOverlap != nil || h.Broken == OverlapForgotten {
		s.overlap = page.LastOverlap
	}
}

// keep stores documents, each once.
func (h *HRM) keep(s *shelf, documents []hrmapi.Document) {
	for _, d := range documents {
		old, there := s.documents[d.ID]
		higher := d.SequenceNumber > old.SequenceNumber && h.Broken != HigherIgnored
		if !there || higher || h.Broken == LowerReplaces {
			s.documents[d.ID] = d
		}
	}
}

// halfPage stores the documents of a page one after the other, until one is none.
func (h *HRM) halfPage(w http.ResponseWriter, r *http.Request, next http.Handler) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var page struct{ Documents []json.RawMessage }
	_ = json.Unmarshal(body, &page)
	parts := strings.Split(r.URL.Path, "/")
	h.mu.Lock()
	if s := h.shelf(parts[3], hrmapi.Kind(parts[4])); s != nil {
		for _, text := range page.Documents {
			var d hrmapi.Document
			if json.Unmarshal(text, &d) != nil {
				break
			}
			h.keep(s, []hrmapi.Document{d})
		}
	}
	h.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
}

// ListWantedPDFs answers of which documents a PDF is wanted.
func (h *HRM) ListWantedPDFs(_ context.Context, r hrmapi.ListWantedPDFsRequestObject) (hrmapi.ListWantedPDFsResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.shelf(r.Unit, r.Kind)
	if s == nil {
		return h.missing(), nil
	}
	const most = 100
	answer := hrmapi.ListWantedPDFs200JSONResponse{Ids: []uuid.UUID{}}
	for id := range s.documents {
		if h.WantsPDFs && !s.unwanted[id] && len(answer.Ids) < most {
			answer.Ids = append(answer.Ids, id)
			s.unwanted[id] = h.Broken == PDFForgotten
		}
	}
	return answer, nil
}

// PutPDF stores a PDF.
func (h *HRM) PutPDF(_ context.Context, r hrmapi.PutPDFRequestObject) (hrmapi.PutPDFResponseObject, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.shelf(r.Unit, r.Kind)
	if s == nil {
		return h.missing(), nil
	}
	if _, there := s.documents[r.DocumentID]; !there && h.Broken != PDFOfAnything {
		return h.missing(), nil
	}
	s.unwanted[r.DocumentID] = h.Broken != PDFStaysWanted
	return hrmapi.PutPDF204Response{}, nil
}

// stored shows a document.
func (h *HRM) stored(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, err := uuid.Parse(r.PathValue("id"))
	s := h.shelf(r.PathValue("unit"), hrmapi.Kind(r.PathValue("kind")))
	if err != nil || s == nil {
		h.problem(w, http.StatusNotFound)
		return
	}
	d, there := s.documents[id]
	if !there {
		h.problem(w, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(d)
}
