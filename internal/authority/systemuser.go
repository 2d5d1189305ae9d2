package authority

import (
	"context"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// SystemUsers is a Guard's way to negotiate one customer's access by system user. Each of its methods may be held back, as
// Guard.Ask is.
type SystemUsers struct {
	guard    *Guard
	question Question
	fresh    bool
}

// SystemUsers gives the way for a customer. The question says who it is, the scope, and how urgent it is; of its request
// the owner of the system user is wanted, and no reference. A fresh customer is one of whom nothing is known yet: it is held
// back by whatever is wrong with our system, for it would have to be asked for something; any other only by what keeps
// tokens from being had.
func (g *Guard) SystemUsers(q Question, fresh bool) *SystemUsers { return &SystemUsers{g, q, fresh} }

// Token asks Maskinporten for a token by the customer's system user.
func (s *SystemUsers) Token(ctx context.Context, externalRef string) error {
	if held := s.guard.holdSystem(s.fresh); held != nil {
		return held
	}
	q := s.question
	q.Request.SystemUser.ExternalRef = externalRef
	_, err := s.guard.Ask(ctx, q)
	return err
}

// SystemUser looks the customer's system user up.
func (s *SystemUsers) SystemUser(ctx context.Context, owner orgnumber.Number, ref string) (found altinn.SystemUser, err error) {
	err = s.call(ctx, metrics.OperationSystemUser, func(ctx context.Context) error {
		found, err = s.guard.register.client.SystemUser(ctx, owner, ref)
		return err
	})
	return found, err
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
	return s.guard.call(ctx, s.question.Priority, operation, ask)
}

// probeInterval is how often a customer is asked for although our system at Altinn cannot be used: another one's answer is
// what tells that it can again.
const probeInterval = time.Minute

// holdSystem keeps customers from being asked for while our system at Altinn cannot be used, but for one a minute.
func (g *Guard) holdSystem(fresh bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	holds := func(reason string) bool { return fresh || reason == integrationsv1alpha1.ReasonSystemClientMissing }
	if !slices.ContainsFunc(slices.Collect(maps.Values(g.systems)), holds) {
		return nil
	}
	if now := g.now(); now.Sub(g.probed) >= probeInterval {
		g.probed = now
		return nil
	}
	return &HeldError{Fault: maskinporten.ClassClientRejected}
}

// oddAfter is how often others' answers may disprove what one customer's question has shown before it is that customer's
// own oddity, and said of our system no more.
const oddAfter = 2

// NoteSystemFault remembers what a customer's question has shown to be wrong with our system at Altinn: a reason of the API.
func (g *Guard) NoteSystemFault(customer types.NamespacedName, reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.disproved[customer] >= oddAfter {
		return
	}
	g.systems[customer] = reason
	g.suspect = true
	if g.probed.IsZero() {
		g.probed = g.now()
	}
}

// NoteSystemWell forgets what a customer's question had shown, for it has been answered; and what all others' had shown of
// what this answer disproves.
func (g *Guard) NoteSystemWell(customer types.NamespacedName, disproved ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.systems, customer)
	delete(g.disproved, customer)
	for other, reason := range g.systems {
		if slices.Contains(disproved, reason) {
			delete(g.systems, other)
			g.disproved[other]++
		}
	}
}

// SystemFault gives what customers' questions have shown to be wrong with our system, the same as long as it is; "" if
// nothing is known against it.
func (g *Guard) SystemFault() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	reasons := slices.Sorted(maps.Values(g.systems))
	if len(reasons) == 0 {
		return ""
	}
	return reasons[0]
}
