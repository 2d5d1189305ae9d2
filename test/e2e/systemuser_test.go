//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// systemUser follows the hare's second kind of access. It was asked for a system user, once; it approves, and sick notes
// run beside follow-up plans; it deletes the system user, and sick notes end while follow-up plans go on. It is asked
// again only when somebody says so.
func (s *story) systemUser(t *testing.T) {
	confirmURL := s.awaitingApproval(t)
	if asked := s.maskinporten.accessRequests(t, hare); len(asked) != 1 {
		t.Fatalf("asked for a system user %d times", len(asked))
	}

	const notes = 3
	s.maskinporten.call(t, http.MethodPost, "/nav/units/"+haresUnit+"/sick-notes?count="+strconv.Itoa(notes), nil, nil)
	s.maskinporten.approve(t, hare)
	took := awaitWithin(t, 2*interval+patience/6, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	await(t, s.sickNotesSuspended(t, false))
	await(t, s.ranWell(t, hare, v1alpha1.ServiceSickNotes))
	t.Logf("the approval was noticed after %s", seconds(took))
	s.notesArrived(t, notes)
	s.checkRun(t, hare)

	s.maskinporten.deleteSystemUser(t, hare)
	took = awaitWithin(t, 2*interval+patience/6, s.customerIs(t, hare, "False DelegationWithdrawn", "False PartiallyDelegated"))
	await(t, s.sickNotesSuspended(t, true))
	t.Logf("the deletion was noticed after %s", seconds(took))
	if plans := s.cronJob(t, hare, v1alpha1.ServiceFollowUpPlans); plans.Spec.Suspend == nil || *plans.Spec.Suspend {
		t.Error("follow-up plans were suspended with sick notes")
	}
	s.awaitChecks(t, 2, hare)
	if asked := s.maskinporten.accessRequests(t, hare); len(asked) != 1 {
		t.Errorf("asked again without anybody saying so: %d requests", len(asked))
	}

	kubectl(t, "annotate", "--overwrite", "-n", customersNamespace, "cint", hare.name,
		v1alpha1.AnnotationReconcileRequestedAt+"="+time.Now().Format(time.RFC3339))
	if again := s.awaitingApproval(t); again == confirmURL {
		t.Error("asked again with the old request")
	}
	s.maskinporten.approve(t, hare)
	awaitWithin(t, 2*interval+patience/6, s.customerIs(t, hare, "True Delegated", "True Delegated"))
	await(t, s.sickNotesSuspended(t, false))
	s.oneEventATransition(t, hare)
}

// awaitingApproval waits until the hare is asked for a system user, sees that whoever reads its status is told where it
// approves, and gives that address.
func (s *story) awaitingApproval(t *testing.T) string {
	t.Helper()
	await(t, s.customerIs(t, hare, "False AwaitingApproval", "False PartiallyDelegated"))
	c := s.customer(t, hare)
	url := c.Status.Services[1].Authorization.ConfirmURL
	ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	if !strings.HasPrefix(url, "https://") || !strings.Contains(ready.Message, url) {
		t.Errorf("confirmURL %q, and Ready says: %s", url, ready.Message)
	}
	return url
}

// sickNotesSuspended gives what await waits for: the hare's CronJob for sick notes, suspended or not.
func (s *story) sickNotesSuspended(t *testing.T, want bool) func() string {
	t.Helper()
	return func() string {
		is := s.cronJob(t, hare, v1alpha1.ServiceSickNotes).Spec.Suspend
		if is != nil && *is == want {
			return ""
		}
		return fmt.Sprintf("the CronJob of sick notes suspended: %t", want)
	}
}

// cronJob reads the CronJob of a customer's service, an empty one if there is none.
func (s *story) cronJob(t *testing.T, p party, service v1alpha1.ServiceName) *batchv1.CronJob {
	t.Helper()
	var found batchv1.CronJob
	key := client.ObjectKey{Namespace: customersNamespace, Name: naming.Child(p.name, service)}
	must(t, client.IgnoreNotFound(s.Get(t.Context(), key, &found)))
	return &found
}

// ranWell gives what await waits for: a run of a customer's service that ended well.
func (s *story) ranWell(t *testing.T, p party, service v1alpha1.ServiceName) func() string {
	t.Helper()
	return func() string {
		for _, known := range s.customer(t, p).Status.Services {
			if known.Name == service && known.Sync.LastSuccessTime != nil {
				return ""
			}
		}
		return fmt.Sprintf("a run of %s of %s that ended well", service, p.name)
	}
}
