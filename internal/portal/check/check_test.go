package check

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// at returns a time as the value of an annotation.
func at(ago time.Duration) string { return now.Add(-ago).Format(time.RFC3339) }

// TestStateOf verifies what a customer's annotations and status say about its verification.
func TestStateOf(t *testing.T) {
	for name, tc := range map[string]struct {
		reason                       string
		annotation, pending, handled string
		want                         State
	}{
		"never":              {reason: "nothing was requested", want: State{Allowed: true}},
		"just now":           {reason: "the operator has not answered", annotation: at(5 * time.Second), want: State{Running: true, Since: now.Add(-5 * time.Second)}},
		"answered":           {reason: "one a minute", annotation: at(5 * time.Second), handled: at(5 * time.Second), want: State{}},
		"a minute":           {reason: "the minute is over", annotation: at(time.Minute), handled: at(time.Minute), want: State{Allowed: true}},
		"slow":               {reason: "an outage lasts", annotation: at(2 * time.Minute), want: State{Running: true, Since: now.Add(-2 * time.Minute), Slow: true, Allowed: true}},
		"forgotten":          {reason: "the operator may be gone", annotation: at(time.Hour), want: State{Allowed: true}},
		"stripped":           {reason: "a GitOps engine removed the annotation", pending: at(30 * time.Second), want: State{Running: true, Since: now.Add(-30 * time.Second)}},
		"stripped, answered": {reason: "the minute counts nevertheless", handled: at(30 * time.Second), want: State{}},
		"a newer request": {
			reason: "the latest counts", annotation: at(10 * time.Second), pending: at(50 * time.Second), handled: at(2 * time.Minute),
			want: State{Running: true, Since: now.Add(-10 * time.Second)},
		},
		"no time": {reason: "a person may write anything", annotation: "soon", want: State{Allowed: true}},
		"future":  {reason: "a wrong clock does not close the button", annotation: at(-time.Hour), want: State{Allowed: true}},
		"skew":    {reason: "clocks differ by some seconds", annotation: at(-20 * time.Second), want: State{Running: true, Since: now.Add(20 * time.Second)}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &v1alpha1.CustomerIntegration{}
			c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: tc.annotation}
			c.Status.PendingReconcileAt, c.Status.LastHandledReconcileAt = tc.pending, tc.handled
			if diff := cmp.Diff(tc.want, StateOf(c, now)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// kubernetes has one customer. Its first patches conflict.
type kubernetes struct {
	client.Client

	customer  v1alpha1.CustomerIntegration
	conflicts int
	err       error
	patches   int
}

func (k *kubernetes) Patch(context.Context, client.Object, client.Patch, ...client.PatchOption) error {
	k.patches++
	if k.patches <= k.conflicts {
		return apierrors.NewConflict(schema.GroupResource{}, "x", errors.New("another version"))
	}
	return k.err
}

func (k *kubernetes) Get(_ context.Context, _ client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	k.customer.DeepCopyInto(o.(*v1alpha1.CustomerIntegration))
	return nil
}

// TestRequest verifies the order of patch and decision when the customer changes meanwhile.
func TestRequest(t *testing.T) {
	requested := v1alpha1.CustomerIntegration{}
	requested.UID = "1"
	requested.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: at(time.Second)}
	other := v1alpha1.CustomerIntegration{}
	other.UID = "2"
	changed := v1alpha1.CustomerIntegration{}
	changed.UID = "1"
	refused := errors.New("refused")
	for name, tc := range map[string]struct {
		reason  string
		k       kubernetes
		patches int
		err     error
		fails   bool
	}{
		"written":           {reason: "the first patch", patches: 1},
		"status written":    {reason: "the operator wrote the status", k: kubernetes{customer: changed, conflicts: 1}, patches: 2},
		"another replica":   {reason: "another replica requested it", k: kubernetes{customer: requested, conflicts: 1}, patches: 1, err: ErrTooSoon},
		"created again":     {reason: "it is another customer", k: kubernetes{customer: other, conflicts: 1}, patches: 1, fails: true},
		"changes too often": {reason: "it gives up", k: kubernetes{customer: changed, conflicts: 9}, patches: 3, fails: true},
		"refused":           {reason: "such as by the policy", k: kubernetes{err: refused}, patches: 1, err: refused},
	} {
		t.Run(name, func(t *testing.T) {
			r := Requester{Client: &tc.k, Now: func() time.Time { return now }}
			c := changed
			err := r.Request(t.Context(), &c)
			if tc.fails && err == nil || !tc.fails && !errors.Is(err, tc.err) {
				t.Errorf("%s: %v, want %v", tc.reason, err, tc.err)
			}
			if tc.k.patches != tc.patches {
				t.Errorf("%s: %d patches, want %d", tc.reason, tc.k.patches, tc.patches)
			}
		})
	}
}
