package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/tokencache"
)

// Broker issues access tokens to the pods of sync jobs. It is safe for concurrent use.
type Broker struct {
	options      Options
	reviewer     *reviewer
	accounts     *rates
	tokens       *tokencache.Cache[tokenKey]
	certificates *certificates
	trials       *trials
	samples      *samples
	address      atomic.Pointer[string] // nil while it does not serve
}

var (
	_ manager.LeaderElectionRunnable = (*Broker)(nil)
	_ http.Handler                   = (*Broker)(nil)
)

// New returns a Broker that is not started. It sends no request before Start.
func New(o Options) *Broker {
	o.Limits = o.Limits.withDefaults()
	o.Metrics = cmp.Or(o.Metrics, metrics.New())
	addResponses(o.Metrics)
	return &Broker{
		options:      o,
		reviewer:     newReviewer(o),
		accounts:     newRates(o.Limits.AccountEvery, o.Limits.AccountBurst, o.Now),
		tokens:       tokencache.New[tokenKey](o.Now),
		certificates: &certificates{cached: o.Client, live: o.Live, namespace: o.Namespace, now: o.Now},
		trials:       newTrials(o.Now),
		samples:      newSamples(o.Now),
	}
}

// tokenRequest is one request, with what the broker has verified of it so far.
type tokenRequest struct {
	address  string // the IP address that it came from
	sameHost bool   // it came from the broker's own address
	fresh    bool   // the caller wants a recently issued token
	caller   caller
	access   string // that its pod was made for, "" for a built-in service
	customer *v1alpha1.CustomerIntegration
	service  v1alpha1.ServiceName
}

// handle authorizes a request and issues its token. It fills in req while it verifies the request. The token is valid
// for left. The error is a refusal.
func (b *Broker) handle(
	ctx context.Context, req *tokenRequest, header http.Header,
) (token *maskinporten.Token, left time.Duration, err error) {
	shown, err := bearer(header)
	if err != nil {
		return nil, 0, invalidToken(err)
	}
	var counted limit
	if req.caller, counted, err = b.reviewer.identify(ctx, req.address, shown); err != nil {
		return nil, 0, err
	}
	if wait := b.accounts.take(req.caller.String()); wait > 0 {
		b.reviewer.charge(counted)
		return nil, 0, rateLimit(wait, "the account sends too many requests")
	}
	exempt(ctx)
	if req.customer, req.service, err = b.find(ctx, req.caller); err != nil {
		return nil, 0, err
	}
	if err := b.verifyCaller(ctx, req); err != nil {
		return nil, 0, err
	}
	supplier, err := b.supplierFor(ctx, req.customer, req.service)
	if err != nil {
		return nil, 0, err
	}
	if err := b.checkAccess(supplier, req); err != nil {
		return nil, 0, err
	}
	if err := b.checkOffering(supplier, req); err != nil {
		return nil, 0, err
	}
	if token, left, err = b.token(ctx, supplier, req); err != nil {
		return nil, 0, err
	}
	if err := b.checkStop(ctx, req.customer); err != nil { // a stop may have begun while Maskinporten responded
		return nil, 0, err
	}
	return token, left, nil
}

// token returns the token for an authorized request and how long it is valid. The error is a refusal.
func (b *Broker) token(
	ctx context.Context, s *v1alpha1.Supplier, req *tokenRequest,
) (*maskinporten.Token, time.Duration, error) {
	c := req.customer
	service, _ := services.Of(s, req.service)
	consumer, err := orgnumber.Parse(string(c.Spec.OrganizationNumber))
	if err != nil { // unreachable: the CRD has the same rules
		return nil, 0, denial(v1alpha1.ReasonRequestRejected, err)
	}
	guard, err := b.options.Pool.Guard(ctx, s)
	if err != nil {
		return nil, 0, guardRefusal(err)
	}
	access := entitlement.Authorization(entitlement.AuthorityOf(s), c, service)
	request, err := tokenRequestTo(access, service, consumer)
	if err != nil { // unreachable: the status has the number of the spec, and the CRD has the same rules
		return nil, 0, denial(v1alpha1.ReasonRequestRejected, err)
	}
	key := tokenKey{supplier: s.UID, kind: service.Kind, request: request, granted: grantedAt(access), guard: guard}
	token, left, err := b.tokens.Get(ctx, key, req.fresh, func(ctx context.Context) (*maskinporten.Token, error) {
		return guard.Token(ctx, authority.TokenRequest{
			Customer: client.ObjectKeyFromObject(c),
			Request:  request,
			Priority: authority.PriorityJob,
			Granted:  true,
		})
	})
	if fault := guard.System.Fault(); fault != "" && authority.ResponseClass(err) == maskinporten.ClassSystemUserMissing {
		return nil, 0, outage(fault, err) // a fault of our system says nothing about the customer
	}
	if err != nil {
		until := authority.RetryAfterEnd(guard, client.ObjectKeyFromObject(c), service, b.options.Now())
		return nil, 0, withMinRetryAfter(tokenRefusal(err), until.Sub(b.options.Now()))
	}
	if token.Consumer != subjectOf(request) || token.Scope != service.Scope { // unreachable: the client verifies both
		return nil, 0, outage(string(maskinporten.ClassTokenMismatch), errors.New("the token does not match its request"))
	}
	return token, left, nil
}

// tokenRequestTo returns the request to Maskinporten: on behalf of the customer, for its system user, or for that of
// its agent.
func tokenRequestTo(
	access v1alpha1.Authorization, service services.Service, consumer orgnumber.Number,
) (maskinporten.Request, error) {
	if service.Kind == v1alpha1.AccessAPIDelegation {
		return maskinporten.Request{Scope: service.Scope, Consumer: consumer}, nil
	}
	owner := consumer
	if access.Through != "" {
		var err error
		if owner, err = orgnumber.Parse(access.Through); err != nil {
			return maskinporten.Request{}, err
		}
	}
	return maskinporten.Request{
		Scope:      service.Scope,
		SystemUser: maskinporten.SystemUserRequest{Owner: owner, ExternalRef: access.ExternalRef},
	}, nil
}

// subjectOf returns the organization that the token of a request is for.
func subjectOf(r maskinporten.Request) orgnumber.Number {
	if r.SystemUser.IsZero() {
		return r.Consumer
	}
	return r.SystemUser.Owner
}

// grantedAt returns since when a customer has access, in seconds since 1970, 0 if that is unknown.
func grantedAt(access v1alpha1.Authorization) int64 {
	if access.Since == nil {
		return 0
	}
	return access.Since.Unix()
}

// Identity is what the operator writes into pods about the token broker. Certificate and Seal come from the same
// authority: the broker recognizes the seal of every pod that trusts the certificate.
type Identity struct {
	// Certificate is the CA certificate that verifies the broker's own certificate, in PEM.
	Certificate []byte
	// Seal seals the pods that may get tokens.
	Seal podseal.Key
}

// Identity returns the broker's identity. It creates the certificate authority if there is none. If the authority's
// Secret cannot be used, the error says what to do.
func (b *Broker) Identity(ctx context.Context) (Identity, error) {
	found, err := b.certificates.ensure(ctx)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Certificate: found.certificatePEM(), Seal: found.seal}, nil
}

// NeedLeaderElection returns false: every replica serves.
func (b *Broker) NeedLeaderElection() bool { return false }

// Check is a readiness check: it fails unless the broker serves with a certificate. If there is none, it tries to make
// one.
func (b *Broker) Check(r *http.Request) error {
	if b.Address() == "" {
		return errors.New("the token broker does not serve yet")
	}
	if err := b.certificates.prepare(r.Context()); err != nil {
		return fmt.Errorf("the token broker has no certificate: %w", err)
	}
	return nil
}

// CAExpiry returns when the certificate authority in use expires, the zero time if there is none.
func (b *Broker) CAExpiry() time.Time {
	if known := b.certificates.storedCA(); known != nil {
		return known.certificate.NotAfter
	}
	return time.Time{}
}

// Address returns the TCP address that the broker serves at, or "" if it does not serve.
func (b *Broker) Address() string {
	if address := b.address.Load(); address != nil {
		return *address
	}
	return ""
}
