package altinn

import (
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/history"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Options configure Altinn.
type Options struct {
	// Now returns the time. Required.
	Now func() time.Time
	// Tokens verify access tokens. Required.
	Tokens accesstoken.Issuer
	// Recorder records the calls. Default: one of its own.
	Recorder *wire.Recorder
}

// Service is Altinn with its system register, system users and requests. It is safe for concurrent use.
type Service struct {
	*wire.Endpoint

	tokens   accesstoken.Issuer
	secret   []byte // signs the tokens that are issued in exchange
	now      func() time.Time
	readings atomic.Pointer[Readings]
	faults   atomic.Pointer[Faults]
	refuses  atomic.Pointer[Refuses]

	mu      sync.RWMutex
	systems map[string]System
	// unknown are organization numbers that Altinn cannot resolve.
	unknown map[string]bool

	users       map[partyKey][]*SystemUser
	usersOver   map[partyKey]history.Values[[]*SystemUser]
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

// partyKey is an organization and a system.
type partyKey struct{ systemID, party string }

// requestKey is the kind and the id of a request. Altinn chooses the ids of one kind, the vendor those of the other.
type requestKey struct {
	kind RequestKind
	id   string
}

// New returns an Altinn without systems.
func New(options Options) *Service {
	a := &Service{
		Endpoint:    wire.NewEndpoint(endpointName, options.Now, options.Recorder),
		tokens:      options.Tokens,
		secret:      []byte(rand.Text() + rand.Text()), // 32 bytes at least
		now:         options.Now,
		systems:     map[string]System{},
		unknown:     map[string]bool{},
		users:       map[partyKey][]*SystemUser{},
		usersOver:   map[partyKey]history.Values[[]*SystemUser]{},
		usersByID:   map[string]*SystemUser{},
		requests:    map[partyKey][]*storedRequest{},
		requestByID: map[requestKey]*storedRequest{},
		sequences:   map[string]int64{},
	}
	a.readings.Store(&Readings{})
	a.faults.Store(&Faults{})
	a.refuses.Store(&Refuses{})
	return a
}

// Readings returns the current readings.
func (a *Service) Readings() Readings { return *a.readings.Load() }

// SetReadings replaces the readings.
func (a *Service) SetReadings(readings Readings) { a.readings.Store(&readings) }

// SetFaults replaces the faults of the register.
func (a *Service) SetFaults(faults Faults) { a.faults.Store(&faults) }

// SetRefusals replaces the forced refusals. It fails on an unknown one.
func (a *Service) SetRefusals(refuses Refuses) error {
	if err := refuses.Check(); err != nil {
		return err
	}
	a.refuses.Store(&refuses)
	return nil
}

// The callers of the methods below hold the lock.

func (a *Service) userLocked(systemID, party, externalRef string) *SystemUser {
	for _, user := range a.users[partyKey{systemID, party}] {
		if user.ExternalRef == externalRef {
			return user
		}
	}
	return nil
}

func (a *Service) addUserLocked(user *SystemUser) {
	key := partyKey{user.SystemID, user.OrganizationNumber}
	a.users[key] = append(a.users[key], user)
	a.recordUsersLocked(key)
	a.usersByID[user.ID] = user
	a.userOrder = append(a.userOrder, user)
	a.lastSequence++
	a.sequences[user.ID] = a.lastSequence
}

func (a *Service) recordUsersLocked(key partyKey) {
	a.usersOver[key] = a.usersOver[key].With(a.now(), slices.Clone(a.users[key]))
}

func (a *Service) removeUserLocked(user *SystemUser) {
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

func (a *Service) addRequestLocked(request *storedRequest) {
	key := partyKey{request.SystemID, request.OrganizationNumber}
	a.requests[key] = append(a.requests[key], request)
	a.requestByID[requestKey{request.Kind, request.ID}] = request
	a.requestOrder = append(a.requestOrder, request)
}

// deleteRequest marks a request as deleted.
func (a *Service) deleteRequest(kind RequestKind, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if request := a.requestByID[requestKey{kind, id}]; request != nil {
		request.Deleted = true
	}
}

// deleteRequestsLocked deletes the requests for a user. Changes stay (SystemUserController.cs).
func (a *Service) deleteRequestsLocked(user *SystemUser) {
	for _, request := range a.requests[partyKey{user.SystemID, user.OrganizationNumber}] {
		if request.Kind == RequestCreation && request.ExternalRef == user.ExternalRef {
			request.Deleted = true
		}
	}
}

// latestRequestLocked returns the newest request for a system user, or an agent system user, by reference.
func (a *Service) latestRequestLocked(systemID, party, externalRef string, agent bool) *storedRequest {
	for _, request := range slices.Backward(a.requests[partyKey{systemID, party}]) {
		isIt := request.Kind == RequestCreation && request.ExternalRef == externalRef && request.Agent == agent
		if isIt && !request.Deleted {
			return request
		}
	}
	return nil
}
