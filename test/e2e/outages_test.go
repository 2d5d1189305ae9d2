//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// outages causes one kind of outage after the other. No customer is written, and the Supplier reports each. The other
// kinds are in test/verification, with simulated time.
func (s *story) outages(t *testing.T) {
	told := len(transitions(s.journal.of(t, tiger)))
	var before map[string]string
	for _, c := range []struct {
		outage simwire.Outage
		reason string
	}{
		{outage: simwire.OutageServiceUnavailable, reason: v1alpha1.ReasonServerError},
		{outage: simwire.OutageForbiddenHTML, reason: v1alpha1.ReasonBlocked},
	} {
		s.maskinporten.breakDown(t, c.outage)
		s.maskinporten.forgetRequests(t)
		seen := await(t, s.supplierIs(t, "True CredentialsProved", "False "+c.reason))
		if before == nil {
			s.maskinporten.forgetRequests(t)
			s.awaitRefusals(t, c.outage, 2, 0) // requests in flight have ended, and responses from before been written
			before = s.versions(t)
			s.maskinporten.forgetRequests(t)
		}
		s.awaitRefusals(t, c.outage, 3, interval*11/10) // each customer would have been due
		if diff := cmp.Diff(before, s.versions(t)); diff != "" {
			t.Fatalf("%s: customers were written (-before +after):\n%s", c.outage, diff)
		}
		s.onlyTheSupplierAsks(t)
		t.Logf("%s: the Supplier reported %s after %s", c.outage, c.reason, seconds(seen))
	}
	for _, p := range []party{tiger, wolf} {
		if lacks := s.customerIs(t, p, "True Delegated", "True Delegated")(); lacks != "" {
			t.Errorf("after the outages: %s", lacks)
		}
	}

	s.maskinporten.repair(t)
	took := await(t, s.supplierIs(t, "True CredentialsProved", "True Reachable"))
	t.Logf("repaired: the Supplier reported it after %s", seconds(took))
	s.awaitChecks(t, 1, tiger, wolf, elk)
	if now := len(transitions(s.journal.of(t, tiger))); now != told {
		t.Errorf("%s had %d transitions before the outages, and now %d", tiger.name, told, now)
	}
}

// versions returns the resource version of every customer.
func (s *story) versions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, c := range s.customers(t) {
		all[c.Name] = c.ResourceVersion
	}
	return all
}

// awaitRefusals waits until Maskinporten has failed a number of the Supplier's own requests over a time, by the log of
// requests.
func (s *story) awaitRefusals(t *testing.T, outage simwire.Outage, count int, over time.Duration) {
	t.Helper()
	await(t, func() string {
		var times []time.Time
		for _, r := range s.maskinporten.requests(t) {
			if r.Consumer == supplierNumber && r.Outcome == string(outage) {
				times = append(times, r.Time)
			}
		}
		if len(times) >= count && times[len(times)-1].Sub(times[0]) > over {
			return ""
		}
		return fmt.Sprintf("%d requests of the Supplier's that met %s over %s: %v", count, outage, over, times)
	})
}

// onlyTheSupplierAsks verifies that no customer is verified during a known outage. A replica that does not lead still
// requests tokens for runs, and the hare's may be due.
func (s *story) onlyTheSupplierAsks(t *testing.T) {
	t.Helper()
	for _, r := range s.maskinporten.requests(t) {
		if r.Consumer != supplierNumber && r.Consumer != hare.number {
			t.Errorf("request during a known outage: %+v", r)
		}
	}
}
