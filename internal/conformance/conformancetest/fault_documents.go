package conformancetest

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// documentFaults break the promises about documents.
var documentFaults = map[Fault]breaker{
	AnyUnit: func(h *HRM, r *request) *response {
		unit, _ := r.shelf()
		if r.part(2) != "units" || unit == "" || slices.Contains(h.Units, unit) {
			return h.pass(r)
		}
		switch r.op() {
		case opCursor:
			return jsonOf(http.StatusOK, hrmapi.Cursor{})
		case opWanted:
			return jsonOf(http.StatusOK, map[string]any{"ids": []string{}})
		default:
			return done()
		}
	},
	CursorStays: sends(opPage, func(_ *HRM, r *request) any {
		page := r.page()
		page.Cursor = page.PreviousCursor
		return page
	}),
	CursorMovesAlone: sends(opPage, func(_ *HRM, r *request) any {
		page := r.page()
		page.Documents = []hrmapi.Document{}
		return page
	}),
	HalfPages: of(opPage, func(h *HRM, r *request) *response {
		answer := h.pass(r)
		if answer.status != http.StatusBadRequest {
			return answer
		}
		half := hrmapi.Page{PreviousCursor: h.cursor(r), Cursor: h.cursor(r), Documents: []hrmapi.Document{}}
		for _, text := range read[struct{ Documents []json.RawMessage }](r.body).Documents {
			if d := read[hrmapi.Document](text); d.ID != uuid.Nil {
				half.Documents = append(half.Documents, d)
			}
		}
		h.pass(r.with(half))
		return answer
	}),
	CursorNotCompared: accepts(opPage, isAlways[*request]),
	PagesRace:         accepts(opPage, func(h *HRM, _ *request) bool { return h.atOnce > 1 }),
	StoredBeforeCompared: of(opPage, func(h *HRM, r *request) *response {
		answer := h.pass(r)
		if answer.status == http.StatusConflict {
			page := r.page()
			page.PreviousCursor, page.Cursor = h.cursor(r), h.cursor(r)
			h.pass(r.with(page))
		}
		return answer
	}),
	OverlapForgotten: func(h *HRM, r *request) *response {
		answer, shelf := h.pass(r), r.part(3)+r.part(4)
		if r.op() == opPage {
			h.forgotten[shelf] = r.page().LastOverlap == nil
		}
		if r.op() == opCursor && h.forgotten[shelf] {
			return answer.change(func(document map[string]any) { delete(document, "lastOverlap") })
		}
		return answer
	},
	OneCursorForKinds: elsewhere(func(_ *HRM, unit, _ string) string { return unit + "/" + string(hrmapi.SickNotes) }),
	OneCursorForUnits: elsewhere(func(h *HRM, _, kind string) string { return h.Units[0] + "/" + kind }),
	NumbersMustRise: refuses(opPage, http.StatusBadRequest, func(h *HRM, r *request) bool {
		return slices.ContainsFunc(r.page().Documents, func(d hrmapi.Document) bool { return d.SequenceNumber < h.cursor(r) })
	}),
	HigherIgnored: sends(opPage, func(h *HRM, r *request) any {
		page := r.page()
		unit, kind := r.shelf()
		page.Documents = slices.DeleteFunc(page.Documents, func(d hrmapi.Document) bool {
			_, err := h.tenant.Document(unit, kind, d.ID)
			return err == nil
		})
		return page
	}),
	LowerReplaces: func(h *HRM, r *request) *response {
		if r.op() == opPage {
			for _, d := range r.page().Documents {
				h.versions[d.ID.String()] = d
			}
		}
		if d, is := h.versions[r.part(4)]; is && r.op() == opStored {
			return jsonOf(http.StatusOK, d)
		}
		return h.pass(r)
	},
	UnknownFieldsRefused: refuses(opPage, http.StatusBadRequest, func(_ *HRM, r *request) bool {
		return strings.Contains(string(r.body), "feltSomIkkeFinnes")
	}),
	PDFStaysWanted: staysWanted(opWanted, opPDF),
	PDFForgotten:   forgets(opWanted),
	CSVStaysWanted: staysWanted(opWantedCSVs, opCSV),
	CSVForgotten:   forgets(opWantedCSVs),
	NewUUIDsRefused: refuses(opPage, http.StatusBadRequest, func(_ *HRM, r *request) bool {
		return slices.ContainsFunc(r.page().Documents, func(d hrmapi.Document) bool { return d.ID.Version() > 7 })
	}),
	MainUnitUnknown: func(h *HRM, r *request) *response {
		if unit, _ := r.shelf(); unit == h.Organization {
			r.path = strings.Replace(r.path, unit, "310000000", 1)
		}
		return h.pass(r)
	},
	PDFOfAnything: accepts(opPDF, isAlways[*request]),
	CSVOfAnything: accepts(opCSV, isAlways[*request]),
	SmallCSVs:     refuses(opCSV, http.StatusRequestEntityTooLarge, isLarge),
	SmallPages:    refuses(opPage, http.StatusRequestEntityTooLarge, isLarge),
	SmallPDFs:     refuses(opPDF, http.StatusRequestEntityTooLarge, isLarge),
	NarrowCursor: says(opCursor, func(h *HRM, r *request, document map[string]any) {
		document["cursor"] = h.cursor(r) & math.MaxInt32
	}),
}

// staysWanted lists documents whose content is stored.
func staysWanted(list, put operation) breaker {
	return says(list, func(h *HRM, r *request, document map[string]any) {
		ids, _ := document["ids"].([]any)
		for _, id := range h.contentsOf[string(put)+r.part(3)+r.part(4)] {
			ids = append(ids, id)
		}
		document["ids"] = ids[:min(len(ids), 100)]
	})
}

// forgets lists each document once.
func forgets(list operation) breaker {
	return says(list, func(h *HRM, _ *request, document map[string]any) {
		ids, _ := document["ids"].([]any)
		document["ids"] = slices.DeleteFunc(ids, func(id any) bool {
			text, _ := id.(string)
			defer func() { h.listed[text] = true }()
			return h.listed[text]
		})
	})
}

// answerFaults break the promises about all responses.
var answerFaults = map[Fault]breaker{
	OtherOrganization: says(opOrganization,
		func(_ *HRM, _ *request, document map[string]any) { document["organizationNumber"] = "810007842" }),
	EndlessUnits: says(opUnits, func(h *HRM, _ *request, document map[string]any) {
		const tooMany = 1001
		document["units"] = slices.Repeat(h.Units[:1], tooMany)
	}),
	NoTokenNeeded: withToken(func(authorization string) bool { return authorization == "" }),
	AnyTokenGoes:  withToken(func(authorization string) bool { return authorization != "" }),
	PlainErrors: onErrors(func(a *response) {
		a.header.Set("Content-Type", "text/plain; charset=utf-8")
		a.body = []byte("no\n")
	}),
	OtherStatusInProblem: onErrors(func(a *response) {
		other := a.status + 1
		a.body = jsonOf(a.status, hrmapi.Problem{Status: &other}).body
	}),
	ErrorsQuotePersons: onErrors(func(a *response) {
		detail := "not for " + person
		a.body = jsonOf(a.status, hrmapi.Problem{Status: &a.status, Detail: &detail}).body
	}),
	Redirects: always(opUnits, func() *response {
		return &response{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {"/v2/units"}}}
	}),
	LongAnswers: always(opUnits, func() *response {
		answer := jsonOf(http.StatusOK, struct{}{})
		answer.body = []byte(`{"units":[]` + strings.Repeat(" ", 1<<20) + `}`)
		return answer
	}),
	NoContractHeader: func(h *HRM, r *request) *response {
		answer := h.pass(r)
		answer.header.Del(hrmapi.ContractHeader)
		return answer
	},
}

// faults are all faults except those of time.
var faults = func() map[Fault]breaker {
	all := map[Fault]breaker{}
	for _, some := range []map[Fault]breaker{
		answerFaults, claimFaults, settlementFaults, hidingFaults, documentFaults, letterFaults,
	} {
		maps.Copy(all, some)
	}
	return all
}()
