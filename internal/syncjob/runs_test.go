package syncjob

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// makeRun returns what is in place for follow-up plans, with a Job that ended at noon and its pod, which has left a
// report.
func makeRun(report runreport.Report, change ...func(job *batchv1.Job, pod *corev1.Pod)) *Child {
	c := makeChild().ran("1", report)
	for _, change := range change {
		change(&c.Jobs[0], &c.Pods[0])
	}
	return c
}

// left lets a pod leave another message than its report.
func left(message string) func(*batchv1.Job, *corev1.Pod) {
	return func(_ *batchv1.Job, pod *corev1.Pod) { endOf(pod).Message = message }
}

// endOf is how the container of a run ended.
func endOf(pod *corev1.Pod) *corev1.ContainerStateTerminated {
	return pod.Status.ContainerStatuses[0].State.Terminated
}

// goesOn is the state of a container that runs.
var goesOn = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}

// stopped is the state of a container that has ended.
func stopped(code int32) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}
}

// meshed adds a mesh's proxy to a pod, in the last place, and the pod's phase and reason with it.
func meshed(pod *corev1.Pod, proxy corev1.ContainerState) {
	endOf(pod).FinishedAt = metav1.NewTime(fixture.Noon)
	if proxy.Running != nil {
		pod.Status.Phase = corev1.PodRunning
	} else {
		pod.Status.Phase, pod.Status.Reason = corev1.PodFailed, "DeadlineExceeded"
	}
	pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
		Name: "istio-proxy", State: proxy,
	})
}

// refused returns a Job that reached its deadline without a pod, and perhaps an event that says why.
func refused(told bool) *Child {
	c := makeRun(fixture.ReportedNAV)
	c.Pods = nil
	c.Jobs[0].Status.Conditions[0].Reason = batchv1.JobReasonDeadlineExceeded
	c.Jobs[0].CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-time.Hour))
	if told {
		c.Refusals = Refusals{c.Jobs[0].UID: {Text: "exceeded quota", At: c.Jobs[0].CreationTimestamp.Time}}
	}
	return c
}

// runLines formats runs as "uid outcome reason".
func runLines(c *Child) []string {
	var all []string
	for _, r := range RunsOf(c) {
		all = append(all, strings.TrimSpace(r.UID+" "+string(r.Outcome)+" "+string(r.Reason)))
	}
	return all
}

// TestStartDelay verifies how late a run is after its schedule. Its pod was created a minute before noon (UTC).
func TestStartDelay(t *testing.T) {
	due := func(at string) func(*batchv1.Job, *corev1.Pod) {
		return func(job *batchv1.Job, _ *corev1.Pod) {
			job.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: at}
		}
	}
	disrupted := makeRun(fixture.ReportedWell, due("2026-11-22T12:58:00+01:00"))
	second := disrupted.Pods[0].DeepCopy()
	second.UID, second.CreationTimestamp = "second", metav1.NewTime(fixture.Noon)
	disrupted.Pods = append([]corev1.Pod{*second}, disrupted.Pods...)
	noPod := makeRun(fixture.ReportedWell, due("2026-11-22T12:58:00+01:00"))
	noPod.Pods = nil
	for name, c := range map[string]struct {
		reason string
		child  *Child
		want   *time.Duration
	}{
		"late": {
			reason: "in the time zone of schedules", child: makeRun(fixture.ReportedWell, due("2026-11-22T12:58:00+01:00")),
			want: new(time.Minute),
		},
		"early": {
			reason: "the clocks of two machines differ", want: new(time.Duration(0)),
			child: makeRun(fixture.ReportedWell, due("2026-11-22T12:59:01+01:00")),
		},
		"disrupted":  {reason: "the first pod counts", child: disrupted, want: new(time.Minute)},
		"unplanned":  {reason: "it was created besides the schedule", child: makeRun(fixture.ReportedWell)},
		"not-a-time": {reason: "another client wrote it", child: makeRun(fixture.ReportedWell, due("noon"))},
		"no-pod":     {reason: "it was deleted", child: noPod},
	} {
		t.Run(name, func(t *testing.T) {
			runs := RunsOf(c.child)
			if len(runs) != 1 {
				t.Fatalf("%d runs", len(runs))
			}
			if diff := cmp.Diff(c.want, runs[0].StartDelay); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestRun verifies the outcome of a run for each end of its Job and its pod.
func TestRun(t *testing.T) {
	type (
		job = *batchv1.Job
		pod = *corev1.Pod
	)
	failed := func(j job) { j.Status.Conditions[0].Type = batchv1.JobFailed }
	ended := func(reason string) func(job, pod) {
		return func(_ job, p pod) { p.Status.Reason, endOf(p).Message = reason, "" }
	}
	cases := map[string]struct {
		reason string
		child  *Child
		want   string // "": it is no run, or none yet
	}{
		"succeeded": {reason: "pod and Job say so", child: makeRun(fixture.ReportedWell), want: "Succeeded"},
		"failed":    {reason: "the run's own reason", child: makeRun(fixture.ReportedNAV), want: "Failed NAVUnreachable"},
		"contradict": {
			reason: "the run says that it did all, and its exit code does not",
			child:  makeRun(fixture.ReportedWell, func(j job, p pod) { failed(j); endOf(p).ExitCode = 1 }),
			want:   "Failed NoReport",
		},
		"contradict-well": {
			reason: "the run says that it failed, and its exit code does not: the report is not believed",
			child: makeRun(fixture.ReportedNAV, func(j job, p pod) {
				j.Status.Conditions[0].Type = batchv1.JobComplete
				endOf(p).ExitCode = 0
			}),
			want: "Failed NoReport",
		},
		"other-container-fails": {
			reason: "the worker succeeded, whatever a mesh's proxy did until the deadline",
			child:  makeRun(fixture.ReportedWell, func(j job, p pod) { failed(j); meshed(p, stopped(137)) }),
			want:   "Succeeded",
		},
		"other-container-succeeds": {
			reason: "the worker failed, whatever another container did",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { meshed(p, stopped(0)) }), want: "Failed NAVUnreachable",
		},
		"other-container-goes-on": {
			reason: "a run is over when its worker is",
			child:  makeRun(fixture.ReportedWell, func(j job, p pod) { j.Status.Conditions = nil; meshed(p, goesOn) }),
			want:   "Succeeded",
		},
		"other-container-goes-on-after-a-failure": {
			reason: "likewise",
			child:  makeRun(fixture.ReportedNAV, func(j job, p pod) { j.Status.Conditions = nil; meshed(p, goesOn) }),
			want:   "Failed NAVUnreachable",
		},
		"worker-goes-on": {
			reason: "another container is not the run",
			child: makeRun(fixture.ReportedWell, func(j job, p pod) {
				j.Status.Conditions = nil
				meshed(p, stopped(0))
				p.Status.Phase = corev1.PodRunning
				p.Status.ContainerStatuses[0].State = goesOn
			}),
			want: "",
		},
		"refused": {reason: "the pod was never created", child: refused(true), want: "Failed PodRefused"},
		"refused-later": {
			reason: "its pod was disrupted, and the next one was never created",
			child: func() *Child {
				c := refused(true)
				disrupt(c, c.Jobs[0].CreationTimestamp.Time)
				return c
			}(),
			want: "Failed PodRefused",
		},
		"refused-earlier": {
			reason: "the refusal was before the pod that was disrupted",
			child: func() *Child {
				c := refused(true)
				disrupt(c, c.Jobs[0].CreationTimestamp.Add(time.Minute))
				return c
			}(),
			want: "Failed Evicted",
		},
		"refused-or-not": {reason: "no event says why there was no pod", child: refused(false), want: "Failed NeverStarted"},

		"no-message": {reason: "it says nothing", child: makeRun(fixture.ReportedNAV, left("")), want: "Failed NoReport"},
		"no-message-well": {
			reason: "a run without a report has not succeeded",
			child:  makeRun(fixture.ReportedWell, left("")), want: "Failed NoReport",
		},
		"garbage": {
			reason: "it is no report",
			child:  makeRun(fixture.ReportedNAV, left("panic: runtime error")), want: "Failed NoReport",
		},
		"own-words": {
			reason: "no reason of ours",
			child:  makeRun(fixture.ReportedNAV, left(`{"outcome":"Failed","reason":"KariNordmann"}`)),
			want:   "Failed NoReport",
		},
		"oversized": {
			reason: "longer than any report",
			child: makeRun(fixture.ReportedNAV, left(`{"outcome":"Failed","reason":"NAVError"}`+
				strings.Repeat(" ", runreport.MaxSize))),
			want: "Failed NoReport",
		},
		"other-container": {
			reason: "the report of another container",
			child: makeRun(fixture.ReportedWell, func(_ job,
				p pod,
			) {
				p.Status.ContainerStatuses[0].Name = "sidecar"
			}),
			want: "Failed NoReport",
		},
		"no-container": {
			reason: "no container is known of",
			child:  makeRun(fixture.ReportedWell, func(_ job, p pod) { p.Status.ContainerStatuses = nil }),
			want:   "Failed NoReport",
		},

		"out-of-memory": {
			reason: "the kernel ended it",
			child:  makeRun(fixture.ReportedNAV, left(""), func(_ job, p pod) { endOf(p).Reason = "OOMKilled" }),
			want:   "Failed OOMKilled",
		},
		"out-of-memory-reported": {
			reason: "what it said before counts, if its Job agrees",
			child: makeRun(fixture.ReportedNAV,
				func(_ job, p pod) { endOf(p).Reason = "OOMKilled" }),
			want: "Failed NAVUnreachable",
		},
		"out-of-memory-after": {
			reason: "it said that it did all, and then was ended",
			child: makeRun(fixture.ReportedWell, func(j job, p pod) {
				failed(j)
				endOf(p).Reason, endOf(p).ExitCode = "OOMKilled", 137
			}),
			want: "Failed OOMKilled",
		},
		"evicted": {
			reason: "the node took it away",
			child:  makeRun(fixture.ReportedNAV, ended("Evicted")), want: "Failed Evicted",
		},
		"preempted": {
			reason: "for a pod that matters more",
			child:  makeRun(fixture.ReportedNAV, ended("Preempting")), want: "Failed Evicted",
		},
		"evicted-early": {
			reason: "before it had a container",
			child: makeRun(fixture.ReportedNAV, ended("Evicted"),
				func(_ job, p pod) { p.Status.ContainerStatuses = nil }),
			want: "Failed Evicted",
		},
		"too-long": {
			reason: "its pod was ended",
			child: makeRun(fixture.ReportedNAV, ended("DeadlineExceeded"),
				func(_ job, p pod) { endOf(p).StartedAt = metav1.NewTime(fixture.Noon) }),
			want: "Failed DeadlineExceeded",
		},
		"too-long-reported": {
			reason: "it said why in time",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Reason = "DeadlineExceeded" }),
			want:   "Failed NAVUnreachable",
		},
		"never-started": {
			reason: "its container waited for all of the time",
			child: makeRun(fixture.ReportedNAV, func(_ job, p pod) {
				p.Status.Reason = "DeadlineExceeded"
				p.Status.ContainerStatuses[0].State = corev1.ContainerState{
					Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"},
				}
			}),
			want: "Failed NeverStarted",
		},
		"never-started-made-up": {
			reason: "the kubelet makes up an end for a container that never ran",
			child: makeRun(fixture.ReportedNAV, func(_ job, p pod) {
				p.Status.Reason = "DeadlineExceeded"
				p.Status.ContainerStatuses[0].State.Terminated = &corev1.ContainerStateTerminated{
					Reason: "ContainerStatusUnknown", Message: "The container could not be located when the pod was terminated",
					ExitCode: 137,
				}
			}),
			want: "Failed NeverStarted",
		},
		"node-shut-down": {
			reason: "no word of ours",
			child:  makeRun(fixture.ReportedNAV, ended("Terminated")), want: "Failed NoReport",
		},

		"pod-gone": {
			reason: "its report was not read",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.OwnerReferences = nil }), want: "Failed PodGone",
		},
		"pod-gone-well": {
			reason: "its Job is believed",
			child:  makeRun(fixture.ReportedWell, func(_ job, p pod) { p.OwnerReferences = nil }), want: "Succeeded",
		},
		"pod-of-other": {
			reason: "a Job of the same name was made before",
			child: makeRun(fixture.ReportedNAV,
				func(_ job, p pod) { p.OwnerReferences[0].UID = "0" }),
			want: "Failed PodGone",
		},
		"pod-leaving": {
			reason: "its report can be read still",
			child: makeRun(fixture.ReportedNAV, func(_ job,
				p pod,
			) {
				p.DeletionTimestamp = &metav1.Time{Time: fixture.Noon}
			}),
			want: "Failed NAVUnreachable",
		},

		"running": {
			reason: "its Job has not ended",
			child:  makeRun(fixture.ReportedWell, func(j job, _ pod) { j.Status.Conditions = nil }), want: "",
		},
		"about-to": {
			reason: "it will have failed once its pods have ended",
			child:  makeRun(fixture.ReportedWell, func(j job, _ pod) { j.Status.Conditions[0].Type = batchv1.JobFailureTarget }),
			want:   "",
		},
		"deleted": {
			reason: "it was stopped on purpose",
			child:  makeRun(fixture.ReportedNAV, func(j job, _ pod) { j.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }),
			want:   "",
		},
		"pod-runs": {
			reason: "the cache shows its pod as it was; it is about to end",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodRunning }), want: "",
		},
		"pod-pending": {
			reason: "so it is here",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodPending }), want: "",
		},
		"pod-lost": {
			reason: "its node does not answer: it will be told of once it does, or is given up",
			child:  makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodUnknown }), want: "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			if c.want != "" {
				want = []string{"1 " + c.want}
			}
			if diff := cmp.Diff(want, runLines(c.child)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestReportedReasons verifies that each reason that a run may report is taken over.
func TestReportedReasons(t *testing.T) {
	for _, reason := range runreport.Reasons() {
		c := makeRun(runreport.Report{Outcome: runreport.Failed, Reason: reason, Rejected: 1, Unknown: 2})
		if diff := cmp.Diff([]string{"1 Failed " + string(reason)}, runLines(c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
}

// TestNoTextOfAPodIsTaken puts a name and a number into every free text of a pod, and verifies that the reasons are of
// the closed sets.
func TestNoTextOfAPodIsTaken(t *testing.T) {
	const person = "Kari Nordmann 41818100231"
	known := slices.Concat(runreport.Reasons(), runreport.PodReasons())
	for _, podReason := range []string{person, "", "Evicted", "DeadlineExceeded"} {
		for _, endReason := range []string{person, "", "OOMKilled"} {
			for _, message := range []string{
				person, `{"outcome":"Failed","reason":"` + person + `"}`, `{"outcome":"Failed","reason":"NAVError","` + person +
					`":1}`, `{"outcome":"` + person + `"}`,
			} {
				c := makeRun(fixture.ReportedNAV, left(message), func(_ *batchv1.Job, pod *corev1.Pod) {
					pod.Status.Reason, pod.Status.Message, endOf(pod).Reason = podReason, person, endReason
					pod.Status.Conditions = []corev1.PodCondition{{Reason: person, Message: person}}
				})
				if got := RunsOf(c)[0].Reason; !slices.Contains(known, got) {
					t.Errorf("%q, %q, %q: the reason %q", podReason, endReason, message, got)
				}
			}
		}
	}
	for name, change := range map[string]func(*corev1.Pod){
		"waits":     func(pod *corev1.Pod) { pod.Status.ContainerStatuses[0].State = fixture.Waiting(person, person) },
		"condition": func(pod *corev1.Pod) { pod.Status.Conditions = unscheduled(person) },
	} {
		t.Run(name, func(t *testing.T) {
			pod := fixture.Pending(time.Hour)
			change(&pod)
			if got := BlockerOf(&Child{Pods: []corev1.Pod{pod}}, fixture.Noon); got != "ContainerCreating" {
				t.Errorf("the blocker %q", got)
			}
		})
	}
}

// TestRunsOf puts several Jobs and pods side by side.
func TestRunsOf(t *testing.T) {
	c := makeChild()
	add := func(uid string, after time.Duration, report runreport.Report) (*batchv1.Job, *corev1.Pod) {
		job := fixture.Job(c.CronJob, types.UID(uid), report.Outcome == runreport.Succeeded)
		job.Status.Conditions[0].LastTransitionTime = metav1.NewTime(fixture.Noon.Add(after).In(time.FixedZone("Oslo", 3600)))
		c.Jobs, c.Pods = append(c.Jobs, job), append(c.Pods, fixture.Pod(&job, report))
		return &c.Jobs[len(c.Jobs)-1], &c.Pods[len(c.Pods)-1]
	}
	add("d", time.Hour, fixture.ReportedWell)
	add("c", time.Minute, fixture.ReportedNAV)
	add("b", time.Minute+time.Millisecond, fixture.ReportedWell)
	job, first := add("a", -time.Minute, fixture.ReportedNAV)
	second := fixture.Pod(job, runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVError})
	second.CreationTimestamp = metav1.NewTime(first.CreationTimestamp.Add(time.Second))
	c.Pods = slices.Insert(c.Pods, 0, second)

	want := []string{"a Failed NAVError", "b Succeeded", "c Failed NAVUnreachable", "d Succeeded"}
	if diff := cmp.Diff(want, runLines(c)); diff != "" {
		t.Errorf("not by time, and by uid within a second, with the last pod's report (-want +got):\n%s", diff)
	}
	if got, want := RunsOf(c)[1].Finished, fixture.Noon.Add(time.Minute); !got.Equal(want) {
		t.Errorf("finished at %s, want %s: the status has whole seconds, in UTC", got, want)
	}
	if got := runLines(&Child{}); got != nil {
		t.Errorf("without a Job there is %v", got)
	}
}

func TestFinishOf(t *testing.T) {
	later := metav1.NewTime(fixture.Noon.Add(time.Hour))
	condition := func(kind batchv1.JobConditionType, status corev1.ConditionStatus) batchv1.JobCondition {
		return batchv1.JobCondition{Type: kind, Status: status, LastTransitionTime: later}
	}
	cases := map[string]struct {
		reason     string
		conditions []batchv1.JobCondition
		finished   bool
		succeeded  bool
	}{
		"new": {reason: "it has just been made", finished: false, succeeded: false},
		"complete": {
			reason:     "all is done",
			conditions: []batchv1.JobCondition{condition(batchv1.JobComplete, corev1.ConditionTrue)}, finished: true,
			succeeded: true,
		},
		"failed": {
			reason:     "it is over",
			conditions: []batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionTrue)}, finished: true,
			succeeded: false,
		},
		"false": {
			reason:     "it says that it is not",
			conditions: []batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionFalse)}, finished: false,
			succeeded: false,
		},
		"suspended": {
			reason:     "it waits",
			conditions: []batchv1.JobCondition{condition(batchv1.JobSuspended, corev1.ConditionTrue)}, finished: false,
			succeeded: false,
		},
		"in-order": {
			reason: "its pods have ended since",
			conditions: []batchv1.JobCondition{
				condition(batchv1.JobSuccessCriteriaMet, corev1.ConditionTrue),
				condition(batchv1.JobComplete, corev1.ConditionTrue),
			},
			finished: true, succeeded: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			finished, succeeded := FinishOf(&batchv1.Job{Status: batchv1.JobStatus{Conditions: c.conditions}})
			if finished.IsZero() == c.finished || succeeded != c.succeeded {
				t.Errorf("%s: finished at %s, succeeded %t", c.reason, finished, succeeded)
			}
			if c.finished && !finished.Equal(later.Time) {
				t.Errorf("finished at %s", finished)
			}
		})
	}
}

func unscheduled(reason string) []corev1.PodCondition {
	return []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: reason}}
}

// TestBlockerOf verifies why the pod of a run does not start: at once for a cause that does not pass by itself,
// otherwise after a limit.
func TestBlockerOf(t *testing.T) {
	pending := func(ago time.Duration, change func(*corev1.Pod)) []corev1.Pod {
		pod := fixture.Pending(ago)
		change(&pod)
		return []corev1.Pod{pod}
	}
	nothing := func(*corev1.Pod) {}
	noNode := func(pod *corev1.Pod) {
		pod.Status.ContainerStatuses, pod.Status.Conditions = nil, unscheduled(corev1.PodReasonUnschedulable)
	}
	badImage := func(pod *corev1.Pod) { pod.Status.ContainerStatuses[0].State = fixture.Waiting("InvalidImageName", "") }
	cases := map[string]struct {
		reason string
		pods   []corev1.Pod
		want   string
	}{
		"none": {reason: "there is no pod", want: ""},
		"new":  {reason: "it is being made", pods: pending(0, nothing), want: ""},
		"slow": {reason: "it takes its time", pods: pending(StartLimit-time.Second, nothing), want: ""},
		"too-slow": {
			reason: "such as for want of a volume",
			pods:   pending(StartLimit, nothing), want: "ContainerCreating",
		},
		"no-node-yet": {reason: "one may become free, or be started", pods: pending(nodeLimit-time.Second, noNode), want: ""},
		"no-node":     {reason: "none has become free", pods: pending(nodeLimit, noNode), want: "Unschedulable"},
		"gated": {
			reason: "another controller holds it back",
			pods:   pending(StartLimit, func(pod *corev1.Pod) { pod.Status.Conditions = unscheduled("SchedulingGated") }),
			want:   "ContainerCreating",
		},
		"no-image": {reason: "it does not get better by itself", pods: pending(0, badImage), want: "InvalidImageName"},
		"no-image-leaving": {
			reason: "the pod is on its way out",
			pods: pending(time.Hour, func(pod *corev1.Pod) {
				badImage(pod)
				pod.DeletionTimestamp = &metav1.Time{Time: fixture.Noon}
			}),
			want: "",
		},
		"running": {
			reason: "it has started",
			pods:   pending(time.Hour, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning }), want: "",
		},
		"ended": {
			reason: "it is over",
			pods:   pending(time.Hour, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodFailed }), want: "",
		},
		"second": {
			reason: "the first one is being made",
			pods:   append(pending(0, nothing), pending(time.Hour, noNode)...), want: "Unschedulable",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := BlockerOf(&Child{Pods: c.pods}, fixture.Noon); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestBlockers verifies that each of the kubelet's reasons is reported at once, and that alternating reasons are
// reported as one: each change would be a write.
func TestBlockers(t *testing.T) {
	for word, want := range blockers {
		pod := fixture.Pending(0)
		pod.Status.ContainerStatuses[0].State = fixture.Waiting(word, "")
		if got := BlockerOf(&Child{Pods: []corev1.Pod{pod}}, fixture.Noon); got != want || blockers[want] != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	if got := blockers["ErrImagePull"]; got != "ImagePullBackOff" {
		t.Errorf("an image that cannot be pulled is reported as %s between two attempts to pull it", got)
	}
}

// TestLastPodIsNotTheOneOfTomorrow finds the last pod of a Job although one has a time in the future.
func TestLastPodIsNotTheOneOfTomorrow(t *testing.T) {
	c := makeRun(fixture.ReportedWell)
	wrong := fixture.Pod(&c.Jobs[0], runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVError})
	wrong.UID, wrong.CreationTimestamp = "wrong", fixture.Tomorrow
	c.Pods = append(c.Pods, wrong)
	MendChildrenClock(c, fixture.Noon, fixture.Noon.Add(-time.Hour))
	if got := lastPod(podsOf(c.Pods, &c.Jobs[0])).UID; got == "wrong" {
		t.Error("the pod that was created tomorrow tells how the Job ended")
	}
}
