package syncjob

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// well and badly are runs that ended a while after noon.
func well(uid string, after time.Duration) Run {
	return Run{UID: uid, Finished: fixture.Noon.Add(after), Outcome: v1alpha1.SyncSucceeded}
}

// reported is a run with a report.
func reported(r Run, report runreport.Report) Run {
	r.Report = report
	return r
}

func badly(uid string, after time.Duration) Run {
	return Run{UID: uid, Finished: fixture.Noon.Add(after), Outcome: v1alpha1.SyncFailed, Reason: "NAVError"}
}

func noRight(uid string, after time.Duration) Run {
	r := badly(uid, after)
	r.Reason = runreport.RightMissing
	return r
}

// disrupted is a run that was interrupted from outside.
func disrupted(uid string, after time.Duration, reason runreport.Reason) Run {
	r := badly(uid, after)
	r.Reason = reason
	return r
}

// TestOfVendor verifies that a vendor's image reports nothing about NAV.
func TestOfVendor(t *testing.T) {
	counts := runreport.Report{
		Outcome: runreport.Succeeded, RefusedByRegisters: 7, Refused: 7, SetAside: 2,
		Volumes: runreport.Volumes{PlansSent: 3, ItemsSent: 4},
	}
	failed := func(reason runreport.Reason) runreport.Report {
		return runreport.Report{Outcome: runreport.Failed, Reason: reason}
	}
	cases := map[string]struct {
		reason string
		report runreport.Report
		ran    runreport.Reason // of the run
		want   runreport.Reason
		kept   runreport.Report
	}{
		"counts": {
			reason: "plans are not the vendor's", report: counts, kept: runreport.Report{
				Outcome: runreport.Succeeded, SetAside: 2, Volumes: runreport.Volumes{ItemsSent: 4},
			},
		},
		"table": {
			reason: "the contract has it", report: failed(runreport.ServiceError), ran: runreport.ServiceError,
			want: runreport.ServiceError, kept: failed(runreport.ServiceError),
		},
		"NAV": {
			reason: "it raises an alarm", report: failed(runreport.NAVError), ran: runreport.NAVError, want: runreport.NoReport,
		},
		"right": {
			reason: "so does this", report: failed(runreport.RightMissing), ran: runreport.RightMissing,
			want: runreport.NoReport,
		},
		"refused": {
			reason: "the cluster's reason counts", report: failed(runreport.NAVError), ran: runreport.PodRefused,
			want: runreport.PodRefused,
		},
		"pod": {reason: "it is the pod's", ran: runreport.OutOfMemory, want: runreport.OutOfMemory},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := OfVendor([]Run{{Reason: c.ran, Report: c.report}})
			if diff := cmp.Diff([]Run{{Reason: c.want, Report: c.kept}}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestFold(t *testing.T) {
	noToken := badly("b", 1)
	noToken.Reason = runreport.BrokerUnavailable
	last := func(r Run) v1alpha1.SyncRun {
		return v1alpha1.SyncRun{
			Outcome: r.Outcome, Reason: string(r.Reason), FinishedTime: metav1.NewTime(r.Finished),
			JobUID: r.UID,
		}
	}
	other := badly("b", 1)
	other.Reason = "HRMUnreachable"
	few := reported(well("a", 0), runreport.Report{Rejected: 2, Unknown: 1, OpenUnknown: new(int32(4))})
	fewLast := last(few)
	fewLast.Rejected, fewLast.Unknown = 2, 1
	failedLater := reported(badly("b", 1), runreport.Report{Unknown: 3})
	failedLast := last(failedLater)
	failedLast.Unknown = 3
	asideLast, tokenLast := last(badly("a", 0)), last(noToken)
	asideLast.SetAside, asideLast.HiddenPages, tokenLast.SetAside = 2, 3, 1
	half := reported(noToken, runreport.Report{Volumes: runreport.Volumes{PlansSent: 1}})
	cases := map[string]struct {
		reason string
		runs   []Run
		want   v1alpha1.ServiceSync
	}{
		"none": {reason: "nothing has run", want: v1alpha1.ServiceSync{}},
		"well": {
			reason: "the first run",
			runs:   []Run{well("a", 0)}, want: v1alpha1.ServiceSync{LastSuccessTime: at(0), LastRun: last(well("a", 0))},
		},
		"badly": {
			reason: "a failure is counted",
			runs:   []Run{badly("a", 0)},
			want:   v1alpha1.ServiceSync{Failures: 1, SameFailures: 1, LastRun: last(badly("a", 0))},
		},
		"once": {
			reason: "it is there still in the next reconcile",
			runs:   []Run{badly("a", 0), badly("a", 0)},
			want:   v1alpha1.ServiceSync{Failures: 1, SameFailures: 1, LastRun: last(badly("a", 0))},
		},
		"in-a-row": {
			reason: "failures add up",
			runs:   []Run{badly("a", 0), badly("b", 1), badly("c", 2)},
			want:   v1alpha1.ServiceSync{Failures: 3, SameFailures: 3, LastRun: last(badly("c", 2))},
		},
		"recovered": {
			reason: "one that ended well ends them",
			runs:   []Run{badly("a", 0), badly("b", 1), well("c", 2)},
			want:   v1alpha1.ServiceSync{LastSuccessTime: at(2), LastRun: last(well("c", 2))},
		},
		"spoilt": {
			reason: "when it last went well is remembered",
			runs:   []Run{well("a", 0), badly("b", 1)},
			want: v1alpha1.ServiceSync{
				LastSuccessTime: at(0), Failures: 1, SameFailures: 1, LastRun: last(badly("b", 1)),
			},
		},
		"kept": {
			reason: "CronJobs keep one of each kind, so both are seen again",
			runs:   []Run{well("a", 0), badly("b", 1), well("a", 0), badly("b", 1)},
			want:   v1alpha1.ServiceSync{LastSuccessTime: at(0), Failures: 1, SameFailures: 1, LastRun: last(badly("b", 1))},
		},
		"same-second": {
			reason: "two runs may end within one second",
			runs:   []Run{badly("a", 0), badly("b", 0), badly("a", 0)},
			want:   v1alpha1.ServiceSync{Failures: 2, SameFailures: 2, LastRun: last(badly("b", 0))},
		},
		"no-token": {
			reason: "pods that get no token fail as others do",
			runs:   []Run{badly("a", 0), noToken},
			want:   v1alpha1.ServiceSync{Failures: 2, SameFailures: 1, LastRun: last(noToken)},
		},
		"no-token-outage": {
			reason: "an outage is no failure of the customer's",
			runs:   ExcuseOutage([]Run{badly("a", 0), noToken, badly("c", 2)}, fixture.Noon.Add(time.Hour)),
			want:   v1alpha1.ServiceSync{Failures: 2, SameFailures: 2, LastRun: last(badly("c", 2))},
		},
		"no-token-after-outage": {
			reason: "the outage was over",
			runs:   ExcuseOutage([]Run{badly("a", 0), noToken}, fixture.Noon.Add(1)),
			want:   v1alpha1.ServiceSync{Failures: 2, SameFailures: 1, LastRun: last(noToken)},
		},
		"interrupted": {
			reason: "neither the customer nor a service failed",
			runs: []Run{
				badly("a", 0), disrupted("b", 1, runreport.Evicted), disrupted("c", 2, runreport.Interrupted),
				disrupted("d", 3, runreport.PodGone),
			},
			want: v1alpha1.ServiceSync{Failures: 1, LastRun: last(disrupted("d", 3, runreport.PodGone))},
		},
		"no-token-later": {
			reason: "what it had carried before is counted; that it got no token is no failure of the customer's",
			runs:   ExcuseOutage([]Run{badly("a", 0), half}, fixture.Noon.Add(time.Hour)),
			want:   v1alpha1.ServiceSync{Failures: 1, LastRun: last(half)},
		},
		"another-way": {
			reason: "how often it failed in the last way is reported",
			runs:   []Run{badly("a", 0), other, badly("c", 2), badly("d", 3)},
			want:   v1alpha1.ServiceSync{Failures: 4, SameFailures: 2, LastRun: last(badly("d", 3))},
		},
		"no-right": {
			reason: "runs at least five minutes apart count",
			runs:   []Run{noRight("a", 0), noRight("b", 5*time.Minute), noRight("c", 10*time.Minute)},
			want: v1alpha1.ServiceSync{
				Failures: 3, SameFailures: 3, RightMissingTime: at(10 * time.Minute),
				LastRun: last(noRight("c", 10*time.Minute)),
			},
		},
		"no-right-soon": {
			reason: "Altinn caches rights, so a requested run right after another repeats its answer",
			runs:   []Run{noRight("a", 0), noRight("b", 10*time.Second), noRight("c", 5*time.Minute-time.Second)},
			want: v1alpha1.ServiceSync{
				Failures: 1, SameFailures: 1, RightMissingTime: at(0),
				LastRun: last(noRight("c", 5*time.Minute-time.Second)),
			},
		},
		"no-right-often": {
			reason: "runs every three minutes count every second time",
			runs: []Run{
				noRight("a", 0), noRight("b", 3*time.Minute), noRight("c", 6*time.Minute), noRight("d", 9*time.Minute),
			},
			want: v1alpha1.ServiceSync{
				Failures: 2, SameFailures: 2, RightMissingTime: at(6 * time.Minute),
				LastRun: last(noRight("d", 9*time.Minute)),
			},
		},
		"no-right-once": {
			reason: "another failure between them begins the count anew",
			runs:   []Run{noRight("a", 0), badly("b", time.Minute), noRight("c", 2*time.Minute)},
			want: v1alpha1.ServiceSync{
				Failures: 3, SameFailures: 1, RightMissingTime: at(2 * time.Minute),
				LastRun: last(noRight("c", 2*time.Minute)),
			},
		},
		"right-given": {
			reason: "a run that ended well says so",
			runs:   []Run{noRight("a", 0), well("b", time.Minute)},
			want:   v1alpha1.ServiceSync{LastSuccessTime: at(time.Minute), LastRun: last(well("b", time.Minute))},
		},
		"unsettled": {
			reason: "what a person must act on",
			runs:   []Run{few}, want: v1alpha1.ServiceSync{LastSuccessTime: at(0), OpenUnknown: 4, LastRun: fewLast},
		},
		"not-asked": {
			reason: "the response to the last run that sent a request counts, though a later one left more",
			runs:   []Run{few, failedLater},
			want: v1alpha1.ServiceSync{
				LastSuccessTime: at(0), OpenUnknown: 4, Failures: 1, SameFailures: 1, LastRun: failedLast,
			},
		},
		"set-aside": {
			reason: "documents that a person must look into",
			runs:   []Run{reported(badly("a", 0), runreport.Report{SetAside: 2, HiddenPages: 3})},
			want:   v1alpha1.ServiceSync{Failures: 1, SameFailures: 1, LastRun: asideLast},
		},
		"no-token-aside": {
			reason: "what it had set aside before it got no token is counted",
			runs:   ExcuseOutage([]Run{reported(noToken, runreport.Report{SetAside: 1})}, fixture.Noon.Add(time.Hour)),
			want:   v1alpha1.ServiceSync{LastRun: tokenLast},
		},
		"settled": {
			reason: "a person has settled them",
			runs:   []Run{few, reported(well("b", 1), runreport.Report{OpenUnknown: new(int32(0))})},
			want:   v1alpha1.ServiceSync{LastSuccessTime: at(1), LastRun: last(well("b", 1))},
		},
		"earlier": {
			reason: "what ended before the last one is over",
			runs:   []Run{badly("b", 1), well("a", 0)},
			want:   v1alpha1.ServiceSync{Failures: 1, SameFailures: 1, LastRun: last(badly("b", 1))},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got v1alpha1.ServiceSync
			for _, r := range c.runs {
				got = fold(got, r)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestRightMissingRuns folds runs over reconciles between which the operator restarts: the status is all that is left.
func TestRightMissingRuns(t *testing.T) {
	const m = time.Minute
	carried := noRight("b", m)
	carried.Reason, carried.Report = runreport.BrokerUnavailable, runreport.Report{Rejected: 1}
	cases := map[string]struct {
		reason string
		runs   []Run
		before v1alpha1.ServiceSync
		same   int32
		missed time.Duration // RightMissingTime
	}{
		"some-apart": {
			reason: "the second repeats a cached answer",
			runs:   []Run{noRight("a", 0), noRight("b", 3*m), noRight("c", 6*m), noRight("d", 12*m)},
			before: v1alpha1.ServiceSync{}, same: 3, missed: 12 * m,
		},
		"success": {
			reason: "a success begins the count anew, at once",
			runs:   []Run{noRight("a", 0), noRight("b", 6*m), well("c", 7*m), noRight("d", 8*m), noRight("e", 10*m)},
			before: v1alpha1.ServiceSync{}, same: 1, missed: 8 * m,
		},
		"no-token": {
			reason: "so does a run that got no token halfway",
			runs:   []Run{noRight("a", 0), carried, noRight("c", 2*m)}, before: v1alpha1.ServiceSync{}, same: 1, missed: 2 * m,
		},
		"upgrade": {
			reason: "a version that kept no time had counted",
			runs:   []Run{noRight("a", 6*m)},
			before: v1alpha1.ServiceSync{Failures: 2, SameFailures: 2, LastRun: lastRun(noRight("z", 5*m))}, same: 3,
			missed: 6 * m,
		},
		"future": {
			reason: "a time that a wrong clock left does not stop the count",
			runs:   []Run{noRight("a", 3*m), noRight("b", 8*m)},
			before: v1alpha1.ServiceSync{
				Failures: 1, SameFailures: 1, RightMissingTime: at(24 * time.Hour),
				LastRun: lastRun(noRight("z", 24*time.Hour)),
			},
			same: 2, missed: 8 * m,
		},
		"late-report": {
			reason: "a run whose end is seen late is over",
			runs:   []Run{noRight("a", 0), noRight("c", 12*m), noRight("b", 6*m)}, before: v1alpha1.ServiceSync{}, same: 2,
			missed: 12 * m,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, now := c.before, fixture.Noon
			for _, r := range c.runs {
				now = clock.Later(now, r.Finished)
				MendSync(&got, &Child{}, now)
				got = restarted(t, fold(got, r))
			}
			if got.SameFailures != c.same || got.RightMissingTime == nil ||
				!got.RightMissingTime.Time.Equal(fixture.Noon.Add(c.missed)) {
				t.Errorf("%s: %d failures, the last one at %v, want %d, at %v", c.reason, got.SameFailures, got.RightMissingTime,
					c.same, fixture.Noon.Add(c.missed))
			}
		})
	}
}

func lastRun(r Run) v1alpha1.SyncRun {
	return v1alpha1.SyncRun{
		Outcome: r.Outcome, Reason: string(r.Reason), FinishedTime: metav1.NewTime(r.Finished),
		JobUID: r.UID,
	}
}

// restarted returns what the status holds of the runs.
func restarted(t *testing.T, known v1alpha1.ServiceSync) (read v1alpha1.ServiceSync) {
	t.Helper()
	written, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	return read
}
