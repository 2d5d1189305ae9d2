package altinn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// RequestKind tells the two kinds of request apart.
type RequestKind string

// A vendor requests a user, or a change of one.
const (
	RequestCreation RequestKind = "Creation"
	RequestChange   RequestKind = "Change"
)

// RequestStatus is the status of a request, as Altinn writes it. A request that has timed out stays New
// (altinn-authentication, RequestRepository).
type RequestStatus string

// Rejected and Denied both mean that the customer declined. Altinn's current pages only reject.
const (
	RequestNew      RequestStatus = "New"
	RequestAccepted RequestStatus = "Accepted"
	RequestRejected RequestStatus = "Rejected"
	RequestDenied   RequestStatus = "Denied"
)

// noChangeNeeded is the status of a response to an empty change request, which is not kept.
const noChangeNeeded RequestStatus = "NoChangeNeeded"

// requestLifetime is how long a request stays open (Altinn/altinn-authentication).
const requestLifetime = 180 * 24 * time.Hour

// SystemUserRequest is a vendor's request to a customer, in Altinn.
type SystemUserRequest struct {
	// ID is a UUID: chosen by Altinn for a creation, by the vendor for a change.
	ID string `json:"id"`
	// Kind is Creation or Change.
	Kind RequestKind `json:"kind"`
	// Status is its status.
	Status RequestStatus `json:"status"`
	// SystemID is the vendor's system.
	SystemID string `json:"systemID"`
	// OrganizationNumber is that of the customer.
	OrganizationNumber string `json:"organizationNumber"`
	// ExternalRef is the external reference of the user.
	ExternalRef string `json:"externalRef"`
	// SystemUserID is the user to change, or the created one.
	SystemUserID string `json:"systemUserID,omitempty"`
	// Title is the user's, of a creation.
	Title string `json:"title,omitempty"`
	// Rights and AccessPackages are requested, UnwantedRights and UnwantedAccessPackages are removed by a change.
	Rights                 []string `json:"rights"`
	AccessPackages         []string `json:"accessPackages"`
	UnwantedRights         []string `json:"unwantedRights,omitempty"`
	UnwantedAccessPackages []string `json:"unwantedAccessPackages,omitempty"`
	// RedirectURL is where the customer goes after the decision.
	RedirectURL string `json:"redirectURL,omitempty"`
	// ConfirmURL is where the customer decides.
	ConfirmURL string `json:"confirmURL"`
	// Created is the time of the request, by the real clock.
	Created time.Time `json:"created"`
	// TimedOut reports that it is older than 180 days, whatever its status.
	TimedOut bool `json:"timedOut,omitzero"`
	// Escalated reports that a user of the customer without the right to decide has forwarded it to an access manager.
	Escalated bool `json:"escalated,omitzero"`
	// Agent reports that it is for an agent system user.
	Agent bool `json:"agent,omitzero"`
	// Deleted reports that the vendor has deleted it, or the customer its system user. Altinn then hides it.
	Deleted bool `json:"deleted,omitzero"`
}

// storedRequest is a request as it is kept.
type storedRequest struct {
	SystemUserRequest

	externalRefGiven bool
	// wire is what Altinn returns of the request's body. It includes fields that the simulator does not interpret.
	wire requestWire
}

// SystemUserRequests lists all requests, oldest first.
func (a *Service) SystemUserRequests() []SystemUserRequest {
	stored := a.allRequests(a.now())
	requests := make([]SystemUserRequest, 0, len(stored))
	for _, request := range stored {
		requests = append(requests, request.SystemUserRequest)
	}
	return requests
}

func (a *Service) allRequests(now time.Time) []storedRequest {
	a.mu.RLock()
	defer a.mu.RUnlock()
	requests := make([]storedRequest, 0, len(a.requestOrder))
	for _, request := range a.requestOrder {
		requests = append(requests, request.at(now))
	}
	return requests
}

// ApproveRequest approves a request as the customer. The target is its id, or the organization if it has only one open
// request. A creation creates a system user, a change changes it. It fails if there is no such open request, or
// several. A request that has timed out is still open, unless [Readings] say otherwise.
func (a *Service) ApproveRequest(target string) (SystemUserRequest, error) {
	reuseID := a.Readings().ReusesRequestIDs
	return a.settle(target, func(request *storedRequest, now time.Time) error {
		return a.approveLocked(request, now, reuseID)
	})
}

// RejectRequest rejects a request as the customer. It fails as ApproveRequest does.
func (a *Service) RejectRequest(target string) (SystemUserRequest, error) {
	return a.settle(target, become(RequestRejected))
}

// DenyRequest denies a request as the customer. It fails as ApproveRequest does.
func (a *Service) DenyRequest(target string) (SystemUserRequest, error) {
	return a.settle(target, become(RequestDenied))
}

// TimeOutRequest makes a request 180 days old. It fails as ApproveRequest does.
func (a *Service) TimeOutRequest(target string) (SystemUserRequest, error) {
	return a.settle(target, func(request *storedRequest, now time.Time) error {
		request.Created = now.Add(-requestLifetime)
		return nil
	})
}

// EscalateRequest forwards a request for a system user to an access manager of the customer. It fails as ApproveRequest
// does, and on a change, which cannot be forwarded.
func (a *Service) EscalateRequest(target string) (SystemUserRequest, error) {
	return a.settle(target, func(request *storedRequest, _ time.Time) error {
		if request.Kind != RequestCreation {
			return fmt.Errorf("%s is a change, which cannot be forwarded", request.ID)
		}
		request.Escalated = true
		return nil
	})
}

func become(status RequestStatus) func(*storedRequest, time.Time) error {
	return func(request *storedRequest, _ time.Time) error {
		request.Status = status
		return nil
	}
}

func (a *Service) settle(target string, decide func(*storedRequest, time.Time) error) (SystemUserRequest, error) {
	now, refusesOld := a.now(), a.Readings().RefusesOldRequests
	a.mu.Lock()
	defer a.mu.Unlock()
	request, err := a.openRequestLocked(target)
	if err != nil {
		return SystemUserRequest{}, err
	}
	if refusesOld && request.at(now).TimedOut {
		return SystemUserRequest{}, fmt.Errorf("request %s is older than 180 days", request.ID)
	}
	if err := decide(request, now); err != nil {
		return SystemUserRequest{}, err
	}
	return request.at(now).SystemUserRequest, nil
}

// openRequestLocked returns the open request of a target.
func (a *Service) openRequestLocked(target string) (*storedRequest, error) {
	var open []*storedRequest
	var ids []string
	for _, request := range a.requestOrder {
		if (request.ID == target || request.OrganizationNumber == target) && request.Status == RequestNew &&
			!request.Deleted {
			open = append(open, request)
			ids = append(ids, request.ID)
		}
	}
	switch len(open) {
	case 0:
		return nil, fmt.Errorf("there is no open request of %s", target)
	case 1:
		return open[0], nil
	}
	return nil, fmt.Errorf("%s has several open requests, name one: %s", target, strings.Join(ids, ", "))
}

// approveLocked creates or changes the system user.
func (a *Service) approveLocked(request *storedRequest, now time.Time, reuseID bool) error {
	if request.Kind == RequestChange {
		return a.changeLocked(request)
	}
	if a.userLocked(request.SystemID, request.OrganizationNumber, request.ExternalRef) != nil {
		return fmt.Errorf("%s has such a user of system %s already", request.OrganizationNumber, request.SystemID)
	}
	id := uuid.NewString()
	if reuseID {
		id = request.ID
	}
	user := a.createLocked(SystemUser{
		ID: id, SystemID: request.SystemID, OrganizationNumber: request.OrganizationNumber,
		ExternalRef: request.ExternalRef, ExternalRefGiven: request.externalRefGiven, Title: request.Title,
		Rights: request.Rights, AccessPackages: request.AccessPackages, Agent: request.Agent,
	}, now)
	request.Status, request.SystemUserID = RequestAccepted, user.ID
	return nil
}

func (a *Service) changeLocked(request *storedRequest) error {
	user := a.usersByID[request.SystemUserID]
	if user == nil {
		return fmt.Errorf("system user %s is gone", request.SystemUserID)
	}
	user.Rights = changed(user.Rights, request.Rights, request.UnwantedRights)
	user.AccessPackages = changed(user.AccessPackages, request.AccessPackages, request.UnwantedAccessPackages)
	request.Status = RequestAccepted
	return nil
}

// changed returns what exists and what is required, without what is unwanted.
func changed(existing, required, unwanted []string) []string {
	var result []string
	for _, one := range slices.Concat(existing, required) {
		if !slices.Contains(unwanted, one) && !slices.Contains(result, one) {
			result = append(result, one)
		}
	}
	return result
}

// at returns a copy of the request as it is at that time.
func (r storedRequest) at(now time.Time) storedRequest {
	copied := r
	copied.TimedOut = !now.Before(r.Created.Add(requestLifetime))
	copied.Rights, copied.AccessPackages = append([]string{}, r.Rights...), append([]string{}, r.AccessPackages...)
	copied.UnwantedRights, copied.UnwantedAccessPackages = slices.Clone(r.UnwantedRights),
		slices.Clone(r.UnwantedAccessPackages)
	return copied
}
