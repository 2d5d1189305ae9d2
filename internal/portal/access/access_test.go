package access

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kubernetes answers reviews.
type kubernetes struct {
	client.Client

	mu      sync.Mutex
	allowed []string
	denied  []string
	err     error
	asked   []authorizationv1.SubjectAccessReviewSpec
}

func (k *kubernetes) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	review := o.(*authorizationv1.SubjectAccessReview)
	k.asked = append(k.asked, review.Spec)
	review.Status.Allowed = slices.Contains(k.allowed, review.Spec.ResourceAttributes.Namespace)
	review.Status.Denied = slices.Contains(k.denied, review.Spec.ResourceAttributes.Namespace)
	return k.err
}

var nora = Person{Username: "oidc:nora", Groups: []string{"north"}}

// TestNamespaces verifies what a person sees.
func TestNamespaces(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		k      *kubernetes
		want   []string
		err    bool
	}{
		"some":   {reason: "those that are allowed", k: &kubernetes{allowed: []string{"b"}}, want: []string{"b"}},
		"none":   {reason: "no right is no namespace", k: &kubernetes{}},
		"all":    {reason: "in order", k: &kubernetes{allowed: []string{"c", "b", "a"}}, want: []string{"a", "b", "c"}},
		"denied": {reason: "a refusal outweighs a permission", k: &kubernetes{allowed: []string{"a"}, denied: []string{"a"}}},
		"outage": {
			reason: "an error is no answer", k: &kubernetes{allowed: []string{"a"}, err: errors.New("down")}, err: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := New(tc.k, []string{"c", "a", "b", "a"}, time.Now)
			got, err := a.Namespaces(t.Context(), nora)
			if (err != nil) != tc.err {
				t.Errorf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestReview verifies the request: the verb, the group and the resource, and the group that Kubernetes adds to each
// user.
func TestReview(t *testing.T) {
	k := &kubernetes{}
	if _, err := New(k, []string{"a"}, time.Now).Namespaces(t.Context(), nora); err != nil {
		t.Fatal(err)
	}
	want := []authorizationv1.SubjectAccessReviewSpec{{
		User: "oidc:nora", Groups: []string{"north", "system:authenticated"},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: "a", Verb: "get", Group: "integrations.4human.no", Resource: "customerintegrations",
		},
	}}
	if diff := cmp.Diff(want, k.asked); diff != "" {
		t.Errorf("reviews (-want +got):\n%s", diff)
	}
}

// TestKept verifies that a response is used for a minute, for this person alone, and an error never.
func TestKept(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	k := &kubernetes{err: errors.New("down")}
	a := New(k, []string{"a"}, func() time.Time { return now })
	ask := func(p Person) int {
		t.Helper()
		before := len(k.asked)
		_, err := a.Namespaces(t.Context(), p)
		if (err != nil) != (k.err != nil) {
			t.Errorf("got %v", err)
		}
		return len(k.asked) - before
	}
	for name, step := range []struct {
		reason  string
		after   time.Duration
		repair  bool
		person  Person
		reviews int
	}{
		{reason: "down", person: nora, reviews: 1},
		{reason: "still down: an error is not kept", person: nora, reviews: 1},
		{reason: "repaired", repair: true, person: nora, reviews: 1},
		{reason: "kept", after: 59 * time.Second, person: nora},
		{reason: "another user", person: Person{Username: "oidc:alf", Groups: nora.Groups}, reviews: 1},
		{reason: "other groups", person: Person{Username: nora.Username, Groups: []string{"north", "west"}}, reviews: 1},
		{reason: "groups that look like one", person: Person{Username: nora.Username, Groups: []string{`north","west`}}, reviews: 1},
		{reason: "after a minute", after: 2 * time.Second, person: nora, reviews: 1},
	} {
		now = now.Add(step.after)
		if step.repair {
			k.err = nil
		}
		if got := ask(step.person); got != step.reviews {
			t.Errorf("step %d, %s: %d reviews, want %d", name, step.reason, got, step.reviews)
		}
	}
}
