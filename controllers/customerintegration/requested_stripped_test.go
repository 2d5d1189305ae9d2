package customerintegration

import (
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/request"
)

// TestRequestsOutliveTheirAnnotation annotates a customer during an outage of Maskinporten, and takes the annotation
// away, or sets an older value, before it ends.
func TestRequestsOutliveTheirAnnotation(t *testing.T) {
	long := strings.Repeat("x", request.MaxRequest+1)
	hashed := request.Of(makeCustomer().requested(long).s.customer, v1alpha1.AnnotationReconcileRequestedAt, "", "")
	type step struct {
		value   string // of the annotation; "" is none
		suspend bool
		missing bool // the Supplier
		down    bool
		pending string // afterwards
		handled string
	}
	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"stripped": {
			reason: "it is answered when Maskinporten is",
			steps: []step{
				{value: "a", down: true, pending: "a"}, {down: true, pending: "a"}, {handled: "a"}, {handled: "a"},
			},
		},
		"older value": {
			reason: "git has the value that was handled before",
			steps: []step{
				{value: "git", handled: "git"},
				{value: "a", down: true, pending: "a", handled: "git"},
				{value: "git", down: true, pending: "a", handled: "git"},
				{handled: "a"},
			},
		},
		"suspended": {
			reason: "it waits longer",
			steps: []step{
				{value: "a", down: true, pending: "a"},
				{suspend: true, pending: "a"},
				{suspend: true, pending: "a"},
				{handled: "a"},
			},
		},
		"while suspended": {
			reason: "it is recorded though nothing is verified",
			steps: []step{
				{value: "a", suspend: true, pending: "a"},
				{suspend: true, pending: "a"},
				{down: true, pending: "a"},
				{handled: "a"},
			},
		},
		"supplier missing": {
			reason: "it is kept until the Supplier is back",
			steps:  []step{{value: "a", missing: true, pending: "a"}, {missing: true, pending: "a"}, {handled: "a"}},
		},
		"supplier missing during an outage": {
			reason: "it is kept through both",
			steps: []step{
				{value: "a", down: true, pending: "a"}, {missing: true, pending: "a"}, {down: true, pending: "a"}, {handled: "a"},
			},
		},
		"too long": {
			reason: "its hash is recorded",
			steps: []step{
				{value: long, down: true, pending: hashed}, {down: true, pending: hashed}, {handled: hashed}, {
					value: long,
					down:  true, handled: hashed,
				},
			},
		},
		"two": {
			reason: "the last one is answered, once",
			steps: []step{
				{value: "a", down: true, pending: "a"}, {value: "b", down: true, pending: "b"}, {
					down:    true,
					pending: "b",
				}, {handled: "b"}, {down: true, handled: "b"},
			},
		},
		"taken up again": {
			reason: "the value that was handled is set again while another is pending",
			steps: []step{
				{value: "a", handled: "a"}, {value: "b", down: true, pending: "b", handled: "a"}, {value: "a", handled: "b"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			now, class := fixture.Noon, maskinporten.Class("")
			c := makeReconciler(t, func() time.Time { return now }, func() maskinporten.Class { return class })
			c.Pool.Now = func() time.Time { return now }
			c.withoutSystem(t)
			c.pass(t) // granted
			last := ""
			for i, s := range tc.steps {
				now, class = now.Add(5*time.Minute), ""
				if s.down {
					class = maskinporten.ClassServerError
				}
				customer := c.shown(t)
				customer.Annotations, customer.Spec.Suspend = nil, s.suspend
				if s.value != "" {
					customer.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: s.value}
				}
				if err := c.cache.Client.Update(t.Context(), customer); err != nil {
					t.Fatal(err)
				}
				c.setSupplier(t, !s.missing)
				before := c.requests
				c.pass(t)
				got := c.shown(t).Status
				if got.PendingReconcileAt != s.pending || got.LastHandledReconcileAt != s.handled {
					t.Errorf("step %d: %s: pending %q, handled %q, want %q and %q", i, tc.reason, got.PendingReconcileAt,
						got.LastHandledReconcileAt, s.pending, s.handled)
				}
				verified := 0
				if !s.suspend && !s.missing && (s.pending != "" || s.handled != last) {
					verified = 1
				}
				if c.requests-before != verified {
					t.Errorf("step %d: %s: %d requests, want %d", i, tc.reason, c.requests-before, verified)
				}
				last = s.handled
			}
		})
	}
}

// setSupplier deletes or creates the Supplier.
func (c *counted) setSupplier(t *testing.T, exists bool) {
	t.Helper()
	supplier := fixture.Supplier()
	supplier.Spec.SystemUser.SystemID = ""
	var err error
	if exists {
		err = c.cache.Client.Create(t.Context(), supplier)
	} else {
		err = c.cache.Client.Delete(t.Context(), supplier)
	}
	if !apierrors.IsAlreadyExists(err) && client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
}
