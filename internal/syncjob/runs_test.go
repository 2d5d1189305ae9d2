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

// toldRuns formats runs as "uid outcome reason".
func toldRuns(c *Child) []string {
	var all []string
	for _, r := range RunsOf(c) {
		all = append(all, strings.TrimSpace(r.UID+" "+string(r.Outcome)+" "+string(r.Reason)))
	}
	return all
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
		"succeeded": {"pod and Job say so", makeRun(fixture.ReportedWell), "Succeeded"},
		"failed":    {"the run's own reason", makeRun(fixture.ReportedNAV), "Failed NAVUnreachable"},
		"contradict": {
			"the run says that it did all, and its exit code does not",
			makeRun(fixture.ReportedWell, func(j job, p pod) { failed(j); endOf(p).ExitCode = 1 }), "Failed NoReport",
		},
		"contradict-well": {
			"the run says that it failed, and its exit code does not: the report is not believed",
			makeRun(fixture.ReportedNAV, func(j job, p pod) {
				j.Status.Conditions[0].Type = batchv1.JobComplete
				endOf(p).ExitCode = 0
			}), "Failed NoReport",
		},
		"other-container-fails": {
			"the worker succeeded, whatever a mesh's proxy did until the deadline",
			makeRun(fixture.ReportedWell, func(j job, p pod) { failed(j); meshed(p, stopped(137)) }), "Succeeded",
		},
		"other-container-succeeds": {
			"the worker failed, whatever another container did",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { meshed(p, stopped(0)) }), "Failed NAVUnreachable",
		},
		"other-container-goes-on": {
			"a run is over when its worker is",
			makeRun(fixture.ReportedWell, func(j job, p pod) { j.Status.Conditions = nil; meshed(p, goesOn) }), "Succeeded",
		},
		"other-container-goes-on-after-a-failure": {
			"likewise",
			makeRun(fixture.ReportedNAV, func(j job, p pod) { j.Status.Conditions = nil; meshed(p, goesOn) }),
			"Failed NAVUnreachable",
		},
		"worker-goes-on": {
			"another container is not the run",
			makeRun(fixture.ReportedWell, func(j job, p pod) {
				j.Status.Conditions = nil
				meshed(p, stopped(0))
				p.Status.Phase = corev1.PodRunning
				p.Status.ContainerStatuses[0].State = goesOn
			}), "",
		},
		"refused": {"the pod was never created", refused(true), "Failed PodRefused"},
		"refused-later": {
			"its pod was disrupted, and the next one was never created", func() *Child {
				c := refused(true)
				disrupt(c, c.Jobs[0].CreationTimestamp.Time)
				return c
			}(), "Failed PodRefused",
		},
		"refused-earlier": {
			"the refusal was before the pod that was disrupted", func() *Child {
				c := refused(true)
				disrupt(c, c.Jobs[0].CreationTimestamp.Add(time.Minute))
				return c
			}(), "Failed Evicted",
		},
		"refused-or-not": {"no event says why there was no pod", refused(false), "Failed NeverStarted"},

		"no-message": {"it says nothing", makeRun(fixture.ReportedNAV, left("")), "Failed NoReport"},
		"no-message-well": {
			"a run without a report has not succeeded", makeRun(fixture.ReportedWell, left("")),
			"Failed NoReport",
		},
		"garbage": {"it is no report", makeRun(fixture.ReportedNAV, left("panic: runtime error")), "Failed NoReport"},
		"own-words": {
			"no reason of ours",
			makeRun(fixture.ReportedNAV, left(`{"outcome":"Failed","reason":"KariNordmann"}`)), "Failed NoReport",
		},
		"oversized": {
			"longer than any report",
			makeRun(fixture.ReportedNAV, left(`{"outcome":"Failed","reason":"NAVError"}`+
				strings.Repeat(" ", runreport.MaxSize))), "Failed NoReport",
		},
		"other-container": {
			"the report of another container",
			makeRun(fixture.ReportedWell, func(_ job,
				p pod,
			) {
				p.Status.ContainerStatuses[0].Name = "sidecar"
			}), "Failed NoReport",
		},
		"no-container": {
			"no container is known of",
			makeRun(fixture.ReportedWell, func(_ job, p pod) { p.Status.ContainerStatuses = nil }), "Failed NoReport",
		},

		"out-of-memory": {
			"the kernel ended it",
			makeRun(fixture.ReportedNAV, left(""), func(_ job, p pod) { endOf(p).Reason = "OOMKilled" }), "Failed OOMKilled",
		},
		"out-of-memory-reported": {
			"what it said before counts, if its Job agrees", makeRun(fixture.ReportedNAV,
				func(_ job, p pod) { endOf(p).Reason = "OOMKilled" }), "Failed NAVUnreachable",
		},
		"out-of-memory-after": {
			"it said that it did all, and then was ended", makeRun(fixture.ReportedWell, func(j job, p pod) {
				failed(j)
				endOf(p).Reason, endOf(p).ExitCode = "OOMKilled", 137
			}), "Failed OOMKilled",
		},
		"evicted":   {"the node took it away", makeRun(fixture.ReportedNAV, ended("Evicted")), "Failed Evicted"},
		"preempted": {"for a pod that matters more", makeRun(fixture.ReportedNAV, ended("Preempting")), "Failed Evicted"},
		"evicted-early": {
			"before it had a container", makeRun(fixture.ReportedNAV, ended("Evicted"),
				func(_ job, p pod) { p.Status.ContainerStatuses = nil }), "Failed Evicted",
		},
		"too-long": {
			"its pod was ended", makeRun(fixture.ReportedNAV, ended("DeadlineExceeded"),
				func(_ job, p pod) { endOf(p).StartedAt = metav1.NewTime(fixture.Noon) }), "Failed DeadlineExceeded",
		},
		"too-long-reported": {
			"it said why in time",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Reason = "DeadlineExceeded" }), "Failed NAVUnreachable",
		},
		"never-started": {
			"its container waited for all of the time", makeRun(fixture.ReportedNAV, func(_ job, p pod) {
				p.Status.Reason = "DeadlineExceeded"
				p.Status.ContainerStatuses[0].State = corev1.ContainerState{
					Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"},
				}
			}), "Failed NeverStarted",
		},
		"never-started-made-up": {
			"the kubelet makes up an end for a container that never ran", makeRun(fixture.ReportedNAV, func(_ job, p pod) {
				p.Status.Reason = "DeadlineExceeded"
				p.Status.ContainerStatuses[0].State.Terminated = &corev1.ContainerStateTerminated{
					Reason: "ContainerStatusUnknown", Message: "The container could not be located when the pod was terminated",
					ExitCode: 137,
				}
			}), "Failed NeverStarted",
		},
		"node-shut-down": {"no word of ours", makeRun(fixture.ReportedNAV, ended("Terminated")), "Failed NoReport"},

		"pod-gone": {
			"its report was not read",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.OwnerReferences = nil }), "Failed PodGone",
		},
		"pod-gone-well": {
			"its Job is believed",
			makeRun(fixture.ReportedWell, func(_ job, p pod) { p.OwnerReferences = nil }), "Succeeded",
		},
		"pod-of-other": {
			"a Job of the same name was made before", makeRun(fixture.ReportedNAV,
				func(_ job, p pod) { p.OwnerReferences[0].UID = "0" }), "Failed PodGone",
		},
		"pod-leaving": {
			"its report can be read still",
			makeRun(fixture.ReportedNAV, func(_ job,
				p pod,
			) {
				p.DeletionTimestamp = &metav1.Time{Time: fixture.Noon}
			}), "Failed NAVUnreachable",
		},

		"running": {
			"its Job has not ended",
			makeRun(fixture.ReportedWell, func(j job, _ pod) { j.Status.Conditions = nil }), "",
		},
		"about-to": {
			"it will have failed once its pods have ended",
			makeRun(fixture.ReportedWell, func(j job, _ pod) { j.Status.Conditions[0].Type = batchv1.JobFailureTarget }), "",
		},
		"deleted": {
			"it was stopped on purpose",
			makeRun(fixture.ReportedNAV, func(j job, _ pod) { j.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }), "",
		},
		"pod-runs": {
			"the cache shows its pod as it was; it is about to end",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodRunning }), "",
		},
		"pod-pending": {
			"so it is here",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodPending }), "",
		},
		"pod-lost": {
			"its node does not answer: it will be told of once it does, or is given up",
			makeRun(fixture.ReportedNAV, func(_ job, p pod) { p.Status.Phase = corev1.PodUnknown }), "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			if c.want != "" {
				want = []string{"1 " + c.want}
			}
			if diff := cmp.Diff(want, toldRuns(c.child)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestRunTellsItsReason takes each reason over that a run may report.
func TestRunTellsItsReason(t *testing.T) {
	for _, reason := range runreport.Reasons() {
		c := makeRun(runreport.Report{Outcome: runreport.Failed, Reason: reason, Rejected: 1, Unknown: 2})
		if diff := cmp.Diff([]string{"1 Failed " + string(reason)}, toldRuns(c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
}

// TestPodsHaveNoSay puts a name and a number into every free text of a pod, and verifies that the reasons are of the
// closed sets.
func TestPodsHaveNoSay(t *testing.T) {
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
		pod := fixture.Pending(time.Hour)
		change(&pod)
		if got := BlockerOf(&Child{Pods: []corev1.Pod{pod}}, fixture.Noon); got != "ContainerCreating" {
			t.Errorf("%s: the blocker %q", name, got)
		}
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
	if diff := cmp.Diff(want, toldRuns(c)); diff != "" {
		t.Errorf("not by time, and by uid within a second, with the last pod's report (-want +got):\n%s", diff)
	}
	if got, want := RunsOf(c)[1].Finished, fixture.Noon.Add(time.Minute); !got.Equal(want) {
		t.Errorf("finished at %s, want %s: the status has whole seconds, in UTC", got, want)
	}
	if got := toldRuns(&Child{}); got != nil {
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
		"new": {"it has just been made", nil, false, false},
		"complete": {
			"all is done",
			[]batchv1.JobCondition{condition(batchv1.JobComplete, corev1.ConditionTrue)},
			true,
			true,
		},
		"failed": {"it is over", []batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionTrue)}, true, false},
		"false": {
			"it says that it is not",
			[]batchv1.JobCondition{condition(batchv1.JobFailed, corev1.ConditionFalse)},
			false, false,
		},
		"suspended": {
			"it waits",
			[]batchv1.JobCondition{condition(batchv1.JobSuspended, corev1.ConditionTrue)},
			false,
			false,
		},
		"in-order": {
			"its pods have ended since", []batchv1.JobCondition{
				condition(batchv1.JobSuccessCriteriaMet, corev1.ConditionTrue),
				condition(batchv1.JobComplete, corev1.ConditionTrue),
			}, true, true,
		},
	}
	for name, c := range cases {
		finished, succeeded := FinishOf(&batchv1.Job{Status: batchv1.JobStatus{Conditions: c.conditions}})
		if finished.IsZero() == c.finished || succeeded != c.succeeded {
			t.Errorf("%s: %s: finished at %s, succeeded %t", name, c.reason, finished, succeeded)
		}
		if c.finished && !finished.Equal(later.Time) {
			t.Errorf("%s: finished at %s", name, finished)
		}
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
		"none":        {"there is no pod", nil, ""},
		"new":         {"it is being made", pending(0, nothing), ""},
		"slow":        {"it takes its time", pending(StartLimit-time.Second, nothing), ""},
		"too-slow":    {"such as for want of a volume", pending(StartLimit, nothing), "ContainerCreating"},
		"no-node-yet": {"one may become free, or be started", pending(nodeLimit-time.Second, noNode), ""},
		"no-node":     {"none has become free", pending(nodeLimit, noNode), "Unschedulable"},
		"gated": {
			"another controller holds it back",
			pending(StartLimit, func(pod *corev1.Pod) { pod.Status.Conditions = unscheduled("SchedulingGated") }),
			"ContainerCreating",
		},
		"no-image": {"it does not get better by itself", pending(0, badImage), "InvalidImageName"},
		"no-image-leaving": {"the pod is on its way out", pending(time.Hour, func(pod *corev1.Pod) {
			badImage(pod)
			pod.DeletionTimestamp = &metav1.Time{Time: fixture.Noon}
		}), ""},
		"running": {"it has started", pending(time.Hour, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning }), ""},
		"ended":   {"it is over", pending(time.Hour, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodFailed }), ""},
		"second": {
			"the first one is being made", append(pending(0, nothing), pending(time.Hour, noNode)...),
			"Unschedulable",
		},
	}
	for name, c := range cases {
		if got := BlockerOf(&Child{Pods: c.pods}, fixture.Noon); got != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
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
