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
	// reviewsAtATime is how many reviews may be under way. The others wait.
	reviewsAtATime = 32
	// apiTimeout bounds each question to the API server.
	apiTimeout = 5 * time.Second
	// everybody is the key of the limit that holds for all callers together.
	everybody = ""
)

// reviewer asks the API server whose a token is. A token of nobody costs its sender, and everybody together, something of
// what they may ask: garbage must not become a flood at the API server.
type reviewer struct {
	client    client.Client
	underWay  chan struct{}
	failures  *rates // of all callers together
	addresses *rates // of each IP address
}

func newReviewer(c client.Client, limits Limits, now func() time.Time) *reviewer {
	return &reviewer{
		client:    c,
		underWay:  make(chan struct{}, reviewsAtATime),
		failures:  newRates(limits.FailureEvery, limits.FailureBurst, now),
		addresses: newRates(limits.AddressEvery, limits.AddressBurst, now),
	}
}

// whose gives who shows a token from an address. The error is a refusal.
func (r *reviewer) whose(ctx context.Context, address, token string) (caller, error) {
	select {
	case r.underWay <- struct{}{}:
		defer func() { <-r.underWay }()
	case <-ctx.Done():
		return caller{}, unavailable(reasonAPIServer, fmt.Errorf("waiting for other reviews: %w", ctx.Err()))
	}
	if wait := r.addresses.wait(address); wait > 0 {
		return caller{}, tooMany(wait, "too many tokens of nobody came from this address")
	}
	if wait := r.failures.wait(everybody); wait > 0 {
		return caller{}, tooMany(wait, "too many tokens of nobody came")
	}
	status, err := r.review(ctx, token)
	if err != nil {
		return caller{}, unavailable(reasonAPIServer, err)
	}
	who, err := callerOf(status)
	if err != nil {
		r.failures.take(everybody)
		r.charge(address)
		return caller{}, unauthenticated(err)
	}
	return who, nil
}

// charge takes from an address's share for a review that was of no use.
func (r *reviewer) charge(address string) { r.addresses.take(address) }

func (r *reviewer) review(ctx context.Context, token string) (authenticationv1.TokenReviewStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{
		Token: token, Audiences: []string{v1alpha1.TokenAudience},
	}}
	if err := r.client.Create(ctx, review); err != nil {
		return authenticationv1.TokenReviewStatus{}, fmt.Errorf("asking whose a token is: %w", err)
	}
	return review.Status, nil
}

// addressOf gives the IP address that a request came from.
func addressOf(r *http.Request) string { return hostOf(r.RemoteAddr) }

// isBeside reports whether a request came from the IP address that it was sent to: from the broker's own pod.
func isBeside(r *http.Request) bool {
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
