package verdict

import (
	"cmp"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// isDue reports whether a request is to be sent now. A response that waits to be written to the status counts as
// written, so its request is not repeated.
func (f *Facts) isDue(s *ServiceFacts) bool {
	kept, isKept := f.Kept[s.Name]
	if want := f.Requested.Of(s.Settled.Kind); want != (Requests{}) && (!isKept || kept.Requested != want) {
		return true
	}
	if kept.Retry.After(f.Now) {
		return kept.Fault // a request that met a fault stays due; Wait delays it until Retry
	}
	return !f.NextCheck(s.Known).After(f.Now) || f.wasRefused(s)
}

// NextCheck returns when an access is to be verified again: at once if it never was, or in the second after the
// interruption if its last verification is outdated.
func (f *Facts) NextCheck(known v1alpha1.Authorization) time.Time {
	next := pacing.NextCheck(known, pacing.IntervalsOf(f.Supplier), f.Customer.UID)
	if entitlement.IsOutdated(f.Supplier, known) && !entitlement.WasRejectedSince(f.Supplier, known) {
		return clock.Earlier(next, entitlement.CurrentFrom(f.Supplier))
	}
	return next
}

// Wait returns until when a request that is due has to wait, the zero time if it may be sent.
func (f *Facts) Wait(name v1alpha1.ServiceName) time.Time {
	at := f.Limits.Requests[name]
	want := f.Requested.Of(f.Of(name).Definition.Kind)
	if kept := f.Kept[name]; kept.Fault && kept.Tried == want { // a new value is sent at its own pace
		at = clock.Later(at, kept.Retry)
	}
	if at.After(f.Now) {
		return at
	}
	return time.Time{}
}

// refusals are the reasons of runs that concern the customer's access: there was no token, or the API did
// not accept it.
var refusals = map[runreport.Reason]bool{
	runreport.AccessRefused:        true,
	runreport.NAVTokenRejected:     true,
	runreport.RightMissing:         true,
	runreport.ServiceTokenRejected: true,
}

// wasRefused reports whether the last run was refused access after the last verification. The response to the request
// that follows is newer than the run, so each run leads to one request. While the service is not available, a run says
// nothing about the customer: otherwise all customers would be verified at once.
func (f *Facts) wasRefused(s *ServiceFacts) bool {
	last := syncjob.FoldAll(s.KnownSync, s.Runs).LastRun
	verified := cmp.Or(s.Known.LastRejectedTime, s.Known.LastVerifiedTime)
	if verified == nil || !refusals[runreport.Reason(last.Reason)] || !last.FinishedTime.After(verified.Time) {
		return false
	}
	ok, since := availability.Of(f.Supplier, s.Name)
	return (ok || since.IsZero()) && !last.FinishedTime.Time.Before(since)
}

// LongestOverdue returns how long the oldest verification of a customer has been due, 0 if none is. One that was never
// made has been due since the customer was created. A service that is a duplicate of a contender's is never due.
func LongestOverdue(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, contenders []entitlement.Contender, now time.Time,
) time.Duration {
	var longest time.Duration
	f := &Facts{
		Observed: Observed{Supplier: s, Customer: c, Contenders: contenders}, Authority: entitlement.AuthorityOf(s),
		Block: entitlement.BlockOf(s, c, availability.StopOf(s)),
	}
	for _, listed := range c.Spec.Services {
		definition, _ := services.Of(s, listed.Name)
		known := &ServiceFacts{
			CustomerService: listed, Definition: definition,
			Known: f.knownAccess(definition), DuplicateOf: f.duplicateOf(listed.Name),
		}
		if !f.isVerifiable(known) {
			continue
		}
		next := f.NextCheck(known.Known)
		if next.IsZero() {
			next = c.CreationTimestamp.Time
		}
		longest = max(longest, now.Sub(next))
	}
	return longest
}
