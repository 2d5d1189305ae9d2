//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/simulator"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// plansOf returns the name of the CronJob and the ServiceAccount of a customer's follow-up plans.
func plansOf(p party) string {
	return naming.Child(p.name, v1alpha1.ServiceFollowUpPlans)
}

// seldom sets a monthly schedule, so that only jobs that are started at once run during the story.
func (s *story) seldom(t *testing.T) {
	t.Helper()
	kubectl(t, "patch", "supplier", supplierName, "--type=merge", "-p",
		`{"spec":{"services":[{"name":"FollowUpPlans","schedule":"0 3 1 * *"},{"name":"SickNotes","schedule":"0 3 1 * *"},`+
			`{"name":"SettlementReports","schedule":"0 3 1 * *"},{"name":"DialogueMeetingLetters","schedule":"0 3 1 * *"}]}}`)
}

// synced returns a condition for await: a successful run of a customer since access was granted.
func (s *story) synced(t *testing.T, p party) func() string {
	t.Helper()
	return func() string {
		s.repeatUnreached(t, p)
		return s.healthIs(t, p, "True "+v1alpha1.ReasonSyncSucceeded)()
	}
}

// repeatUnreached starts a run again, once, that failed without a connection in time, as happens on a busy machine. The
// next one by schedule would come too late for the story.
func (s *story) repeatUnreached(t *testing.T, p party) {
	t.Helper()
	for _, known := range s.customer(t, p).Status.Services {
		run := known.Sync.LastRun
		job := fmt.Sprintf("%s-again-%s-%d", p.name, strings.ToLower(string(known.Name)), run.FinishedTime.Unix())
		switch runreport.Reason(run.Reason) {
		case runreport.BrokerUnavailable, runreport.HRMUnreachable, runreport.NAVUnreachable, runreport.ServiceUnreachable:
			if _, begun := s.repeated.LoadOrStore(job, true); !begun {
				t.Logf("%s: a run of %s failed: %s %s", p.name, known.Name, run.Reason, run.Cause)
				kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+naming.Child(p.name, known.Name), job)
			}
		default:
		}
	}
}

// healthIs returns a condition for await: a customer's condition SyncHealthy.
func (s *story) healthIs(t *testing.T, p party, want string) func() string {
	t.Helper()
	return func() string {
		if is := says(s.customer(t, p).Status.Conditions, v1alpha1.ConditionSyncHealthy); is != want {
			return fmt.Sprintf("%s: SyncHealthy %q, want %q", p.name, is, want)
		}
		return ""
	}
}

// firstRun verifies the tiger's first run: one Job, created at once, that succeeded.
func (s *story) firstRun(t *testing.T) {
	took := await(t, s.synced(t, tiger))
	c := s.customer(t, tiger)
	plans := c.Status.Services[0]
	since := plans.Authorization.Since.Time
	t.Logf("the tiger's first run succeeded %s after access was detected, reported %s later",
		seconds(plans.Sync.LastRun.FinishedTime.Sub(since)), seconds(took))
	first := naming.FirstJob(tiger.name, v1alpha1.ServiceFollowUpPlans, since)
	if plans.Sync.FirstJobName != first || plans.Sync.CronJobName != plansOf(tiger) {
		t.Errorf("first Job %s of CronJob %s, want %s of %s", plans.Sync.FirstJobName, plans.Sync.CronJobName, first,
			plansOf(tiger))
	}
	if c.Status.LastSyncTime == nil || !c.Status.LastSyncTime.Equal(plans.Sync.LastSuccessTime) {
		t.Errorf("last sync %v, last success %v", c.Status.LastSyncTime, plans.Sync.LastSuccessTime)
	}
	if diff := cmp.Diff([]string{first}, s.jobsOf(t, tiger)); diff != "" {
		t.Errorf("Jobs (-want +got):\n%s", diff)
	}
	outcomes := map[string]int{}
	for _, call := range s.maskinporten.calls(t) {
		if call.Organization == tiger.number {
			outcomes[call.Endpoint+" "+call.Outcome]++
		}
	}
	// HRM system: organization, claim, sending, result, empty claim. NAV: token verification and plan. Enhetsregisteret:
	// the operator's only look-up.
	if diff := cmp.Diff(map[string]int{"hrm OK": 5, "nav OK": 2, "register OK": 1}, outcomes); diff != "" {
		t.Errorf("requests to HRM system, NAV and Enhetsregisteret (-want +got):\n%s", diff)
	}
	if out := kubectl(t, "get", "events", "-n", customersNamespace, "-o", "name",
		"--field-selector=reason=UnexpectedJob,involvedObject.name="+plansOf(tiger)); out != "" {
		t.Errorf("Kubernetes warns of the first run: %s", out)
	}
	s.planArrived(t)
	s.checkRun(t, tiger)
}

// jobsOf returns the names of a customer's Jobs.
func (s *story) jobsOf(t *testing.T, p party) []string {
	t.Helper()
	var list batchv1.JobList
	must(t, s.List(t.Context(), &list, client.InNamespace(customersNamespace), ofCustomer(p)))
	names := make([]string, 0, len(list.Items))
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

func ofCustomer(p party) client.MatchingLabels {
	return client.MatchingLabels{v1alpha1.LabelIntegration: p.name}
}

// runningPod starts a run that waits for a slow HRM system, and returns its running pod.
func (s *story) runningPod(t *testing.T, p party, job string) *corev1.Pod {
	t.Helper()
	s.maskinporten.set(t, simulator.Faults{HRM: simwire.Faults{Latency: simwire.Duration(25 * time.Second)}})
	return s.runningPodOf(t, plansOf(p), job)
}

// runningPodOf starts a run of a CronJob, and returns its pod once it runs.
func (s *story) runningPodOf(t *testing.T, cronJob, job string) *corev1.Pod {
	t.Helper()
	kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+cronJob, job)
	var pod corev1.Pod
	await(t, func() string {
		var list corev1.PodList
		must(t, s.List(t.Context(), &list, client.InNamespace(customersNamespace),
			client.MatchingLabels{batchv1.JobNameLabel: job}))
		if len(list.Items) == 1 && list.Items[0].Status.Phase == corev1.PodRunning {
			pod = list.Items[0]
			return ""
		}
		return "a running pod of Job " + job
	})
	return &pod
}

// withdrawn withdraws the tiger's delegation while a run is in progress: the CronJob is suspended, Job and pod are
// deleted. Each transition of each customer so far has had one event.
func (s *story) withdrawn(t *testing.T) {
	pod := s.runningPod(t, tiger, "by-hand")
	s.maskinporten.withdraw(t, tiger)
	took := await(t, s.customerIs(t, tiger, "False DelegationWithdrawn", "False DelegationWithdrawn"))
	gone := await(t, func() string {
		err := s.Get(t.Context(), client.ObjectKeyFromObject(pod), &corev1.Pod{})
		if err != nil && client.IgnoreNotFound(err) == nil {
			return ""
		}
		return "the pod to be deleted"
	})
	t.Logf("detected after %s, the pod was deleted %s later", seconds(took), seconds(gone))
	s.maskinporten.repair(t)
	var cronJob batchv1.CronJob
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: plansOf(tiger)}, &cronJob))
	if cronJob.Spec.Suspend == nil || !*cronJob.Spec.Suspend {
		t.Error("the CronJob is not suspended")
	}
	for _, p := range []party{tiger, wolf, elk} {
		s.oneEventATransition(t, p)
	}
}

// podsThatFail makes runs of the wolf fail in ways that only a kubelet causes. Each is reported, and a successful run
// clears it.
func (s *story) podsThatFail(t *testing.T) {
	for _, c := range []struct {
		what, change, health string
		reasons              []string
	}{
		{
			what: "an image that does not exist", change: `{"sync":{"image":"localhost/nowhere:dev"}}`,
			health: "False SyncPodNotStarting",
		},
		// The kernel kills the process, or what would start it.
		{
			what: "too little memory", change: `{"sync":{"resources":{"limits":{"memory":"4Mi"}}}}`,
			reasons: []string{"OOMKilled", "NeverStarted"},
		},
	} {
		s.patchSupplier(t, c.change)
		s.awaitTemplate(t, wolf)
		job := "fails-" + fmt.Sprint(len(c.what))
		kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+plansOf(wolf), job)
		took := await(t, func() string {
			if c.health != "" {
				return s.healthIs(t, wolf, c.health)()
			}
			if s.isKilledWithoutReason(t, job) {
				kubectl(t, "delete", "job", "-n", customersNamespace, job)
				job += "-again"
				kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+plansOf(wolf), job)
			}
			if run := s.customer(t, wolf).Status.Services[0].Sync.LastRun; !slices.Contains(c.reasons, run.Reason) {
				return fmt.Sprintf("%s: the last run's reason is %q, want one of %v", c.what, run.Reason, c.reasons)
			}
			return ""
		})
		t.Logf("%s: reported after %s", c.what, seconds(took))
		kubectl(t, "delete", "job", "-n", customersNamespace, job)
		s.patchSupplier(t, `{"sync":null}`)
		s.awaitTemplate(t, wolf)
	}
	s.runAgain(t, wolf, "heals")
}

// isKilledWithoutReason reports whether the kernel killed a Job's container and containerd does not say why: it may
// learn of a lack of memory after it has reported the end (https://github.com/containerd/containerd/issues/8180).
func (s *story) isKilledWithoutReason(t *testing.T, job string) bool {
	t.Helper()
	var pods corev1.PodList
	must(t, s.List(t.Context(), &pods, client.InNamespace(customersNamespace),
		client.MatchingLabels{batchv1.JobNameLabel: job}))
	for i := range pods.Items {
		for _, c := range pods.Items[i].Status.ContainerStatuses {
			if ended := c.State.Terminated; ended != nil && ended.ExitCode == 137 && ended.Reason == "Error" {
				return true
			}
		}
	}
	return false
}

// runAgain creates a run by hand, and waits until it has succeeded.
func (s *story) runAgain(t *testing.T, p party, job string) {
	t.Helper()
	before := s.customer(t, p).Status.LastSyncTime
	kubectl(t, "create", "job", "-n", customersNamespace, "--from=cronjob/"+plansOf(p), job)
	await(t, func() string {
		s.repeatUnreached(t, p)
		c := s.customer(t, p)
		if last := c.Status.LastSyncTime; last != nil && (before == nil || before.Before(last)) {
			return s.synced(t, p)()
		}
		return "a successful run of " + p.name + ": " + fmt.Sprint(c.Status.Services[0].Sync.LastRun)
	})
}

// patchSupplier patches the Supplier's spec.
func (s *story) patchSupplier(t *testing.T, spec string) {
	t.Helper()
	kubectl(t, "patch", "supplier", supplierName, "--type=merge", "-p", `{"spec":`+spec+`}`)
}

// awaitTemplate waits until a customer's CronJob matches the Supplier.
func (s *story) awaitTemplate(t *testing.T, p party) {
	t.Helper()
	want := s.supplier(t).Spec.Sync
	await(t, func() string {
		var cronJob batchv1.CronJob
		must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: plansOf(p)}, &cronJob))
		container := cronJob.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
		image, memory := string(want.Image), string(want.Resources.Limits.Memory)
		if image == "" {
			image = "localhost/integration-operator-sync:dev"
		}
		if memory == "" {
			memory = "128Mi"
		}
		if container.Image == image && container.Resources.Limits.Memory().String() == memory {
			return ""
		}
		return "the CronJob of " + p.name + " with image " + image + " and memory " + memory
	})
}

// nothingOf returns a condition for await: no objects of a customer are left.
func (s *story) nothingOf(t *testing.T, p party) func() string {
	t.Helper()
	return func() string {
		for _, kind := range []string{"CronJobList", "JobList", "PodList", "ServiceAccountList"} {
			list := &metav1.PartialObjectMetadataList{}
			group := corev1.SchemeGroupVersion
			if kind == "CronJobList" || kind == "JobList" {
				group = batchv1.SchemeGroupVersion
			}
			list.SetGroupVersionKind(group.WithKind(kind))
			must(t, s.List(t.Context(), list, client.InNamespace(customersNamespace), ofCustomer(p)))
			if len(list.Items) > 0 {
				return fmt.Sprintf("no objects of %s: %s has %s", p.name, kind, list.Items[0].Name)
			}
		}
		return ""
	}
}
