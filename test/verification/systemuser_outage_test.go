package verification

import (
	"context"
	"net/http"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// altinnOutages are Altinn's ways to fail, each in every form, with what the Supplier reports.
var altinnOutages = map[string]struct {
	faults simwire.Faults
	reason string
}{
	"500html": {faults: simwire.Faults{Outage: simwire.OutageInternalServerError}, reason: "ServerError"},
	"502":     {faults: simwire.Faults{Outage: simwire.OutageBadGateway}, reason: "ServerError"},
	"503":     {faults: simwire.Faults{Outage: simwire.OutageServiceUnavailable}, reason: "ServerError"},
	"503-in30s": {
		faults: simwire.Faults{Outage: simwire.OutageServiceUnavailable, RetryAfter: simwire.RetryAfterSeconds},
		reason: "ServerError",
	},
	"503-at": {
		faults: simwire.Faults{Outage: simwire.OutageServiceUnavailable, RetryAfter: simwire.RetryAfterHTTPDate},
		reason: "ServerError",
	},
	"429": {faults: simwire.Faults{Outage: simwire.OutageTooManyRequests}, reason: "RateLimited"},
	"429-in30s": {
		faults: simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds},
		reason: "RateLimited",
	},
	"429-at": {
		faults: simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterHTTPDate},
		reason: "RateLimited",
	},
	"403html":   {faults: simwire.Faults{Outage: simwire.OutageForbiddenHTML}, reason: "Blocked"},
	"page":      {faults: simwire.Faults{Outage: simwire.OutageForeignPage}, reason: "BadResponse"},
	"json":      {faults: simwire.Faults{Outage: simwire.OutageForeignJSON}, reason: "BadResponse"},
	"204":       {faults: simwire.Faults{Outage: simwire.OutageForeignNoContent}, reason: "BadResponse"},
	"reset":     {faults: simwire.Faults{Outage: simwire.OutageConnectionReset}, reason: "Unreachable"},
	"lostreply": {faults: simwire.Faults{Outage: simwire.OutageConnectionResetAfterProcessing}, reason: "Unreachable"},
	"500-after": {faults: simwire.Faults{Outage: simwire.OutageErrorAfterProcessing}, reason: "ServerError"},
	"mid-body":  {faults: simwire.Faults{Outage: simwire.OutageResetMidBody}, reason: "Unreachable"},
	"truncated": {faults: simwire.Faults{Outage: simwire.OutageTruncated}, reason: "BadResponse"},
	"oversized": {faults: simwire.Faults{Outage: simwire.OutageOversized}, reason: "BadResponse"},
	"empty":     {faults: simwire.Faults{Outage: simwire.OutageEmptyBody}, reason: "BadResponse"},
	"slow":      {faults: simwire.Faults{Outage: simwire.OutageSlowDrip}, reason: "Unreachable"},
}

// TestEveryAltinnOutageIsTried verifies that the table above is complete.
func TestEveryAltinnOutageIsTried(t *testing.T) {
	tried := map[simwire.Outage]bool{}
	for _, o := range altinnOutages {
		tried[o.faults.Outage] = true
	}
	for _, o := range simwire.Outages() {
		if !tried[o] {
			t.Errorf("outage %s is not tried", o)
		}
	}
}

// TestAltinnOutages has Altinn fail in each way while one customer has approved and waits, and another has deleted its
// system user. Nothing is written to either. The Supplier reports the outage, follow-up plans go on, and after it all
// recovers by itself.
func TestAltinnOutages(t *testing.T) {
	t.Parallel()
	for name, o := range altinnOutages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, inMemory(t))
			if o.faults.Outage == simwire.OutageSlowDrip {
				l.pool.AltinnTransport = impatient{RoundTripper: http.DefaultTransport}
				l.pool.Forget(l.name)
			}
			l.verifyEvery(10 * time.Minute)
			granted := l.grantedBySystemUser(numbers(1)[0], notes)
			other := l.grantedBySystemUser(numbers(2)[1], plans, notes)
			waiting := l.customerOf(tiger, notes)
			l.run(time.Minute)
			before := []string{l.customerVersion(granted), l.customerVersion(waiting)}

			l.approve(tiger)
			l.deleteSystemUser(numbers(1)[0])
			l.must(l.simulator.SetFaults(simulator.Faults{Altinn: o.faults}))
			l.outageLasts(12*time.Minute, o.faults)
			after := []string{l.customerVersion(granted), l.customerVersion(waiting)}
			if before[0] != after[0] || before[1] != after[1] {
				t.Errorf("customers were written to: %+v and %+v", l.customer(granted).Status, l.customer(waiting).Status)
			}
			l.has(granted, notes, "Granted Delegated")
			l.has(waiting, notes, "AwaitingApproval AwaitingApproval")
			l.supplierSaysNow(v1alpha1.ConditionAltinnReachable, "False "+o.reason)
			l.supplierSaysNow(v1alpha1.ConditionMaskinportenReachable, "True Reachable")
			l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
			l.verifyNow(other, "during the outage")
			l.run(0)
			if got := l.customer(other).Status.LastHandledReconcileAt; got != "during the outage" {
				t.Errorf("a customer whose access needs no word of Altinn's is not verified meanwhile")
			}

			l.must(l.simulator.SetFaults(simulator.Faults{}))
			l.run(3 * time.Minute)
			l.has(granted, notes, "Withdrawn DelegationWithdrawn")
			l.has(waiting, notes, "Granted Delegated")
			l.has(other, plans, "Granted Delegated")
			l.supplierSaysNow(v1alpha1.ConditionAltinnReachable, "True Reachable")
		})
	}
}

// outageLasts lets time pass during an outage of Altinn, and verifies that requests are sent, and none before its
// Retry-After ends. If a customer's request met the outage, our own finds out at once whether it concerns all.
func (l *loop) outageLasts(d time.Duration, f simwire.Faults) {
	l.t.Helper()
	l.costs = nil // it forgets requests
	l.simulator.Recorder.Reset()
	l.run(d)
	calls := l.simulator.Recorder.Report().RecentCalls
	if len(calls) == 0 {
		l.t.Fatal("Altinn was not asked: nothing was tried")
	}
	if f.RetryAfter == "" {
		return
	}
	const own = "GET systemuser/request/vendor/bysystem/{systemId}"
	for i := range calls[1:] {
		if calls[i].Operation != own && calls[i+1].Operation == own {
			continue
		}
		// HTTP's dates are in whole seconds, and two customers may meet the limit a second apart.
		if pause := calls[i+1].Time.Sub(calls[i].Time); pause < 28*time.Second {
			l.t.Errorf("%s asked %s after Altinn wanted to be left alone for half a minute", calls[i+1].Operation, pause)
		}
	}
}

// impatient has a short time-out, so that the test does not wait for Altinn as long as a manager does.
type impatient struct{ http.RoundTripper }

// RoundTrip sends a request, and breaks off the response.
func (i impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	return i.RoundTripper.RoundTrip(r.WithContext(ctx))
}

// verifyEvery sets how often customers with access are verified.
func (l *loop) verifyEvery(interval time.Duration) {
	l.t.Helper()
	s := l.current()
	s.Spec.Verification.Interval = &metav1.Duration{Duration: interval}
	l.must(l.client.Update(context.Background(), s))
	l.wake(client.ObjectKey{Name: l.name})
	l.run(0)
}
