package plugin

import (
	"context"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/plugin"
)

// runner is the operator and the Jobs of one customer with one service. It goes on by one step at each event.
type runner struct {
	w *world
	// name is the name of the Job by the value of the request.
	name func(c *v1alpha1.CustomerIntegration, request string) string
	// other reports whether another run ends before the requested one.
	other bool
	// outcome and reason are those of the requested run.
	outcome v1alpha1.SyncOutcome
	reason  string

	job  *batchv1.Job
	step int
}

// react takes the next step: verified, another run has ended, the Job was created, it has ended.
func (r *runner) react(c *v1alpha1.CustomerIntegration) bool {
	now := metav1.Now()
	switch {
	case requested(c) != "":
		handleAsGranted(c)
		c.Status.Services[0].Sync.ActiveSince = &now
	case c.Status.LastHandledReconcileAt == "":
		return false
	case r.step == 0:
		c.Status.Services[0].Sync.LastRun = v1alpha1.SyncRun{
			Outcome: v1alpha1.SyncFailed, Reason: "HRMUnreachable", FinishedTime: now, JobUID: "of another run",
		}
		if !r.other {
			c.Status.Services[0].Sync.LastRun = v1alpha1.SyncRun{}
			c.Status.Services[0].Sync.LastSuccessTime = &now
		}
		r.step++
	case r.step == 1:
		r.step++
		request := c.Status.LastHandledReconcileAt
		r.job = r.w.createJob(r.name(c, request))
		c.Status.Services[0].Sync.RequestedJobName = naming.RequestedJob(c.Name, c.Spec.Services[0].Name, request)
		if r.job.Name != c.Status.Services[0].Sync.RequestedJobName {
			c.Status.Services[0].Sync.FirstJobName = r.job.Name
		}
	case r.step == 2:
		r.step++
		c.Status.Services[0].Sync.LastRun = v1alpha1.SyncRun{
			Outcome: r.outcome, Reason: r.reason, FinishedTime: now, JobUID: string(r.job.UID),
		}
	default:
		return false
	}
	return true
}

// createJob creates a Job.
func (w *world) createJob(name string) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "sync", Image: "sync"}},
		}}},
	}
	if err := w.client.Create(context.Background(), job); err != nil {
		w.t.Error(err)
	}
	return job
}

// TestSync requests a run and waits for its result.
func TestSync(t *testing.T) {
	t.Parallel()
	ofRequest := func(c *v1alpha1.CustomerIntegration, request string) string {
		return naming.RequestedJob(c.Name, c.Spec.Services[0].Name, request)
	}
	for name, test := range map[string]struct {
		reason string
		runner runner
		flags  string
		code   int
		want   string
	}{
		"succeeded": {
			reason: "the good result", runner: runner{name: ofRequest, outcome: v1alpha1.SyncSucceeded},
			want: tiger + ": Follow-up plans: succeeded",
		},
		"failed": {
			reason: "the reason and where the log is",
			runner: runner{name: ofRequest, outcome: v1alpha1.SyncFailed, reason: "HRMUnauthorized"}, code: plugin.ExitBad,
			want: "Follow-up plans: failed (HRMUnauthorized). Log: kubectl logs ",
		},
		"after-another": {
			reason: "a run that was going on is not the requested one",
			runner: runner{name: ofRequest, other: true, outcome: v1alpha1.SyncSucceeded},
			want:   "Follow-up plans: succeeded",
		},
		"first": {
			reason: "access was just granted, and the first run serves as the requested one",
			runner: runner{
				name: func(c *v1alpha1.CustomerIntegration, _ string) string {
					return naming.FirstJob(c.Name, c.Spec.Services[0].Name, time.Now())
				},
				outcome: v1alpha1.SyncSucceeded,
			},
			want: "Follow-up plans: succeeded",
		},
		"without-jobs": {
			reason: "the person may not read Jobs", flags: " --as kari",
			runner: runner{name: ofRequest, outcome: v1alpha1.SyncSucceeded}, want: "Follow-up plans: succeeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.allow("kari", rbacv1.PolicyRule{
				APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"customerintegrations", "suppliers"},
				Verbs: []string{"get", "list", "watch", "patch"},
			})
			test.runner.w = w
			w.operate(test.runner.react)
			w.add(tiger)
			w.expect(w.run("sync "+tiger+" --timeout 1m"+test.flags), test.code, test.want)
		})
	}
}

// TestSyncIsNotAllowed requests a run of a customer that has no access.
func TestSyncIsNotAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.operate(handleAs(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn))
	w.add(tiger)
	w.expect(w.run("sync "+tiger+" --timeout 1m"), plugin.ExitBad, "Follow-up plans: no run (withdrawn ")
}

// TestSyncIsDisabled requests a run of a customer that is only verified.
func TestSyncIsDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer(tiger, v1alpha1.ServiceFollowUpPlans)
	c.Spec.Sync = v1alpha1.SyncDisabled
	w.create(c)
	w.expect(w.run("sync "+tiger+" --timeout 1m"), plugin.ExitError,
		"has spec.sync: Disabled", "kubectl cint verify "+tiger)
}

// TestSyncWaitsForEveryService requests runs of two services, of which one has no access.
func TestSyncWaitsForEveryService(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(w.customer(tiger, v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes))
	r := runner{
		w: w, outcome: v1alpha1.SyncSucceeded,
		name: func(c *v1alpha1.CustomerIntegration, request string) string {
			return naming.RequestedJob(c.Name, c.Spec.Services[0].Name, request)
		},
	}
	w.operate(func(c *v1alpha1.CustomerIntegration) bool {
		if !r.react(c) {
			return false
		}
		c.Status.Services[1].Authorization.State = v1alpha1.AuthorizationRejected
		c.Status.Services[1].Authorization.Reason = v1alpha1.ReasonApprovalRejected
		return true
	})
	w.expect(w.run("sync "+tiger+" --timeout 1m"), plugin.ExitBad, "Follow-up plans: succeeded; Sick notes: no run (rejected ")
}
