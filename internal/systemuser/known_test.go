package systemuser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestOrder holds what is written in the status, and must be the same in every version.
func TestOrder(t *testing.T) {
	if got := orderOf(prompt); got != promptOrder {
		t.Errorf("got %s", got)
	}
	if orderOf("a") == orderOf("b") || orderOf("") != "" {
		t.Error("two prompts have one name, or none has one")
	}
}

// TestChangeID holds that ids are the same for the same, others for others, and never the system user's.
func TestChangeID(t *testing.T) {
	seen := map[string]bool{testUser: true}
	for _, ask := range []struct {
		user, seed string
		resources  []string
	}{
		{testUser, "", []string{"a", "b"}},
		{otherID, "", []string{"a", "b"}},
		{testUser, "", []string{"a"}},
		{testUser, "", []string{"ab"}},
		{testUser, "b", []string{"a"}},
		{testUser, "x", []string{"a", "b"}},
	} {
		id, err := changeID(ask.user, ask.resources, ask.seed)
		again, _ := changeID(ask.user, ask.resources, ask.seed)
		if parsed, bad := uuid.Parse(id); err != nil || bad != nil || parsed.Version() != 5 || seen[id] || id != again {
			t.Errorf("%+v: %s, %v", ask, id, err)
		}
		seen[id] = true
	}
	if _, err := changeID("x", nil, ""); err == nil {
		t.Error("a system user without a UUID has a change")
	}
	if firstChange != "a1e97825-bfda-5394-9f99-0c1e7a123d00" {
		t.Errorf("the id of the first change is %s: a change of how it is made asks every customer again who waits", firstChange)
	}
}

func service(name v1alpha1.ServiceName, a v1alpha1.Authorization) v1alpha1.CustomerServiceStatus {
	if a.Kind == "" {
		a.Kind = v1alpha1.AccessSystemUser
	}
	return v1alpha1.CustomerServiceStatus{Name: name, Authorization: a}
}

func TestKnownOf(t *testing.T) {
	const notes, pay = v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications
	type auth = v1alpha1.Authorization
	waitsFor := auth{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL}
	cases := map[string]struct {
		reason     string
		own, other auth
		want       Known
	}{
		"nothing": {"nothing is known", auth{}, auth{}, Known{}},
		"own":     {"its own", waitsFor, auth{}, Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL}},
		"own first": {
			"what it waits for itself has its own reference", waitsFor,
			auth{State: granted, ExternalRef: "other"},
			Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL},
		},
		"given":   {"another service's reference is the customer's", auth{}, auth{State: granted, ExternalRef: "other"}, Known{ExternalRef: "other"}},
		"awaited": {"also while it is waited for", auth{}, auth{State: awaiting, ExternalRef: "other"}, Known{ExternalRef: "other", OtherTimedOut: true}},
		"after a no": {"and after a no to its own", auth{State: rejected, ExternalRef: "own"}, auth{State: awaiting, RequestID: otherID, RequestKind: forUser, ExternalRef: "other"}, Known{
			State: rejected, ExternalRef: "other", Other: Pending{otherID, forUser},
		}},
		"two nos": {"but not another's no", auth{State: rejected, ExternalRef: "own"}, auth{State: withdrawn, ExternalRef: "other"}, Known{State: rejected, ExternalRef: "own"}},
		"other's change": {
			"a no to a change is one for the system user that was to be changed",
			auth{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
			auth{State: granted, ExternalRef: "other"},
			Known{State: rejected, ExternalRef: "other"},
		},
		"own change": {
			"and stands for that one",
			auth{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
			auth{State: granted, ExternalRef: "own"},
			Known{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
		},
		"change": {
			"a change that another waits for",
			auth{},
			auth{State: awaiting, RequestKind: forChange, RequestID: otherID, ExternalRef: "other"},
			Known{ExternalRef: "other", Other: Pending{otherID, forChange}},
		},
		"timed out": {
			"another's request has timed out, and is about to be deleted",
			waitsFor,
			auth{State: awaiting, ExternalRef: "own", ConfirmURL: testURL},
			Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL, OtherTimedOut: true},
		},
		"delegation": {
			"an API delegation has no system user",
			auth{},
			auth{Kind: v1alpha1.AccessAPIDelegation, State: granted, ExternalRef: "other"},
			Known{},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := KnownOf([]v1alpha1.CustomerServiceStatus{service(notes, tc.own), service(pay, tc.other)}, notes)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestResourcesOf(t *testing.T) {
	const notes, pay = v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications
	listed := []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans, notes, pay}
	is := func(state v1alpha1.AuthorizationState) []v1alpha1.CustomerServiceStatus {
		return []v1alpha1.CustomerServiceStatus{service(pay, v1alpha1.Authorization{State: state})}
	}
	cases := map[string]struct {
		reason   string
		all      []v1alpha1.CustomerServiceStatus
		prompted bool
		want     []string
	}{
		"all":       {"those whose access is a system user", nil, false, []string{sickNotes, sickPay}},
		"granted":   {"also what is there", is(granted), false, []string{sickNotes, sickPay}},
		"awaited":   {"or is waited for", is(awaiting), false, []string{sickNotes, sickPay}},
		"refused":   {"what was said no to is not asked for with something else", is(rejected), false, []string{sickNotes}},
		"withdrawn": {"nor what was taken back", is(withdrawn), false, []string{sickNotes}},
		"prompted":  {"unless a person wishes it", is(rejected), true, []string{sickNotes, sickPay}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, ResourcesOf(listed, tc.all, tc.prompted)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
