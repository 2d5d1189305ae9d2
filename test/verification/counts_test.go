package verification

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// fastClock is the real clock plus the time that it was advanced.
type fastClock struct{ ahead atomic.Int64 }

func (c *fastClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// countWithout lets the minute between two counts pass and deletes a customer, so that the Supplier counts the others.
func (w *world) countWithout(c *fastClock, key client.ObjectKey) {
	w.t.Helper()
	c.ahead.Add(int64(2 * time.Minute))
	w.must(w.client.Delete(context.Background(), w.customer(key)))
}

// counted returns the Supplier's counts as "total granted waiting withdrawn unknown".
func (w *world) counted() string {
	w.t.Helper()
	n := w.current().Status.Customers
	if n.Total == nil {
		return "none"
	}
	return fmt.Sprint(*n.Total, *n.Granted, *n.Waiting, *n.Withdrawn, *n.Unknown)
}

// TestSupplierCountsItsCustomers runs a whole manager while customers are created, grant access, and are deleted. It
// does not wait for the minutes between two counts.
func TestSupplierCountsItsCustomers(t *testing.T) {
	clock := &fastClock{}
	w := newWorld(t, server.Client, clock.Now, time.Hour)
	w.startManagerAt(clock.Now)
	says := func(want string) {
		t.Helper()
		eventually(t, "counts "+want, func() bool { return w.counted() == want })
	}
	says("0 0 0 0 0")
	all := numbers(4)
	keys := make([]client.ObjectKey, 0, len(all))
	for i, number := range all {
		if i < 3 {
			w.delegate(number)
		}
		keys = append(keys, w.addCustomer(number))
	}
	eventually(t, "verified customers",
		func() bool { return w.verified("True Delegated") == 3 && w.verified("False NotDelegated") == 1 })
	w.countWithout(clock, keys[0])
	says("3 2 1 0 0")
	if n := w.tokenRequests(supplierNumber); n != 1 {
		t.Errorf("%d proofs, want the one at the start: counting is no reason for another", n)
	}
}

// TestImplausibleWithdrawals lets eleven of thirteen customers withdraw within a few minutes. Each withdrawal counts,
// and the Supplier raises the alarm, also after a restart, until the hour is over.
func TestImplausibleWithdrawals(t *testing.T) {
	t.Parallel()
	const interval = 30 * time.Minute
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w := newWorld(t, server.Client, clock.Now, interval)
	all := numbers(13)
	keys := make([]client.ObjectKey, 0, len(all))
	for _, number := range all {
		w.delegate(number)
		keys = append(keys, w.addCustomer(number))
	}
	l := newLoop(w, clock)
	l.restart(keys...)
	l.run(interval / 2)
	alarm := func() string {
		return says(w.current().Status.Conditions, v1alpha1.ConditionWithdrawalsImplausible)
	}
	if got := alarm(); got != "False FewWithdrawals" {
		t.Fatalf("all have access, and it says %s", got)
	}
	for _, number := range all[:11] {
		w.withdraw(number)
	}
	l.run(interval)
	l.wake(client.ObjectKey{Name: l.name}) // as the manager's watch of customers does
	l.run(2 * time.Minute)
	if got := alarm(); got != "True ManyWithdrawals" {
		t.Errorf("eleven of thirteen have withdrawn: %s", got)
	}
	l.restart(keys...)
	l.run(time.Minute)
	if got := alarm(); got != "True ManyWithdrawals" {
		t.Errorf("after a restart: %s", got)
	}
	l.run(time.Hour)
	if got := alarm(); got != "False FewWithdrawals" {
		t.Errorf("the hour is over: %s", got)
	}
	if got := w.counted(); got != "13 2 0 11 0" {
		t.Errorf("the verdicts stand: %s", got)
	}
}
