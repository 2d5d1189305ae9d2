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

// refused reports whether the last run was refused access after the authority was last asked: it had better be asked now.
// Its answer is newer than the run, so that each run leads to one. While the Supplier is out of order a run says nothing of
// the customer: else all of them would be asked about, then or when it is well again.
func refused(s *scope, name v1alpha1.ServiceName) bool {
	verified := s.authorization(name).LastVerifiedTime
	last := syncjob.FoldAll(knownSync(s.customer, name), s.children.Of(name)).LastRun
	if verified == nil || !refusals[runreport.Reason(last.Reason)] || !last.FinishedTime.After(verified.Time) {
		return false
	}
	if availability.OutOfOrderSince(s.supplier, name) != nil {
		return false
	}
	inOrder := availability.InOrderSince(s.supplier, name)
	return inOrder == nil || !last.FinishedTime.Before(inOrder)
}
