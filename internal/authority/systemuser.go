package authority

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/systemuser"
)

var _ systemuser.Authority = (*SystemUsers)(nil)

// SystemUsers is a Guard's way to negotiate one customer's access by system user. Each of its methods may be held back, as
// Guard.Ask is.
type SystemUsers struct {
	guard    *Guard
	question Question
	begun    bool // a question of the negotiation was let through
}

// SystemUsers gives the way for a customer. The question says who it is, the scope, and how urgent it is; of its request
// the owner of the system user is wanted, and no reference.
func (g *Guard) SystemUsers(q Question) *SystemUsers { return &SystemUsers{guard: g, question: q} }

// admit lets the negotiation begin, if the limiter does. One that has begun goes on: whoever is refused on the way begins
// anew, and if many are, none comes to its end. What it asks further counts, and others wait for it.
func (s *SystemUsers) admit() error {
	if s.begun {
		s.guard.limiter.owe(s.guard.now())
		return nil
	}
	err := s.guard.limiter.take(s.guard.now(), s.question.Priority)
	s.begun = err == nil
	return err
}

// Token asks Maskinporten for a token by the customer's system user.
func (s *SystemUsers) Token(ctx context.Context, externalRef string) error {
	restore, held := s.guard.holdSystem(s.question.Priority)
	if held != nil {
		return held
	}
	q := s.question
	q.Request.SystemUser.ExternalRef, q.negotiated = externalRef, true
	_, err := s.guard.ask(ctx, q, s.admit)
	if unasked(err) {
		restore()
	}
	return err
}

// PeerToken asks Maskinporten for a token by another customer's system user, which shows that it finds them for our client. The
// token is dropped.
func (s *SystemUsers) PeerToken(ctx context.Context, peer systemuser.Peer) error {
	q := s.question
	q.Request.SystemUser = maskinporten.SystemUserRequest{Owner: peer.Owner, ExternalRef: peer.ExternalRef}
	q.negotiated, q.peer = true, true
	_, err := s.guard.ask(ctx, q, s.admit)
	return err
}

// unasked reports whether an error says that nobody was asked.
func unasked(err error) bool {
	_, held := errors.AsType[*HeldError](err)
	return held || isBusy(err)
}

// SystemUser looks the customer's system user up.
func (s *SystemUsers) SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (found altinn.SystemUser, err error) {
	err = s.call(ctx, metrics.OperationSystemUser, func(ctx context.Context) error {
		found, err = s.guard.register.client.SystemUser(ctx, owner, ref)
		return err
	})
	return found, err
}

// SystemUsers returns one page of the list of our system's users. It needs a scope of its own, without which the rest goes on.
func (s *SystemUsers) SystemUsers(ctx context.Context, page string) (list altinn.Page[altinn.SystemUser], err error) {
	if held := s.guard.holdScope(altinn.ScopeRegister); held != nil {
		return list, held
	}
	err = s.call(ctx, metrics.OperationSystemUsers, func(ctx context.Context) error {
		list, err = s.guard.register.client.SystemUsers(ctx, page)
		return err
	})
	return list, err
}

// DeleteRequest deletes a request for a system user.
func (s *SystemUsers) DeleteRequest(ctx context.Context, id string) error {
	return s.call(ctx, metrics.OperationDeleteRequest, func(ctx context.Context) error {
		return s.guard.register.client.DeleteRequest(ctx, id)
	})
}

// Request looks at a request for a system user.
func (s *SystemUsers) Request(ctx context.Context, id string) (altinn.Request, error) {
	return s.request(ctx, metrics.OperationRequest, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) { return c.Request(ctx, id) })
}

// RequestByExternalRef looks for a request for a system user.
func (s *SystemUsers) RequestByExternalRef(ctx context.Context, owner orgnumber.Number, ref string) (altinn.Request, error) {
	return s.request(ctx, metrics.OperationRequest, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) {
		return c.RequestByExternalRef(ctx, owner, ref)
	})
}

// CreateRequest asks the customer for a system user.
func (s *SystemUsers) CreateRequest(ctx context.Context, n altinn.NewRequest) (altinn.Request, error) {
	return s.request(ctx, metrics.OperationCreateRequest, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) { return c.CreateRequest(ctx, n) })
}

// Change looks at a change of a system user's rights.
func (s *SystemUsers) Change(ctx context.Context, id string) (altinn.Request, error) {
	return s.request(ctx, metrics.OperationChange, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) { return c.Change(ctx, id) })
}

// CreateChange asks the customer for more rights.
func (s *SystemUsers) CreateChange(ctx context.Context, n altinn.NewChange) (altinn.Request, error) {
	return s.request(ctx, metrics.OperationCreateChange, func(ctx context.Context, c *altinn.Client) (altinn.Request, error) { return c.CreateChange(ctx, n) })
}

func (s *SystemUsers) request(
	ctx context.Context, operation string, ask func(context.Context, *altinn.Client) (altinn.Request, error),
) (r altinn.Request, err error) {
	err = s.call(ctx, operation, func(ctx context.Context) error {
		r, err = ask(ctx, s.guard.register.client)
		return err
	})
	return r, err
}

func (s *SystemUsers) call(ctx context.Context, operation string, ask func(context.Context) error) error {
	return s.guard.call(ctx, s.admit, operation, ask)
}

// holdSystem keeps customers from being asked for while our system at Altinn cannot be used, except for one in each
// RetryInterval, whose answer shows when it can be used again. If those with access cannot be verified, it is one of them,
// because only its token shows that the fault is mended; another customer's turn comes only if none of them takes it.
// Restore passes that customer's turn to another if no request was sent.
func (g *Guard) holdSystem(p Priority) (restore func(), held error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.hindered(p) {
		return func() {}, nil
	}
	now, before, wait := g.now(), g.probed, cmp.Or(g.retry, maxRetry)
	if p != PriorityRoutine && g.hidesUsers() {
		wait *= 2
	}
	if now.Sub(before) < wait {
		return nil, &HeldError{Fault: maskinporten.ClassClientRejected}
	}
	g.probed = now
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.probed = before
	}, nil
}

// hindered reports whether a question would meet what is wrong with our system. Whoever has given access is proved by a token
// alone, for which it is enough that our client is on the system. The caller holds the lock.
func (g *Guard) hindered(p Priority) bool {
	if p != PriorityRoutine {
		return len(g.systems) > 0
	}
	for _, fault := range g.systems {
		if fault.reason == v1alpha1.ReasonSystemClientMissing {
			return true
		}
	}
	return g.hidesUsers()
}

// hidesUsers reports whether customers with access cannot be verified. The caller holds the lock.
func (g *Guard) hidesUsers() bool {
	for _, fault := range g.systems {
		if fault.hidesUsers {
			return true
		}
	}
	return false
}

// systemKey is whose question has shown that something is wrong with our system: a customer's, about one service.
type systemKey struct {
	customer types.NamespacedName
	service  v1alpha1.ServiceName
}

// systemFault is what a question has shown to be wrong with our system.
type systemFault struct {
	reason string // of the API
	// hidesUsers says that Maskinporten does not find the system user of a customer with access either.
	hidesUsers bool
}

// oddAfter is how often others' answers may disprove what one customer's question has shown before it is that customer's
// own oddity, such as of one who has just said yes, and said of our system no more.
const oddAfter = 2

// NoteSystemFault remembers what a customer's question about a service has shown to be wrong with our system at Altinn: a
// reason of the API.
func (g *Guard) NoteSystemFault(customer types.NamespacedName, service v1alpha1.ServiceName, reason string) {
	g.noteSystemFault(customer, service, systemFault{reason: reason})
}

// NoteSystemHidesUsers is NoteSystemFault of a customer with access whose token was refused because of it. So would others' be:
// they are verified one a minute until it is over.
func (g *Guard) NoteSystemHidesUsers(customer types.NamespacedName, service v1alpha1.ServiceName, reason string) {
	g.noteSystemFault(customer, service, systemFault{reason: reason, hidesUsers: true})
}

func (g *Guard) noteSystemFault(customer types.NamespacedName, service v1alpha1.ServiceName, fault systemFault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := systemKey{customer, service}
	if g.disproved[key] >= oddAfter {
		return
	}
	g.systems[key] = fault
	g.suspect = true
	if g.probed.IsZero() {
		g.probed = g.now()
	}
}

// NoteSystemWell forgets what a customer's question about a service had shown, for it has been answered; and what all others
// had shown of what this answer disproves.
func (g *Guard) NoteSystemWell(customer types.NamespacedName, service v1alpha1.ServiceName, disproved ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := systemKey{customer, service}
	delete(g.systems, key)
	delete(g.disproved, key)
	for other, fault := range g.systems {
		if slices.Contains(disproved, fault.reason) {
			delete(g.systems, other)
			g.disproved[other]++
		}
	}
}

// systemProved forgets what customers' questions had shown that Altinn's own word disproves.
func (g *Guard) systemProved() {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.systems, func(_ systemKey, fault systemFault) bool {
		return fault.reason == v1alpha1.ReasonSystemNotRegistered || fault.reason == v1alpha1.ReasonAltinnRefused
	})
}

// SystemFault gives what customers' questions have shown to be wrong with our system, the same as long as it is; "" if
// nothing is known against it.
func (g *Guard) SystemFault() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var first string
	for _, fault := range g.systems {
		if first == "" || fault.reason < first {
			first = fault.reason
		}
	}
	return first
}
