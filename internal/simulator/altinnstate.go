package simulator

import (
	"slices"
	"sync"
	"time"
)

// altinnState is what Altinn knows. It has a lock of its own: nothing in it is looked at together with the rest.
type altinnState struct {
	mu      sync.RWMutex
	now     func() time.Time
	systems map[string]System
	// unknown are organization numbers that Altinn cannot resolve.
	unknown map[string]bool

	users       map[partyKey][]*SystemUser
	usersOver   map[partyKey]history[[]*SystemUser] // time
	usersByID   map[string]*SystemUser
	userOrder   []*SystemUser // by creation
	requests    map[partyKey][]*storedRequest
	requestByID map[requestKey]*storedRequest
	// requestOrder has all requests of both kinds, by creation.
	requestOrder []*storedRequest
	// sequences number users by their ids; lastSequence is the last number.
	sequences    map[string]int64
	lastSequence int64
}

// partyKey is what an organization has of a system. Reference by reference it is told apart by looking.
type partyKey struct{ systemID, party string }

// requestKey: the two kinds have ids of their own, one kind's chosen by Altinn and the other's by the vendor.
type requestKey struct {
	kind RequestKind
	id   string
}

func newAltinnState(now func() time.Time) *altinnState {
	return &altinnState{
		now:         now,
		usersOver:   map[partyKey]history[[]*SystemUser]{},
		systems:     map[string]System{},
		unknown:     map[string]bool{},
		users:       map[partyKey][]*SystemUser{},
		usersByID:   map[string]*SystemUser{},
		requests:    map[partyKey][]*storedRequest{},
		requestByID: map[requestKey]*storedRequest{},
		sequences:   map[string]int64{},
	}
}

// The methods below need the lock to be held.

func (a *altinnState) userLocked(systemID, party, externalRef string) *SystemUser {
	for _, user := range a.users[partyKey{systemID, party}] {
		if user.ExternalRef == externalRef {
			return user
		}
	}
	return nil
}

func (a *altinnState) addUserLocked(user *SystemUser) {
	key := partyKey{user.SystemID, user.OrganizationNumber}
	a.users[key] = append(a.users[key], user)
	a.recordUsersLocked(key)
	a.usersByID[user.ID] = user
	a.userOrder = append(a.userOrder, user)
	a.lastSequence++
	a.sequences[user.ID] = a.lastSequence
}

func (a *altinnState) recordUsersLocked(key partyKey) {
	a.usersOver[key] = a.usersOver[key].with(a.now(), slices.Clone(a.users[key]))
}

func (a *altinnState) removeUserLocked(user *SystemUser) {
	same := func(other *SystemUser) bool { return other == user }
	key := partyKey{user.SystemID, user.OrganizationNumber}
	a.users[key] = slices.DeleteFunc(a.users[key], same)
	a.recordUsersLocked(key)
	if len(a.users[key]) == 0 {
		delete(a.users, key)
	}
	delete(a.usersByID, user.ID)
	a.userOrder = slices.DeleteFunc(a.userOrder, same)
}

func (a *altinnState) addRequestLocked(request *storedRequest) {
	key := partyKey{request.SystemID, request.OrganizationNumber}
	a.requests[key] = append(a.requests[key], request)
	a.requestByID[requestKey{request.Kind, request.ID}] = request
	a.requestOrder = append(a.requestOrder, request)
}

// deleteRequest takes a request away.
func (a *altinnState) deleteRequest(kind RequestKind, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if request := a.requestByID[requestKey{kind, id}]; request != nil {
		request.Deleted = true
	}
}

// deleteRequestsLocked takes the requests away that have the reference of a user. Changes stay (SystemUserController.cs).
func (a *altinnState) deleteRequestsLocked(user *SystemUser) {
	for _, request := range a.requests[partyKey{user.SystemID, user.OrganizationNumber}] {
		if request.Kind == RequestCreation && request.ExternalRef == user.ExternalRef {
			request.Deleted = true
		}
	}
}

// latestRequestLocked is the newest request for a system user, the one that Altinn finds by reference.
func (a *altinnState) latestRequestLocked(systemID, party, externalRef string) *storedRequest {
	for _, request := range slices.Backward(a.requests[partyKey{systemID, party}]) {
		if request.Kind == RequestCreation && request.ExternalRef == externalRef && !request.Deleted {
			return request
		}
	}
	return nil
}
