package syncjob

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// disruptedPod returns a pod of a Job that was evicted a while before the Job ended. Its report is valid.
func disruptedPod(job *batchv1.Job, before time.Duration, report runreport.Report) corev1.Pod {
	pod := fixture.Pod(job, report)
	pod.Name, pod.UID = job.Name+before.String(), job.UID+"-evicted"
	pod.CreationTimestamp = metav1.NewTime(fixture.Noon.Add(-before))
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}
	return pod
}

// TestDisruptedRun ends Jobs some of whose pods were disrupted.
func TestDisruptedRun(t *testing.T) {
	interrupted := runreport.Report{
		Outcome: runreport.Failed, Reason: runreport.Interrupted, Unknown: 1, OpenUnknown: new(int32(2)),
		Volumes: runreport.Volumes{PlansSent: 3},
	}
	tooLong := func(job *batchv1.Job) { job.Status.Conditions[0].Reason = batchv1.JobReasonDeadlineExceeded }
	cases := map[string]struct {
		reason string
		last   runreport.Report
		change func(job *batchv1.Job, pods []corev1.Pod)
		want   runreport.Reason
		sent   int64
	}{
		"replaced": {
			reason: "the second pod did the rest, and what the first one did counts",
			last:   runreport.Report{Outcome: runreport.Succeeded, Volumes: runreport.Volumes{PlansSent: 1}}, want: "",
			sent: 4,
		},
		"replaced-failed": {
			reason: "the second pod failed by itself",
			last:   fixture.ReportedNAV, want: runreport.NAVUnreachable, sent: 3,
		},
		"again-and-again": {
			reason: "each pod was evicted until the Job's time was over",
			last:   interrupted, change: func(job *batchv1.Job, _ []corev1.Pod) { tooLong(job) }, want: runreport.Interrupted,
			sent: 6,
		},
		"killed": {
			reason: "the last pod was evicted and could not report",
			last:   interrupted,
			change: func(_ *batchv1.Job, pods []corev1.Pod) {
				pods[1].Status.Conditions = pods[0].Status.Conditions
				endOf(&pods[1]).Message = ""
			},
			want: runreport.Evicted, sent: 3,
		},
		"too-long": {
			reason: "no pod was evicted: the run hung",
			last:   interrupted,
			change: func(job *batchv1.Job, pods []corev1.Pod) {
				tooLong(job)
				pods[0].Status.Conditions = nil
			},
			want: runreport.DeadlineExceeded, sent: 6,
		},
		"pod-too-long": {
			reason: "the pod's own deadline ended it",
			last:   interrupted,
			change: func(_ *batchv1.Job, pods []corev1.Pod) { pods[1].Status.Reason = "DeadlineExceeded" },
			want:   runreport.DeadlineExceeded, sent: 6,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			child := makeRun(c.last)
			child.Pods = append([]corev1.Pod{disruptedPod(&child.Jobs[0], 5*time.Minute, interrupted)}, child.Pods...)
			if c.change != nil {
				c.change(&child.Jobs[0], child.Pods)
			}
			runs := RunsOf(child)
			if len(runs) != 1 || runs[0].Reason != c.want || runs[0].Report.Volumes.PlansSent != c.sent ||
				runs[0].Report.Unknown == 0 || *runs[0].Report.OpenUnknown != 2 {
				t.Errorf("%s: %+v; want %q, %d plans", c.reason, runs, c.want, c.sent)
			}
		})
	}
}

// TestDisruptedRunGoesOn counts no run while a replacement runs.
func TestDisruptedRunGoesOn(t *testing.T) {
	child := makeRun(fixture.ReportedWell)
	child.Jobs[0].Status.Conditions = nil
	child.Pods[0].Status.Phase = corev1.PodRunning
	child.Pods = append(child.Pods, disruptedPod(&child.Jobs[0], 5*time.Minute, fixture.ReportedNAV))
	if runs := RunsOf(child); len(runs) > 0 || !HasRunningJob(child) {
		t.Errorf("%+v", runs)
	}
}

// TestDeletedPods remembers pods until their Job cannot run any more.
func TestDeletedPods(t *testing.T) {
	child := makeRun(fixture.ReportedWell)
	job, running := child.Jobs[0], child.Pods[0].DeepCopy()
	running.Status.Phase = corev1.PodRunning
	var d DeletedPods
	if got := d.Of(child.Jobs); got != nil {
		t.Errorf("nothing was deleted, and there are %d pods", len(got))
	}
	d.Note(job.UID, running, fixture.Noon)
	d.Note(job.UID, &child.Pods[0], fixture.Noon)
	d.Note("other", &child.Pods[0], fixture.Noon)
	if diff := cmp.Diff(child.Pods, d.Of(child.Jobs)); diff != "" {
		t.Errorf("a pod that ended (-want +got):\n%s", diff)
	}
	d.Note("another", &child.Pods[0], fixture.Noon.Add(deletedPodTTL+time.Second))
	if got := d.Of(child.Jobs); got != nil || len(d.all) != 1 {
		t.Errorf("an hour later there are %d pods of %d Jobs", len(got), len(d.all))
	}
}
