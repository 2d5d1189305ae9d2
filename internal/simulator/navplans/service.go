package navplans

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Options configure NAV's API for plans.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Tokens verify access tokens. Required.
	Tokens accesstoken.Issuer
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is NAV's API for follow-up plans, with its registers and its ledger. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	tokens   accesstoken.Issuer
	faults   atomic.Pointer[Faults]
	readings atomic.Pointer[Readings]

	mu          sync.Mutex
	employments []Employment
	sickNotes   []SickNote
	stored      []StoredPlan
	receipts    map[uuid.UUID]planReceipt
}

// New returns an API with empty registers.
func New(options Options) *Service {
	n := &Service{
		Endpoint: wire.NewEndpoint(endpointName, options.Now, options.Recorder), tokens: options.Tokens,
		receipts: map[uuid.UUID]planReceipt{},
	}
	n.SetFaults(Faults{})
	n.SetReadings(Readings{})
	return n
}

// SetFaults replaces the faults of the behaviour.
func (n *Service) SetFaults(faults Faults) { n.faults.Store(&faults) }

// SetReadings replaces the readings.
func (n *Service) SetReadings(readings Readings) { n.readings.Store(&readings) }

// StoredPlan is a plan that NAV has stored, without the person.
type StoredPlan struct {
	// UUID is NAV's id of it.
	UUID uuid.UUID `json:"uuid"`
	// CallID is the Nav-Call-Id of its request.
	CallID string `json:"callID"`
	// Received is when NAV received it.
	Received time.Time `json:"received"`
	// Employer and Supplier are the token's consumer and supplier.
	Employer string `json:"employer"`
	Supplier string `json:"supplier"`
	// SentToNAV and SentToPractitioner report its receivers.
	SentToNAV          bool `json:"sentToNAV"`
	SentToPractitioner bool `json:"sentToGeneralPractitioner"`
	// Archived reports that it is in NAV's archive, which no response shows.
	Archived bool `json:"archived"`
	// AdditionalInformation is that field of the plan, by which tests find their plans. The admin API hides it.
	AdditionalInformation string `json:"-"`
}

// Plans lists the stored plans, oldest first.
func (n *Service) Plans() []StoredPlan {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.stored)
}

// planReceipt is FollowUpPlanResponse.kt.
type planReceipt struct {
	UUID               uuid.UUID `json:"uuid"`
	SentToPractitioner bool      `json:"isSentToGeneralPractitionerStatus"`
	SentToNAV          bool      `json:"isSentToNavStatus"`
}

// store stores a plan, under a new id each time. NAV records the receivers at the very end, so a failure leaves a
// status without them.
func (n *Service) store(c *call, plan followUpPlan, now time.Time, faults Faults) planReceipt {
	employer, supplier := c.Organization(), accesstoken.NumberOf(c.token.Claims["supplier"])
	if supplier == "" {
		supplier = employer
	}
	p := StoredPlan{
		UUID: uuid.New(), CallID: c.callID, Received: now.UTC(), Employer: employer, Supplier: supplier,
		SentToNAV: plan.sendToNAV,
		SentToPractitioner: plan.sendToPractitioner && !faults.Development && !faults.PractitionerNotReached &&
			!faults.PDFServiceDown,
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

// receiptOf returns the receipt of a plan. A UUID without all its digits has none.
func (n *Service) receiptOf(named string) (planReceipt, bool) {
	id, err := uuid.Parse(named)
	if err != nil {
		return planReceipt{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	receipt, known := n.receipts[id]
	return receipt, known
}
