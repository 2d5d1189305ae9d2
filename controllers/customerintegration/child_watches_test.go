package customerintegration

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestChanges verifies which changes of a customer's objects wake it: few, because each run has many.
func TestChanges(t *testing.T) {
	cronJob := func(change func(*batchv1.CronJob)) client.Object {
		c := makeChild().CronJob.DeepCopy()
		c.Generation = 1
		change(c)
		return c
	}
	job := func(change func(*batchv1.Job)) client.Object {
		j := fixture.Job(makeChild().CronJob, "1", true)
		j.Status = batchv1.JobStatus{}
		change(&j)
		return &j
	}
	pod := func(change func(*corev1.Pod)) client.Object {
		p := fixture.Pending(0)
		change(&p)
		return &p
	}
	waits := func(reason string) func(*corev1.Pod) {
		return func(p *corev1.Pod) { p.Status.ContainerStatuses[0].State = fixture.Waiting(reason, "") }
	}
	phase := func(phase corev1.PodPhase) func(*corev1.Pod) { return func(p *corev1.Pod) { p.Status.Phase = phase } }
	ended := func(kind batchv1.JobConditionType) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			j.Status.Conditions = []batchv1.JobCondition{
				{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(fixture.Noon)},
			}
		}
	}
	same := cronJob(func(*batchv1.CronJob) {})
	runs := job(func(*batchv1.Job) {})
	pending := pod(func(*corev1.Pod) {})
	cases := map[string]struct {
		reason        string
		changed       func(before, after client.Object) bool
		before, after client.Object
		want          bool
	}{
		"cronjob-same": {
			reason:  "a new look at all there is",
			changed: cronJobChanged, before: same, after: cronJob(func(*batchv1.CronJob) {}), want: false,
		},
		"cronjob-ran": {
			reason:  "it has made a Job",
			changed: cronJobChanged, before: same,
			after: cronJob(func(c *batchv1.CronJob) {
				c.Status.LastScheduleTime, c.ResourceVersion = &metav1.Time{Time: fixture.Noon}, "8"
			}),
			want: false,
		},
		"cronjob-edited": {
			reason:  "its spec was changed",
			changed: cronJobChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.Generation = 2 }), want: true,
		},
		"cronjob-labels": {
			reason:  "it would not be found",
			changed: cronJobChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.Labels = nil }), want: true,
		},
		"cronjob-hash": {
			reason:  "what was applied is not known",
			changed: cronJobChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.Annotations = nil }),
			want: true,
		},
		"cronjob-owner": {
			reason:  "it would stay when the customer goes",
			changed: cronJobChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.OwnerReferences = nil }),
			want: true,
		},
		"cronjob-leaving": {
			reason:  "it is being deleted",
			changed: cronJobChanged, before: same,
			after: cronJob(func(c *batchv1.CronJob) { c.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }), want: true,
		},
		"account-labels": {
			reason:  "it would not be found",
			changed: metadataChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.Labels["a"] = "b" }),
			want: true,
		},
		"account-same": {
			reason:  "nothing else of it matters",
			changed: metadataChanged, before: same,
			after: cronJob(func(c *batchv1.CronJob) { c.ResourceVersion, c.Generation = "8", 2 }), want: false,
		},
		"job-same": {
			reason:  "its pod has started",
			changed: jobChanged, before: runs,
			after: job(func(j *batchv1.Job) { j.Status.Active, j.ResourceVersion = 1, "8" }), want: false,
		},
		"job-about-to-fail": {
			reason:  "it has not ended",
			changed: jobChanged, before: runs, after: job(ended(batchv1.JobFailureTarget)), want: false,
		},
		"job-failed": {
			reason:  "a run has ended",
			changed: jobChanged, before: runs, after: job(ended(batchv1.JobFailed)), want: true,
		},
		"job-complete": {
			reason:  "a run has ended",
			changed: jobChanged, before: runs, after: job(ended(batchv1.JobComplete)), want: true,
		},
		"job-ended-before": {
			reason:  "it was reported",
			changed: jobChanged, before: job(ended(batchv1.JobComplete)), after: job(ended(batchv1.JobComplete)),
			want: false,
		},
		"job-leaving": {
			reason:  "it is on its way out",
			changed: jobChanged, before: runs,
			after: job(func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }), want: true,
		},
		"job-without-owner": {
			reason:  "it has no owner now",
			changed: jobChanged, before: runs, after: job(func(j *batchv1.Job) { j.OwnerReferences = nil }), want: true,
		},
		"pod-same": {
			reason:  "its node has reported it again",
			changed: podChanged, before: pending, after: pod(func(p *corev1.Pod) { p.ResourceVersion = "8" }), want: false,
		},
		"pod-scheduled": {
			reason:  "it has a node",
			changed: podChanged, before: pending, after: pod(func(p *corev1.Pod) { p.Spec.NodeName = "one" }), want: false,
		},
		"pod-started": {
			reason:  "it has started",
			changed: podChanged, before: pending, after: pod(phase(corev1.PodRunning)), want: true,
		},
		"pod-ended": {
			reason:  "it may have left a report",
			changed: podChanged, before: pod(phase(corev1.PodRunning)), after: pod(phase(corev1.PodFailed)), want: true,
		},
		"pod-waits": {
			reason:  "it cannot start",
			changed: podChanged, before: pending, after: pod(waits("InvalidImageName")), want: true,
		},
		"pod-waits-still": {
			reason:  "as before",
			changed: podChanged, before: pod(waits("InvalidImageName")), after: pod(waits("InvalidImageName")), want: false,
		},
		"pod-waits-again": {
			reason:  "an image is not there at either attempt",
			changed: podChanged, before: pod(waits("ErrImagePull")), after: pod(waits("ImagePullBackOff")), want: false,
		},
		"pod-waits-else": {
			reason:  "for something else",
			changed: podChanged, before: pod(waits("ErrImagePull")), after: pod(waits("CreateContainerConfigError")),
			want: true,
		},
		"pod-is-made": {
			reason:  "it waits for what passes",
			changed: podChanged, before: pending, after: pod(waits("PodInitializing")), want: false,
		},
		"no-job": {
			reason:  "it is none",
			changed: jobChanged, before: same, after: cronJob(func(c *batchv1.CronJob) { c.Generation = 2 }), want: false,
		},
		"no-pod": {
			reason:  "it is none",
			changed: podChanged, before: runs, after: job(ended(batchv1.JobFailed)), want: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.changed(c.before, c.after); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

// TestWakeCustomer verifies that an object wakes the customer that its label names, by which the index finds it too.
func TestWakeCustomer(t *testing.T) {
	labelledAs := func(name string) client.Object {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: "customers",
			Labels:    map[string]string{v1alpha1.LabelIntegration: name},
		}}
	}
	run := makeCustomer().granted(0).inPlace().ran("1", runreport.Report{Outcome: runreport.Succeeded}).
		s.children.Of(fixture.FollowUpPlans)
	job := syncjob.JobNow(run.CronJob, run.CronJob, tigerFirst)
	tiger := []string{"dynamisk-altetende-tiger"}
	cases := map[string]struct {
		reason string
		object client.Object
		want   []string
	}{
		"cronjob": {reason: "as it is made", object: run.CronJob, want: tiger},
		"account": {reason: "as it is made", object: run.Account, want: tiger},
		"job":     {reason: "as it is made", object: job, want: tiger},
		"pod":     {reason: "as its Job makes it", object: &corev1.Pod{ObjectMeta: *metadataOf(job)}, want: tiger},
		"labelled": {
			reason: "any creator: the owner is what counts",
			object: labelledAs("giraffe"), want: []string{"giraffe"},
		},
		"nobodys": {reason: "the cache does not have it", object: &corev1.Pod{}, want: nil},
		"empty":   {reason: "no customer is called so", object: labelledAs(""), want: nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, syncjob.CustomerOf(c.object)); diff != "" {
				t.Errorf("%s: the index (-want +got):\n%s", c.reason, diff)
			}
			q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
			defer q.ShutDown()
			wakeCustomer().Create(t.Context(), event.CreateEvent{Object: c.object}, q)
			wakeCustomer().Update(t.Context(), event.UpdateEvent{ObjectOld: c.object, ObjectNew: c.object}, q)
			wakeCustomer().Delete(t.Context(), event.DeleteEvent{Object: c.object}, q)
			var got []reconcile.Request
			for q.Len() > 0 {
				r, _ := q.Get()
				got = append(got, r)
			}
			var want []reconcile.Request
			for _, customer := range c.want {
				want = append(want, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "customers", Name: customer}})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// metadataOf returns the metadata of the pod that a Job makes: the Job controller takes the template's labels.
func metadataOf(job *batchv1.Job) *metav1.ObjectMeta {
	m := job.Spec.Template.ObjectMeta.DeepCopy()
	m.Namespace = job.Namespace
	return m
}

// TestCachedIsWhatIsMade compares the cache's rules with the labels of what is made.
func TestCachedIsWhatIsMade(t *testing.T) {
	made := labels.Set(makeChild().CronJob.Labels)
	for o, rule := range syncjob.CacheByObject(labels.Everything()) {
		if rule.Label != nil && !rule.Label.Matches(made) {
			t.Errorf("what is made is not what is cached of %T", o)
		}
	}
}
