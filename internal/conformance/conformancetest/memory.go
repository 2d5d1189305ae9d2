package conformancetest

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// memory is what the faults record of earlier requests.
type memory struct {
	// names has the claims that the simulated HRM system knows under another id.
	names map[string]string
	// claims are the claims of the suite, by the suite's ids.
	claims map[string]*claim
	// ranks order the plans by when they were last given back; releases is the last rank.
	ranks    map[string]int
	releases int
	// hidden are plans that are not offered before a time.
	hidden map[string]time.Time
	// extraUndecided is added to openUndecided.
	extraUndecided int
	// at is the time of the last request, and atOnce how many requests came at that time.
	at     time.Time
	atOnce int
	// last is the last claim that got a plan.
	last *claim
	// forgotten has shelves whose last page had no overlap, listed the PDFs that were listed, and versions the last
	// versions sent.
	forgotten map[string]bool
	listed    map[string]bool
	versions  map[string]hrmapi.Document
	// contentsOf has the ids of the documents whose content was stored, by the operation that stored it and their shelf.
	contentsOf map[string][]string
	// contents are the ids of letters whose content was stored, also before they were deleted, and deleted those of
	// letters that were deleted.
	contents, deleted map[string]bool
}

// claim is a claim of the suite.
type claim struct {
	id, planID string
	at, ends   time.Time
	lease      time.Duration
	answer     *response
	callID     uuid.UUID
	sending    bool
	settled    []hrmapi.SettledState
}

func newMemory() memory {
	return memory{
		names: map[string]string{}, claims: map[string]*claim{}, ranks: map[string]int{}, hidden: map[string]time.Time{},
		forgotten: map[string]bool{}, listed: map[string]bool{}, versions: map[string]hrmapi.Document{},
		contentsOf: map[string][]string{}, contents: map[string]bool{}, deleted: map[string]bool{},
	}
}

// remember records the effect of a request.
func (h *HRM) remember(r *request, answer *response) {
	switch {
	case r.op() == opClaim && answer.status == http.StatusOK:
		h.rememberClaim(r, answer)
	case r.op() == opSending && answer.status == http.StatusNoContent:
		if c := h.claims[r.claimID()]; c != nil {
			c.sending, c.callID = true, read[hrmapi.Sending](r.body).NAVCallID
		}
	case r.op() == opSettlement && answer.status == http.StatusNoContent:
		if c := h.claims[r.claimID()]; c != nil {
			c.settled = append(c.settled, r.settlement().State)
			h.releases++
			h.ranks[c.planID] = h.releases
		}
	case slices.Contains([]operation{opPDF, opCSV}, r.op()) && answer.status == http.StatusNoContent:
		shelf := string(r.op()) + r.part(3) + r.part(4)
		h.contentsOf[shelf] = append(h.contentsOf[shelf], r.part(5))
	case r.op() == opLetterContent && answer.status == http.StatusNoContent:
		h.contents[r.part(5)] = true
	case r.op() == opLetterDeletion && answer.status == http.StatusNoContent:
		h.deleted[r.part(5)] = true
	}
}

func (h *HRM) rememberClaim(r *request, answer *response) {
	said := read[hrmapi.ClaimAnswer](answer.body)
	if said.Claim == nil {
		return
	}
	lease := time.Duration(read[hrmapi.ClaimRequest](r.body).LeaseSeconds) * time.Second
	h.last = &claim{
		id: r.claimID(), planID: said.Claim.PlanID, at: h.Now(), ends: h.Now().Add(lease), lease: lease, answer: answer,
	}
	h.claims[r.claimID()] = h.last
}

// plan returns the plan of the request's claim, or a zero plan, and whether the claim still has it.
func (h *HRM) plan(r *request) (plan hrmstore.Plan, isOwn bool) {
	c := h.claims[r.claimID()]
	if c == nil {
		return plan, false
	}
	for _, p := range h.plans() {
		if p.ID == c.planID {
			return p, p.ClaimID.String() == h.nameOf(c.id)
		}
	}
	return plan, false
}

// nameOf returns the simulated HRM system's id of a claim.
func (h *HRM) nameOf(id string) string {
	if name, is := h.names[id]; is {
		return name
	}
	return id
}

func (h *HRM) plans() []hrmstore.Plan {
	plans, err := h.tenant.Plans()
	if err != nil {
		panic("conformancetest: " + err.Error())
	}
	return plans
}

// tick counts the requests at one time, and applies the fault of the passing of time.
func (h *HRM) tick() {
	if now := h.Now(); now.Equal(h.at) {
		h.atOnce++
	} else {
		h.at, h.atOnce = now, 1
	}
	if late, is := lateFaults[h.Broken]; is && h.atOnce == 1 {
		for _, p := range h.plans() {
			late(h, p)
		}
	}
}

// settle settles the claim that has a plan.
func (h *HRM) settle(p hrmstore.Plan, s hrmapi.Settlement) {
	must(h.tenant.Settle(p.ClaimID, s))
}

// must panics on an error of the store.
func must(err error) {
	if err != nil {
		panic("conformancetest: " + err.Error())
	}
}

// renamed sends a claim under a new id, so that it is new to the simulated HRM system.
func (h *HRM) renamed(r *request) *response {
	h.names[r.claimID()] = uuid.NewString()
	return h.pass(r)
}

// choose claims the offered plan that comes first by less.
func (h *HRM) choose(r *request, less func(a, b hrmstore.Plan) bool) *response {
	if h.claims[r.claimID()] != nil {
		return h.pass(r)
	}
	var best *hrmstore.Plan
	for _, p := range h.plans() {
		if p.State == hrmstore.Offered && (best == nil || less(p, *best)) {
			best = &p
		}
	}
	if best == nil {
		return h.pass(r)
	}
	return h.claimUntil(r, func(planID string) bool { return planID == best.ID })
}

// claimVisible claims the first offered plan that is not hidden.
func (h *HRM) claimVisible(r *request) *response {
	if len(h.hidden) == 0 || h.claims[r.claimID()] != nil {
		return h.pass(r)
	}
	return h.claimUntil(r, func(planID string) bool { return !h.Now().Before(h.hidden[planID]) })
}

// claimUntil claims the first offered plan that is wanted, or none. It claims the plans before it and releases them.
func (h *HRM) claimUntil(r *request, isWanted func(planID string) bool) *response {
	var others []uuid.UUID
	defer func() {
		for _, id := range others {
			must(h.tenant.Settle(id, hrmapi.Settlement{State: hrmapi.SettledStateNotSent}))
		}
	}()
	for {
		id := uuid.New()
		claimed, _, err := h.tenant.Claim(id, h.leaseOf(r))
		must(err)
		switch {
		case claimed == nil:
			return h.pass(r)
		case isWanted(claimed.ID):
			h.names[r.claimID()] = id.String()
			return h.pass(r)
		}
		others = append(others, id)
	}
}

func (h *HRM) leaseOf(r *request) time.Duration {
	if c := h.claims[r.claimID()]; c != nil {
		return c.lease
	}
	return time.Duration(read[hrmapi.ClaimRequest](r.body).LeaseSeconds) * time.Second
}
