package customerintegration

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// refusals are the reasons of runs that say something of the customer's access: no token was given, or NAV did not take it.
var refusals = map[runreport.Reason]bool{
	runreport.AccessRefused:    true,
	runreport.NAVTokenRejected: true,
	runreport.RightMissing:     true,
}

// refused reports whether the last run was refused access after the access was last verified, so that it should be verified now. The
// response is newer than the run: each run leads to one. A run that ended while its service was not available indicates nothing
// about the customer.
func refused(s *scope, name v1alpha1.ServiceName) bool {
	verified := s.authorization(name).LastVerifiedTime
	last := syncjob.FoldAll(knownSync(s.customer, name), s.children.Of(name)).LastRun
	if verified == nil || !refusals[runreport.Reason(last.Reason)] || !last.FinishedTime.After(verified.Time) {
		return false
	}
	ok, since := availability.Of(s.supplier, name)
	return (ok || since.IsZero()) && !last.FinishedTime.Time.Before(since)
}
