package broker

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// maxReviews is how many reviews may be in flight. Further requests wait.
	maxReviews = 32
	// apiTimeout limits each request to the API server.
	apiTimeout = 5 * time.Second
	// allCallers is the key of the limit of all callers together.
	allCallers = ""
)

// reviewer identifies callers by TokenReviews. It limits the reviews of invalid tokens, per address and in total, to protect
// the API server from floods.
type reviewer struct {
	client    client.Client
	inFlight  chan struct{}
	failures  *rates // key: allCallers
	addresses *rates // key: IP address
}

func newReviewer(c client.Client, limits Limits, now func() time.Time) *reviewer {
	return &reviewer{
		client:    c,
		inFlight:  make(chan struct{}, maxReviews),
		failures:  newRates(limits.FailureEvery, limits.FailureBurst, now),
		addresses: newRates(limits.AddressEvery, limits.AddressBurst, now),
	}
}

// identify returns the caller with a token, from an address. The error is a refusal.
func (r *reviewer) identify(ctx context.Context, address, token string) (caller, error) {
	select {
	case r.inFlight <- struct{}{}:
		defer func() { <-r.inFlight }()
	case <-ctx.Done():
		return caller{}, outage(reasonAPIServer, fmt.Errorf("waiting for other reviews: %w", ctx.Err()))
	}
	if wait := r.addresses.wait(address); wait > 0 {
		return caller{}, rateLimit(wait, "too many invalid tokens from this address")
	}
	if wait := r.failures.wait(allCallers); wait > 0 {
		return caller{}, rateLimit(wait, "too many invalid tokens")
	}
	status, err := r.review(ctx, token)
	if err != nil {
		return caller{}, outage(reasonAPIServer, err)
	}
	who, err := callerOf(status)
	if err != nil {
		r.failures.take(allCallers)
		r.charge(address)
		return caller{}, invalidToken(err)
	}
	return who, nil
}

// charge counts a useless review against an address.
func (r *reviewer) charge(address string) { r.addresses.take(address) }

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
