package customerintegration

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/syncjob"
)

// The calls that are made for the tiger's follow-up plans.
const (
	createAccount = "create ServiceAccount " + tigerPlans + " as integration-operator"
	createCronJob = "create CronJob " + tigerPlans + " as integration-operator"
	repairCronJob = "replace CronJob " + tigerPlans + " as integration-operator"
	lookCronJob   = "get CronJob " + tigerPlans
	suspendIt     = "patch CronJob " + tigerPlans +
		` as integration-operator: {"metadata":{"annotations":{"integrations.4human.no/applied":null}},"spec":{"suspend":true}}`
	createFirst = "create Job " + tigerFirst + " as integration-operator"
	lookRun     = "get Job run-2"
	deleteRun   = "delete Job run-2 in the Background if it is 2"

	lookLeftAccount   = "get ServiceAccount left-over"
	deleteLeftAccount = "delete ServiceAccount left-over in the Background if it is uid of left-over"
	lookLeftCronJob   = "get CronJob left-over"
	deleteLeftCronJob = "delete CronJob left-over in the Background if it is uid of left-over"
)

// thereOf lists a customer's children, as the API server has them.
func thereOf(s *scope) []client.Object {
	var all []client.Object
	for _, c := range s.children.Services {
		if c.Account != nil {
			all = append(all, &corev1.ServiceAccount{ObjectMeta: *c.Account.ObjectMeta.DeepCopy()})
		}
		if c.CronJob != nil {
			all = append(all, c.CronJob.DeepCopy())
		}
		for i := range c.Jobs {
			all = append(all, c.Jobs[i].DeepCopy())
		}
	}
	for _, o := range s.children.Orphans {
		all = append(all, o.DeepCopyObject().(client.Object))
	}
	return all
}

// converged applies what follows from a reconcile, and returns the recorded events and the log lines.
func converged(t *testing.T, server client.Client, b customerBuilder) (recorded, logged []string, err error) {
	t.Helper()
	var lines bytes.Buffer
	recorder := events.NewFakeRecorder(10)
	r := &Reconciler{Client: server, Live: server, Events: recorder, Now: fixture.NowIsNoon}
	ctx := log.IntoContext(t.Context(), logr.FromSlogHandler(slog.NewTextHandler(&lines, nil)))
	_, _, err = r.apply(ctx, b.s.verdict())
	close(recorder.Events)
	for e := range recorder.Events {
		recorded = append(recorded, strings.Join(strings.Fields(e)[:2], " "))
	}
	for line := range strings.Lines(lines.String()) {
		_, rest, _ := strings.Cut(line, `msg="`)
		message, object, _ := strings.Cut(strings.TrimSpace(rest), `" `)
		_, name, _ := strings.Cut(object, "=")
		logged = append(logged, message+" "+name)
	}
	return recorded, logged, err
}

// TestApply verifies the calls of each action, and that an action is reported after it is done. Writes that the cache
// lacks are neither repeated nor reported again.
func TestApply(t *testing.T) {
	granted := func() customerBuilder { return makeCustomer().granted(0) }
	stopped := func() customerBuilder { return granted().inPlace().with(started).with(running).with(withdrawn) }
	editedByOthers := func() customerBuilder {
		return granted().inPlace().with(started).with(edit(func(c *batchv1.CronJob) { c.Spec.Schedule = "* * * * *" }))
	}
	leftOver := func() customerBuilder {
		return makeCustomer().with(func(s *scope) {
			s.children.Orphans = []client.Object{
				made(syncjob.AccountMetadata(), "left-over", ownedByTiger()),
				made(&batchv1.CronJob{TypeMeta: metav1.TypeMeta{Kind: "CronJob"}}, "left-over", ownedByTiger()),
			}
		})
	}
	nothing := func([]client.Object) []client.Object { return nil }
	// changed changes what the API server has, after the cache last saw it.
	changed := func(change func(client.Object)) func([]client.Object) []client.Object {
		return func(there []client.Object) []client.Object {
			for _, o := range there {
				change(o)
			}
			return there
		}
	}
	deleting := changed(func(o client.Object) {
		if _, ok := o.(*batchv1.Job); ok {
			o.SetFinalizers([]string{"foregroundDeletion"})
			o.SetDeletionTimestamp(&metav1.Time{Time: fixture.Noon})
		}
	})
	down := errors.New("down")
	accounts := schema.GroupResource{Resource: "serviceaccounts"}
	cronJobs := schema.GroupResource{Group: "batch", Resource: "cronjobs"}
	jobs := schema.GroupResource{Group: "batch", Resource: "jobs"}
	cases := map[string]struct {
		reason  string
		pass    customerBuilder
		there   func(cached []client.Object) []client.Object // nil: what the cache has
		failing map[string]error
		want    []string
		events  []string
		logged  []string
		fails   string
	}{
		"steady": {reason: "a steady pass costs nothing", pass: granted().inPlace().with(started)},
		"granted": {
			reason: "the first run needs no second look", pass: granted(),
			want: []string{createAccount, createCronJob, createFirst},
			logged: []string{
				"Applied ServiceAccount " + tigerPlans, "Applied CronJob " + tigerPlans, "Created Job " + tigerFirst,
			},
		},
		"first": {
			reason: "it is in place", pass: granted().inPlace(), want: []string{createFirst},
			logged: []string{"Created Job " + tigerFirst},
		},
		"first-unseen": {
			reason: "it was created and announced", pass: granted().inPlace(), want: []string{createFirst},
			there: func(cached []client.Object) []client.Object { return append(cached, made(&batchv1.Job{}, tigerFirst)) },
		},
		"first-raced": {
			reason: "it has just been made", pass: granted().inPlace(), want: []string{createFirst},
			failing: map[string]error{createFirst: apierrors.NewAlreadyExists(jobs, tigerFirst)},
		},
		"edited": {
			reason: "it is ours", pass: editedByOthers(),
			want: []string{lookCronJob, repairCronJob}, events: []string{"Warning CronJobRestored"}, logged: []string{
				"Applied CronJob " + tigerPlans,
			},
		},
		"edited-unseen": {
			reason: "it was repaired and announced", pass: editedByOthers(), want: []string{lookCronJob},
			there: changed(func(o client.Object) {
				if c, ok := o.(*batchv1.CronJob); ok {
					c.Spec.Schedule = makeChild().CronJob.Spec.Schedule
				}
			}),
		},
		"edited-gone": {
			reason: "it is made anew", pass: editedByOthers(), there: nothing, want: []string{lookCronJob, createCronJob},
			events: []string{"Warning CronJobRestored"}, logged: []string{"Applied CronJob " + tigerPlans},
		},
		"edited-replaced": {
			reason: "what has our name now has another owner", pass: editedByOthers(), there: changed(
				func(o client.Object) { o.SetOwnerReferences(nil) }), want: []string{lookCronJob},
		},
		"withdrawn": {
			reason: "no more runs, and the one under way is ended with its pod", pass: stopped(), want: []string{
				lookCronJob,
				suspendIt, lookRun, deleteRun,
			},
			events: []string{"Normal RunStopped"}, logged: []string{"Suspended CronJob " + tigerPlans, "Deleted Job run-2"},
		},
		"withdrawn-unseen": {
			reason: "it was suspended, and the run is about to end", pass: stopped(), want: []string{lookCronJob, lookRun},
			there: func(cached []client.Object) []client.Object {
				for _, o := range deleting(cached) {
					if c, ok := o.(*batchv1.CronJob); ok {
						c.Spec.Suspend = new(true)
					}
				}
				return cached
			},
		},
		"withdrawn-gone": {
			reason: "there is nothing any more", pass: stopped(), there: nothing,
			want: []string{lookCronJob, lookRun},
		},
		"withdrawn-raced": {
			reason: "they have just gone", pass: stopped(), want: []string{lookCronJob, suspendIt, lookRun, deleteRun},
			failing: map[string]error{
				suspendIt: apierrors.NewNotFound(cronJobs, tigerPlans),
				deleteRun: apierrors.NewNotFound(jobs, "run-2"),
			},
		},
		"withdrawn-replaced": {
			reason: "what has our names now has another owner", pass: stopped(), want: []string{lookCronJob, lookRun},
			there: changed(func(o client.Object) {
				o.SetUID("another")
				o.SetOwnerReferences(nil)
			}),
		},
		"left-over": {
			reason: "with what it owns, and nothing that was made under its name since", pass: leftOver(),
			want:   []string{lookLeftAccount, deleteLeftAccount, lookLeftCronJob, deleteLeftCronJob},
			logged: []string{"Deleted ServiceAccount left-over", "Deleted CronJob left-over"},
		},
		"left-over-gone": {
			reason: "that it is gone is as good", pass: leftOver(), there: nothing,
			want: []string{lookLeftAccount, lookLeftCronJob},
		},
		"left-over-replaced": {
			reason: "another was created", pass: leftOver(), there: changed(
				func(o client.Object) { o.SetUID("another") }), want: []string{lookLeftAccount, lookLeftCronJob},
		},

		"create-fails": {
			reason: "nothing has begun", pass: granted().
				inPlace(), want: []string{createFirst}, failing: map[string]error{createFirst: down},
			fails: "create Job " + tigerFirst + ": down",
		},
		"suspend-fails": {
			reason: "its Job is ended all the same", pass: stopped(), want: []string{
				lookCronJob, suspendIt, lookRun,
				deleteRun,
			}, failing: map[string]error{suspendIt: down},
			events: []string{"Normal RunStopped"}, logged: []string{"Deleted Job run-2"},
			fails: "suspend CronJob " + tigerPlans + ": down",
		},
		"delete-fails": {
			reason: "it goes on, so no event says that it stopped", pass: stopped(), want: []string{
				lookCronJob, suspendIt,
				lookRun, deleteRun,
			},
			failing: map[string]error{deleteRun: down},
			logged:  []string{"Suspended CronJob " + tigerPlans}, fails: "delete Job run-2: down",
		},
		"account-fails": {
			reason: "the CronJob waits for nothing, and no Job without an account is made", pass: granted(),
			want: []string{createAccount, createCronJob}, failing: map[string]error{createAccount: down},
			logged: []string{"Applied CronJob " + tigerPlans}, fails: "apply ServiceAccount " + tigerPlans + ": down",
		},
		"cronjob-fails": {
			reason: "a Job is a run of a CronJob", pass: granted(),
			want: []string{createAccount, createCronJob}, failing: map[string]error{createCronJob: down},
			logged: []string{"Applied ServiceAccount " + tigerPlans}, fails: "apply CronJob " + tigerPlans + ": down",
		},
		"account-is-met": {
			reason: "its owner is looked up before anything else", pass: granted(), want: []string{createAccount},
			failing: map[string]error{createAccount: apierrors.NewAlreadyExists(accounts, tigerPlans)},
		},
		"repair-fails": {
			reason: "it is still edited", pass: editedByOthers(),
			want: []string{lookCronJob, repairCronJob}, failing: map[string]error{repairCronJob: down}, fails: "apply CronJob " +
				tigerPlans + ": down",
		},
		"cronjob-is-met": {
			reason: "so it is here", pass: granted(), want: []string{createAccount, createCronJob},
			failing: map[string]error{createCronJob: apierrors.NewAlreadyExists(cronJobs, tigerPlans)}, logged: []string{
				"Applied ServiceAccount " + tigerPlans,
			},
		},
		"no-authority": {
			reason: "what is there goes on as it is, and the reconcile is repeated", pass: editedByOthers().
				with(func(s *scope) { s.brokerErr = down }),
			fails: "apply CronJob " + tigerPlans + ": down",
		},
		"no-authority-withdrawn": {
			reason: "what must stop stops", pass: stopped().
				with(func(s *scope) { s.brokerErr = down }), want: []string{lookCronJob, suspendIt, lookRun, deleteRun},
			events: []string{"Normal RunStopped"}, logged: []string{"Suspended CronJob " + tigerPlans, "Deleted Job run-2"},
		},
		"all-fail": {
			reason: "each is reported", pass: stopped(), want: []string{
				lookCronJob,
				lookRun,
			}, failing: map[string]error{lookCronJob: down, lookRun: down},
			fails: "suspend CronJob " + tigerPlans + ": down\ndelete Job run-2: reading it: down",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			there := thereOf(c.pass.s)
			if c.there != nil {
				there = c.there(there)
			}
			server := fixture.Server(t, there...)
			server.Failing = c.failing
			recorded, logged, err := converged(t, server, c.pass)
			for _, diff := range []string{
				cmp.Diff(c.want, server.Calls), cmp.Diff(c.events, recorded), cmp.Diff(c.logged, logged),
			} {
				if diff != "" {
					t.Errorf("%s (-want +got):\n%s", c.reason, diff)
				}
			}
			if got := messageOf(err); got != c.fails {
				t.Errorf("%s: the reconcile fails with %q, want %q", c.reason, got, c.fails)
			}
		})
	}
}

func messageOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestOneFailureOfTwoServices verifies that an action that fails does not prevent those of another service, and that
// the reconcile is repeated.
func TestOneFailureOfTwoServices(t *testing.T) {
	b := makeCustomer().granted(0).with(func(s *scope) {
		s.customer.Spec.Services = append(s.customer.Spec.Services, v1alpha1.CustomerService{Name: fixture.SickNotes})
		notes := s.customer.Status.Services[0]
		notes.Name = fixture.SickNotes
		s.customer.Status.Services = append(s.customer.Status.Services, notes)
	})
	server := fixture.Server(t)
	server.Failing[createCronJob] = errors.New("down")
	_, logged, err := converged(t, server, b)
	if err == nil || len(server.Calls) != 5 || len(logged) != 4 {
		t.Errorf("%v after %v", err, server.Calls)
	}
}

// TestAppliedIsSteady applies plans until none is left, and compares the objects: from nothing to a first run, to
// access that is withdrawn, to access that is granted again.
func TestAppliedIsSteady(t *testing.T) {
	server := fixture.Server(t)
	b := makeCustomer().granted(0)
	step := func(want ...string) {
		t.Helper()
		server.Calls = nil
		r := &Reconciler{Client: server, Live: server, Children: fixture.FindChildren(server)}
		for range 4 {
			if err := b.s.gather(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if _, _, err := converged(t, server, b); err != nil {
				t.Fatal(err)
			}
			b.s.customer.Status = statusOf(b.s.verdict())
		}
		if diff := cmp.Diff(want, server.Calls); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	step(createAccount, createCronJob, createFirst)
	withdrawn(b.s)
	step(lookCronJob, suspendIt, "get Job "+tigerFirst, "delete Job "+tigerFirst+" in the Background if it is ")
	b.s.customer.Status.Services[0].Authorization.State = v1alpha1.AuthorizationGranted
	step(lookCronJob, repairCronJob)
	cronJob := &batchv1.CronJob{}
	if err := server.Get(t.Context(), client.ObjectKey{Namespace: "customers", Name: tigerPlans}, cronJob); err != nil {
		t.Fatal(err)
	}
	if syncjob.IsSuspended(cronJob) || cronJob.Annotations[v1alpha1.AnnotationApplied] == "" {
		t.Errorf("in the end it is %v", cronJob)
	}
}
