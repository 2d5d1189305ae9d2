package conformancetest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// letterFaults break the promises about letters.
var letterFaults = map[Fault]breaker{
	LettersOfAnyUnit: func(h *HRM, r *request) *response {
		if r.part(2) != "letters" || slices.Contains(h.Units, r.part(3)) {
			return h.pass(r)
		}
		if r.op() == opLetters {
			return jsonOf(http.StatusOK, hrmapi.Letters{Letters: []hrmapi.LetterEntry{}})
		}
		return done()
	},
	LettersNotListed: listsLetters(func(_ *HRM, _ *request, entry map[string]any) bool {
		return entry["contentWanted"] == true
	}),
	LettersOfOneKind: func(h *HRM, r *request) *response {
		if r.part(2) == "letters" {
			r.path = strings.Replace(r.path, r.part(4), string(hrmapi.DialogueMeetingLetters), 1)
		}
		return h.pass(r)
	},
	LettersRestart: of(opLetters, func(h *HRM, r *request) *response {
		r.query.Del("after")
		return h.pass(r)
	}),
	LettersOfAnyTime: of(opLetters, func(h *HRM, r *request) *response {
		r.query.Set("createdFrom", time.Unix(0, 0).UTC().Format(time.RFC3339))
		return h.pass(r)
	}),
	LetterStaysWanted: listsLetters(func(_ *HRM, _ *request, entry map[string]any) bool {
		entry["contentWanted"] = true
		return true
	}),
	LetterLosesContent: of(opLetter, func(h *HRM, r *request) *response {
		unit, kind, id := r.letter()
		must(h.tenant.DeleteLetter(unit, kind, id))
		return h.pass(r)
	}),
	LetterFieldsRefused: refuses(opLetter, http.StatusBadRequest, func(_ *HRM, r *request) bool {
		return strings.Contains(string(r.body), "feltSomIkkeFinnes")
	}),
	LettersCompleteTogether: of(opLettersComplete, func(h *HRM, r *request) *response {
		until := read[hrmapi.LettersComplete](r.body).CompleteUntil
		for _, kind := range []hrmapi.LetterKind{hrmapi.DialogueMeetingLetters, hrmapi.NAVFollowUpPlans} {
			must(h.tenant.SetLettersComplete(r.part(3), kind, until))
		}
		return done()
	}),
	SmallLetters: refuses(opLetterContent, http.StatusRequestEntityTooLarge, isLarge),
	LetterStays:  always(opLetterDeletion, done),
	LetterContentStays: listsLetters(func(h *HRM, _ *request, entry map[string]any) bool {
		id, _ := entry["id"].(string)
		if h.contents[id] {
			entry["contentWanted"] = false
		}
		return true
	}),
	LettersDeletedTogether: of(opLetterDeletion, func(h *HRM, r *request) *response {
		unit, kind, _ := r.letter()
		all, _, err := h.tenant.Letters(unit, kind, time.Time{}, uuid.Nil)
		must(err)
		for i := range all {
			must(h.tenant.DeleteLetter(unit, kind, all[i].ID))
		}
		return done()
	}),
	LetterDeletedOnce: refuses(opLetterDeletion, http.StatusNotFound, func(h *HRM, r *request) bool {
		return h.deleted[r.part(5)]
	}),
	LetterContentOfAnything: accepts(opLetterContent, isAlways[*request]),
}

// letter returns unit, kind and id of the path of a letter.
func (r *request) letter() (unit string, kind hrmapi.LetterKind, id uuid.UUID) {
	return r.part(3), hrmapi.LetterKind(r.part(4)), uuid.MustParse(r.part(5))
}

// listsLetters changes the entries of lists of letters, and leaves out those for which change returns false.
func listsLetters(change func(h *HRM, r *request, entry map[string]any) bool) breaker {
	return says(opLetters, func(h *HRM, r *request, document map[string]any) {
		entries, _ := document["letters"].([]any)
		document["letters"] = slices.DeleteFunc(entries, func(entry any) bool {
			fields, _ := entry.(map[string]any)
			return !change(h, r, fields)
		})
	})
}
