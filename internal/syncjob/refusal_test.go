package syncjob

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/fixture"
)

// TestShortRefusal has messages of Kubernetes 1.36's API server, as the Job controller writes them into events.
func TestShortRefusal(t *testing.T) {
	const job, pod = "tiger-plans-88dda638-29401", `pods "tiger-plans-88dda638-29401-x7k2p" is forbidden: `
	cases := map[string]struct{ reason, note, want string }{
		"quota without limits": {
			reason: "the default resources set no CPU limit",
			note:   "Error creating: " + pod + "failed quota: team-quota: must specify limits.cpu for: sync",
			want:   "failed quota: team-quota: must specify limits.cpu for: sync",
		},
		"quota exceeded": {
			reason: "what is used changes all the time",
			note: "Error creating: " + pod + "exceeded quota: team-quota, requested: limits.cpu=1,limits.memory=128Mi, " +
				"used: limits.cpu=8,limits.memory=1Gi, limited: limits.cpu=8,limits.memory=16Gi",
			want: "exceeded quota: team-quota, requested: limits.cpu=1,limits.memory=128Mi, " +
				"limited: limits.cpu=8,limits.memory=16Gi",
		},
		"combined": {
			reason: "after ten events Kubernetes combines them",
			note:   "(combined from similar events): Error creating: " + pod + "no PriorityClass with name low was found",
			want:   "no PriorityClass with name low was found",
		},
		"LimitRange": {
			note: "Error creating: " + pod + "maximum cpu usage per Container is 100m, but limit is 1.",
			want: "maximum cpu usage per Container is 100m, but limit is 1",
		},
		"policy": {
			note: "Error creating: " + pod +
				"ValidatingAdmissionPolicy 'require-team' with binding 'require-team' denied request: " +
				"label team is required on pods",
			want: "ValidatingAdmissionPolicy 'require-team' with binding 'require-team' denied request: " +
				"label team is required on pods",
		},
		"webhook": {
			reason: "lines become spaces, and the pod's name, which differs each time, the Job's",
			note: "Error creating: admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource " +
				"Pod/customers/tiger-plans-88dda638-29401-x7k2p was blocked\n\nrequire-labels:\n  " +
				"check: 'label team is required'\n",
			want: `admission webhook "validate.kyverno.svc-fail" denied the request: resource ` +
				`Pod/customers/tiger-plans-88dda638-29401 was blocked require-labels: check: 'label team is required'`,
		},
		"Job": {
			reason: "a Job is refused like a pod",
			note: `Error creating job: jobs.batch "tiger-plans-88dda638-29401" is forbidden: exceeded quota: team-quota, ` +
				"requested: count/jobs.batch=1, used: count/jobs.batch=3, limited: count/jobs.batch=3",
			want: "exceeded quota: team-quota, requested: count/jobs.batch=1, limited: count/jobs.batch=3",
		},
		"control characters": {reason: "a terminal obeys them", note: "Error creating: a\x1b[2Jb", want: "a [2Jb"},
		"long": {
			reason: "it is bounded, at a character",
			note:   strings.Repeat("ø", 300), want: strings.Repeat("ø", 98) + "…",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := shortRefusal(tc.note, job)
			if got != tc.want || len(got) > maxRefusal {
				t.Errorf("%s:\n%s, want\n%s", tc.reason, got, tc.want)
			}
		})
	}
}

// TestNote keeps the last event of a Job, by the newest of its times.
func TestNote(t *testing.T) {
	made := func(note string, at time.Time) *eventsv1.Event {
		return &eventsv1.Event{
			Regarding: corev1.ObjectReference{Kind: "Job", Name: "run", UID: "1"}, Note: note,
			DeprecatedLastTimestamp: metav1.NewTime(at),
		}
	}
	series := made("series", time.Time{})
	series.EventTime = metav1.NewMicroTime(fixture.Noon)
	series.Series = &eventsv1.EventSeries{LastObservedTime: metav1.NewMicroTime(fixture.Noon.Add(time.Hour))}
	r := Refusals{}
	for _, e := range []*eventsv1.Event{
		made("first", fixture.Noon), made("last", fixture.Noon.Add(time.Minute)),
		made("older", fixture.Noon.Add(time.Second)),
	} {
		r.Note(e)
	}
	if got := r["1"]; got.Text != "last" || got.Name != "run" {
		t.Errorf("%+v", got)
	}
	r.Note(series)
	if r["1"].Text != "series" {
		t.Errorf("%+v, want the series", r["1"])
	}
}

// waitingJob returns a Job that was created a while before noon and has no pod.
func waitingJob(ago time.Duration) *Child {
	c := makeRun(fixture.ReportedWell)
	c.Pods, c.Jobs[0].Status.Conditions = nil, nil
	c.Jobs[0].CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-ago))
	return c
}

// disrupt lets the pod of a Job that has not ended end at a time, because its node is drained.
func disrupt(c *Child, at time.Time) {
	run := makeRun(fixture.ReportedNAV)
	pod := &run.Pods[0]
	pod.Status.Phase = corev1.PodFailed
	endOf(pod).FinishedAt, endOf(pod).Message = metav1.NewTime(at), ""
	pod.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(at),
	}}
	c.Pods = run.Pods
}

// TestRefusalOf reports the refusal of a Job that has waited for its pod, and says when to look for it.
func TestRefusalOf(t *testing.T) {
	cases := map[string]struct {
		reason  string
		ago     time.Duration
		refused bool
		change  func(*Child)
		want    bool
		next    time.Duration // from noon
	}{
		"at first": {reason: "the Job controller tries again", ago: 10 * time.Second, refused: true, next: 20 * time.Second},
		"former": {
			reason: "a pod that was refused before the last one", ago: time.Minute, refused: true,
			change: func(c *Child) { disrupt(c, fixture.Noon.Add(time.Second)) }, next: 31 * time.Second,
		},
		"replaced": {
			reason: "the pod after a disrupted one is refused", ago: time.Hour, refused: true,
			change: func(c *Child) { disrupt(c, fixture.Noon.Add(-30*time.Second)) }, want: true, next: 30 * time.Second,
		},
		"replaced at first": {
			reason: "the Job controller tries again", ago: time.Hour, refused: true,
			change: func(c *Child) { disrupt(c, fixture.Noon.Add(-10*time.Second)) }, next: 20 * time.Second,
		},
		"never ran": {
			reason: "a pod was disrupted before its worker ran", ago: time.Hour, refused: true,
			change: func(c *Child) {
				disrupt(c, fixture.Noon.Add(-40*time.Second))
				c.Pods[0].Status.ContainerStatuses = nil
			}, want: true, next: 20 * time.Second,
		},
		"failed pod": {
			reason: "no other pod follows", ago: time.Hour, refused: true,
			change: func(c *Child) {
				disrupt(c, fixture.Noon.Add(-time.Minute))
				c.Pods[0].Status.Conditions = nil
			},
		},
		"for long":  {reason: "it is not passing", ago: 30 * time.Second, refused: true, want: true, next: 30 * time.Second},
		"no event":  {reason: "the Job controller may be busy", ago: time.Minute, next: time.Minute},
		"very long": {reason: "rarely", ago: 10 * time.Minute, next: 6 * time.Minute},
		"pod": {reason: "it was created in the end", ago: time.Minute, refused: true, change: func(c *Child) {
			c.Pods = makeRun(fixture.ReportedWell).Pods
		}},
		"deleted": {reason: "it was stopped on purpose", ago: time.Minute, refused: true, change: func(c *Child) {
			c.Jobs[0].DeletionTimestamp = new(metav1.NewTime(fixture.Noon))
		}},
		"days": {reason: "not more often than hourly after a day", ago: 300 * 24 * time.Hour, next: time.Hour},
		"failed": {reason: "the last run says so", ago: time.Hour, refused: true, change: func(c *Child) {
			c.Jobs[0].Status.Conditions = refused(true).Jobs[0].Status.Conditions
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := waitingJob(tc.ago)
			if tc.refused {
				c.Refusals = Refusals{types.UID("1"): {Name: "run-1", Text: "exceeded quota", At: fixture.Noon}}
			}
			if tc.change != nil {
				tc.change(c)
			}
			if got := RefusalOf(c, fixture.Noon); (got != nil) != tc.want {
				t.Errorf("%s: %+v", tc.reason, got)
			}
			var want time.Time
			if tc.next > 0 {
				want = fixture.Noon.Add(tc.next)
			}
			if got := NextLook(c, &c.Jobs[0], fixture.Noon); !got.Equal(want) {
				t.Errorf("%s: looks at %s, want %s", tc.reason, got, want)
			}
		})
	}
}

// TestHasStartedSince verifies that a refusal ends with the next pod that starts.
func TestHasStartedSince(t *testing.T) {
	c := makeRun(fixture.ReportedWell)
	created := c.Pods[0].CreationTimestamp.Time
	if !HasStartedSince(c, created.Add(-time.Second)) || HasStartedSince(c, created) {
		t.Error("a pod counts if it is newer")
	}
	c.Pods[0].Status.Phase = corev1.PodPending
	if HasStartedSince(c, created.Add(-time.Second)) {
		t.Error("a pending pod has started")
	}
}

// TestOutlastedJobs lists the Jobs that other containers keep from ending after their worker has succeeded.
func TestOutlastedJobs(t *testing.T) {
	c := makeRun(fixture.ReportedWell)
	c.Jobs[0].Status.Conditions = nil
	meshed(&c.Pods[0], goesOn)
	endOf(&c.Pods[0]).FinishedAt = metav1.NewTime(fixture.Noon)
	all := OutlastedJobs(c)
	if len(all) != 1 || strings.Join(all[0].Containers, " ") != "istio-proxy" ||
		!all[0].Until.Equal(fixture.Noon.Add(30*time.Second)) {
		t.Fatalf("%+v", all)
	}
	endOf(&c.Pods[0]).ExitCode = 1
	if all := OutlastedJobs(c); len(all) != 0 {
		t.Errorf("a failed run keeps its log: %+v", all)
	}
	endOf(&c.Pods[0]).ExitCode = 0
	c.Jobs[0].DeletionTimestamp = new(metav1.NewTime(fixture.Noon))
	if all := OutlastedJobs(c); len(all) != 0 {
		t.Errorf("it is being deleted: %+v", all)
	}
}

// TestWaitReason names a container that is not the worker's.
func TestWaitReason(t *testing.T) {
	pod := fixture.Pending(time.Minute)
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{
		{Name: "istio-init", State: fixture.Waiting("ErrImagePull", "")},
	}
	stripped, err := stripPod(&pod)
	if err != nil {
		t.Fatal(err)
	}
	if got := WaitReason(stripped.(*corev1.Pod)); got != "ImagePullBackOff of container istio-init" {
		t.Errorf("%q", got)
	}
}
