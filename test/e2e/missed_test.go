//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// lateStart is the CronJobs' startingDeadlineSeconds.
const lateStart = 2 * time.Minute

// timeToSuspend is the longest time that it takes to change a customer's schedule and to suspend the customer.
const timeToSuspend = 30 * time.Second

// suspendedOverASchedule suspends a customer whose run is due within two minutes.
func (s *story) suspendedOverASchedule(t *testing.T) {
	s.maskinporten.delegate(t, fox)
	must(t, s.Create(t.Context(), &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Name: fox.name, Namespace: customersNamespace},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: v1alpha1.OrganizationNumber(fox.number),
			Services:           []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "http://hrm.simulator.svc/fox",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "fox-hrm"},
			},
		},
	}))
	await(t, s.healthIs(t, fox, "False "+v1alpha1.ReasonHRMCredentialsMissing)) // which does not matter here
	s.missed = time.Now().Add(timeToSuspend).Truncate(time.Minute).Add(time.Minute)
	schedule := fmt.Sprintf("%d * * * *", s.missed.Minute())
	s.changeServices(t, fox, fmt.Sprintf(`{"op": "add", "path": "/spec/services/0/schedule", "value": %q}`, schedule))
	await(t, func() string {
		if s.cronJob(t, fox, v1alpha1.ServiceFollowUpPlans).Spec.Schedule != schedule {
			return "the fox's CronJob with the schedule " + schedule
		}
		return ""
	})
	s.suspend(t, fox, true)
	await(t, s.customerIs(t, fox, "False Suspended", "Unknown Suspended"))
	await(t, s.suspended(t, fox, true, v1alpha1.ServiceFollowUpPlans))
	if time.Until(s.missed) < 0 {
		t.Fatal("suspending took so long that the run was not missed")
	}
}

// notMadeUpFor resumes the customer after the missed run's deadline: the run must not be started.
func (s *story) notMadeUpFor(t *testing.T) {
	await(t, func() string {
		if late := time.Since(s.missed); late < lateStart+5*time.Second {
			return fmt.Sprintf("the deadline of the missed run: %s", late)
		}
		return ""
	})
	s.suspend(t, fox, false)
	await(t, s.customerIs(t, fox, "True Delegated", "True Delegated")) // the run before counts no more
	s.awaitChecks(t, 1, fox)
	var cronJob batchv1.CronJob
	must(t, s.Get(t.Context(), client.ObjectKey{Namespace: customersNamespace, Name: plansOf(fox)}, &cronJob))
	if cronJob.Status.LastScheduleTime != nil || cronJob.Spec.Suspend == nil || *cronJob.Spec.Suspend {
		t.Errorf("suspended %v, last scheduled %v: the run of %s was made up for", cronJob.Spec.Suspend,
			cronJob.Status.LastScheduleTime, s.missed)
	}
	since := s.customer(t, fox).Status.Services[0].Authorization.Since.Time
	if diff := cmp.Diff([]string{naming.FirstJob(fox.name, v1alpha1.ServiceFollowUpPlans, since)},
		s.jobsOf(t, fox)); diff != "" {
		t.Errorf("Jobs (-want +got):\n%s", diff)
	}
	t.Logf("resumed %s after the run that was missed", seconds(time.Since(s.missed)))
	kubectl(t, "delete", "cint", fox.name, "-n", customersNamespace)
}

// suspend suspends or resumes a customer.
func (s *story) suspend(t *testing.T, p party, on bool) {
	t.Helper()
	kubectl(t, "patch", "cint", p.name, "-n", customersNamespace, "--type=merge", "-p",
		fmt.Sprintf(`{"spec":{"suspend":%t}}`, on))
}
