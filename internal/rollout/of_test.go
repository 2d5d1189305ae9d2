package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/rollout"
)

const (
	plans    = v1alpha1.ServiceFollowUpPlans
	notes    = v1alpha1.ServiceSickNotes
	payments = v1alpha1.ServiceSickPayApplications
)

// access is the access to a service since an hour ago.
func access(
	name v1alpha1.ServiceName, state v1alpha1.AuthorizationState, reason string,
) v1alpha1.CustomerServiceStatus {
	since := metav1.NewTime(now.Add(-time.Hour))
	return v1alpha1.CustomerServiceStatus{
		Name:          name,
		Authorization: v1alpha1.Authorization{State: state, Reason: reason, Since: &since, LastVerifiedTime: &since},
	}
}

// granted is a service with access whose runs succeed.
func granted(name v1alpha1.ServiceName) v1alpha1.CustomerServiceStatus {
	s := access(name, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)
	s.Sync.ActiveSince, s.Sync.LastSuccessTime = s.Authorization.Since, s.Authorization.Since
	return s
}

// running is a service with access and a CronJob.
func running(name v1alpha1.ServiceName) v1alpha1.CustomerServiceStatus {
	s := granted(name)
	s.Sync.CronJobName = "tiger-" + string(name)
	return s
}

// blocked is a service with access whose jobs are stopped.
func blocked(name v1alpha1.ServiceName) v1alpha1.CustomerServiceStatus {
	s := running(name)
	s.Sync.ActiveSince = nil
	return s
}

// failing is a service with access whose runs fail.
func failing(name v1alpha1.ServiceName) v1alpha1.CustomerServiceStatus {
	s := granted(name)
	s.Sync.Failures = 3
	s.Sync.LastRun = v1alpha1.SyncRun{Outcome: v1alpha1.SyncFailed, Reason: "HRMUnreachable"}
	return s
}

// customer returns a customer whose Ready has a reason, and SyncHealthy another if it is not "".
func customer(ready, sync string, services ...v1alpha1.CustomerServiceStatus) *v1alpha1.CustomerIntegration {
	c := &v1alpha1.CustomerIntegration{}
	c.Name, c.Namespace, c.Spec.OrganizationNumber = "tiger", "customers", "310330701"
	for _, s := range services {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: s.Name})
	}
	c.Status.Services = services
	w := condition.Writer{Conditions: &c.Status.Conditions, Generation: 1, Now: now}
	for conditionType, reason := range map[string]string{
		v1alpha1.ConditionReady: ready, v1alpha1.ConditionSyncHealthy: sync,
	} {
		if reason != "" {
			status, _ := condition.Of(reason).At(condition.Customer, conditionType)
			w.Set(conditionType, condition.State{Status: status, Reason: reason, Message: "Text that no code reads."})
		}
	}
	return c
}

// states returns the states of the services, then that of the customer.
func states(c *v1alpha1.CustomerIntegration) []rollout.State {
	described := rollout.Of(c, nil)
	var all []rollout.State
	for _, s := range described.Services {
		all = append(all, s.State)
	}
	return append(all, described.State)
}

// TestStates has the cases that the golden file states.txt has not.
func TestStates(t *testing.T) {
	unknown, notGranted := v1alpha1.AuthorizationUnknown, v1alpha1.AuthorizationNotGranted
	cases := map[string]struct {
		reason   string
		customer *v1alpha1.CustomerIntegration
		want     []rollout.State
	}{
		"never-reconciled": {
			reason: "Without a status nothing is known, also if spec.suspend is true.",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer("", "", granted(plans))
				c.Status, c.Spec.Suspend = v1alpha1.CustomerIntegrationStatus{}, true
				return c
			}(),
			want: []rollout.State{rollout.Unverified, rollout.Unverified},
		},
		"new-service": {
			reason: "A service that the status does not have yet is unverified. Others keep their state.",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(v1alpha1.ReasonDelegated, v1alpha1.ReasonSyncSucceeded, granted(plans))
				c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: notes})
				return c
			}(),
			want: []rollout.State{rollout.Granted, rollout.Unverified, rollout.Unverified},
		},
		"removed-service": {
			reason: "A service that is not listed any more is not described.",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(v1alpha1.ReasonDelegated, v1alpha1.ReasonSyncSucceeded, granted(plans), failing(notes))
				c.Spec.Services = c.Spec.Services[:1]
				return c
			}(),
			want: []rollout.State{rollout.Granted, rollout.Granted},
		},
		"outage-after-grant": {
			reason: "What is known stays as it was in an outage.",
			customer: customer(v1alpha1.ReasonAuthorityUnavailable, "",
				access(plans, v1alpha1.AuthorizationGranted, v1alpha1.ReasonAuthorityUnavailable),
				access(notes, v1alpha1.AuthorizationRejected, v1alpha1.ReasonAuthorityUnavailable)),
			want: []rollout.State{rollout.Granted, rollout.Rejected, rollout.Rejected},
		},
		"our-outage-after-wait": {
			reason: "An outage of ours hides no wait.",
			customer: customer(v1alpha1.ReasonSupplierNotReady, "",
				access(plans, notGranted, v1alpha1.ReasonSupplierNotReady)),
			want: []rollout.State{rollout.Waiting, rollout.Waiting},
		},
		"our-outage-before-the-first": {
			reason: "If nothing is known, an outage of ours blocks the customer.",
			customer: customer(v1alpha1.ReasonSupplierNotReady, "",
				access(plans, unknown, v1alpha1.ReasonSupplierNotReady)),
			want: []rollout.State{rollout.Blocked, rollout.Blocked},
		},
		"scope-after-withdrawal": {
			reason: "A missing scope is no news about a customer that withdrew its access before.",
			customer: customer(v1alpha1.ReasonScopeNotGranted, "",
				access(plans, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonScopeNotGranted)),
			want: []rollout.State{rollout.Withdrawn, rollout.Withdrawn},
		},
		"sub-unit-with-one-access": {
			reason: "The register matters to the services without access only.",
			customer: customer(v1alpha1.ReasonOrganizationIsSubUnit, "",
				granted(plans), access(notes, v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval)),
			want: []rollout.State{rollout.Granted, rollout.Blocked, rollout.Blocked},
		},
		"one-fails": {
			reason:   "Only the service whose status shows it fails.",
			customer: customer(v1alpha1.ReasonSyncFailing, v1alpha1.ReasonSyncFailing, granted(plans), failing(notes)),
			want:     []rollout.State{rollout.Granted, rollout.Failing, rollout.Failing},
		},
		"one-service's-jobs-are-refused": {
			reason: "The service whose Jobs are refused fails.",
			customer: func() *v1alpha1.CustomerIntegration {
				s := granted(notes)
				s.Sync.JobRefusedTime = s.Sync.ActiveSince
				return customer(v1alpha1.ReasonSyncJobRefused, v1alpha1.ReasonSyncJobRefused, granted(plans), s)
			}(),
			want: []rollout.State{rollout.Granted, rollout.Failing, rollout.Failing},
		},
		"no-status-shows-it": {
			reason:   "A run that does not start leaves no trace in the services' status: all that sync may be concerned.",
			customer: customer(v1alpha1.ReasonSyncStale, v1alpha1.ReasonSyncStale, granted(plans), granted(notes)),
			want:     []rollout.State{rollout.Failing, rollout.Failing, rollout.Failing},
		},
		"retrying": {
			reason:   "A failed run that the operator does not report yet is no failure for people.",
			customer: customer(v1alpha1.ReasonDelegated, v1alpha1.ReasonSyncRetrying, failing(plans)),
			want:     []rollout.State{rollout.Granted, rollout.Granted},
		},
		"fails-besides-a-wait": {
			reason: "SyncHealthy counts, although Ready reports the wait.",
			customer: customer(v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonSyncFailing, failing(plans),
				access(notes, v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval)),
			want: []rollout.State{rollout.Failing, rollout.Waiting, rollout.Failing},
		},
		"plans-to-settle": {
			reason: "Open plans fail the service that has them.",
			customer: func() *v1alpha1.CustomerIntegration {
				s := granted(plans)
				s.Sync.OpenUndecided = 1
				return customer(v1alpha1.ReasonPlansUnsettled, v1alpha1.ReasonPlansUnsettled, s, granted(notes))
			}(),
			want: []rollout.State{rollout.Failing, rollout.Granted, rollout.Failing},
		},
		"suspended": {
			reason:   "A suspension is the state of all services, whatever their access is.",
			customer: customer(v1alpha1.ReasonSuspended, "", granted(plans), access(notes, notGranted, v1alpha1.ReasonNotDelegated)),
			want:     []rollout.State{rollout.Suspended, rollout.Suspended, rollout.Suspended},
		},
		"one-without-hrm": {
			reason: "A service whose jobs run needs no HRM system. One that waits for the customer is blocked, too.",
			customer: customer(v1alpha1.ReasonHRMEndpointNotAllowed, "", running(plans), blocked(notes),
				access(payments, notGranted, v1alpha1.ReasonNotDelegated)),
			want: []rollout.State{rollout.Granted, rollout.Blocked, rollout.Blocked, rollout.Blocked},
		},
		"no-hrm-at-all": {
			reason:   "All are blocked.",
			customer: customer(v1alpha1.ReasonHRMEndpointNotAllowed, "", blocked(plans), blocked(notes)),
			want:     []rollout.State{rollout.Blocked, rollout.Blocked, rollout.Blocked},
		},
		"one-without-hosts": {
			reason:   "The Supplier allows no HRM system, and one service needs none.",
			customer: customer(v1alpha1.ReasonAwaitingSupplier, "", blocked(plans), running(notes)),
			want:     []rollout.State{rollout.Blocked, rollout.Granted, rollout.Blocked},
		},
		"one-without-cronjob": {
			reason:   "The Supplier's schedule is invalid, and one service has a CronJob from before.",
			customer: customer(v1alpha1.ReasonAwaitingSupplier, "", granted(plans), running(notes)),
			want:     []rollout.State{rollout.Blocked, rollout.Granted, rollout.Blocked},
		},
		"of-a-later-version": {
			reason:   "A reason that this version does not know leaves the state to what is known.",
			customer: customer("SomethingNew", "", access(plans, v1alpha1.AuthorizationWithdrawn, "SomethingNew")),
			want:     []rollout.State{rollout.Withdrawn, rollout.Withdrawn},
		},
		"state-of-a-later-version": {
			reason:   "A state that this version does not know is not verified for it.",
			customer: customer("SomethingNew", "", access(plans, "SomethingNew", "SomethingNew")),
			want:     []rollout.State{rollout.Unverified, rollout.Unverified},
		},
		"without-services": {
			reason:   "The API server accepts no such customer; it is described all the same.",
			customer: customer("", ""),
			want:     []rollout.State{rollout.Unverified},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, states(c.customer)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestOf describes everything that a row or a story needs.
func TestOf(t *testing.T) {
	c := customer(v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonSyncSucceeded, granted(plans),
		access(notes, v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval))
	c.UID, c.Labels = "u", map[string]string{"a": "b"}
	c.CreationTimestamp = metav1.NewTime(now.Add(-24 * time.Hour))
	c.Status.Organization = &v1alpha1.Organization{Name: "TIGER AS", Kind: v1alpha1.OrganizationMainUnit}
	c.Status.Turn = v1alpha1.Turn{Actor: v1alpha1.ActorCustomer, Since: metav1.NewTime(now.Add(-2 * time.Hour))}
	a := &c.Status.Services[1].Authorization
	a.ConfirmURL, a.Escalated, a.RequestKind = "https://am.example/request", true, v1alpha1.AccessRequestSystemUser
	s := &v1alpha1.Supplier{Spec: v1alpha1.SupplierSpec{Name: "4HUMAN HRM AS", Environment: v1alpha1.EnvironmentTest}}
	hourAgo := now.Add(-time.Hour)
	want := rollout.Customer{
		Namespace: "customers", Name: "tiger", UID: "u", Labels: map[string]string{"a": "b"},
		Organization: "310330701", Title: "TIGER AS", Register: c.Status.Organization,
		Supplier: "default", SupplierTitle: "4HUMAN HRM AS", Environment: v1alpha1.EnvironmentTest,
		State: rollout.Waiting, Reason: v1alpha1.ReasonAwaitingApproval, Message: "Text that no code reads.",
		ReasonSince: now, Turn: v1alpha1.ActorCustomer, TurnSince: now.Add(-2 * time.Hour), WaitingSince: hourAgo,
		Verified: hourAgo, Created: now.Add(-24 * time.Hour),
		Services: []rollout.Service{
			{
				Name: plans, Kind: v1alpha1.AccessAPIDelegation, State: rollout.Granted, Access: v1alpha1.AuthorizationGranted,
				Since: hourAgo, Reason: v1alpha1.ReasonDelegated, LastData: hourAgo, Verified: hourAgo,
			},
			{
				Name: notes, Kind: v1alpha1.AccessSystemUser, State: rollout.Waiting,
				Access: v1alpha1.AuthorizationAwaitingApproval, Since: hourAgo, Reason: v1alpha1.ReasonAwaitingApproval,
				ConfirmURL: "https://am.example/request", Escalated: true, Request: v1alpha1.AccessRequestSystemUser,
				Verified: hourAgo,
			},
		},
	}
	if diff := cmp.Diff(want, rollout.Of(c, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if described := rollout.Of(c, nil); described.SupplierTitle != "" || described.Environment != "" {
		t.Errorf("an unknown Supplier is described: %+v", described)
	}
}

// TestWaitingSinceCreation counts from the creation of a customer if the status does not say since when it waits.
func TestWaitingSinceCreation(t *testing.T) {
	c := customer(v1alpha1.ReasonAwaitingDelegation, "",
		access(plans, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated))
	c.CreationTimestamp = metav1.NewTime(now.Add(-24 * time.Hour))
	c.Status.Services[0].Authorization.Since = nil
	if got := rollout.Of(c, nil).WaitingSince; !got.Equal(c.CreationTimestamp.Time) {
		t.Errorf("%v, want %v", got, c.CreationTimestamp)
	}
}
