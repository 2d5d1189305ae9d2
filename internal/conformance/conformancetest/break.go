package conformancetest

import (
	"net/http"
	"strings"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// breaker responds to a request in a way that breaks a promise.
type breaker func(*HRM, *request) *response

// of breaks one operation only.
func of(op operation, breaks breaker) breaker {
	return func(h *HRM, r *request) *response {
		if r.op() != op {
			return h.pass(r)
		}
		return breaks(h, r)
	}
}

// always returns the same response for an operation.
func always(op operation, answer func() *response) breaker {
	return of(op, func(*HRM, *request) *response { return answer() })
}

// refuses refuses an operation with a status, under a condition.
func refuses(op operation, status int, when func(*HRM, *request) bool) breaker {
	return of(op, func(h *HRM, r *request) *response {
		if when(h, r) {
			return problem(status)
		}
		return h.pass(r)
	})
}

// accepts turns a refusal of an operation into a success, under a condition, without any other effect.
func accepts(op operation, when func(*HRM, *request) bool) breaker {
	return of(op, func(h *HRM, r *request) *response {
		accepted := when(h, r)
		answer := h.pass(r)
		if accepted && answer.status >= http.StatusBadRequest {
			return done()
		}
		return answer
	})
}

// sends forwards the request with another body.
func sends(op operation, change func(*HRM, *request) any) breaker {
	return of(op, func(h *HRM, r *request) *response { return h.pass(r.with(change(h, r))) })
}

// says changes the JSON of the responses of an operation.
func says(op operation, change func(h *HRM, r *request, document map[string]any)) breaker {
	return of(op, func(h *HRM, r *request) *response {
		return h.pass(r).change(func(document map[string]any) { change(h, r, document) })
	})
}

// repeats breaks repeated claims, under a condition.
func repeats(when func(*HRM, *claim) bool, breaks breaker) breaker {
	return of(opClaim, func(h *HRM, r *request) *response {
		if c := h.claims[r.claimID()]; c != nil && when(h, c) {
			return breaks(h, r)
		}
		return h.pass(r)
	})
}

// onErrors changes all errors.
func onErrors(change func(*response)) breaker {
	return func(h *HRM, r *request) *response {
		answer := h.pass(r)
		if answer.status >= http.StatusBadRequest {
			change(answer)
		}
		return answer
	}
}

// inState is a condition on the plan of the claim: its state. The claim must have the plan, and the settlement not be
// NotSent.
func inState(state hrmstore.State) func(*HRM, *request) bool {
	return func(h *HRM, r *request) bool {
		p, isOwn := h.plan(r)
		return p.State == state && isOwn && r.settlement().State != hrmapi.SettledStateNotSent
	}
}

// isState is a condition on a settlement.
func isState(state hrmapi.SettledState) func(*HRM, *request) bool {
	return func(_ *HRM, r *request) bool { return r.settlement().State == state }
}

// settled returns how often the request's claim was settled in a state.
func (h *HRM) settled(r *request, state hrmapi.SettledState) int {
	n := 0
	if c := h.claims[r.claimID()]; c != nil {
		for _, s := range c.settled {
			if s == state {
				n++
			}
		}
	}
	return n
}

// withToken sets the token of requests, under a condition.
func withToken(when func(authorization string) bool) breaker {
	return func(h *HRM, r *request) *response {
		if when(r.header.Get("Authorization")) {
			r.header.Set("Authorization", "Bearer "+h.Token)
		}
		return h.pass(r)
	}
}

// elsewhere replaces unit and kind in the path of cursors and pages.
func elsewhere(place func(h *HRM, unit, kind string) string) breaker {
	return func(h *HRM, r *request) *response {
		if r.op() == opCursor || r.op() == opPage {
			r.path = strings.Replace(r.path, r.part(3)+"/"+r.part(4), place(h, r.part(3), r.part(4)), 1)
		}
		return h.pass(r)
	}
}

// cursor returns the current cursor of the request's shelf.
func (h *HRM) cursor(r *request) int64 {
	place, err := h.tenant.Place(r.shelf())
	must(err)
	return place.Cursor
}

// isLarge is a condition on a body.
func isLarge(_ *HRM, r *request) bool { return len(r.body) > 1<<20 }

func isAlways[T any](*HRM, T) bool { return true }

// sinceFirst reports whether NAV first refused the plan of the request's claim so many hours ago.
func (h *HRM) sinceFirst(r *request, hours int) bool {
	p, _ := h.plan(r)
	return p.Refusals != nil && h.Now().Sub(p.Refusals.First) >= time.Duration(hours)*h.RefusalHour
}
