package watchdog

import (
	"context"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := New(time.Minute, func() time.Time { return now })
	entered, leave, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	r := w.Wrap("customerintegration", reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
		close(entered)
		<-leave
		return reconcile.Result{RequeueAfter: time.Hour}, nil
	}))

	if err := w.Check(nil); err != nil {
		t.Errorf("before any reconcile: %v", err)
	}
	go func() {
		defer close(left)
		result, err := r.Reconcile(context.Background(), reconcile.Request{})
		if err != nil || result.RequeueAfter != time.Hour {
			t.Errorf("Wrap does not return the result of the reconciler: %v, %v", result, err)
		}
	}()
	<-entered
	now = now.Add(time.Minute)
	if err := w.Check(nil); err != nil {
		t.Errorf("a reconcile of one minute is within the limit: %v", err)
	}
	now = now.Add(time.Second)
	if err := w.Check(nil); err == nil {
		t.Error("Check does not report a reconcile of more than a minute")
	}
	close(leave)
	<-left
	if err := w.Check(nil); err != nil {
		t.Errorf("after the reconcile ended: %v", err)
	}
}
