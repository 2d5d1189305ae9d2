package controllers

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestSend verifies that a full channel does not block.
func TestSend(t *testing.T) {
	looks := make(chan event.GenericEvent, 1)
	send(looks, "default")
	send(looks, "default")
	if e := <-looks; e.Object.GetName() != "default" || e.Object.GetNamespace() != "" {
		t.Errorf("a look at %s/%s", e.Object.GetNamespace(), e.Object.GetName())
	}
	if len(looks) != 0 {
		t.Error("one too many")
	}
}

// kindsIn names the kinds of objects.
func kindsIn(t *testing.T, objects []client.Object) []schema.GroupVersionKind {
	t.Helper()
	scheme := fixture.Scheme(t)
	kinds := make([]schema.GroupVersionKind, 0, len(objects))
	for _, o := range objects {
		kind, err := apiutil.GVKForObject(o, scheme)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

// TestCacheByObject keeps of every kind that others have objects of only ours: a namespace's pods may be many, and
// none of our business.
func TestCacheByObject(t *testing.T) {
	whole := kindsIn(t, []client.Object{
		&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}, // ours
		&corev1.Secret{}, &corev1.ConfigMap{}, // in the manager's own namespace, and the latter by name
	})
	narrowed := map[schema.GroupVersionKind]bool{}
	for o, rule := range syncjob.CacheByObject(labels.Everything()) {
		kind := kindsIn(t, []client.Object{o})[0]
		narrowed[kind] = rule.Label != nil || rule.Field != nil
		if slices.Contains(whole, kind) {
			t.Errorf("%s is narrowed", kind)
		}
	}
	for _, kind := range kindsIn(t, CachedKinds()) {
		if !slices.Contains(whole, kind) && !narrowed[kind] {
			t.Errorf("all there are of %s would be cached", kind)
		}
	}
	if got := len(CachedKinds()); got != len(whole)+len(narrowed) {
		t.Errorf("%d kinds are read, and rules are for %d and %d others", got, len(narrowed), len(whole))
	}
}
