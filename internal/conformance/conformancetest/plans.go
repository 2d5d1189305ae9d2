package conformancetest

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const person = "05908399546"

// PutClaim claims a plan.
func (h *HRM) PutClaim(_ context.Context, r hrmapi.PutClaimRequestObject) (hrmapi.PutClaimResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tick()
	lease := time.Duration(r.Body.LeaseSeconds) * time.Second
	if c := h.claims[r.ClaimID]; c != nil && !h.forgets(c) {
		if !h.valid(c) {
			return h.conflict(), nil
		}
		if h.Broken == RepeatExtendsLease {
			c.ends = h.Now().Add(lease)
		}
		return h.given(c.plan), nil
	}
	i := h.next()
	if h.Broken == PlanGivenTwice && h.asked > 1 {
		if j := slices.IndexFunc(h.plans, func(p *plan) bool { return p.state == claimed && p.claim.at.Equal(h.Now()) }); j >= 0 {
			i = j
		}
	}
	if i < 0 {
		return h.given(nil), nil
	}
	if h.Broken == LeaseEndsEarly {
		lease /= 2
	}
	p := h.plans[i]
	p.state, p.claim = claimed, &claim{plan: p, ends: h.Now().Add(lease), at: h.Now()}
	h.claims[r.ClaimID] = p.claim
	return h.given(p), nil
}

// forgets reports whether a claim is treated as if it were new.
func (h *HRM) forgets(c *claim) bool {
	switch h.Broken {
	case SecondPlanOnRepeat:
		return true
	case ManyForOneClaim:
		return c.at.Equal(h.Now())
	case EndedClaimComesAgain:
		return !h.valid(c)
	default:
		return false
	}
}

func (h *HRM) given(p *plan) hrmapi.PutClaim200JSONResponse {
	answer := hrmapi.PutClaim200JSONResponse{}
	for _, p := range h.plans {
		if p.state == string(hrmapi.SettledStateUnknown) && h.Broken != UnknownNotCounted {
			answer.OpenUnknown++
		}
		if p.state == undecided && h.Broken != UndecidedNotCounted {
			answer.OpenUndecided++
		}
	}
	if p == nil {
		return answer
	}
	fields := map[string]any{
		"employeeIdentificationNumber": person, "evaluationDate": "2026-03-01",
		"sendPlanToNav": true, "sendPlanToGeneralPractitioner": false, "employeeHasContributedToPlan": true,
	}
	for _, name := range []string{
		"typicalWorkday", "tasksThatCanStillBeDone", "tasksThatCanNotBeDone", "previousFacilitation", "plannedFacilitation",
		"followUp", "contactPersonFullName", "contactPersonPhoneNumber", "contactPersonEmail",
	} {
		fields[name] = "Syntetisk"
	}
	id := p.id
	switch h.Broken {
	case PlanLacksField:
		delete(fields, "followUp")
	case PlanIDIsPerson:
		id = "plan-" + person
	default:
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // texts
	}
	answer.Claim = &hrmapi.Claim{PlanID: id, Plan: text}
	return answer
}

// tick does what the clock does: leases and deadlines end.
func (h *HRM) tick() {
	now := h.Now()
	if now.Equal(h.lastAsked) {
		h.asked++
	} else {
		h.asked, h.lastAsked = 1, now
	}
	for _, p := range h.plans {
		switch p.state {
		case claimed:
			if now.After(p.claim.ends) && h.Broken != LeaseForever {
				h.offer(p)
			}
		case sending:
			if h.Broken == LeaseEndsSending && now.After(p.claim.ends) {
				h.offer(p)
			} else if now.After(p.claim.deadline) {
				h.pass(p)
			}
		default:
			h.waited(p, now)
		}
	}
}

func (h *HRM) pass(p *plan) {
	p.state = string(hrmapi.SettledStateUnknown)
	if h.Broken == DeadlineOffers {
		h.offer(p)
	}
}

// offer offers a plan again, without the claim that it had.
func (h *HRM) offer(p *plan) {
	p.state, p.claim = offered, nil
	if h.Broken == LastFirst {
		i := slices.Index(h.plans, p)
		h.plans = append(slices.Delete(h.plans, i, i+1), p)
	}
}

// valid reports whether a claim has its plan, and no settlement.
func (h *HRM) valid(c *claim) bool {
	return c.plan.claim == c && (c.plan.state == claimed || c.plan.state == sending)
}

// PutSending is told that a plan is about to be sent.
func (h *HRM) PutSending(_ context.Context, r hrmapi.PutSendingRequestObject) (hrmapi.PutSendingResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tick()
	c := h.claims[r.ClaimID]
	if c == nil {
		return h.conflict(), nil
	}
	if h.Broken == EndedClaimSends && c.plan.state == offered && c.settled == nil {
		c.plan.state, c.plan.claim = claimed, c
	}
	if !h.valid(c) {
		return h.conflict(), nil
	}
	again := c.sending != nil
	if again && !h.sameCall(c, r.Body.NAVCallID) {
		return h.conflict(), nil
	}
	if !again || h.Broken == DeadlineMoves {
		c.deadline = h.Now().Add(time.Duration(r.Body.DeadlineSeconds) * time.Second)
	}
	c.plan.state, c.sending = sending, r.Body
	return hrmapi.PutSending204Response{}, nil
}

func (h *HRM) sameCall(c *claim, id uuid.UUID) bool {
	switch h.Broken {
	case AnyNavCallID:
		return true
	case AnyNavCallIDAtOnce:
		const some = 3
		return c.sending.NAVCallID == id || h.asked > some
	default:
		return c.sending.NAVCallID == id
	}
}

// PutSettlement is told what has become of a plan.
func (h *HRM) PutSettlement(_ context.Context, r hrmapi.PutSettlementRequestObject) (hrmapi.PutSettlementResponseObject, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tick()
	c := h.claims[r.ClaimID]
	if c == nil {
		return h.conflict(), nil
	}
	if c.settled != nil && h.repeats(c, *r.Body) {
		return hrmapi.PutSettlement204Response{}, nil
	}
	if r.Body.State == hrmapi.SettledStateRefused && h.Broken == RefusedNotTaken {
		return refusal{h, http.StatusBadRequest}, nil
	}
	if !h.takes(c, *r.Body) {
		return h.conflict(), nil
	}
	c.settled = r.Body
	c.plan.claim, c.plan.state = c, string(r.Body.State)
	h.afterwards(c)
	return hrmapi.PutSettlement204Response{}, nil
}

// repeats reports whether a settlement has been taken before.
func (h *HRM) repeats(c *claim, s hrmapi.Settlement) bool {
	if h.Broken == NotSentTwiceGivesBack && s.State == hrmapi.SettledStateNotSent && c.plan.state == claimed {
		h.offer(c.plan)
	}
	if h.Broken == RefusedTwiceCounts && s.State == hrmapi.SettledStateRefused && c.plan.claim == c {
		h.refuse(c.plan)
	}
	return reflect.DeepEqual(*c.settled, s) && (h.Broken != NotSentOnce || s.State != hrmapi.SettledStateNotSent)
}

// afterwards offers a plan again that was not sent.
func (h *HRM) afterwards(c *claim) {
	switch state := c.settled.State; {
	case state == hrmapi.SettledStateNotSent && h.Broken == NotSentKeepsClaim:
		c.plan.state, c.settled = claimed, nil
	case state == hrmapi.SettledStateNotSent && h.Broken != NotSentIsFinal,
		state == hrmapi.SettledStateRejected && h.Broken == RejectedOfferedAgain:
		h.offer(c.plan)
	case state == hrmapi.SettledStateRefused:
		h.refuse(c.plan)
	}
}

// takes reports whether a settlement is taken of the state that its plan is in.
func (h *HRM) takes(c *claim, s hrmapi.Settlement) bool {
	if c.plan.claim != c {
		return h.Broken == AnyClaimSettles && c.plan.state == sending ||
			h.Broken == EndedClaimSettles && c.plan.state == offered && c.settled == nil
	}
	switch c.plan.state {
	case claimed:
		return h.takesUnsent(s)
	case sending:
		return true
	case string(hrmapi.SettledStateUnknown):
		return h.takesLate(c, s)
	case string(hrmapi.SettledStateSent):
		return h.Broken == SentChanges && s.State != hrmapi.SettledStateNotSent
	case string(hrmapi.SettledStateRefused):
		return h.Broken == RefusedTakesMore && s.State != hrmapi.SettledStateNotSent
	default:
		return false
	}
}

func (h *HRM) takesUnsent(s hrmapi.Settlement) bool {
	byWorker := s.Rejected != nil && s.Rejected.By == hrmapi.Worker
	switch s.State {
	case hrmapi.SettledStateNotSent:
		return true
	case hrmapi.SettledStateRejected:
		return byWorker && h.Broken != WorkerCannotReject
	default:
		return h.Broken == ClaimedTakesSent
	}
}

func (h *HRM) takesLate(c *claim, s hrmapi.Settlement) bool {
	if h.Broken == NoLateSettlement && c.settled == nil || h.Broken == RefusedLateNotTaken && s.State == hrmapi.SettledStateRefused {
		return false
	}
	return s.State != hrmapi.SettledStateNotSent || h.Broken == NotSentAfterUnknown
}
