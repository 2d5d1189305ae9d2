package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/tokencache"
)

// Broker gives jobs their tokens. Its methods may be called at the same time.
type Broker struct {
	options      Options
	reviewer     *reviewer
	accounts     *rates
	tokens       *tokencache.Cache[tokenKey]
	certificates *certificates
	trials       *trials
	address      atomic.Pointer[string] // nil while it does not serve
}

var (
	_ manager.LeaderElectionRunnable = (*Broker)(nil)
	_ http.Handler                   = (*Broker)(nil)
)

// New makes a Broker. It asks nobody before it is started.
func New(o Options) *Broker {
	o.Limits = o.Limits.withDefaults()
	return &Broker{
		options:      o,
		reviewer:     newReviewer(o.Client, o.Limits, o.Now),
		accounts:     newRates(o.Limits.AccountEvery, o.Limits.AccountBurst, o.Now),
		tokens:       tokencache.New[tokenKey](o.Now),
		certificates: &certificates{cached: o.Client, live: o.Live, namespace: o.Namespace, now: o.Now},
		trials:       newTrials(o.Now),
	}
}

// question is what is known of one request so far.
type question struct {
	address  string // the IP address that it came from
	beside   bool   // it came from the broker's own address
	fresh    bool   // a token that was issued lately is asked for
	caller   caller
	customer *v1alpha1.CustomerIntegration
	service  v1alpha1.ServiceName
}

// answer decides on a question, and fills in what it learns of it. The token lasts for left. The error is a refusal.
func (b *Broker) answer(ctx context.Context, q *question, header http.Header) (token *maskinporten.Token, left time.Duration, err error) {
	shown, err := bearer(header)
	if err != nil {
		return nil, 0, unauthenticated(err)
	}
	if q.caller, err = b.reviewer.whose(ctx, q.address, shown); err != nil {
		return nil, 0, err
	}
	if wait := b.accounts.take(q.caller.String()); wait > 0 {
		b.reviewer.charge(q.address)
		return nil, 0, tooMany(wait, "the account asks too often")
	}
	if q.customer, q.service, err = b.find(ctx, q.caller); err != nil {
		return nil, 0, err
	}
	if err := b.prove(ctx, q); err != nil {
		return nil, 0, err
	}
	supplier, err := b.entitled(ctx, q.customer, q.service)
	if err != nil {
		return nil, 0, err
	}
	if err := b.offered(supplier, q); err != nil {
		return nil, 0, err
	}
	return b.token(ctx, supplier, q)
}

// token gives the token that a question is for, through a Supplier. The error is a refusal.
func (b *Broker) token(ctx context.Context, s *v1alpha1.Supplier, q *question) (*maskinporten.Token, time.Duration, error) {
	c, name := q.customer, q.service
	service := services.Of(name)
	consumer, err := orgnumber.Parse(string(c.Spec.OrganizationNumber))
	if err != nil { // the CRD's rules are the same: it cannot be
		return nil, 0, denied(v1alpha1.ReasonRequestRejected, err)
	}
	guard, err := b.options.Pool.Guard(ctx, s)
	if err != nil {
		return nil, 0, noGuard(err)
	}
	request := requestOf(s, c, name, consumer)
	key := tokenKey{supplier: s.UID, kind: service.Kind, request: request, guard: guard}
	token, left, err := b.tokens.Get(ctx, key, q.fresh, func(ctx context.Context) (*maskinporten.Token, error) {
		return guard.Token(ctx, authority.TokenRequest{
			Customer: types.NamespacedName{Namespace: c.Namespace, Name: c.Name},
			Request:  request,
			Priority: authority.PriorityJob,
			Granted:  true,
		})
	})
	if fault := guard.System.Fault(); fault != "" && authority.MetOf(err) == maskinporten.ClassSystemUserMissing {
		return nil, 0, unavailable(fault, err) // whatever is wrong with our system, the customer has not taken anything back
	}
	if err != nil {
		return nil, 0, notBefore(noToken(err), guard.Postponed().Until.Sub(b.options.Now()))
	}
	if token.Consumer != consumer || token.Scope != service.Scope { // the client has seen to it: it cannot be
		return nil, 0, unavailable(string(maskinporten.ClassTokenMismatch), errors.New("the token is for something else than was asked for"))
	}
	return token, left, nil
}

// requestOf gives what is asked for: on behalf of the customer, or by its system user.
func requestOf(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName, consumer orgnumber.Number,
) maskinporten.Request {
	service := services.Of(name)
	if service.Kind == v1alpha1.AccessAPIDelegation {
		return maskinporten.Request{Scope: service.Scope, Consumer: consumer}
	}
	ref := entitlement.Authorization(entitlement.AuthorityOf(s), c, name).ExternalRef
	return maskinporten.Request{Scope: service.Scope, SystemUser: maskinporten.SystemUserRequest{Owner: consumer, ExternalRef: ref}}
}

// Identity is what the operator writes into pods about the token broker. Both parts are of the same authority: a pod that
// trusts the certificate has a seal that the broker recognizes.
type Identity struct {
	// Certificate is the authority that the broker's own certificate is verified against, in PEM.
	Certificate []byte
	// Seal seals the pods that get tokens.
	Seal podseal.Key
}

// Identity returns the broker's identity. It makes the authority if there is none. The error says what to do about a Secret
// that cannot be used.
func (b *Broker) Identity(ctx context.Context) (Identity, error) {
	found, err := b.certificates.ensure(ctx)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Certificate: found.certificatePEM(), Seal: found.seal}, nil
}

// NeedLeaderElection says that it is run on every replica.
func (b *Broker) NeedLeaderElection() bool { return false }

// Check is a readiness check: it serves, and has a certificate. While there is none it tries to make one.
func (b *Broker) Check(r *http.Request) error {
	if b.Address() == "" {
		return errors.New("the token broker does not serve yet")
	}
	if err := b.certificates.ready(r.Context()); err != nil {
		return fmt.Errorf("the token broker has no certificate: %w", err)
	}
	return nil
}

// Address gives the TCP address that it serves at, "" if it does not.
func (b *Broker) Address() string {
	if address := b.address.Load(); address != nil {
		return *address
	}
	return ""
}
