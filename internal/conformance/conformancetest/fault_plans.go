package conformancetest

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// claimFaults break the promises about claims and sendings.
var claimFaults = map[Fault]breaker{
	PlanLacksField: says(opClaim, func(_ *HRM, _ *request, document map[string]any) {
		claim, _ := document["claim"].(map[string]any)
		plan, _ := claim["plan"].(map[string]any)
		delete(plan, "followUp")
	}),
	PlanIDIsPerson: says(opClaim, func(_ *HRM, _ *request, document map[string]any) {
		if claim, is := document["claim"].(map[string]any); is {
			claim["planID"] = "plan-" + person
		}
	}),
	LastFirst: of(opClaim, func(h *HRM, r *request) *response {
		return h.choose(r, func(a, b hrmstore.Plan) bool { return h.ranks[a.ID] < h.ranks[b.ID] })
	}),
	RefusedFirst: of(opClaim, func(h *HRM, r *request) *response {
		return h.choose(r, func(a, b hrmstore.Plan) bool { return a.Refusals != nil && b.Refusals == nil })
	}),
	SecondPlanOnRepeat: repeats(isAlways, (*HRM).renamed),
	ManyForOneClaim:    repeats(func(h *HRM, c *claim) bool { return c.at.Equal(h.Now()) }, (*HRM).renamed),
	RepeatExtendsLease: repeats(isAlways, func(h *HRM, r *request) *response {
		p, isOwn := h.plan(r)
		if isOwn && p.State == hrmstore.Claimed {
			h.settle(p, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
			return h.claimUntil(r, func(planID string) bool { return planID == p.ID })
		}
		return h.pass(r)
	}),
	EndedClaimComesAgain: repeats(isAlways, func(h *HRM, r *request) *response {
		if answer := h.pass(r); answer.status != http.StatusConflict {
			return answer
		}
		return h.renamed(r)
	}),
	LeaseEndsEarly: sends(opClaim, func(_ *HRM, r *request) any {
		return hrmapi.ClaimRequest{LeaseSeconds: max(1, read[hrmapi.ClaimRequest](r.body).LeaseSeconds/2)}
	}),
	LeaseForever: sends(opClaim, func(*HRM, *request) any { return hrmapi.ClaimRequest{LeaseSeconds: 3600} }),
	PlanGivenTwice: of(opClaim, func(h *HRM, r *request) *response {
		if last := h.last; last != nil && last.at.Equal(h.Now()) && h.claims[r.claimID()] == nil {
			h.names[r.claimID()] = h.nameOf(last.id)
			return last.answer
		}
		return h.pass(r)
	}),
	EndedClaimSends: accepts(opSending, func(h *HRM, r *request) bool {
		p, _ := h.plan(r)
		return p.State == hrmstore.Offered
	}),
	AnyNavCallID: accepts(opSending, inState(hrmstore.Sending)),
	AnyNavCallIDAtOnce: accepts(opSending, func(h *HRM, r *request) bool {
		const some = 3
		return h.atOnce > some && inState(hrmstore.Sending)(h, r)
	}),
	DeadlineMoves: of(opSending, func(h *HRM, r *request) *response {
		p, isOwn := h.plan(r)
		if c := h.claims[r.claimID()]; isOwn && p.State == hrmstore.Sending && c.callID == read[hrmapi.Sending](r.body).NAVCallID {
			h.settle(p, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
			h.claimUntil(&request{context: r.context, method: http.MethodPut, path: strings.TrimSuffix(r.path, "/sending"), header: r.header},
				func(planID string) bool { return planID == p.ID })
		}
		return h.pass(r)
	}),
	UnknownNotCounted:   says(opClaim, func(_ *HRM, _ *request, document map[string]any) { document["openUnknown"] = 0 }),
	UndecidedNotCounted: says(opClaim, func(_ *HRM, _ *request, document map[string]any) { document["openUndecided"] = 0 }),
	UndecidedLeftOut:    says(opClaim, func(_ *HRM, _ *request, document map[string]any) { delete(document, "openUndecided") }),
}

// settlementFaults break the promises about settlements.
var settlementFaults = map[Fault]breaker{
	EndedClaimSettles: accepts(opSettlement, func(h *HRM, r *request) bool {
		p, _ := h.plan(r)
		return p.State == hrmstore.Offered && len(h.claims[r.claimID()].settled) == 0
	}),
	AnyClaimSettles: accepts(opSettlement, func(h *HRM, r *request) bool {
		p, isOwn := h.plan(r)
		return p.State == hrmstore.Sending && !isOwn
	}),
	ClaimedTakesSent:  accepts(opSettlement, inState(hrmstore.Claimed)),
	SentChanges:       accepts(opSettlement, inState(hrmstore.Sent)),
	RefusedTakesMore:  accepts(opSettlement, inState(hrmstore.Refused)),
	NotSentKeepsClaim: of(opSettlement, replaced(hrmapi.SettledStateNotSent, func(*HRM, *request) *response { return done() })),
	NotSentIsFinal: of(opSettlement, replaced(hrmapi.SettledStateNotSent, func(h *HRM, r *request) *response {
		return h.pass(r.with(hrmapi.Settlement{
			State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{By: hrmapi.Worker, Type: "a", Message: "b"},
		}))
	})),
	RejectedOfferedAgain: of(opSettlement, replaced(hrmapi.SettledStateRejected, func(h *HRM, r *request) *response {
		return h.pass(r.with(hrmapi.Settlement{State: hrmapi.SettledStateNotSent}))
	})),
	NotSentTwiceGivesBack: of(opSettlement, replaced(hrmapi.SettledStateNotSent, func(h *HRM, r *request) *response {
		if p, isOwn := h.plan(r); !isOwn && p.State == hrmstore.Claimed && h.settled(r, hrmapi.SettledStateNotSent) > 0 {
			h.settle(p, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
		}
		return h.pass(r)
	})),
	NotSentOnce: refuses(opSettlement, http.StatusConflict, func(h *HRM, r *request) bool {
		return isState(hrmapi.SettledStateNotSent)(h, r) && h.settled(r, hrmapi.SettledStateNotSent) > 0
	}),
	WorkerCannotReject: refuses(opSettlement, http.StatusConflict, func(h *HRM, r *request) bool {
		return inState(hrmstore.Claimed)(h, r) && isState(hrmapi.SettledStateRejected)(h, r)
	}),
	NotSentAfterUnknown: accepts(opSettlement, func(h *HRM, r *request) bool {
		p, _ := h.plan(r)
		return p.State == hrmstore.Unknown && isState(hrmapi.SettledStateNotSent)(h, r)
	}),
	NoLateSettlement: refuses(opSettlement, http.StatusConflict, func(h *HRM, r *request) bool {
		p, _ := h.plan(r)
		return p.State == hrmstore.Unknown && p.Settlement == nil
	}),
	RefusedNotTaken: refuses(opSettlement, http.StatusBadRequest, isState(hrmapi.SettledStateRefused)),
	RefusedLateNotTaken: refuses(opSettlement, http.StatusConflict, func(h *HRM, r *request) bool {
		p, _ := h.plan(r)
		return p.State == hrmstore.Unknown && isState(hrmapi.SettledStateRefused)(h, r)
	}),
	RefusedAtOnce: of(opSettlement, replaced(hrmapi.SettledStateRefused, func(h *HRM, r *request) *response {
		answer := h.pass(r)
		if p, _ := h.plan(r); p.State == hrmstore.Refused {
			must(h.tenant.Decide(p.ID, hrmstore.OfferAgain))
		}
		return answer
	})),
	RefusedForever: of(opSettlement, replaced(hrmapi.SettledStateRefused, func(h *HRM, r *request) *response {
		return h.pass(r.with(hrmapi.Settlement{
			State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{By: hrmapi.NAV, Type: "a", Message: "b"},
		}))
	})),
}

// hidingFaults break the promises about waits: the plan is not offered before a time.
var hidingFaults = map[Fault]breaker{
	RefusedTwiceCounts: hiding(func(h *HRM, r *request) {
		if p, _ := h.plan(r); h.settled(r, hrmapi.SettledStateRefused) > 1 {
			h.hidden[p.ID] = h.Now().Add(2 * p.Until.Sub(h.Now()))
		}
	}),
	UndecidedNever: hiding(func(h *HRM, r *request) {
		if p, _ := h.plan(r); p.State == hrmstore.Undecided {
			must(h.tenant.Decide(p.ID, hrmstore.OfferAgain))
			h.hidden[p.ID] = h.Now().Add(24 * h.RefusalHour)
		}
	}),
	UndecidedEarly: hiding(func(h *HRM, r *request) {
		p, _ := h.plan(r)
		if _, is := h.hidden[p.ID]; !is && h.sinceFirst(r, 48) {
			h.hidden[p.ID] = h.Now().Add(1000 * h.RefusalHour)
			h.extraUndecided++
		}
	}),
}

// lateFaults break the promises about the passing of time, plan by plan.
var lateFaults = map[Fault]func(*HRM, hrmstore.Plan){
	LeaseEndsSending: func(h *HRM, p hrmstore.Plan) {
		for _, c := range h.claims {
			if p.State == hrmstore.Sending && p.ClaimID.String() == h.nameOf(c.id) && h.Now().After(c.ends) {
				h.settle(p, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
			}
		}
	},
	DeadlineOffers: func(h *HRM, p hrmstore.Plan) {
		if p.State == hrmstore.Unknown && p.Settlement == nil {
			must(h.tenant.SettleByPerson(p.ID, uuid.Nil))
		}
	},
	RefusedSameWait: func(h *HRM, p hrmstore.Plan) {
		if p.State == hrmstore.Refused && h.Now().Sub(p.Refusals.Last) >= h.RefusalHour {
			must(h.tenant.Decide(p.ID, hrmstore.OfferAgain))
		}
	},
	UndecidedOffered: func(h *HRM, p hrmstore.Plan) {
		if p.State == hrmstore.Undecided && h.Now().Sub(p.Refusals.Last) >= 24*h.RefusalHour {
			must(h.tenant.Decide(p.ID, hrmstore.OfferAgain))
		}
	},
}

// replaced breaks settlements with a state.
func replaced(state hrmapi.SettledState, breaks breaker) breaker {
	return func(h *HRM, r *request) *response {
		if r.settlement().State != state {
			return h.pass(r)
		}
		return breaks(h, r)
	}
}

// hiding hides plans after refusals, and adds what is hidden to openUndecided.
func hiding(after func(*HRM, *request)) breaker {
	return func(h *HRM, r *request) *response {
		switch {
		case r.op() == opClaim:
			return h.claimVisible(r).change(func(document map[string]any) {
				if open, is := document["openUndecided"].(float64); is {
					document["openUndecided"] = int(open) + h.extraUndecided
				}
			})
		case r.op() == opSettlement && r.settlement().State == hrmapi.SettledStateRefused:
			answer := h.pass(r)
			after(h, r)
			return answer
		}
		return h.pass(r)
	}
}
