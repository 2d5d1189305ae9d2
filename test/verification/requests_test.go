package verification

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestRequestedVerification requests a verification by annotation: one is made per value, and acknowledged after the
// response.
func TestRequestedVerification(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(time.Minute)

	l.must(l.simulator.SetFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{
			AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
		},
	}))
	l.verifyNow(key, "first")
	l.run(10 * time.Minute)
	if got := l.customer(key).Status.LastHandledReconcileAt; got != "" {
		t.Errorf("acknowledged %q without an answer", got)
	}
	l.must(l.simulator.SetFaults(simulator.Faults{}))
	l.run(10 * time.Minute)
	if got := l.customer(key).Status.LastHandledReconcileAt; got != "first" {
		t.Errorf("acknowledged %q, want first", got)
	}
	l.simulator.Recorder.Reset()
	l.wake(key)
	l.run(time.Hour)
	if n := l.tokenRequests(tiger); n != 0 {
		t.Errorf("asked %d times more for the same request", n)
	}
	l.verifyNow(key, "second")
	l.run(time.Minute)
	if n := l.tokenRequests(tiger); n != 1 {
		t.Errorf("asked %d times for the second request, want 1", n)
	}
}

// TestStrippedRequest requests a verification during an outage and removes the annotation, as a GitOps engine does. The
// request is handled once all the same, also by another leader.
func TestStrippedRequest(t *testing.T) {
	t.Parallel()
	for name, restarts := range map[string]bool{"one leader": false, "another leader": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
			key := l.addCustomer(tiger)
			l.delegate(tiger)
			l.wake(key)
			l.run(time.Minute)

			l.must(l.simulator.SetFaults(simulator.Faults{
				Faults: simmaskinporten.Faults{
					AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
				},
			}))
			l.annotate(key, v1alpha1.AnnotationReconcileRequestedAt, "first")
			l.annotateSupplier("of-the-supplier")
			l.wake(key)
			l.wake(client.ObjectKey{Name: l.name})
			before := l.customer(key).ResourceVersion
			l.run(0)
			recorded := l.customer(key)
			if recorded.Status.PendingReconcileAt != "first" || recorded.ResourceVersion == before {
				t.Errorf("the pending request is %q, want first", recorded.Status.PendingReconcileAt)
			}
			l.run(10 * time.Minute)
			if got := l.customer(key).ResourceVersion; got != recorded.ResourceVersion {
				t.Error("the record of a request is written more than once")
			}
			l.strip(key)
			if restarts {
				l.restart(key)
			}
			l.run(time.Minute)
			l.must(l.simulator.SetFaults(simulator.Faults{}))
			l.simulator.Recorder.Reset()
			l.run(10 * time.Minute)
			status := l.customer(key).Status
			if status.LastHandledReconcileAt != "first" || status.PendingReconcileAt != "" {
				t.Errorf("handled %q, pending %q: want first, and none", status.LastHandledReconcileAt, status.PendingReconcileAt)
			}
			if n := l.tokenRequests(tiger); n != 1 {
				t.Errorf("%d requests for it, want 1", n)
			}
			if got := l.current().Status; got.LastHandledReconcileAt != "of-the-supplier" || got.PendingReconcileAt != "" {
				t.Errorf("the Supplier handled %q, pending %q", got.LastHandledReconcileAt, got.PendingReconcileAt)
			}
		})
	}
}

// strip removes the annotations of a customer and its Supplier.
func (l *loop) strip(key client.ObjectKey) {
	l.t.Helper()
	c := l.customer(key)
	c.Annotations = nil
	l.must(l.client.Update(context.Background(), c))
	s := l.current()
	s.Annotations = nil
	l.must(l.client.Update(context.Background(), s))
}

// TestSuspend suspends a customer, and then its Supplier: no request is sent, and the known state comes back.
func TestSuspend(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, time.Hour), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(time.Minute)

	suspensions := map[string]func(bool){
		"customer": func(on bool) {
			c := l.customer(key)
			c.Spec.Suspend = on
			l.must(l.client.Update(context.Background(), c))
		},
		"supplier": func(on bool) {
			s := l.current()
			s.Spec.Suspend = on
			l.must(l.client.Update(context.Background(), s))
			l.wake(client.ObjectKey{Name: l.name})
		},
	}
	for what, suspend := range suspensions {
		suspend(true)
		l.wake(key)
		l.run(0)
		l.simulator.Recorder.Reset()
		l.run(3 * time.Hour)
		if n := l.tokenRequests(tiger); n != 0 {
			t.Errorf("%s suspended: asked %d times for the customer", what, n)
		}
		status := l.customer(key).Status
		if got := says(status.Conditions, v1alpha1.ConditionReady); got != "False Suspended" {
			t.Errorf("%s suspended: Ready %s", what, got)
		}
		if got := says(status.Conditions, v1alpha1.ConditionDelegationVerified); got != "Unknown Suspended" {
			t.Errorf("%s suspended: DelegationVerified %s", what, got)
		}
		if got := status.Services[0].Authorization.State; got != v1alpha1.AuthorizationGranted {
			t.Errorf("%s suspended: the access is %s: what was known is lost", what, got)
		}
		suspend(false)
		l.wake(key)
		l.run(time.Minute)
		if got := says(l.customer(key).Status.Conditions, v1alpha1.ConditionReady); got != "True Delegated" {
			t.Errorf("%s resumed: Ready %s", what, got)
		}
	}
}

// TestSteadyState lets a day pass: one request and one write per customer per interval, with access and without.
func TestSteadyState(t *testing.T) {
	t.Parallel()
	const interval = time.Hour
	for name, delegated := range map[string]bool{"granted": true, "waiting": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			l := newLoop(newWorld(t, server.Client, clock.Now, interval), clock)
			key := l.addCustomer(tiger)
			if delegated {
				l.delegate(tiger)
			}
			l.wake(key)
			l.run(10 * time.Minute) // past the first steps of waiting
			l.simulator.Recorder.Reset()
			before := l.customer(key)
			l.run(24 * interval)
			asked := l.tokenRequests(tiger)
			if asked < 21 || asked > 27 {
				t.Errorf("asked %d times in 24 intervals", asked)
			}
			after := l.customer(key)
			if after.Status.Conditions[0].LastTransitionTime != before.Status.Conditions[0].LastTransitionTime {
				t.Error("a transition was recorded where none was")
			}
			if after.Status.Services[0].Authorization.LastVerifiedTime.Equal(
				before.Status.Services[0].Authorization.LastVerifiedTime) {
				t.Error("lastVerifiedTime stood still")
			}
			if n := len(l.recorded.Events); n != 2 { // the Supplier's first verdict and the customer's
				t.Errorf("%d events, want one a transition", n)
			}
		})
	}
}

// TestFlapping delegates and withdraws: one event per transition, and since is the time of the last.
func TestFlapping(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, time.Hour), clock)
	key := l.addCustomer(tiger)
	l.wake(key)
	l.run(time.Minute)
	for range 5 {
		l.delegate(tiger)
		l.run(2 * time.Hour)
		l.withdraw(tiger)
		l.run(2 * time.Hour)
	}
	if n := len(l.recorded.Events); n != 12 { // the Supplier's and the customer's first, and ten transitions
		t.Errorf("%d events, want 12", n)
	}
	a := l.customer(key).Status.Services[0].Authorization
	if a.State != v1alpha1.AuthorizationWithdrawn {
		t.Errorf("the access is %s", a.State)
	}
}

func (l *loop) annotateSupplier(value string) {
	l.t.Helper()
	s := l.current()
	s.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
	l.must(l.client.Update(context.Background(), s))
}

func (l *loop) annotate(key client.ObjectKey, annotation, value string) {
	l.t.Helper()
	c := l.customer(key)
	metav1.SetMetaDataAnnotation(&c.ObjectMeta, annotation, value)
	l.must(l.client.Update(context.Background(), c))
}
