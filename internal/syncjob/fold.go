package syncjob

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/runreport"
)

// FoldAll counts runs that have not been counted, oldest first.
func FoldAll(sync v1alpha1.ServiceSync, runs []Run) v1alpha1.ServiceSync {
	for _, r := range runs {
		sync = fold(sync, r)
	}
	return sync
}

// fold counts a run, unless it has been counted or does not count.
func fold(sync v1alpha1.ServiceSync, r Run) v1alpha1.ServiceSync {
	if !Counts(sync.LastRun, r) {
		return sync
	}
	finished := metav1.NewTime(r.Finished)
	if sync.LastRun.Reason != string(r.Reason) {
		sync.SameFailures, sync.RightMissingTime = 0, nil
	}
	sync.LastRun = v1alpha1.SyncRun{
		Outcome: r.Outcome, Reason: string(r.Reason), Cause: string(r.Report.Cause), FinishedTime: finished, JobUID: r.UID,
		Rejected: r.Report.Rejected, Refused: r.Report.Refused, RefusedByRegisters: r.Report.RefusedByRegisters,
		Unknown:  r.Report.Unknown,
		SetAside: r.Report.SetAside, HiddenPages: r.Report.HiddenPages,
	}
	if r.Report.OpenUnknown != nil {
		sync.OpenUnknown, sync.OpenUndecided = *r.Report.OpenUnknown, r.Report.OpenUndecided
	}
	if r.Outcome == v1alpha1.SyncSucceeded {
		sync.LastSuccessTime, sync.Failures, sync.SameFailures = &finished, 0, 0
		return sync
	}
	if r.Excused || condition.RunOf(string(r.Reason)).Disruption || repeatsRightMissing(sync, r) {
		return sync
	}
	if r.Reason == runreport.RightMissing {
		sync.RightMissingTime = &finished
	}
	sync.Failures++
	sync.SameFailures++
	return sync
}

// rightsCached is how long Altinn's policy decision point may answer NAV from its cache: delegations, roles and
// packages for five minutes (Altinn/altinn-authorization-tmp, appsettings.json).
const rightsCached = 5 * time.Minute

// repeatsRightMissing reports whether a run got the same cached answer about the right as the last one that was
// counted.
func repeatsRightMissing(sync v1alpha1.ServiceSync, r Run) bool {
	return r.Reason == runreport.RightMissing && sync.RightMissingTime != nil &&
		r.Finished.Before(sync.RightMissingTime.Add(rightsCached))
}

// Counts reports whether a run ended after the last counted one.
func Counts(last v1alpha1.SyncRun, r Run) bool {
	if r.UID == last.JobUID {
		return false // even if its time was corrected
	}
	return r.Finished.After(last.FinishedTime.Time) || (r.Finished.Equal(last.FinishedTime.Time) && r.UID > last.JobUID)
}

// OfVendor returns the runs of a custom service. One that reports a reason of built-in services alone has NoReport.
func OfVendor(runs []Run) []Run {
	for i := range runs {
		report, ok := runs[i].Report.OfVendor()
		if !ok && runs[i].Reason == runs[i].Report.Reason {
			runs[i].Reason = runreport.NoReport
		}
		runs[i].Report = report
	}
	return runs
}

// ExcuseOutage marks the runs that got neither a token nor a refusal before the end of an outage: they say nothing
// about the customer, and the Supplier reports the cause. It leaves out those of them that carried nothing.
func ExcuseOutage(runs []Run, end time.Time) []Run {
	for i := range runs {
		runs[i].Excused = runs[i].Reason == runreport.BrokerUnavailable && runs[i].Finished.Before(end)
	}
	return slices.DeleteFunc(runs, func(r Run) bool { return r.Excused && !carriedAnything(r.Report) })
}

// carriedAnything reports whether a run carried anything before it ended.
func carriedAnything(r runreport.Report) bool {
	return r.Rejected > 0 || r.Refused > 0 || r.Unknown > 0 || r.SetAside > 0 || r.Volumes != (runreport.Volumes{})
}
