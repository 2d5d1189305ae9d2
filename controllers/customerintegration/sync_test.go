package customerintegration

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestSyncOf verifies what the status reports of jobs after a reconcile.
func TestSyncOf(t *testing.T) {
	dayAgo := metav1.NewTime(fixture.Noon.Add(-24 * time.Hour))
	earlier := v1alpha1.SyncRun{Outcome: v1alpha1.SyncFailed, Reason: "NAVError", FinishedTime: dayAgo, JobUID: "0"}
	before := v1alpha1.ServiceSync{
		CronJobName: tigerPlans, ActiveSince: &dayAgo, FirstJobName: "earlier", LastSuccessTime: &dayAgo, Failures: 5,
		SameFailures: 2, OpenUnknown: 3, LastRun: earlier,
	}
	known := func() customerBuilder { return makeCustomer().granted(0).inPlace().synced(before) }
	idle := func() customerBuilder {
		return known().with(func(s *scope) { s.customer.Status.Services[0].Sync.ActiveSince = nil })
	}
	firstJob := func(s *scope) {
		running(s)
		s.children.Of(fixture.FollowUpPlans).Jobs[0].Name = tigerFirst
	}
	// with returns what was known before the reconcile with what it changes.
	with := func(change func(*v1alpha1.ServiceSync)) v1alpha1.ServiceSync {
		want := *before.DeepCopy()
		change(&want)
		return want
	}
	stopped := with(func(sync *v1alpha1.ServiceSync) { sync.ActiveSince = nil })
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   v1alpha1.ServiceSync
	}{
		"not-granted": {reason: "sync is not allowed", pass: makeCustomer(), want: v1alpha1.ServiceSync{}},
		"granted": {
			reason: "it may from now on",
			pass:   makeCustomer().granted(0), want: v1alpha1.ServiceSync{ActiveSince: at(0)},
		},
		"just-granted": {
			reason: "what was found in this very reconcile counts",
			pass:   makeCustomer().answered(""), want: v1alpha1.ServiceSync{ActiveSince: at(0)},
		},
		"not-wanted": {
			reason: "it may not, whatever access there is",
			pass: makeCustomer().granted(0).with(
				func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
			want: v1alpha1.ServiceSync{},
		},
		"goes-on": {reason: "nothing has changed", pass: known(), want: with(func(*v1alpha1.ServiceSync) {})},
		"outage": {
			reason: "nor has it now",
			pass:   known().answered(maskinporten.ClassServerError), want: with(func(*v1alpha1.ServiceSync) {}),
		},
		"withdrawn": {reason: "it may not any more; what was is known still", pass: known().with(withdrawn), want: stopped},
		"withdrawn-now": {
			reason: "the same, in the reconcile that learns of it",
			pass:   known().answered(maskinporten.ClassNotDelegated), want: stopped,
		},
		"suspended": {reason: "it was suspended", pass: known().suspended(), want: stopped},
		"no-supplier": {
			reason: "no Supplier allows it",
			pass:   known().with(func(s *scope) { s.supplier = nil }), want: stopped,
		},
		"still-idle": {reason: "it was stopped before", pass: idle().with(withdrawn), want: stopped},
		"again": {
			reason: "failures of before are no reason to complain now",
			pass:   idle(),
			want: with(func(sync *v1alpha1.ServiceSync) {
				sync.ActiveSince, sync.Failures, sync.SameFailures = at(0), 0, 0
			}),
		},
		"cronjob-gone": {
			reason: "it is not said to be there",
			pass:   known().with(func(s *scope) { s.children.Of(fixture.FollowUpPlans).CronJob = nil }),
			want:   with(func(sync *v1alpha1.ServiceSync) { sync.CronJobName = "" }),
		},
		"first-job": {
			reason: "it is there",
			pass:   known().with(firstJob), want: with(func(sync *v1alpha1.ServiceSync) { sync.FirstJobName = tigerFirst }),
		},
		"first-job-withdrawn": {
			reason: "it is that of an access that is there no longer",
			pass:   known().with(firstJob).with(withdrawn), want: stopped,
		},
		"first-job-gone": {
			reason: "what was made once is not made again",
			pass:   known().with(started), want: with(func(sync *v1alpha1.ServiceSync) { sync.FirstJobName = tigerFirst }),
		},
		"ran": {
			reason: "a run has ended",
			pass:   known().ran("1", fixture.ReportedNAV),
			want: with(func(sync *v1alpha1.ServiceSync) {
				sync.Failures, sync.SameFailures = 6, 1
				sync.LastRun = v1alpha1.SyncRun{
					Outcome: v1alpha1.SyncFailed, Reason: "NAVUnreachable", FinishedTime: *at(0),
					JobUID: "1",
				}
			}),
		},
		"ran-withdrawn": {
			reason: "so it has when access goes",
			pass:   known().ran("1", fixture.ReportedWell).with(withdrawn),
			want: with(func(sync *v1alpha1.ServiceSync) {
				sync.ActiveSince, sync.LastSuccessTime, sync.Failures, sync.SameFailures = nil, at(0), 0, 0
				sync.LastRun = v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: *at(0), JobUID: "1"}
			}),
		},
		"ran-twice": {
			reason: "the last one counts",
			pass:   known().ran("2", fixture.ReportedNAV).ran("1", fixture.ReportedWell),
			want: with(func(sync *v1alpha1.ServiceSync) {
				sync.LastSuccessTime, sync.Failures, sync.SameFailures = at(0), 1, 1
				sync.LastRun = v1alpha1.SyncRun{
					Outcome: v1alpha1.SyncFailed, Reason: "NAVUnreachable", FinishedTime: *at(0),
					JobUID: "2",
				}
			}),
		},
		"runs-still": {reason: "it has not ended", pass: known().with(running), want: with(func(*v1alpha1.ServiceSync) {})},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status := c.pass.s.customer.Status.DeepCopy()
			got := c.pass.s.verdict().Service(fixture.FollowUpPlans).Sync
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if diff := cmp.Diff(*status, c.pass.s.customer.Status); diff != "" {
				t.Errorf("what was known has changed:\n%s", diff)
			}
		})
	}
}

func TestLastSyncTime(t *testing.T) {
	never, noonAt, later := at(-1), at(0), at(time.Hour)
	cases := map[string]struct {
		reason string
		all    []*metav1.Time
		want   *metav1.Time
	}{
		"none":    {reason: "there is no service", want: nil},
		"never":   {reason: "nothing has ended well", all: []*metav1.Time{never, never}, want: nil},
		"one":     {reason: "the only one", all: []*metav1.Time{later}, want: later},
		"oldest":  {reason: "data is as old as the oldest", all: []*metav1.Time{later, noonAt}, want: noonAt},
		"ordered": {reason: "whatever the order", all: []*metav1.Time{noonAt, later}, want: noonAt},
		"one-not": {reason: "of those that have had one", all: []*metav1.Time{never, later, never}, want: later},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var all []v1alpha1.CustomerServiceStatus
			for _, last := range c.all {
				all = append(all, v1alpha1.CustomerServiceStatus{Sync: v1alpha1.ServiceSync{LastSuccessTime: last}})
			}
			if diff := cmp.Diff(c.want, lastSyncTime(all)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestTooManyRuns has a customer whose schedule makes more runs than its Supplier allows: jobs use the Supplier's, also
// if a CronJob runs every minute already, and Ready reports it.
func TestTooManyRuns(t *testing.T) {
	s := makeCustomer().granted(0).inPlace().with(func(s *scope) {
		s.customer.Spec.Services[0].Schedule = "* * * * *"
		s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Schedule = "* * * * *"
	}).s
	want, err := schedule.Parse("H * * * *", "customers/"+tigerPlans)
	if err != nil {
		t.Fatal(err)
	}
	if got := scheduleText(s.verdict().Service(fixture.FollowUpPlans)); got != want.String() {
		t.Errorf("jobs run on %q, want %q", got, want)
	}
	got := readyCondition(s.verdict(), statusOf(s.verdict()).Services, jobHealth{})
	if got.Reason != v1alpha1.ReasonInvalidSchedule || !strings.Contains(got.Message, "allows 12") {
		t.Errorf("Ready says %s: %s", got.Reason, got.Message)
	}
}

// TestScheduleOf verifies which schedule applies: the customer's, the Supplier's or the service's, with the customer's
// own seed.
func TestScheduleOf(t *testing.T) {
	supplierHas := func(text string) func(*scope) {
		return func(s *scope) { s.supplier.Spec.Services[0].Schedule = v1alpha1.CronExpression(text) }
	}
	customerHas := func(text string) func(*scope) {
		return func(s *scope) { s.customer.Spec.Services[0].Schedule = v1alpha1.CronExpression(text) }
	}
	both := func() customerBuilder { return makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes) }
	cases := map[string]struct {
		reason  string
		pass    customerBuilder
		service v1alpha1.ServiceName
		want    string // before H is resolved; "": an error
	}{
		"default":       {reason: "none is written", pass: both(), service: fixture.FollowUpPlans, want: "H * * * *"},
		"default-notes": {reason: "each service has its own", pass: both(), service: fixture.SickNotes, want: "H H/4 * * *"},
		"supplier": {
			reason: "for all its customers",
			pass:   both().with(supplierHas("H/15 * * * *")), service: fixture.FollowUpPlans, want: "H/15 * * * *",
		},
		"supplier-other": {
			reason: "for that service only",
			pass:   both().with(supplierHas("H/15 * * * *")), service: fixture.SickNotes, want: "H H/4 * * *",
		},
		"customer": {
			reason: "its own goes first",
			pass:   both().with(supplierHas("H/15 * * * *")).with(customerHas("20 6 * * *")), service: fixture.FollowUpPlans,
			want: "20 6 * * *",
		},
		"customer-other": {
			reason: "for that service only",
			pass:   both().with(customerHas("20 6 * * *")), service: fixture.SickNotes, want: "H H/4 * * *",
		},
		"customer-spoilt": {
			reason: "it is not replaced by another",
			pass:   both().with(customerHas("often")), service: fixture.FollowUpPlans, want: "",
		},
		"supplier-spoilt": {
			reason: "nor is this",
			pass:   both().with(supplierHas("often")), service: fixture.FollowUpPlans, want: "",
		},
		"supplier-mended": {
			reason: "the customer's own counts",
			pass:   both().with(supplierHas("often")).with(customerHas("20 6 * * *")), service: fixture.FollowUpPlans,
			want: "20 6 * * *",
		},
		"not-offered": {
			reason: "there is none",
			pass:   both().with(func(s *scope) { s.supplier.Spec.Services = nil }), service: fixture.FollowUpPlans, want: "",
		},
		"not-offered-own": {
			reason: "there is still the customer's",
			pass: both().with(func(s *scope) { s.supplier.Spec.Services = nil }).
				with(customerHas("20 6 * * *")),
			service: fixture.FollowUpPlans, want: "20 6 * * *",
		},
		"customer-often": {
			reason: "a platform has a limit",
			pass:   both().with(customerHas("* * * * *")), service: fixture.FollowUpPlans, want: "",
		},
		"customer-limit": {
			reason: "the most that is allowed",
			pass:   both().with(customerHas("*/5 * * * *")), service: fixture.FollowUpPlans, want: "*/5 * * * *",
		},
		"customer-allowed": {
			reason: "the Supplier says so",
			pass: both().with(customerHas("* * * * *")).
				with(func(s *scope) { s.supplier.Spec.Sync.MaxRunsPerHour = 60 }),
			service: fixture.FollowUpPlans, want: "* * * * *",
		},
		"customer-fewer": {
			reason: "likewise",
			pass: both().with(customerHas("0,30 * * * *")).
				with(func(s *scope) { s.supplier.Spec.Sync.MaxRunsPerHour = 1 }),
			service: fixture.FollowUpPlans, want: "",
		},
		"supplier-often": {
			reason: "its own is its owner's to choose",
			pass:   both().with(supplierHas("* * * * *")), service: fixture.FollowUpPlans, want: "* * * * *",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := c.pass.s.facts().Service(c.service).Schedule
			if (got.Fault != nil || !got.Valid) != (c.want == "") {
				t.Errorf("%s: %v, valid %t", c.reason, got.Fault, got.Valid)
			}
			if c.want == "" {
				return
			}
			want, err := schedule.Parse(c.want, "customers/"+naming.Child("dynamisk-altetende-tiger", c.service))
			if err != nil || got.Schedule != want {
				t.Errorf("%s: %q, want %q (%v)", c.reason, got, want, err)
			}
		})
	}
}

// TestStaleAt verifies when data becomes stale: after three periods of its schedule, or an hour if that is longer.
func TestStaleAt(t *testing.T) {
	const day = 24 * time.Hour
	cases := map[string]struct {
		reason   string
		schedule string
		active   time.Duration // before noon; never: not
		success  time.Duration // before noon; never: none
		want     time.Duration // after noon; never: not at all
	}{
		"idle":   {reason: "nothing flows", schedule: "H * * * *", active: -1, success: 0, want: -1},
		"hourly": {reason: "three hours", schedule: "H * * * *", active: 0, success: -1, want: 3 * time.Hour},
		"often":  {reason: "an hour at least", schedule: "*/5 * * * *", active: 0, success: -1, want: time.Hour},
		"quarterly": {
			reason:   "three quarters are less than an hour",
			schedule: "H/15 * * * *", active: 0, success: -1, want: time.Hour,
		},
		"half-hourly": {
			reason:   "ninety minutes are more",
			schedule: "H/30 * * * *", active: 0, success: -1, want: 90 * time.Minute,
		},
		"daily": {reason: "three days", schedule: "20 6 * * *", active: 0, success: -1, want: 3 * day},
		"working-days": {
			reason:   "a weekend is a period",
			schedule: "20 6 * * MON-FRI", active: 0, success: -1, want: 9 * day,
		},
		"long-active": {
			reason:   "since data has flowed without a break",
			schedule: "H * * * *", active: day, success: -1, want: -21 * time.Hour,
		},
		"succeeded": {
			reason:   "since the last success",
			schedule: "H * * * *", active: day, success: time.Hour, want: 2 * time.Hour,
		},
		"succeeded-once": {
			reason:   "the success was before a break: time begins anew",
			schedule: "H * * * *", active: time.Hour, success: day, want: 2 * time.Hour,
		},
		"spoilt": {reason: "it is unknown", schedule: "often", active: day, success: -1, want: -1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().granted(0).with(func(s *scope) {
				s.customer.Spec.Services[0].Schedule = v1alpha1.CronExpression(c.schedule)
			}).s
			if c.active == -1 {
				s.customer.Spec.Sync = v1alpha1.SyncDisabled
			}
			sync := v1alpha1.ServiceSync{ActiveSince: ago(c.active), LastSuccessTime: ago(c.success)}
			known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: sync}
			got := s.withJobs(known).Service(fixture.FollowUpPlans).
				StaleAt
			want := fixture.Noon.Add(c.want)
			if c.want == -1 {
				want = time.Time{}
			}
			if !got.Equal(want) {
				t.Errorf("%s: %s, want %s", c.reason, got, want)
			}
		})
	}
}

// TestStale does not count the time in which the service was not available.
func TestStale(t *testing.T) {
	const day, unknown = 24 * time.Hour, -1
	cases := map[string]struct {
		reason  string
		active  time.Duration // before noon
		fault   string        // why the service is not available
		since   time.Duration // before noon; unknown: the Supplier has no status
		want    bool
		staleAt time.Duration // after noon
	}{
		"unknown": {
			reason: "the Supplier has no status",
			active: day, since: unknown, want: true, staleAt: -21 * time.Hour,
		},
		"unknown-new": {
			reason: "nothing has ended yet",
			active: time.Hour, since: unknown, want: false, staleAt: 2 * time.Hour,
		},
		"well": {
			reason: "it has been available for long",
			active: day, since: 9 * day, want: true, staleAt: -21 * time.Hour,
		},
		"well-now":   {reason: "runs have had an hour", active: day, since: time.Hour, want: false, staleAt: 2 * time.Hour},
		"well-again": {reason: "runs have had three hours", active: day, since: 3 * time.Hour, want: true, staleAt: 0},
		"down": {
			reason: "runs had two hours before",
			active: day, fault: v1alpha1.ReasonAuthorityUnavailable, since: 22 * time.Hour, want: false,
			staleAt: -21 * time.Hour,
		},
		"down-when-stale": {
			reason: "they had three, and nothing ended",
			active: day, fault: v1alpha1.ReasonAuthorityUnavailable, since: 21 * time.Hour, want: true,
			staleAt: -21 * time.Hour,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().granted(0).s
			if c.since != unknown {
				available(s, c.fault, c.since)
			}
			sync := v1alpha1.ServiceSync{ActiveSince: ago(c.active)}
			known := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: sync}
			got := s.withJobs(known).Service(fixture.FollowUpPlans)
			if got.Stale != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got.Stale, c.want)
			}
			if got := got.StaleAt.Sub(fixture.Noon); got != c.staleAt {
				t.Errorf("%s: stale %s after noon, want %s", c.reason, got, c.staleAt)
			}
		})
	}
	if makeCustomer().s.verdict().Service(fixture.FollowUpPlans).Stale {
		t.Error("data is stale of which none may flow")
	}
}

// available makes all services of the Supplier available, or not for a reason, since a time before noon.
func available(s *scope, fault string, since time.Duration) {
	s.supplier.Status.Services = nil
	for _, offered := range s.supplier.Spec.Services {
		s.supplier.Status.Services = append(s.supplier.Status.Services, v1alpha1.OfferedServiceStatus{
			Name: offered.Name, Available: new(fault == ""), Reason: fault, Since: new(metav1.NewTime(fixture.Noon.Add(-since))),
		})
	}
}

// ago returns a time before noon, nil for -1.
func ago(noonBy time.Duration) *metav1.Time {
	if noonBy == -1 {
		return nil
	}
	t := metav1.NewTime(fixture.Noon.Add(-noonBy))
	return &t
}

// TestFirstJobNameOf verifies that each access has one name of its first Job.
func TestFirstJobNameOf(t *testing.T) {
	later := func(s *scope) { s.customer.Status.Services[0].Authorization.Since = at(0) }
	cases := map[string]struct {
		reason  string
		pass    customerBuilder
		service v1alpha1.ServiceName
		want    string
	}{
		"unknown": {reason: "nothing is known", pass: makeCustomer(), service: fixture.FollowUpPlans, want: ""},
		"granted": {
			reason: "for that access",
			pass:   makeCustomer().granted(0), service: fixture.FollowUpPlans, want: tigerFirst,
		},
		"verified": {
			reason: "a newer proof is of the same access",
			pass:   makeCustomer().granted(time.Hour), service: fixture.FollowUpPlans, want: tigerFirst,
		},
		"granted-again": {
			reason: "another access",
			pass:   makeCustomer().granted(0).with(later), service: fixture.FollowUpPlans,
			want: naming.FirstJob("dynamisk-altetende-tiger", fixture.FollowUpPlans, fixture.Noon),
		},
		"withdrawn": {
			reason: "there is none",
			pass:   makeCustomer().granted(0).with(withdrawn), service: fixture.FollowUpPlans, want: "",
		},
		"other-service": {reason: "that one has none", pass: makeCustomer().granted(0), service: fixture.SickNotes, want: ""},
		"since-unknown": {
			reason: "the status does not say since when",
			pass: makeCustomer().granted(0).with(
				func(s *scope) { s.customer.Status.Services[0].Authorization.Since = nil }),
			service: fixture.FollowUpPlans, want: "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.pass.s.verdict().Service(c.service).FirstJob; got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestJobsOfOneServiceOnly verifies that the jobs of one service do not affect another.
func TestJobsOfOneServiceOnly(t *testing.T) {
	s := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).granted(0).inPlace().
		ran("1", runreport.Report{Outcome: runreport.Succeeded}).s
	status := statusOf(s.verdict())
	if got := status.Services[1].Sync; got != (v1alpha1.ServiceSync{}) {
		t.Errorf("of sick notes %v is known", got)
	}
	if status.LastSyncTime == nil || !syncjob.HasJob(s.children.Of(fixture.FollowUpPlans), "run-1") ||
		syncjob.HasJob(s.children.Of(fixture.SickNotes), "run-1") {
		t.Errorf("last synced at %v", status.LastSyncTime)
	}
}
