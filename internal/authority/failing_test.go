package authority

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// failingStep is one request, what it meets, and the outcome.
type failingStep struct {
	reason   string
	met      *maskinporten.Error
	customer types.NamespacedName
	want     string
}

// TestFailingCustomerHoldsNoOtherBack has one customer fail again and again, with a Retry-After: that holds no other
// customer back. While no customer gets an answer, its faults count like any other's.
func TestFailingCustomerHoldsNoOtherBack(t *testing.T) {
	jwk(t, generatedKey) // outside of the bubble, whose time would not pass meanwhile
	synctest.Test(t, failingCustomerHoldsNobodyBack)
}

func failingCustomerHoldsNobodyBack(t *testing.T) {
	met := &maskinporten.Error{Class: maskinporten.ClassServerError, RetryAfter: time.Minute}
	g := makeGuard(t, time.Now, Limits{}, func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
		if met != nil {
			return nil, met
		}
		return &maskinporten.Token{}, nil
	})
	failing := met
	other := types.NamespacedName{Namespace: "customers", Name: "other"}
	steps := []failingStep{
		{reason: "the first time", met: failing, customer: tiger, want: "asked: ServerError"},
		{reason: "others may not meet it", customer: other, want: "asked: "},
	}
	for range defaultFailures {
		steps = append(steps, []failingStep{
			{reason: "a minute later it is the customer's alone", met: failing, customer: tiger, want: "asked: ServerError"},
			{reason: "which is left alone", customer: tiger, want: "held: RateLimited"},
			{reason: "and the others' requests are sent", customer: other, want: "asked: "},
		}...)
	}
	for i, step := range steps {
		if step.customer == tiger && step.met != nil {
			<-time.After(time.Minute)
		}
		met = step.met
		if got := outcome(t, g, step.customer); got != step.want {
			t.Fatalf("step %d: %q, want %q: %s", i, got, step.want, step.reason)
		}
	}
	met = &maskinporten.Error{Class: maskinporten.ClassUnreachable}
	for i := range defaultFailures {
		_ = outcome(t, g, types.NamespacedName{Name: fmt.Sprint(i)})
	}
	<-time.After(time.Minute)
	if got := outcome(t, g, tiger); got != "asked: Unreachable" {
		t.Errorf("one may try: %q", got)
	}
	met = nil
	if got := outcome(t, g, other); got != "held: Unreachable" {
		t.Errorf("it failed, while no customer is answered: %q", got)
	}
}

// TestRetryAfterOutlivesItsCustomer deletes a customer with a Retry-After of a minute, and creates it again.
func TestRetryAfterOutlivesItsCustomer(t *testing.T) {
	now := noon
	g := makeGuard(t, func() time.Time { return now }, Limits{},
		func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
			return nil, &maskinporten.Error{Class: maskinporten.ClassRateLimited, RetryAfter: time.Minute}
		})
	steps := []failingStep{
		{reason: "the first time", want: "asked: RateLimited"},
		{reason: "created again", want: "held: RateLimited"},
	}
	for i, step := range steps {
		if got := outcome(t, g, tiger); got != step.want {
			t.Fatalf("step %d: %q, want %q: %s", i, got, step.want, step.reason)
		}
		g.Forget(tiger)
	}
	now = now.Add(time.Minute)
	g.Forget(tiger)
	if len(g.failing.all) > 0 {
		t.Errorf("%d customers are remembered for good", len(g.failing.all))
	}
}

// TestLaneSlots fills the lane: no request is deferred for longer than a minute.
func TestLaneSlots(t *testing.T) {
	var l lane
	for range laneWidth {
		if err := l.enter(noon); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		busy, ok := errors.AsType[*BusyError](l.enter(noon))
		if !ok || !busy.Until.After(noon) || busy.Until.After(noon.Add(maxRetry)) {
			t.Fatalf("customer %d: %v", i, busy)
		}
	}
}
