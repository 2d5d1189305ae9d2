package controllers

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

// foldAll counts the runs of a service that have not been counted.
func foldAll(sync v1alpha1.ServiceSync, c *child) v1alpha1.ServiceSync {
	for _, r := range runsOf(c) {
		sync = fold(sync, r)
	}
	return sync
}

// fold counts a run, unless it has been counted or counts for nothing.
func fold(sync v1alpha1.ServiceSync, r run) v1alpha1.ServiceSync {
	if !counts(sync.LastRun, r) {
		return sync
	}
	finished := metav1.NewTime(r.finished)
	if sync.LastRun.Reason != r.reason {
		sync.SameFailures, sync.RightMissingTime = 0, nil
	}
	sync.LastRun = v1alpha1.SyncRun{
		Outcome: r.outcome, Reason: r.reason, FinishedTime: finished, JobUID: r.uid,
		Rejected: r.report.Rejected, Refused: r.report.Refused, RefusedByRegisters: r.report.RefusedByRegisters, Unknown: r.report.Unknown,
		SetAside: r.report.SetAside, HiddenPages: r.report.HiddenPages,
	}
	if r.report.OpenUnknown != nil {
		sync.OpenUnknown, sync.OpenUndecided = *r.report.OpenUnknown, r.report.OpenUndecided
	}
	if r.outcome == v1alpha1.SyncSucceeded {
		sync.LastSuccessTime, sync.Failures, sync.SameFailures = &finished, 0, 0
		return sync
	}
	if withoutToken(r) || repeatsRightMissing(sync, r) {
		return sync
	}
	if r.reason == string(runreport.RightMissing) {
		sync.RightMissingTime = &finished
	}
	sync.Failures++
	sync.SameFailures++
	return sync
}

// rightsCached is how long Altinn's policy decision point may answer NAV from its cache: delegations, roles and packages for
// five minutes (Altinn/altinn-authorization-tmp, appsettings.json).
const rightsCached = 5 * time.Minute

// repeatsRightMissing reports whether a run got the same cached answer about the right as the last one that was counted.
func repeatsRightMissing(sync v1alpha1.ServiceSync, r run) bool {
	return r.reason == string(runreport.RightMissing) && sync.RightMissingTime != nil && r.finished.Before(sync.RightMissingTime.Add(rightsCached))
}

// counts reports whether a run ended after the last one that was counted, and counts for anything. One that got no token,
// though nobody said no, is not the customer's: it is told on the Supplier, once, and not written to each of its customers,
// unless it had carried something before.
func counts(last v1alpha1.SyncRun, r run) bool {
	if withoutToken(r) && !carried(r.report) {
		return false
	}
	if r.uid == last.JobUID {
		return false // also if its time was corrected since
	}
	return r.finished.After(last.FinishedTime.Time) || (r.finished.Equal(last.FinishedTime.Time) && r.uid > last.JobUID)
}

// carried reports whether a run had done anything before it ended.
func carried(r runreport.Report) bool {
	return r.Rejected > 0 || r.Refused > 0 || r.Unknown > 0 || r.SetAside > 0 || r.Volumes != (runreport.Volumes{})
}

// withoutToken reports whether a run failed for want of a token that nobody denied.
func withoutToken(r run) bool { return r.reason == string(runreport.BrokerUnavailable) }
