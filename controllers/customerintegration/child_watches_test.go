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
		"cronjob-same": {"a new look at all there is", cronJobChanged, same, cronJob(func(*batchv1.CronJob) {}), false},
		"cronjob-ran": {"it has made a Job", cronJobChanged, same, cronJob(func(c *batchv1.CronJob) {
			c.Status.LastScheduleTime, c.ResourceVersion = &metav1.Time{Time: fixture.Noon}, "8"
		}), false},
		"cronjob-edited": {
			"its spec was changed", cronJobChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.Generation = 2 }), true,
		},
		"cronjob-labels": {
			"it would not be found", cronJobChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.Labels = nil }), true,
		},
		"cronjob-hash": {
			"what was applied is not known", cronJobChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.Annotations = nil }), true,
		},
		"cronjob-owner": {
			"it would stay when the customer goes", cronJobChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.OwnerReferences = nil }), true,
		},
		"cronjob-leaving": {
			"it is being deleted", cronJobChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }), true,
		},
		"account-labels": {
			"it would not be found", metadataChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.Labels["a"] = "b" }), true,
		},
		"account-same": {
			"nothing else of it matters", metadataChanged, same,
			cronJob(func(c *batchv1.CronJob) { c.ResourceVersion, c.Generation = "8", 2 }), false,
		},
		"job-same": {
			"its pod has started", jobChanged, runs,
			job(func(j *batchv1.Job) { j.Status.Active, j.ResourceVersion = 1, "8" }), false,
		},
		"job-about-to-fail": {"it has not ended", jobChanged, runs, job(ended(batchv1.JobFailureTarget)), false},
		"job-failed":        {"a run has ended", jobChanged, runs, job(ended(batchv1.JobFailed)), true},
		"job-complete":      {"a run has ended", jobChanged, runs, job(ended(batchv1.JobComplete)), true},
		"job-ended-before": {
			"it was reported", jobChanged, job(ended(batchv1.JobComplete)), job(ended(batchv1.JobComplete)),
			false,
		},
		"job-leaving": {
			"it is on its way out", jobChanged, runs,
			job(func(j *batchv1.Job) { j.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }), true,
		},
		"job-without-owner": {
			"it has no owner now", jobChanged, runs, job(func(j *batchv1.Job) { j.OwnerReferences = nil }),
			true,
		},
		"pod-same": {
			"its node has told of it again", podChanged, pending,
			pod(func(p *corev1.Pod) { p.ResourceVersion = "8" }), false,
		},
		"pod-scheduled": {
			"it has a node", podChanged, pending, pod(func(p *corev1.Pod) { p.Spec.NodeName = "one" }),
			false,
		},
		"pod-started": {"it has started", podChanged, pending, pod(phase(corev1.PodRunning)), true},
		"pod-ended": {
			"it may have left a report", podChanged, pod(phase(corev1.PodRunning)),
			pod(phase(corev1.PodFailed)), true,
		},
		"pod-waits":       {"it cannot start", podChanged, pending, pod(waits("InvalidImageName")), true},
		"pod-waits-still": {"as before", podChanged, pod(waits("InvalidImageName")), pod(waits("InvalidImageName")), false},
		"pod-waits-again": {
			"an image is not there at either attempt", podChanged, pod(waits("ErrImagePull")),
			pod(waits("ImagePullBackOff")), false,
		},
		"pod-waits-else": {
			"for something else", podChanged, pod(waits("ErrImagePull")),
			pod(waits("CreateContainerConfigError")), true,
		},
		"pod-is-made": {"it waits for what passes", podChanged, pending, pod(waits("PodInitializing")), false},
		"no-job":      {"it is none", jobChanged, same, cronJob(func(c *batchv1.CronJob) { c.Generation = 2 }), false},
		"no-pod":      {"it is none", podChanged, runs, job(ended(batchv1.JobFailed)), false},
	}
	for name, c := range cases {
		if got := c.changed(c.before, c.after); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

// TestUpdates verifies that creations and deletions always pass.
func TestUpdates(t *testing.T) {
	for _, differ := range []bool{true, false} {
		p, o := updates(func(_, _ client.Object) bool { return differ }), makeChild().CronJob
		if got := p.Update(event.UpdateEvent{ObjectOld: o, ObjectNew: o}); got != differ {
			t.Errorf("an update passes: %t, want %t", got, differ)
		}
		if !p.Create(event.CreateEvent{Object: o}) || !p.Delete(event.DeleteEvent{Object: o}) ||
			!p.Generic(event.GenericEvent{Object: o}) {
			t.Error("what comes or goes wakes no customer")
		}
	}
}

// TestWakeCustomer wakes the customer that an object was made for, by its label, which is its place in the index too.
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
		"cronjob":  {"as it is made", run.CronJob, tiger},
		"account":  {"as it is made", run.Account, tiger},
		"job":      {"as it is made", job, tiger},
		"pod":      {"as its Job makes it", &corev1.Pod{ObjectMeta: *metadataOf(job)}, tiger},
		"labelled": {"any creator: the owner is what counts", labelledAs("giraffe"), []string{"giraffe"}},
		"nobodys":  {"the cache does not have it", &corev1.Pod{}, nil},
		"empty":    {"no customer is called so", labelledAs(""), nil},
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
	for o, rule := range syncjob.CacheByObject() {
		if rule.Label != nil && !rule.Label.Matches(made) {
			t.Errorf("what is made is not what is cached of %T", o)
		}
	}
}
