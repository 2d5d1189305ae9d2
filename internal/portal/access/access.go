// Package access decides what a person sees. It requests SubjectAccessReviews from Kubernetes: a person who may get
// customerintegrations in a namespace sees its customers.
package access

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// lifetime is how long a response is used, and so how long a removed right lasts at most.
	lifetime = time.Minute
	// maxResponses bounds the responses that are kept.
	maxResponses = 20_000
	// timeout bounds the requests for one page.
	timeout = 5 * time.Second
	// concurrent bounds the requests at one time for one page.
	concurrent = 8
	// authenticated is the group that Kubernetes adds to each user that logged in.
	authenticated = "system:authenticated"
)

// Person is a user of Kubernetes.
type Person struct {
	Username string
	Groups   []string
}

// Access reads the rights of people in some namespaces. It is safe for concurrent use.
type Access struct {
	client     client.Client
	namespaces []string
	responses  *cache.LRUExpireCache
}

// New returns an Access to some namespaces. The client creates SubjectAccessReviews.
func New(c client.Client, namespaces []string, now func() time.Time) *Access {
	sorted := slices.Compact(slices.Sorted(slices.Values(namespaces)))
	return &Access{
		client: c, namespaces: sorted, responses: cache.NewLRUExpireCacheWithClock(maxResponses, clock(now)),
	}
}

// Namespaces returns the namespaces whose customers a person may see, in order. It returns an error if Kubernetes does
// not respond.
func (a *Access) Namespaces(ctx context.Context, p Person) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	allowed := make([]bool, len(a.namespaces))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrent)
	for i, namespace := range a.namespaces {
		group.Go(func() error {
			var err error
			allowed[i], err = a.allowed(ctx, p, namespace)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var visible []string
	for i, namespace := range a.namespaces {
		if allowed[i] {
			visible = append(visible, namespace)
		}
	}
	return visible, nil
}

// allowed returns Kubernetes' response, which may be a minute old. Failures are not kept.
func (a *Access) allowed(ctx context.Context, p Person, namespace string) (bool, error) {
	key, err := keyOf(p, namespace)
	if err != nil {
		return false, err
	}
	if known, ok := a.responses.Get(key); ok {
		return known == true, nil
	}
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: p.Username, Groups: append(slices.Clone(p.Groups), authenticated),
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: "get", Group: v1alpha1.GroupVersion.Group, Resource: "customerintegrations", Namespace: namespace,
		},
	}}
	if err := a.client.Create(ctx, review); err != nil {
		return false, fmt.Errorf("reviewing what a person may see in namespace %s: %w", namespace, err)
	}
	allowed := review.Status.Allowed && !review.Status.Denied
	a.responses.Add(key, allowed, lifetime)
	return allowed, nil
}

// keyOf returns the key of a response: a hash, so that it holds no name of a person and is short for many groups.
func keyOf(p Person, namespace string) ([sha256.Size]byte, error) {
	text, err := json.Marshal([]any{p.Username, p.Groups, namespace})
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("naming a person: %w", err)
	}
	return sha256.Sum256(text), nil
}

// clock is a clock of LRUExpireCache.
type clock func() time.Time

// Now returns the time.
func (c clock) Now() time.Time { return c() }
