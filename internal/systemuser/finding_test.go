package systemuser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// TestPromptHash compares the hash in statuses, which must be the same in every version.
func TestPromptHash(t *testing.T) {
	if got := promptHash(prompt); got != promptHashed {
		t.Errorf("got %s", got)
	}
	if promptHash("a") == promptHash("b") || promptHash("") != "" {
		t.Error("two prompts have one name, or none has one")
	}
}

// TestChangeID checks that the same change has the same id, that others have another, and that none is the system
// user's.
func TestChangeID(t *testing.T) {
	seen := map[string]bool{testUser: true}
	for _, ask := range []struct {
		user, seed string
		resources  []string
	}{
		{user: testUser, resources: []string{"a", "b"}},
		{user: otherID, resources: []string{"a", "b"}},
		{user: testUser, resources: []string{"a"}},
		{user: testUser, resources: []string{"ab"}},
		{user: testUser, seed: "b", resources: []string{"a"}},
		{user: testUser, seed: "x", resources: []string{"a", "b"}},
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
		t.Errorf("the id of the first change is %s: a change of how it is made asks every customer again who waits",
			firstChange)
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
		"nothing": {reason: "nothing is known", own: auth{}, other: auth{}},
		"own": {
			reason: "its own", own: waitsFor, other: auth{},
			want: Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL},
		},
		"own first": {
			reason: "what it waits for itself has its own reference",
			own:    waitsFor,
			other:  auth{State: granted, ExternalRef: "other"},
			want:   Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL},
		},
		"given": {
			reason: "another service's reference is the customer's", own: auth{},
			other: auth{State: granted, ExternalRef: "other"}, want: Known{ExternalRef: "other"},
		},
		"awaited": {
			reason: "also while it is waited for", own: auth{}, other: auth{State: awaiting, ExternalRef: "other"},
			want: Known{ExternalRef: "other", OtherTimedOut: true},
		},
		"after a no": {
			reason: "and after a no to its own", own: auth{State: rejected, ExternalRef: "own"},
			other: auth{State: awaiting, RequestID: otherID, RequestKind: forUser, ExternalRef: "other"}, want: Known{
				State: rejected, ExternalRef: "other", Other: Pending{ID: otherID, Kind: forUser},
			},
		},
		"two nos": {
			reason: "but not another's no", own: auth{State: rejected, ExternalRef: "own"},
			other: auth{State: withdrawn, ExternalRef: "other"}, want: Known{State: rejected, ExternalRef: "own"},
		},
		"other's change": {
			reason: "a no to a change is one for the system user that was to be changed",
			own:    auth{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
			other:  auth{State: granted, ExternalRef: "other"},
			want:   Known{State: rejected, ExternalRef: "other"},
		},
		"own change": {
			reason: "and stands for that one",
			own:    auth{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
			other:  auth{State: granted, ExternalRef: "own"},
			want:   Known{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: "own"},
		},
		"change": {
			reason: "a change that another waits for",
			own:    auth{},
			other:  auth{State: awaiting, RequestKind: forChange, RequestID: otherID, ExternalRef: "other"},
			want:   Known{ExternalRef: "other", Other: Pending{ID: otherID, Kind: forChange}},
		},
		"timed out": {
			reason: "another's request has timed out, and is about to be deleted",
			own:    waitsFor,
			other:  auth{State: awaiting, ExternalRef: "own", ConfirmURL: testURL},
			want: Known{
				State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: "own", ConfirmURL: testURL,
				OtherTimedOut: true,
			},
		},
		"delegation": {
			reason: "an API delegation has no system user",
			own:    auth{},
			other:  auth{Kind: v1alpha1.AccessAPIDelegation, State: granted, ExternalRef: "other"},
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

func TestRightsOf(t *testing.T) {
	const notes, pay = v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications
	listed := []services.Service{
		builtIn(v1alpha1.ServiceFollowUpPlans), builtIn(notes), builtIn(pay),
	}
	is := func(state v1alpha1.AuthorizationState) []v1alpha1.CustomerServiceStatus {
		return []v1alpha1.CustomerServiceStatus{service(pay, v1alpha1.Authorization{State: state})}
	}
	cases := map[string]struct {
		reason   string
		all      []v1alpha1.CustomerServiceStatus
		prompted bool
		want     []string
	}{
		"all":     {reason: "those whose access is a system user", want: []string{sickNotes, sickPay}},
		"granted": {reason: "also what is there", all: is(granted), want: []string{sickNotes, sickPay}},
		"awaited": {reason: "or is waited for", all: is(awaiting), want: []string{sickNotes, sickPay}},
		"refused": {
			reason: "what was said no to is not asked for with something else", all: is(rejected),
			want: []string{sickNotes},
		},
		"withdrawn": {reason: "nor what was taken back", all: is(withdrawn), want: []string{sickNotes}},
		"prompted": {
			reason: "unless a person wishes it", all: is(rejected), prompted: true,
			want: []string{sickNotes, sickPay},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, RightsOf(listed, tc.all, tc.prompted)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// builtIn returns a built-in service.
func builtIn(name v1alpha1.ServiceName) services.Service {
	service, _ := services.Of(nil, name)
	return service
}
