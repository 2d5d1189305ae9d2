package customerintegration

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/syncjob"
)

// tigerNet is the name of the objects of fixture.NetRegistration.
var tigerNet = naming.Child("dynamisk-altetende-tiger", fixture.NetRegistration().Name)

const tigerPlans = "dynamisk-altetende-tiger-plans-88dda638"

// tigerFirst is the first Job for the access of the access that granted returns.
const tigerFirst = tigerPlans + "-aa14316c"

// edit changes the CronJob of follow-up plans.
func edit(change func(*batchv1.CronJob)) func(*scope) {
	return func(s *scope) { change(s.children.Of(v1alpha1.ServiceFollowUpPlans).CronJob) }
}

// ranOften lets as many runs as may be have been made beside the schedule a moment ago.
func ranOften(s *scope) {
	s.limits.Runs = map[v1alpha1.ServiceName]time.Time{fixture.FollowUpPlans: s.now.Add(time.Second)}
}

// running lets a Job run that has not ended.
func running(s *scope) {
	c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
	job := fixture.Job(c.CronJob, "2", false)
	job.Status = batchv1.JobStatus{}
	c.Jobs = append(c.Jobs, job)
}

// orphaned takes the owner from what is in place.
func orphaned(s *scope) {
	c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
	c.AdoptAccount, c.AdoptCronJob = true, true
}

// started records that the first Job was created.
func started(s *scope) {
	s.customer.Status.Services[0].Sync.FirstJobName = tigerFirst
}

// withdrawn withdraws access before the reconcile.
func withdrawn(s *scope) {
	s.customer.Status.Services[0].Authorization.State = v1alpha1.AuthorizationWithdrawn
}

// handled records that a request was handled in the reconcile.
func handled(request string) func(*scope) {
	return func(s *scope) { s.customer.Status.LastHandledReconcileAt = request }
}

// changedAccess has the Supplier change the scope of its service, and the customer be verified again.
func changedAccess(s *scope) {
	declared := &s.supplier.Spec.Services[len(s.supplier.Spec.Services)-1]
	declared.Custom = declared.Custom.DeepCopy()
	declared.Custom.Access.APIDelegation.Scope = "kartverk:nrl.lesing"
	s.responses[declared.Name] = verdict.Response{}
}

// runningOf lets a Job of a service run that was made from its CronJob.
func runningOf(name v1alpha1.ServiceName) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(name)
		job := *syncjob.JobNow(c.CronJob, c.CronJob, c.CronJob.Name+"-2")
		job.UID = "2"
		c.Jobs = append(c.Jobs, job)
	}
}

// mustDigest returns the digest of a CronJob's spec.
func mustDigest(c *batchv1.CronJob) string {
	digest, err := syncjob.DigestOf(c)
	if err != nil {
		panic(err)
	}
	return digest
}

// TestPlan lists the calls to the API server, in order, for an observed and a desired state.
func TestPlan(t *testing.T) {
	granted := func() customerBuilder { return makeCustomer().granted(0) }
	orphan := &batchv1.CronJob{TypeMeta: metav1.TypeMeta{Kind: "CronJob"}}
	orphan.Name = "left-over"
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   []string
		events []string
	}{
		"no-access": {reason: "nothing is made before there is access", pass: makeCustomer()},
		"not-wanted": {
			reason: "access is verified only",
			pass:   granted().with(func(s *scope) { s.customer.Spec.Sync = v1alpha1.SyncDisabled }),
		},
		"granted": {
			reason: "account before CronJob, for the pods use it; and then the first Job", pass: granted(), want: []string{
				"apply ServiceAccount " + tigerPlans, "apply CronJob " + tigerPlans, "create Job " + tigerFirst,
			},
		},
		"in-place": {
			reason: "what is in place makes the first Job", pass: granted().inPlace(),
			want: []string{"create Job " + tigerFirst},
		},
		"first-seen": {reason: "it is there, and will be recorded", pass: granted().inPlace().with(func(s *scope) {
			running(s)
			s.children.Of(v1alpha1.ServiceFollowUpPlans).Jobs[0].Name = tigerFirst
		})},
		"steady":      {reason: "nothing to do", pass: granted().inPlace().with(started)},
		"steady-runs": {reason: "a run under way needs no action", pass: granted().inPlace().with(started).with(running)},

		"requested": {
			reason: "a requested verification is a requested run too", want: []string{"create Job " + tigerPlans + "-2950c871"},
			pass: granted().inPlace().with(started).with(handled("now")),
		},
		"requested-before": {
			reason: "it has been made",
			pass: granted().inPlace().with(started).with(handled("now")).with(func(s *scope) {
				s.customer.Status.Services[0].Sync.RequestedJobName = tigerPlans + "-2950c871"
			}),
		},
		"requested-lost": {
			reason: "it was acknowledged before, and could not be made then", want: []string{"create Job " + tigerPlans +
				"-2950c871"},
			pass: granted().inPlace().with(started).with(func(s *scope) { s.customer.Status.LastHandledReconcileAt = "now" }),
		},
		"left-over": {
			reason: "what a customer of the same name left goes by itself",
			pass: granted().with(func(s *scope) {
				s.children.Services[v1alpha1.ServiceFollowUpPlans] = &syncjob.Child{LeftOver: true}
			}),
		},
		"requested-first": {
			reason: "the first run is one too", want: []string{"create Job " + tigerFirst},
			pass: granted().inPlace().with(handled("now")),
		},
		"requested-running": {
			reason: "a run is under way: another one beside it brings nothing",
			pass:   granted().inPlace().with(started).with(running).with(handled("now")),
		},
		"requested-terminating": {
			reason: "the pod of a run that was deleted may still run",
			pass: granted().inPlace().with(started).with(handled("now")).with(func(s *scope) {
				s.children.Of(v1alpha1.ServiceFollowUpPlans).Terminating = true
			}),
		},
		"requested-too-soon": {
			reason: "several were made a moment ago",
			pass:   granted().inPlace().with(started).with(handled("now")).with(ranOften),
		},
		"first-running": {
			reason: "a run of the schedule is under way",
			pass:   granted().inPlace().with(running),
		},
		"requested-withdrawn": {
			reason: "sync is not allowed", want: []string{"suspend CronJob " + tigerPlans},
			pass: granted().inPlace().with(started).with(withdrawn).with(handled("now")),
		},

		"edited": {
			reason: "another client has edited the schedule", want: []string{"apply CronJob " +
				tigerPlans}, events: []string{"CronJobRestored"},
			pass: granted().inPlace().with(started).with(edit(func(c *batchv1.CronJob) { c.Spec.Schedule = "* * * * *" })),
		},
		"edited-pod": {
			reason: "another client has edited the image", want: []string{"apply CronJob " +
				tigerPlans}, events: []string{"CronJobRestored"},
			pass: granted().inPlace().with(started).
				with(edit(func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "evil" })),
		},
		"added": {
			reason: "another client has added a container", want: []string{"apply CronJob " +
				tigerPlans}, events: []string{"CronJobRestored"},
			pass: granted().inPlace().with(started).with(edit(func(c *batchv1.CronJob) {
				pod := &c.Spec.JobTemplate.Spec.Template.Spec
				pod.Containers = append(pod.Containers, corev1.Container{Name: "more"})
			})),
		},
		"admitted": {
			reason: "a policy has changed what was written", pass: granted().inPlace().with(started).with(func(s *scope) {
				c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
				desired := mustDigest(c.CronJob)
				c.CronJob.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "mirror.example/sync"
				c.Admitted = syncjob.Admission{Desired: desired, Stored: mustDigest(c.CronJob)}
			}),
		},
		"admitted-otherwise": {
			reason: "a policy has changed what was written, and then another client did", want: []string{"apply CronJob " +
				tigerPlans}, events: []string{"CronJobRestored"},
			pass: granted().inPlace().with(started).with(func(s *scope) {
				c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
				c.Admitted = syncjob.Admission{Desired: mustDigest(c.CronJob), Stored: "another"}
				c.CronJob.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image = "mirror.example/sync"
			}),
		},
		"cached": {
			reason: "the cache keeps a digest of it alone", pass: granted().inPlace().with(started).with(func(s *scope) {
				if _, err := syncjob.StripCronJob(s.children.Of(v1alpha1.ServiceFollowUpPlans).CronJob); err != nil {
					panic(err)
				}
			}),
		},
		"broker-changed": {
			reason: "another certificate or address rolls through by itself", want: []string{"apply CronJob " + tigerPlans},
			pass: granted().inPlace().with(started).with(func(s *scope) { s.broker.Certificate = []byte("another") }),
		},
		"supplier-renamed": {
			reason: "so does what NAV receives about us", want: []string{"apply CronJob " + tigerPlans},
			pass: granted().inPlace().with(started).with(func(s *scope) { s.supplier.Spec.Name = "4HUMAN" }),
		},
		"changed": {
			reason: "our own change is no repair", want: []string{"apply CronJob " + tigerPlans},
			pass: granted().inPlace().with(started).with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "5 4 * * *" }),
		},
		"deleted": {
			reason: "it was deleted", want: []string{
				"apply ServiceAccount " + tigerPlans,
				"apply CronJob " + tigerPlans,
			}, events: []string{"CronJobRestored"},
			pass: granted().with(started).with(func(s *scope) {
				s.customer.Status.Services[0].Sync.CronJobName = tigerPlans
			}),
		},
		"account-deleted": {
			reason: "pods could not be made without it", want: []string{"apply ServiceAccount " + tigerPlans},
			pass: granted().inPlace().with(started).
				with(func(s *scope) { s.children.Of(v1alpha1.ServiceFollowUpPlans).Account = nil }),
		},
		"account-relabelled": {
			reason: "it would not be found", want: []string{"apply ServiceAccount " + tigerPlans},
			pass: granted().inPlace().with(started).with(func(s *scope) {
				s.children.Of(v1alpha1.ServiceFollowUpPlans).Account.Labels = nil
			}),
		},
		"not-ours": {
			reason: "another owner's is left alone",
			pass: granted().with(func(s *scope) {
				s.children.Services[v1alpha1.ServiceFollowUpPlans] = &syncjob.Child{Conflict: syncjob.Conflict{Kind: "CronJob"}}
			}),
		},

		"outlasted": {
			reason: "a mesh's proxy keeps a run that succeeded from ending", want: []string{"delete Job run-2"},
			pass: granted().inPlace().with(started).with(outlasted(time.Minute)), events: []string{"RunOutlasted"},
		},
		"outlasted-just-now": {
			reason: "it may end by itself",
			pass:   granted().inPlace().with(started).with(outlasted(10 * time.Second)),
		},

		"access-changed": {
			reason: "the token broker refuses the run under way; the schedule runs the new access, not a first Job",
			want:   []string{"apply CronJob " + tigerNet, "delete Job " + tigerNet + "-2"}, events: []string{"RunStopped"},
			pass: makeCustomer().custom().granted(0).inPlaceOf(fixture.NetRegistration().Name).
				with(runningOf(fixture.NetRegistration().Name)).with(changedAccess),
		},
		"access-changed-idle": {
			reason: "the first Jobs of all customers would start together", want: []string{"apply CronJob " + tigerNet},
			pass: makeCustomer().custom().granted(0).inPlaceOf(fixture.NetRegistration().Name).with(changedAccess),
		},
		"custom-runs": {
			reason: "a run of the same access goes on",
			pass: makeCustomer().custom().granted(0).inPlaceOf(fixture.NetRegistration().Name).
				with(runningOf(fixture.NetRegistration().Name)),
		},
		"withdrawn": {
			reason: "first no more runs, then the one under way", want: []string{
				"suspend CronJob " + tigerPlans,
				"delete Job run-2",
			}, events: []string{"RunStopped"},
			pass: granted().inPlace().with(started).with(running).with(withdrawn),
		},
		"withdrawn-done": {
			reason: "nothing is left to do",
			pass:   granted().inPlace().with(withdrawn).with(edit(func(c *batchv1.CronJob) { c.Spec.Suspend = new(true) })),
		},
		"withdrawn-let-loose": {
			reason: "another client has resumed it", want: []string{"suspend CronJob " +
				tigerPlans}, events: []string{"CronJobRestored"},
			pass: granted().inPlace().with(withdrawn).
				with(edit(func(c *batchv1.CronJob) { delete(c.Annotations, v1alpha1.AnnotationApplied) })),
		},
		"suspended": {
			reason: "nothing flows", pass: granted().inPlace().with(started).with(running).suspended(),
			want: []string{"suspend CronJob " + tigerPlans, "delete Job run-2"}, events: []string{"RunStopped"},
		},
		"without-supplier": {
			reason: "no Supplier allows sync",
			pass: granted().inPlace().with(started).
				with(func(s *scope) { s.supplier = nil }), want: []string{"suspend CronJob " + tigerPlans},
		},
		"host-forbidden": {
			reason: "the data may not go there any more",
			pass: granted().inPlace().with(started).
				with(func(s *scope) { s.supplier.Spec.HRM.AllowedHosts = nil }), want: []string{"suspend CronJob " + tigerPlans},
		},
		"granted-again": {
			reason: "it goes on, and that is no repair; then comes the first Job of the new access",
			want:   []string{"apply CronJob " + tigerPlans, "create Job " + tigerFirst},
			pass: granted().inPlace().with(edit(func(c *batchv1.CronJob) {
				c.Spec.Suspend = new(true)
				delete(c.Annotations, v1alpha1.AnnotationApplied)
			})),
		},

		"orphan": {
			reason: "it is adopted, which is no repair; a first Job comes when it is the customer's",
			want:   []string{"adopt ServiceAccount " + tigerPlans, "adopt CronJob " + tigerPlans},
			events: []string{"CronJobAdopted"}, pass: granted().inPlace().with(orphaned),
		},
		"orphan-edited": {
			reason: "its spec is restored", want: []string{
				"adopt ServiceAccount " + tigerPlans, "adopt CronJob " + tigerPlans, "apply CronJob " + tigerPlans,
			},
			events: []string{"CronJobAdopted"}, pass: granted().inPlace().with(orphaned).
				with(edit(func(c *batchv1.CronJob) { c.Spec.Schedule = "* * * * *" })),
		},
		"orphan-without-access": {
			reason: "it is suspended with the same write, and its Job ends", want: []string{
				"adopt ServiceAccount " + tigerPlans, "adopt CronJob " + tigerPlans + " halted", "delete Job run-2",
			},
			events: []string{"CronJobAdopted", "RunStopped"},
			pass:   granted().inPlace().with(orphaned).with(running).with(withdrawn),
		},
		"orphan-beside-conflict": {
			reason: "it does not run with another's account", want: []string{"adopt CronJob " + tigerPlans + " halted"},
			events: []string{"CronJobAdopted"}, pass: granted().inPlace().with(orphaned).with(func(s *scope) {
				c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
				c.Account, c.AdoptAccount = nil, false
				c.Conflict = syncjob.Conflict{Kind: "ServiceAccount"}
			}),
		},
		"stray": {
			reason: "a Job without owner runs: it is deleted, and no other is created beside it",
			want:   []string{"delete Job " + tigerPlans + "-1"}, events: []string{"RunStopped"},
			pass: granted().inPlace().with(func(s *scope) {
				c := s.children.Of(v1alpha1.ServiceFollowUpPlans)
				c.Strays = []batchv1.Job{{ObjectMeta: metav1.ObjectMeta{Name: tigerPlans + "-1"}}}
			}),
		},

		"bad-schedule": {
			reason: "there is none to make",
			pass:   granted().with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "often" }),
		},
		"schedule-spoilt": {
			reason: "the one that is there goes on as it was",
			pass:   granted().inPlace().with(started).with(func(s *scope) { s.customer.Spec.Services[0].Schedule = "often" }),
		},
		"suppliers-schedule-bad": {
			reason: "there is none to make",
			pass:   granted().with(spoilSchedule),
		},
		"suppliers-schedule-spoilt": {
			reason: "the one that is there goes on as it was",
			pass:   granted().inPlace().with(started).with(spoilSchedule),
		},
		"no-longer-listed": {
			reason: "what is left over goes",
			pass: granted().with(withdrawn).
				with(func(s *scope) { s.children.Orphans = []client.Object{orphan} }), want: []string{"delete CronJob left-over"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			actions, err := planOf(c.pass.s.verdict())
			if err != nil {
				t.Fatal(err)
			}
			var what, events []string
			for _, a := range actions {
				title := a.String()
				if a.halt {
					title += " halted"
				}
				what = append(what, title)
				if a.event != "" {
					events = append(events, a.event)
					fixture.IsWellFormed(t, a.event, a.note)
				}
			}
			if diff := cmp.Diff(c.want, what); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if diff := cmp.Diff(c.events, events); diff != "" {
				t.Errorf("%s: events (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}
