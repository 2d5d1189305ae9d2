package conformancetest

import (
	"bytes"
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// next returns the index of the plan that is claimed next, -1 if none is offered.
func (h *HRM) next() int {
	is := func(refused bool) func(*plan) bool {
		return func(p *plan) bool { return p.state == offered && (p.refusals > 0) == refused }
	}
	first := h.Broken == RefusedFirst
	if i := slices.IndexFunc(h.plans, is(first)); i >= 0 {
		return i
	}
	return slices.IndexFunc(h.plans, is(!first))
}

// refuse lets a plan wait that NAV has refused for now, or a person decide on it.
func (h *HRM) refuse(p *plan) {
	now, hour := h.Now(), cmp.Or(h.RefusalHour, time.Hour)
	if p.refusals == 0 {
		p.firstRefused = now
	}
	p.refusals++
	until := 72
	if h.Broken == UndecidedEarly {
		until = 48
	}
	waits := []int{1, 2, 4, 8, 16, 24}
	wait := waits[min(p.refusals, len(waits))-1]
	if h.Broken == RefusedSameWait {
		wait = 1
	}
	p.waitsUntil = now.Add(time.Duration(wait) * hour)
	switch {
	case h.Broken == RefusedAtOnce:
		h.offer(p)
	case h.Broken != UndecidedNever && !now.Before(p.firstRefused.Add(time.Duration(until)*h.RefusalHour)):
		p.state = undecided
		p.waitsUntil = now.Add(24 * hour)
	}
}

// waited offers a plan again whose wait has ended.
func (h *HRM) waited(p *plan, now time.Time) {
	if now.Before(p.waitsUntil) {
		return
	}
	switch {
	case p.state == string(hrmapi.SettledStateRefused) && h.Broken != RefusedForever, p.state == undecided && h.Broken == UndecidedOffered:
		h.offer(p)
	}
}

// withoutUndecided leaves openUndecided out of answers, as an HRM system of the contract's version 1.0.0 does.
func (h *HRM) withoutUndecided(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Broken != UndecidedLeftOut {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.Replace(answer.Body.Bytes(), []byte(`"openUndecided":0`), []byte(`"other":0`), 1))
	})
}
