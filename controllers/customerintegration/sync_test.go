package customerintegration

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestSyncOf returns what is known of jobs after a reconcile.
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
		"not-granted": {"sync is not allowed", makeCustomer(), v1alpha1.ServiceSync{}},
		"granted":     {"it may from now on", makeCustomer().granted(0), v1alpha1.ServiceSync{ActiveSince: at(0)}},
		"just-granted": {
			"what was found in this very reconcile counts", makeCustomer().answered(""),
			v1alpha1.ServiceSync{ActiveSince: at(0)},
		},
		"not-wanted": {
			"it may not, whatever access there is",
			makeCustomer().granted(0).with(
				func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
			v1alpha1.ServiceSync{},
		},
		"goes-on": {"nothing has changed", known(), with(func(*v1alpha1.ServiceSync) {})},
		"outage": {
			"nor has it now", known().answered(maskinporten.ClassServerError),
			with(func(*v1alpha1.ServiceSync) {}),
		},
		"withdrawn": {"it may not any more; what was is known still", known().with(withdrawn), stopped},
		"withdrawn-now": {
			"the same, in the reconcile that learns of it", known().answered(maskinporten.ClassNotDelegated),
			stopped,
		},
		"suspended":   {"it was suspended", known().suspended(), stopped},
		"no-supplier": {"no Supplier allows it", known().with(func(s *scope) { s.supplier = nil }), stopped},
		"still-idle":  {"it was stopped before", idle().with(withdrawn), stopped},
		"again": {"failures of before are no reason to complain now", idle(), with(func(sync *v1alpha1.ServiceSync) {
			sync.ActiveSince, sync.Failures, sync.SameFailures = at(0), 0, 0
		})},
		"cronjob-gone": {
			"it is not said to be there", known().with(func(s *scope) { s.children.Of(fixture.FollowUpPlans).CronJob = nil }),
			with(func(sync *v1alpha1.ServiceSync) { sync.CronJobName = "" }),
		},
		"first-job": {
			"it is there", known().with(firstJob),
			with(func(sync *v1alpha1.ServiceSync) { sync.FirstJobName = tigerFirst }),
		},
		"first-job-withdrawn": {
			"it is that of an access that is there no longer", known().with(firstJob).with(withdrawn), stopped,
		},
		"first-job-gone": {
			"what was made once is not made again", known().
				with(started), with(func(sync *v1alpha1.ServiceSync) { sync.FirstJobName = tigerFirst }),
		},
		"ran": {"a run has ended", known().ran("1", fixture.ReportedNAV), with(func(sync *v1alpha1.ServiceSync) {
			sync.Failures, sync.SameFailures = 6, 1
			sync.LastRun = v1alpha1.SyncRun{
				Outcome: v1alpha1.SyncFailed, Reason: "NAVUnreachable", FinishedTime: *at(0),
				JobUID: "1",
			}
		})},
		"ran-withdrawn": {
			"so it has when access goes", known().ran("1", fixture.ReportedWell).with(withdrawn),
			with(func(sync *v1alpha1.ServiceSync) {
				sync.ActiveSince, sync.LastSuccessTime, sync.Failures, sync.SameFailures = nil, at(0), 0, 0
				sync.LastRun = v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: *at(0), JobUID: "1"}
			}),
		},
		"ran-twice": {
			"the last one counts", known().ran("2", fixture.ReportedNAV).ran("1", fixture.ReportedWell),
			with(func(sync *v1alpha1.ServiceSync) {
				sync.LastSuccessTime, sync.Failures, sync.SameFailures = at(0), 1, 1
				sync.LastRun = v1alpha1.SyncRun{
					Outcome: v1alpha1.SyncFailed, Reason: "NAVUnreachable", FinishedTime: *at(0),
					JobUID: "2",
				}
			}),
		},
		"runs-still": {"it has not ended", known().with(running), with(func(*v1alpha1.ServiceSync) {})},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status := c.pass.s.customer.Status.DeepCopy()
			got := c.pass.s.verdict().Of(fixture.FollowUpPlans).Sync
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
		"none":    {"there is no service", nil, nil},
		"never":   {"nothing has ended well", []*metav1.Time{never, never}, nil},
		"one":     {"the only one", []*metav1.Time{later}, later},
		"oldest":  {"data is as old as the oldest", []*metav1.Time{later, noonAt}, noonAt},
		"ordered": {"whatever the order", []*metav1.Time{noonAt, later}, noonAt},
		"one-not": {"of those that have had one", []*metav1.Time{never, later, never}, later},
	}
	for name, c := range cases {
		var all []v1alpha1.CustomerServiceStatus
		for _, last := range c.all {
			all = append(all, v1alpha1.CustomerServiceStatus{Sync: v1alpha1.ServiceSync{LastSuccessTime: last}})
		}
		if diff := cmp.Diff(c.want, lastSyncTime(all)); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
		}
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
	if got := scheduleText(s.verdict().Of(fixture.FollowUpPlans)); got != want.String() {
		t.Errorf("jobs run on %q, want %q", got, want)
	}
	got := customerReady(s.verdict(), statusOf(s.verdict()).Services, jobHealth{})
	if got.Reason != v1alpha1.ReasonInvalidSchedule || !strings.Contains(got.Message, "allows 12") {
		t.Errorf("Ready says %s: %s", got.Reason, got.Message)
	}
}

// TestScheduleOf takes the customer's own schedule, then the Supplier's, then the service's, for a seed of its own.
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
		"default":       {"none is written", both(), fixture.FollowUpPlans, "H * * * *"},
		"default-notes": {"each service has its own", both(), fixture.SickNotes, "H H/4 * * *"},
		"supplier": {
			"for all its customers", both().with(supplierHas("H/15 * * * *")), fixture.FollowUpPlans,
			"H/15 * * * *",
		},
		"supplier-other": {
			"for that service only", both().with(supplierHas("H/15 * * * *")), fixture.SickNotes,
			"H H/4 * * *",
		},
		"customer": {
			"its own goes first", both().with(supplierHas("H/15 * * * *")).with(customerHas("20 6 * * *")),
			fixture.FollowUpPlans, "20 6 * * *",
		},
		"customer-other": {
			"for that service only", both().with(customerHas("20 6 * * *")), fixture.SickNotes,
			"H H/4 * * *",
		},
		"customer-spoilt": {"it is not replaced by another", both().with(customerHas("often")), fixture.FollowUpPlans, ""},
		"supplier-spoilt": {"nor is this", both().with(supplierHas("often")), fixture.FollowUpPlans, ""},
		"supplier-mended": {
			"the customer's own counts", both().with(supplierHas("often")).with(customerHas("20 6 * * *")),
			fixture.FollowUpPlans, "20 6 * * *",
		},
		"not-offered": {
			"there is none", both().with(func(s *scope) { s.supplier.Spec.Services = nil }),
			fixture.FollowUpPlans, "",
		},
		"not-offered-own": {
			"there is still the customer's",
			both().with(func(s *scope) { s.supplier.Spec.Services = nil }).
				with(customerHas("20 6 * * *")), fixture.FollowUpPlans, "20 6 * * *",
		},
		"customer-often": {"a platform has a limit", both().with(customerHas("* * * * *")), fixture.FollowUpPlans, ""},
		"customer-limit": {
			"the most that is allowed", both().with(customerHas("*/5 * * * *")), fixture.FollowUpPlans,
			"*/5 * * * *",
		},
		"customer-allowed": {
			"the Supplier says so",
			both().with(customerHas("* * * * *")).
				with(func(s *scope) { s.supplier.Spec.Sync.MaxRunsPerHour = 60 }), fixture.FollowUpPlans, "* * * * *",
		},
		"customer-fewer": {
			"likewise",
			both().with(customerHas("0,30 * * * *")).
				with(func(s *scope) { s.supplier.Spec.Sync.MaxRunsPerHour = 1 }), fixture.FollowUpPlans, "",
		},
		"supplier-often": {
			"its own is its owner's to choose", both().with(supplierHas("* * * * *")), fixture.FollowUpPlans,
			"* * * * *",
		},
	}
	for name, c := range cases {
		got := c.pass.s.facts().Of(c.service).Schedule
		if (got.Fault != nil || !got.Valid) != (c.want == "") {
			t.Errorf("%s: %s: %v, valid %t", name, c.reason, got.Fault, got.Valid)
		}
		if c.want == "" {
			continue
		}
		want, err := schedule.Parse(c.want, "customers/"+naming.Child("dynamisk-altetende-tiger", c.service))
		if err != nil || got.Schedule != want {
			t.Errorf("%s: %s: %q, want %q (%v)", name, c.reason, got, want, err)
		}
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
		"idle":           {"nothing flows", "H * * * *", -1, 0, -1},
		"hourly":         {"three hours", "H * * * *", 0, -1, 3 * time.Hour},
		"often":          {"an hour at least", "*/5 * * * *", 0, -1, time.Hour},
		"quarterly":      {"three quarters are less than an hour", "H/15 * * * *", 0, -1, time.Hour},
		"half-hourly":    {"ninety minutes are more", "H/30 * * * *", 0, -1, 90 * time.Minute},
		"daily":          {"three days", "20 6 * * *", 0, -1, 3 * day},
		"working-days":   {"a weekend is a period", "20 6 * * MON-FRI", 0, -1, 9 * day},
		"long-active":    {"since data has flowed without a break", "H * * * *", day, -1, -21 * time.Hour},
		"succeeded":      {"since the last success", "H * * * *", day, time.Hour, 2 * time.Hour},
		"succeeded-once": {"the success was before a break: time begins anew", "H * * * *", time.Hour, day, 2 * time.Hour},
		"spoilt":         {"it is unknown", "often", day, -1, -1},
	}
	for name, c := range cases {
		s := makeCustomer().granted(0).with(func(s *scope) {
			s.customer.Spec.Services[0].Schedule = v1alpha1.CronExpression(c.schedule)
		}).s
		if c.active == -1 {
			s.customer.Spec.Sync = v1alpha1.SyncDisabled
		}
		sync := v1alpha1.ServiceSync{ActiveSince: ago(c.active), LastSuccessTime: ago(c.success)}
		got := s.withJobs(v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: sync}).Of(fixture.FollowUpPlans).
			StaleAt
		want := fixture.Noon.Add(c.want)
		if c.want == -1 {
			want = time.Time{}
		}
		if !got.Equal(want) {
			t.Errorf("%s: %s: %s, want %s", name, c.reason, got, want)
		}
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
		"unknown":     {"the Supplier has no status", day, "", unknown, true, -21 * time.Hour},
		"unknown-new": {"nothing has ended yet", time.Hour, "", unknown, false, 2 * time.Hour},
		"well":        {"it has been available for long", day, "", 9 * day, true, -21 * time.Hour},
		"well-now":    {"runs have had an hour", day, "", time.Hour, false, 2 * time.Hour},
		"well-again":  {"runs have had three hours", day, "", 3 * time.Hour, true, 0},
		"down": {
			"runs had two hours before", day, v1alpha1.ReasonAuthorityUnavailable, 22 * time.Hour, false,
			-21 * time.Hour,
		},
		"down-when-stale": {
			"they had three, and nothing ended", day, v1alpha1.ReasonAuthorityUnavailable, 21 * time.Hour,
			true, -21 * time.Hour,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := makeCustomer().granted(0).s
			if c.since != unknown {
				available(s, c.fault, c.since)
			}
			sync := v1alpha1.ServiceSync{ActiveSince: ago(c.active)}
			got := s.withJobs(v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Sync: sync}).Of(fixture.FollowUpPlans)
			if got.Stale != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got.Stale, c.want)
			}
			if got := got.StaleAt.Sub(fixture.Noon); got != c.staleAt {
				t.Errorf("%s: stale %s after noon, want %s", c.reason, got, c.staleAt)
			}
		})
	}
	if makeCustomer().s.verdict().Of(fixture.FollowUpPlans).Stale {
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

// TestFirstJobNameOf names the Job of an access: the same for the same, another for another.
func TestFirstJobNameOf(t *testing.T) {
	later := func(s *scope) { s.customer.Status.Services[0].Authorization.Since = at(0) }
	cases := map[string]struct {
		reason  string
		pass    customerBuilder
		service v1alpha1.ServiceName
		want    string
	}{
		"unknown": {"nothing is known", makeCustomer(), fixture.FollowUpPlans, ""},
		"granted": {"for that access", makeCustomer().granted(0), fixture.FollowUpPlans, tigerFirst},
		"verified": {
			"a newer proof is of the same access", makeCustomer().granted(time.Hour), fixture.FollowUpPlans,
			tigerFirst,
		},
		"granted-again": {
			"another access", makeCustomer().granted(0).with(later), fixture.FollowUpPlans,
			naming.FirstJob("dynamisk-altetende-tiger", fixture.FollowUpPlans, fixture.Noon),
		},
		"withdrawn":     {"there is none", makeCustomer().granted(0).with(withdrawn), fixture.FollowUpPlans, ""},
		"other-service": {"that one has none", makeCustomer().granted(0), fixture.SickNotes, ""},
		"since-unknown": {
			"the status does not say since when",
			makeCustomer().granted(0).with(
				func(s *scope) { s.customer.Status.Services[0].Authorization.Since = nil }), fixture.FollowUpPlans, "",
		},
	}
	for name, c := range cases {
		if got := c.pass.s.verdict().Of(c.service).FirstJob; got != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
	}
}

// TestNextLook verifies when a customer is reconciled without an event: when data becomes stale, and when a pod has
// been starting for too long.
func TestNextLook(t *testing.T) {
	const never = time.Duration(0)
	active := func() customerBuilder { return makeCustomer().granted(time.Hour).inPlace().synced(justNow()) }
	starting := func(ago time.Duration) func(*scope) {
		return func(s *scope) {
			c := s.children.Of(fixture.FollowUpPlans)
			c.Pods = append(c.Pods, fixture.Pending(ago))
		}
	}
	started := func(s *scope) {
		starting(0)(s)
		s.children.Of(fixture.FollowUpPlans).Pods[0].Status.Phase = corev1.PodRunning
	}
	verified := pacing.Jitter(fixture.Usual, uid) - time.Hour // when access is verified again
	const scheduled = 55*time.Minute + 30*time.Second         // when the next run by schedule has its Job
	cases := map[string]struct {
		reason     string
		pass       customerBuilder
		look, next time.Duration // after noon; never: not at all
	}{
		"idle": {
			"nothing flows",
			makeCustomer().granted(time.Hour).
				with(func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }), never, verified,
		},
		"active": {"the next run may have no Job", active(), scheduled, scheduled},
		"stale": {
			"there may be a reason why there are no runs",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}), scheduled, scheduled,
		},
		"suspended": {
			"no run is due, and data becomes stale",
			active().with(func(s *scope) { s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Suspend = new(true) }),
			3 * time.Hour, 3 * time.Hour,
		},
		"running": {
			"the next run is due when this one has ended",
			active().ran("1", fixture.ReportedWell).with(func(s *scope) {
				c := s.children.Of(fixture.FollowUpPlans)
				c.Jobs[0].Status, c.Pods[0].Status.Phase = batchv1.JobStatus{}, corev1.PodRunning
			}), 3 * time.Hour, 3 * time.Hour,
		},
		"rarely": {
			"access is verified before",
			active().with(func(s *scope) {
				s.customer.Spec.Services[0].Schedule = "20 6 * * *"
				s.children.Of(fixture.FollowUpPlans).CronJob.Spec.Schedule = "20 6 * * *"
			}), 17*time.Hour + 20*time.Minute + 30*time.Second, verified,
		},
		"starting": {"a pod may start", active().with(starting(time.Minute)), time.Minute, time.Minute},
		"starting-both": {
			"the first of two", active().with(starting(time.Second)).with(starting(time.Minute)), time.Minute,
			time.Minute,
		},
		"starting-long": {
			"it is said already that it does not", active().with(starting(syncjob.StartLimit)), scheduled, scheduled,
		},
		"started": {"it will be told of", active().with(started), scheduled, scheduled},
		"stale-starting": {
			"the pod is the only news there may be",
			makeCustomer().granted(time.Hour).inPlace().synced(v1alpha1.ServiceSync{}).
				with(starting(0)), syncjob.StartLimit, syncjob.StartLimit,
		},
		"almost-now": {
			"never more often than once a second",
			active().with(starting(syncjob.StartLimit - time.Millisecond)), time.Millisecond, time.Second,
		},
		"in-the-way": {
			"no event reports that another owner's object goes",
			active().with(func(s *scope) { s.children.Of(fixture.FollowUpPlans).Conflict.Kind = "CronJob" }), pacing.Jitter(
				conflictRetry, uid), pacing.Jitter(conflictRetry, uid),
		},
		"withdrawn": {
			"its time counts no longer", active().with(withdrawn).with(starting(0)), never,
			pacing.Jitter(fixture.WaitingUsual, uid) - time.Hour,
		},
		"spoilt": {
			"the CronJob keeps its schedule",
			active().with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "often" }), scheduled, scheduled,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			want := fixture.Noon.Add(c.look)
			if c.look == never {
				want = time.Time{}
			}
			if got := nextChange(c.pass.s.verdict(), c.pass.s.verdict().Of(fixture.FollowUpPlans)); !got.Equal(want) {
				t.Errorf("%s: %s, want %s", c.reason, got, want)
			}
			next := c.next
			if next < 0 { // it is due, and the pass had no answer
				next = pacing.Jitter(fixture.WaitingUsual, uid)
			}
			if got := nextReconcile(c.pass.s.verdict()).Truncate(time.Second); got != next.Truncate(time.Second) {
				t.Errorf("%s: the next reconcile is made in %s, want %s", c.reason, got, next)
			}
		})
	}
}

// TestNextLookOfAll verifies that the earlier time of two services counts.
func TestNextLookOfAll(t *testing.T) {
	s := makeCustomer().services(fixture.SickNotes, fixture.FollowUpPlans).noSystem().granted(time.Hour).s
	all := func() []v1alpha1.CustomerServiceStatus {
		return []v1alpha1.CustomerServiceStatus{
			{Name: fixture.SickNotes, Sync: v1alpha1.ServiceSync{ActiveSince: at(0)}},
			{Name: fixture.FollowUpPlans, Sync: v1alpha1.ServiceSync{ActiveSince: at(0)}},
		}
	}
	if got := nextReconcile(s.withJobs(all()...)); got != 3*time.Hour {
		t.Errorf("in %s, want three hours, when the plans are stale", got)
	}
	pod := fixture.Pending(time.Minute)
	s.children.Services[fixture.SickNotes] = &syncjob.Child{Pods: []corev1.Pod{pod}}
	if got := nextReconcile(s.withJobs(all()...)); got != time.Minute {
		t.Errorf("in %s, want a minute, when the pod of the sick notes has been starting for too long", got)
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
