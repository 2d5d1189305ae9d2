package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestTransitions reconciles customers with a known state, and lists what changed.
func TestTransitions(t *testing.T) {
	const hour = time.Hour
	known := func(state v1alpha1.AuthorizationState) customerBuilder {
		return makeCustomer().known(state, "", hour)
	}
	const (
		unknown    = v1alpha1.AuthorizationUnknown
		notGranted = v1alpha1.AuthorizationNotGranted
		granted    = v1alpha1.AuthorizationGranted
		withdrawn  = v1alpha1.AuthorizationWithdrawn
	)
	first := []accessTransition{{service: fixture.FollowUpPlans, to: metrics.TransitionGranted}}
	given := func(delay time.Duration) []accessTransition {
		return []accessTransition{{service: fixture.FollowUpPlans, to: metrics.TransitionGranted, delay: &delay}}
	}
	taken := []accessTransition{{service: fixture.FollowUpPlans, to: metrics.TransitionWithdrawn, delay: new(time.Hour)}}
	elsewhere := func(s *scope) { s.supplier.Spec.Environment = v1alpha1.EnvironmentTest }
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   []accessTransition
	}{
		"first-yes": {reason: "nothing had been answered before", pass: makeCustomer().answered(""), want: first},
		"first-no": {
			reason: "no access is no change",
			pass:   makeCustomer().answered(maskinporten.ClassNotDelegated), want: nil,
		},
		"unknown-yes": {reason: "the last answer said nothing", pass: known(unknown).answered(""), want: first},
		"given":       {reason: "an hour ago it was not", pass: known(notGranted).answered(""), want: given(hour)},
		"given-at-once": {
			reason: "in the same second",
			pass:   makeCustomer().known(notGranted, "", 0).answered(""), want: given(0),
		},
		"given-again": {reason: "an hour ago it was taken back", pass: known(withdrawn).answered(""), want: given(hour)},
		"taken": {
			reason: "an hour ago it was there",
			pass:   known(granted).answered(maskinporten.ClassNotDelegated), want: taken,
		},
		"still-granted": {reason: "nothing has changed", pass: known(granted).answered(""), want: nil},
		"still-taken": {
			reason: "nothing has changed",
			pass:   known(withdrawn).answered(maskinporten.ClassNotDelegated), want: nil,
		},
		"not-asked": {reason: "no request was sent", pass: known(granted), want: nil},
		"outage": {
			reason: "an outage is no answer",
			pass:   known(granted).answered(maskinporten.ClassServerError), want: nil,
		},
		"scope": {
			reason: "nor is a refusal of the scope",
			pass:   known(granted).answered(maskinporten.ClassScopeNotGranted), want: nil,
		},
		"elsewhere-yes": {
			reason: "what was answered elsewhere says nothing here",
			pass:   known(notGranted).with(elsewhere).answered(""), want: first,
		},
		"elsewhere-same": {reason: "it is another access", pass: known(granted).with(elsewhere).answered(""), want: first},
		"two-services": {
			reason: "each stands on its own",
			pass: known(granted).services(fixture.FollowUpPlans, fixture.SickNotes).
				answered(maskinporten.ClassNotDelegated),
			want: taken,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			after := c.pass.s.customer.DeepCopy()
			after.Status = statusOf(c.pass.s.verdict())
			if diff := cmp.Diff(c.want, transitions(c.pass.s.customer, after),
				cmp.AllowUnexported(accessTransition{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// observed records what an observer receives.
type observed []string

func (o *observed) CountWithdrawal(supplier, service string) {
	*o = append(*o, fmt.Sprintf("%s: %s withdrawn", supplier, service))
}

func (o *observed) ObserveDelay(supplier, transition string, d time.Duration) {
	*o = append(*o, fmt.Sprintf("%s: %s after %s", supplier, transition, d))
}

func (o *observed) CountRun(supplier, service, outcome, reason string) {
	*o = append(*o, fmt.Sprintf("%s: %s %s %q", supplier, service, outcome, reason))
}

func (o *observed) ObserveStart(service string, d time.Duration) {
	*o = append(*o, fmt.Sprintf("%s: started after %s", service, d))
}

func (o *observed) CountPlans(outcome string, n int64) {
	if n > 0 {
		*o = append(*o, fmt.Sprintf("%d plans %s", n, outcome))
	}
}

func (o *observed) CountDocuments(service string, documents, pdfs int64) {
	if documents > 0 || pdfs > 0 {
		*o = append(*o, fmt.Sprintf("%s: %d documents, %d PDFs stored", service, documents, pdfs))
	}
}

func (o *observed) CountItems(supplier, service string, sent, received int64) {
	if sent > 0 || received > 0 {
		*o = append(*o, fmt.Sprintf("%s: %s: %d items sent, %d received", supplier, service, sent, received))
	}
}

// TestObserver verifies what an observer receives of a reconcile.
func TestObserver(t *testing.T) {
	well, badly := runreport.Report{Outcome: runreport.Succeeded}, runreport.Report{
		Outcome: runreport.Failed,
		Reason:  runreport.NAVUnreachable,
	}
	noToken := runreport.Report{Outcome: runreport.Failed, Reason: runreport.BrokerUnavailable}
	plans := runreport.Report{
		Outcome: runreport.Succeeded, Rejected: 2, Unknown: 1, OpenUnknown: new(int32(9)),
		Volumes: runreport.Volumes{PlansSent: 5, GeneralPractitionersNotReached: 3},
	}
	documents := runreport.Report{
		Outcome: runreport.Failed, Reason: runreport.NAVError,
		Volumes: runreport.Volumes{DocumentsStored: 7, PDFsStored: 6},
	}
	items := runreport.Report{
		Outcome: runreport.Succeeded, Volumes: runreport.Volumes{ItemsSent: 4, ItemsReceived: 2},
	}
	disbelieved := func(s *scope) {
		c := s.children.Of(fixture.FollowUpPlans)
		c.Jobs[0].Status.Conditions[0].Type = batchv1.JobFailed
		c.Pods[0].Status.ContainerStatuses[0].State.Terminated.ExitCode = 1
	}
	running := func() customerBuilder {
		return makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{})
	}
	counted := func(uid string) v1alpha1.ServiceSync {
		return v1alpha1.ServiceSync{LastRun: v1alpha1.SyncRun{
			Outcome: v1alpha1.SyncSucceeded, JobUID: uid, FinishedTime: metav1.NewTime(fixture.Noon),
		}}
	}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   observed
	}{
		"nothing": {reason: "a routine", pass: running(), want: nil},
		"given": {
			pass: makeCustomer().known(v1alpha1.AuthorizationNotGranted, "", time.Hour).answered(""),
			want: observed{"default: granted after 1h0m0s"},
		},
		"first-given": {reason: "its delay is unknown", pass: makeCustomer().answered(""), want: nil},
		"taken": {
			reason: "both are counted",
			pass:   makeCustomer().granted(time.Hour).answered(maskinporten.ClassNotDelegated),
			want:   observed{"default: FollowUpPlans withdrawn", "default: withdrawn after 1h0m0s"},
		},
		"run": {
			reason: "a run ended well",
			pass:   running().ran("1", well), want: observed{`default: FollowUpPlans Succeeded ""`},
		},
		"run-late": {
			reason: "by its schedule",
			pass: running().ran("1", well).with(func(s *scope) {
				job := &s.children.Of(fixture.FollowUpPlans).Jobs[0]
				job.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: "2026-11-22T12:57:30+01:00"}
			}),
			want: observed{`default: FollowUpPlans Succeeded ""`, "FollowUpPlans: started after 1m30s"},
		},
		"run-badly": {
			reason: "a run failed",
			pass:   running().ran("1", badly), want: observed{`default: FollowUpPlans Failed "NAVUnreachable"`},
		},
		"run-again": {
			reason: "a run was counted",
			pass:   makeCustomer().granted(0).inPlace().synced(counted("1")).ran("1", well), want: nil,
		},
		"runs": {
			reason: "each that has ended since counts",
			pass:   running().ran("1", badly).ran("2", well),
			want:   observed{`default: FollowUpPlans Failed "NAVUnreachable"`, `default: FollowUpPlans Succeeded ""`},
		},
		"no-token": {
			reason: "pods that get no token",
			pass:   running().ran("1", noToken), want: observed{`default: FollowUpPlans Failed "BrokerUnavailable"`},
		},
		"no-token-outage": {
			reason: "the Supplier reports it",
			pass: running().ran("1", noToken).with(func(s *scope) {
				available(s, v1alpha1.ReasonSupplierNotReady, time.Hour)
			}),
			want: nil,
		},
		"plans": {
			reason: "what became of each",
			pass:   running().ran("1", plans),
			want: observed{
				`default: FollowUpPlans Succeeded ""`, "5 plans sent", "3 plans gp_not_reached", "2 plans rejected",
				"1 plans unknown",
			},
		},
		"plans-again": {
			reason: "they were counted",
			pass:   makeCustomer().granted(0).inPlace().synced(counted("1")).ran("1", plans), want: nil,
		},
		"documents": {
			reason: "a run that failed half-way has carried something",
			pass:   running().ran("1", documents),
			want:   observed{`default: FollowUpPlans Failed "NAVError"`, "FollowUpPlans: 7 documents, 6 PDFs stored"},
		},
		"items": {
			reason: "of a vendor's own worker",
			pass:   running().ran("1", items),
			want:   observed{`default: FollowUpPlans Succeeded ""`, "default: FollowUpPlans: 4 items sent, 2 received"},
		},
		"disbelieved": {
			reason: "a report that contradicts its exit code says nothing",
			pass:   running().ran("1", plans).with(disbelieved), want: observed{`default: FollowUpPlans Failed "NoReport"`},
		},
		"withdrawn": {
			reason: "a run may end in the reconcile that stops all",
			pass:   running().ran("1", plans).answered(maskinporten.ClassNotDelegated),
			want: observed{
				"default: FollowUpPlans withdrawn", "default: withdrawn after 0s",
				`default: FollowUpPlans Succeeded ""`, "5 plans sent", "3 plans gp_not_reached", "2 plans rejected",
				"1 plans unknown",
			},
		},
		"next-run": {
			reason: "another one was",
			pass:   makeCustomer().granted(0).inPlace().synced(counted("0")).ran("1", well),
			want:   observed{`default: FollowUpPlans Succeeded ""`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			after := c.pass.s.customer.DeepCopy()
			after.Status = statusOf(c.pass.s.verdict())
			var got observed
			observe(&got, c.pass.s.customer, after, endedRuns(c.pass.s.verdict()))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			observe(nil, c.pass.s.customer, after, nil) // no observer
		})
	}
}

// unwritable is a client whose writes of a status fail.
type unwritable struct{ client.Client }

var errUnwritable = errors.New("the API server is away for a moment")

func (unwritable) Status() client.SubResourceWriter { return unwritableStatus{} }

type unwritableStatus struct{ client.SubResourceWriter }

func (unwritableStatus) Patch(context.Context, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
	return errUnwritable
}

// TestObservedAfterTheWrite verifies that an observer receives a status once, when it is written.
func TestObservedAfterTheWrite(t *testing.T) {
	now, class := fixture.Noon, maskinporten.ClassNotDelegated
	c := makeReconciler(t, func() time.Time { return now }, func() maskinporten.Class { return class })
	var got observed
	c.Observer = &got
	c.pass(t)
	now, class = now.Add(time.Hour), ""
	well := c.Client
	c.Client = unwritable{well}
	if _, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: c.key}); !errors.Is(err, errUnwritable) {
		t.Fatalf("a write that fails is %v", err)
	}
	if len(got) != 0 {
		t.Errorf("an observer received what was not written: %v", got)
	}
	c.Client = well
	c.pass(t)
	c.pass(t)
	if diff := cmp.Diff(observed{"default: granted after 1h0m0s"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRunsAreCountedOnce verifies that a run is counted once, although the status cannot be written at first and
// several reconciles and another manager see the run.
func TestRunsAreCountedOnce(t *testing.T) {
	c := makeReconciler(t, fixture.NowIsNoon, func() maskinporten.Class { return "" })
	c.Children = listing(makeCustomer().granted(0).inPlace().ran("1", runreport.Report{
		Outcome: runreport.Failed, Reason: runreport.NAVError, Unknown: 1, Volumes: runreport.Volumes{
			PlansSent:       5,
			DocumentsStored: 2, PDFsStored: 1,
		},
	}).s.children.Of(fixture.FollowUpPlans))
	var got observed
	c.Observer = &got
	well := c.Client
	c.Client = unwritable{well}
	for range 2 {
		if _, err := c.Reconcile(t.Context(), reconcile.Request{NamespacedName: c.key}); !errors.Is(err, errUnwritable) {
			t.Fatalf("a write that fails is %v", err)
		}
	}
	c.Client = well
	for range 2 {
		c.pass(t)
	}
	c.Reconciler = &Reconciler{
		Client: well, Live: c.Live, SameOrganization: c.SameOrganization, Zone: c.Zone, Children: c.Children, Pool: c.Pool,
		Events: c.Events, Now: c.Now, Suspect: c.Suspect, Observer: &got,
	}
	c.cache.look(t, c.key)
	c.pass(t)
	want := observed{
		`default: FollowUpPlans Failed "NAVError"`, "5 plans sent", "1 plans unknown",
		"FollowUpPlans: 2 documents, 1 PDFs stored",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// listing lists the objects of follow-up plans, for which sync is no longer allowed.
func listing(c *syncjob.Child) syncjob.FindChildren {
	c.CronJob.Spec.Suspend = new(true)
	return func(_ context.Context, list client.ObjectList, _ types.NamespacedName) error {
		switch l := list.(type) {
		case *batchv1.CronJobList:
			l.Items = []batchv1.CronJob{*c.CronJob.DeepCopy()}
		case *batchv1.JobList:
			l.Items = slices.Clone(c.Jobs)
		case *corev1.PodList:
			l.Items = slices.Clone(c.Pods)
		}
		return nil
	}
}
