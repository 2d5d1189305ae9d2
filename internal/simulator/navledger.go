package simulator

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// navPlans is what NAV knows of plans.
type navPlans struct {
	mu          sync.Mutex
	employments []Employment
	sickNotes   []SickNote
	stored      []StoredPlan
	receipts    map[uuid.UUID]planReceipt
}

// StoredPlan is a plan that NAV has taken, without the person whom it is about.
type StoredPlan struct {
	// UUID is NAV's name for it.
	UUID uuid.UUID `json:"uuid"`
	// CallID is the Nav-Call-Id that it came with.
	CallID string `json:"callID"`
	// Received is when it came.
	Received time.Time `json:"received"`
	// Employer and Supplier are the token's consumer and supplier.
	Employer string `json:"employer"`
	Supplier string `json:"supplier"`
	// SentToNAV and SentToPractitioner say whom it has reached.
	SentToNAV          bool `json:"sentToNAV"`
	SentToPractitioner bool `json:"sentToGeneralPractitioner"`
	// Archived says that it is in NAV's archive, which NAV tells nobody.
	Archived bool `json:"archived"`
	// AdditionalInformation is that field of the plan, for tests to find their plans by. It is not shown.
	AdditionalInformation string `json:"-"`
}

// Plans lists the plans that NAV has taken, oldest first.
func (s *Simulator) Plans() []StoredPlan {
	s.navPlans.mu.Lock()
	defer s.navPlans.mu.Unlock()
	return slices.Clone(s.navPlans.stored)
}

// planReceipt is FollowUpPlanResponse.kt.
type planReceipt struct {
	UUID               uuid.UUID `json:"uuid"`
	SentToPractitioner bool      `json:"isSentToGeneralPractitionerStatus"`
	SentToNAV          bool      `json:"isSentToNavStatus"`
}

// store stores a plan, under a new name however often it comes. NAV writes down at the very end whom it has reached: if it
// fails before that, its status says nobody.
func (n *navPlans) store(c *navCall, plan followUpPlan, now time.Time, faults NAVPlanFaults) planReceipt {
	employer, supplier := c.organization(), actorNumber(c.token.claims["supplier"])
	if supplier == "" {
		supplier = employer
	}
	p := StoredPlan{
		UUID: uuid.New(), CallID: c.callID, Received: now.UTC(), Employer: employer, Supplier: supplier, SentToNAV: plan.sendToNAV,
		SentToPractitioner:    plan.sendToPractitioner && !faults.Development && !faults.PractitionerNotReached && !faults.PDFServiceDown,
		Archived:              plan.sendToNAV && !faults.PDFServiceDown,
		AdditionalInformation: plan.additionalInformation,
	}
	receipt := planReceipt{UUID: p.UUID}
	if faults.afterStoring() == nil {
		receipt.SentToPractitioner, receipt.SentToNAV = p.SentToPractitioner, p.SentToNAV
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stored = append(n.stored, p)
	n.receipts[p.UUID] = receipt
	return receipt
}

// receiptOf gives what NAV says of a plan. A name without all its digits is nobody's: Java fills it up, and NAV makes none such.
func (n *navPlans) receiptOf(named string) (planReceipt, bool) {
	id, err := uuid.Parse(named)
	if err != nil {
		return planReceipt{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	receipt, known := n.receipts[id]
	return receipt, known
}
