package broker

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// maxReviews is how many reviews may be in flight. Further requests wait.
	maxReviews = 32
	// apiTimeout limits each request to the API server.
	apiTimeout = 5 * time.Second
	// cacheTimeout limits a read from the cache, which may not be filled yet.
	cacheTimeout = time.Second
	// allCallers is the key of the limit of all callers together.
	allCallers = ""
)

// reviewer identifies callers by TokenReviews. It limits the reviews of invalid tokens to protect the API server from
// floods. Tokens that name a pod of a job have a limit per pod, so that no other client at the pod's address can use it
// up. All others have a limit per address and one in total.
type reviewer struct {
	client     client.Client
	namespaces []string
	now        func() time.Time
	inFlight   chan struct{}
	failures   *rates // key: allCallers
	addresses  *rates // key: see limitOf
}

func newReviewer(o Options) *reviewer {
	return &reviewer{
		client:     o.Client,
		namespaces: o.Namespaces,
		now:        o.Now,
		inFlight:   make(chan struct{}, maxReviews),
		failures:   newRates(o.Limits.FailureEvery, o.Limits.FailureBurst, o.Now),
		addresses:  newRates(o.Limits.AddressEvery, o.Limits.AddressBurst, o.Now),
	}
}

// limit identifies the limits against which a caller's reviews count if its token is invalid.
type limit struct {
	key   string
	total bool // they count in total too
}

// identify returns the caller with a token, from an address, and its limit. The error is a refusal.
func (r *reviewer) identify(ctx context.Context, address, token string) (caller, limit, error) {
	claimed, err := claimsOf(token, r.now())
	if err != nil {
		return caller{}, limit{}, invalidToken(err)
	}
	counted := r.limitOf(ctx, address, claimed)
	if err := r.check(counted); err != nil {
		return caller{}, counted, err
	}
	select {
	case r.inFlight <- struct{}{}:
		defer func() { <-r.inFlight }()
	case <-ctx.Done():
		return caller{}, counted, outage(reasonAPIServer, fmt.Errorf("waiting for other reviews: %w", ctx.Err()))
	}
	if err := r.check(counted); err != nil { // others have failed meanwhile
		return caller{}, counted, err
	}
	status, err := r.review(ctx, token)
	if err != nil {
		return caller{}, counted, outage(reasonAPIServer, err)
	}
	who, err := callerOf(status)
	if err != nil {
		r.charge(counted)
		return caller{}, counted, invalidToken(err)
	}
	return who, counted, nil
}

// limitOf returns the limit of a token. A pod's UID is unknown to all who may not read the pod.
func (r *reviewer) limitOf(ctx context.Context, address string, claimed claims) limit {
	if slices.Contains(r.namespaces, claimed.namespace) && r.isCached(ctx, claimed) {
		return limit{key: "pod " + string(claimed.podUID)}
	}
	return limit{key: address, total: true}
}

// isCached reports whether the cache has the pod of a token.
func (r *reviewer) isCached(ctx context.Context, claimed claims) bool {
	ctx, cancel := context.WithTimeout(ctx, cacheTimeout)
	defer cancel()
	pod := &corev1.Pod{}
	err := r.client.Get(ctx, types.NamespacedName{Namespace: claimed.namespace, Name: claimed.pod}, pod)
	return err == nil && pod.UID == claimed.podUID
}

// check returns a refusal if a limit is used up.
func (r *reviewer) check(counted limit) error {
	if wait := r.addresses.wait(counted.key); wait > 0 {
		return rateLimit(wait, "too many invalid tokens from this address or of this pod")
	}
	if !counted.total {
		return nil
	}
	if wait := r.failures.wait(allCallers); wait > 0 {
		return rateLimit(wait, "too many invalid tokens")
	}
	return nil
}

// charge counts a useless review against a limit.
func (r *reviewer) charge(counted limit) {
	if counted.total {
		r.failures.take(allCallers)
	}
	r.addresses.take(counted.key)
}

func (r *reviewer) review(ctx context.Context, token string) (authenticationv1.TokenReviewStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{
		Token: token, Audiences: []string{v1alpha1.TokenAudience},
	}}
	if err := r.client.Create(ctx, review); err != nil {
		return authenticationv1.TokenReviewStatus{}, fmt.Errorf("creating a TokenReview: %w", err)
	}
	return review.Status, nil
}

// addressOf returns the IP address that a request came from.
func addressOf(r *http.Request) string { return hostOf(r.RemoteAddr) }

// isFromSameHost reports whether a request came from the IP address that it was sent to: from the broker's own pod.
func isFromSameHost(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && hostOf(local.String()) == addressOf(r)
}

// hostOf returns an address without its port.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
