//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// systemUser verifies the hare's system user. The hare receives one request for the rights of two services and approves
// it, and sick notes and settlement reports sync beside follow-up plans. The hare deletes the system user, and only
// these two stop. Another request is sent only if requested by annotation.
func (s *story) systemUser(t *testing.T) {
	confirmURL := s.awaitingApproval(t)
	if asked := s.maskinporten.accessRequests(t, hare); len(asked) != 1 {
		t.Fatalf("%d requests for a system user", len(asked))
	}

	const notes = 3
	s.maskinporten.call(t, http.MethodPost, "/nav/units/"+haresUnit+"/sick-notes?count="+strconv.Itoa(notes), nil, nil)
	s.addReports(t)
	s.maskinporten.approve(t, hare)
	took := await(t, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	await(t, s.suspended(t, hare, false, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSettlementReports))
	await(t, s.ranWell(t, hare, v1alpha1.ServiceSickNotes))
	waited := await(t, s.ranWell(t, hare, v1alpha1.ServiceSettlementReports))
	t.Logf("the approval was detected after %s; settlement reports took %s longer than sick notes", seconds(took),
		seconds(waited))
	s.notesArrived(t, notes)
	s.reportsArrived(t)
	s.checkRun(t, hare)

	s.maskinporten.deleteSystemUser(t, hare)
	took = await(t, s.customerIs(t, hare, "False DelegationWithdrawn", "False PartiallyDelegated"))
	await(t, s.suspended(t, hare, true, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSettlementReports))
	t.Logf("the deletion was detected after %s", seconds(took))
	if plans := s.cronJob(t, hare, v1alpha1.ServiceFollowUpPlans); plans.Spec.Suspend == nil || *plans.Spec.Suspend {
		t.Error("follow-up plans were suspended with the others")
	}
	s.awaitChecks(t, 2, hare)
	if asked := s.maskinporten.accessRequests(t, hare); len(asked) != 1 {
		t.Errorf("another request without the annotation: %d requests", len(asked))
	}

	asked := cint(t, 0, "ask", hare.name, "-n", customersNamespace, "--yes")
	again := s.awaitingApproval(t)
	if again == confirmURL {
		t.Error("the old request was used again")
	}
	if !strings.Contains(asked, "Send it the link: "+again+"\n") {
		t.Errorf("kubectl cint ask does not print the new link %s:\n%s", again, asked)
	}
	s.maskinporten.approve(t, hare)
	await(t, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	await(t, s.suspended(t, hare, false, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSettlementReports))
	s.oneEventATransition(t, hare)
}

// awaitingApproval waits until the hare has received the request, verifies that its status has the confirmURL, and
// returns it.
func (s *story) awaitingApproval(t *testing.T) string {
	t.Helper()
	await(t, s.customerIs(t, hare, "False AwaitingApproval", "False PartiallyDelegated"))
	c := s.customer(t, hare)
	url := c.Status.Services[1].Authorization.ConfirmURL
	ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	if !strings.HasPrefix(url, "https://") || !strings.Contains(ready.Message, url) {
		t.Errorf("confirmURL %q, Ready: %s", url, ready.Message)
	}
	return url
}

// suspended returns a condition for await: a customer's CronJobs of services are suspended or not.
func (s *story) suspended(t *testing.T, p party, want bool, services ...v1alpha1.ServiceName) func() string {
	t.Helper()
	return func() string {
		for _, service := range services {
			if is := s.cronJob(t, p, service).Spec.Suspend; is == nil || *is != want {
				return fmt.Sprintf("the CronJob of %s of %s suspended: %t", service, p.name, want)
			}
		}
		return ""
	}
}

// cronJob returns the CronJob of a customer's service, or an empty one.
func (s *story) cronJob(t *testing.T, p party, service v1alpha1.ServiceName) *batchv1.CronJob {
	t.Helper()
	var found batchv1.CronJob
	key := client.ObjectKey{Namespace: customersNamespace, Name: naming.Child(p.name, service)}
	must(t, client.IgnoreNotFound(s.Get(t.Context(), key, &found)))
	return &found
}

// ranWell returns a condition for await: a successful run of a customer's service.
func (s *story) ranWell(t *testing.T, p party, service v1alpha1.ServiceName) func() string {
	t.Helper()
	return func() string {
		s.repeatUnreached(t, p)
		for _, known := range s.customer(t, p).Status.Services {
			if known.Name == service && known.Sync.LastSuccessTime != nil {
				return ""
			}
		}
		return fmt.Sprintf("a successful run of %s of %s", service, p.name)
	}
}
