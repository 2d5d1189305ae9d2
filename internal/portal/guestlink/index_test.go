package guestlink

import (
	"bytes"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
)

func customer(name string, uid types.UID, revision string) *v1alpha1.CustomerIntegration {
	return &v1alpha1.CustomerIntegration{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: name, UID: uid,
		Annotations: map[string]string{v1alpha1.AnnotationLinkRevision: revision},
	}}
}

func key(t *testing.T, letter byte) customerlink.Key {
	t.Helper()
	k, err := customerlink.NewKey(bytes.Repeat([]byte{letter}, customerlink.MinKeySize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestIndex follows customers and the key: each customer is found by its present token, and by no other.
func TestIndex(t *testing.T) {
	current, version := key(t, 'a'), 1
	x := New(func() (customerlink.Key, int) { return current, version })
	h := x.Handler()
	tiger, elk := customer("tiger", "1", ""), customer("elk", "2", "")
	for i, step := range []struct {
		reason string
		do     func()
		opens  map[string]string // names by the token's letter, UID and revision
		closed []string
	}{
		{reason: "empty", do: func() {}, closed: []string{"a1", "a2"}},
		{reason: "added", do: func() { h.OnAdd(tiger, true); h.OnAdd(elk, false) }, opens: map[string]string{"a1": "tiger", "a2": "elk"}},
		{reason: "unchanged", do: func() { h.OnUpdate(tiger, tiger) }, opens: map[string]string{"a1": "tiger"}},
		{
			reason: "another revision", do: func() { h.OnUpdate(tiger, customer("tiger", "1", "x")) },
			opens: map[string]string{"a1x": "tiger", "a2": "elk"}, closed: []string{"a1"},
		},
		{
			reason: "another key", do: func() { current, version = key(t, 'b'), 2 },
			opens: map[string]string{"b1x": "tiger", "b2": "elk"}, closed: []string{"a1x", "a2"},
		},
		{
			reason: "created again", do: func() { h.OnUpdate(elk, customer("elk", "3", "")) },
			opens: map[string]string{"b3": "elk"}, closed: []string{"b2"},
		},
		{
			reason: "deleted", do: func() {
				h.OnDelete(customer("tiger", "1", "x"))
				h.OnDelete(toolscache.DeletedFinalStateUnknown{Key: "n/elk", Obj: customer("elk", "3", "")})
			}, closed: []string{"b1x", "b3"},
		},
		{reason: "other kinds", do: func() { h.OnAdd(&v1alpha1.Supplier{}, false); h.OnDelete(&v1alpha1.Supplier{}) }},
	} {
		step.do()
		token := func(text string) string { return key(t, text[0]).Token(types.UID(text[1:2]), text[2:]) }
		for text, want := range step.opens {
			if got, ok := x.Find(token(text)); !ok || got.Name != want {
				t.Errorf("step %d, %s: %s finds %s, want %s", i, step.reason, text, got, want)
			}
		}
		for _, text := range append(step.closed, "c1", "a9") {
			if got, ok := x.Find(token(text)); ok {
				t.Errorf("step %d, %s: %s finds %s", i, step.reason, text, got)
			}
		}
	}
	for _, wrong := range []string{"", "x", string(make([]byte, 1<<16))} {
		if got, ok := x.Find(wrong); ok {
			t.Errorf("found %s", got)
		}
	}
	if !x.Opens(x.Token(tiger), tiger) || x.Opens(x.Token(elk), tiger) || x.Opens("", tiger) {
		t.Error("a token opens another customer, or not its own")
	}
}
