package customerintegration

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestServiceMessages verifies that every reason of a service has a message of its own.
func TestServiceMessages(t *testing.T) {
	s := makeCustomer().with(func(s *scope) { s.supplier = fixture.LongestSupplier() }).s.verdict()
	message := func(reason string) string {
		return accessMessage(s, v1alpha1.CustomerServiceStatus{
			Name: v1alpha1.ServiceFollowUpPlans, Authorization: v1alpha1.Authorization{Reason: reason},
		})
	}
	seen := map[string]string{message(v1alpha1.ReasonVerificationPending): v1alpha1.ReasonVerificationPending}
	access := slices.IndexFunc(condition.Groups(), func(g condition.Group) bool { return g.Title == "Access" })
	for _, row := range condition.Groups()[access].Rows {
		switch row.Reason {
		case v1alpha1.ReasonVerificationPending, v1alpha1.ReasonDelegated: // the fallback, and nothing to report
			continue
		case v1alpha1.ReasonAwaitingDelegation, v1alpha1.ReasonPartiallyDelegated: // of the customer, not of a service
			continue
		}
		text := message(row.Reason)
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s say the same: %s", row.Reason, other, text)
		}
		seen[text] = row.Reason
		fixture.IsWellFormed(t, row.Reason, text)
	}
}

// TestEnvironments verifies that messages name the Altinn of the Supplier's environment.
func TestEnvironments(t *testing.T) {
	s := fixture.Supplier()
	for environment, want := range map[v1alpha1.Environment]string{
		v1alpha1.EnvironmentProduction: "https://www.altinn.no",
		v1alpha1.EnvironmentTest:       "https://tt02.altinn.no",
	} {
		t.Run(string(environment), func(t *testing.T) {
			s.Spec.Environment = environment
			if title, address := altinnTitle(s); address != want || title == "" {
				t.Errorf("%q at %s, want %s", title, address, want)
			}
		})
	}
}

// TestMessagesLinkToTheGuide verifies that messages about missing access link to the guide if there is one.
func TestMessagesLinkToTheGuide(t *testing.T) {
	const (
		guideURL = "https://hrm.4human.example/guide?org={organizationNumber}&service={service}"
		ofTiger  = "https://hrm.4human.example/guide?org=310330701&service="
		portal   = "https://portal.4human.example"
		page     = portal + "/customers/customers/dynamisk-altetende-tiger"
	)
	plans := v1alpha1.CustomerServiceStatus{Name: fixture.FollowUpPlans, Authorization: v1alpha1.Authorization{
		Kind: v1alpha1.AccessAPIDelegation, Reason: v1alpha1.ReasonNotDelegated,
	}}
	withdrawn := plans
	withdrawn.Authorization.Reason = v1alpha1.ReasonDelegationWithdrawn
	notes := v1alpha1.CustomerServiceStatus{Name: fixture.SickNotes, Authorization: v1alpha1.Authorization{
		Kind: v1alpha1.AccessSystemUser, Reason: v1alpha1.ReasonAwaitingApproval, ConfirmURL: confirmURL,
	}}
	escalated, agent := notes, notes
	escalated.Authorization.Escalated, agent.Authorization.HasAgentSystemUser = true, true
	for name, tc := range map[string]struct {
		reason        string
		known         v1alpha1.CustomerServiceStatus
		guide, portal string
		wantEnd       string
	}{
		"none": {reason: "no dead link", known: plans, wantEnd: " delegates it in Altinn (https://www.altinn.no)."},
		"guide": {
			reason: "the values are the customer's", known: plans, guide: guideURL, portal: portal,
			wantEnd: " delegates it in Altinn as " + ofTiger + "FollowUpPlans describes.",
		},
		"portal": {
			reason: "the portal has the guide", known: plans, portal: portal,
			wantEnd: " delegates it in Altinn as " + page + " describes.",
		},
		"withdrawn": {
			reason: "the guide describes how to delegate again", known: withdrawn, portal: portal,
			wantEnd: " delegates it in Altinn as " + page + " describes.",
		},
		"approval": {
			reason: "the link to approve is last", known: notes, guide: guideURL,
			wantEnd: " approves it, as " + ofTiger + "SickNotes describes: " + confirmURL,
		},
		"forwarded": {
			reason: "an access manager needs it too", known: escalated, portal: portal,
			wantEnd: " approves it, as " + page + " describes: " + confirmURL,
		},
		"beside an agent system user": {
			reason: "the guide explains the difference", known: agent, portal: portal,
			wantEnd: " approves it, as " + page + " describes: " + confirmURL,
		},
		"approval without guide": {reason: "no dead link", known: notes, wantEnd: " approves it: " + confirmURL},
	} {
		t.Run(name, func(t *testing.T) {
			v := makeCustomer().with(func(s *scope) {
				s.supplier.Spec.Environment = v1alpha1.EnvironmentProduction
				s.supplier.Spec.Guide.URL, s.supplier.Spec.Portal.URL = tc.guide, tc.portal
			}).s.verdict()
			if got := accessMessage(v, tc.known); !strings.HasSuffix(got, tc.wantEnd) {
				t.Errorf("%s: %s\nwant the end %q", tc.reason, got, tc.wantEnd)
			}
		})
	}
}

// TestMessagesStayTheSame computes every status twice: another message is another write.
func TestMessagesStayTheSame(t *testing.T) {
	for name, b := range customerStates {
		if first, second := fixture.InJSON(t, statusOf(b.s.verdict())), fixture.InJSON(t,
			statusOf(b.s.verdict())); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

// TestStatusesSayNothingOfTheSecret searches every status for each part of the private key.
func TestStatusesSayNothingOfTheSecret(t *testing.T) {
	var all strings.Builder
	for _, b := range customerStates {
		all.WriteString(fixture.InJSON(t, statusOf(b.s.verdict())))
	}
	fixture.WithoutKey(t, all.String())
}

// TestMessagesDecideNothing appends a blank to every message of every state of a customer, and of its Supplier in every
// state, and reconciles again: neither the status nor what is done changes.
func TestMessagesDecideNothing(t *testing.T) {
	suppliers := fixture.GoldenSuppliers(t)
	for name, b := range customerStates {
		t.Run(name, func(t *testing.T) {
			status := statusOf(b.s.verdict())
			for i := range suppliers {
				plain, blank := again(b.s, status, suppliers[i].Status), again(b.s, status, suppliers[i].Status)
				blank.customer.Status.Conditions = fixture.WithBlanks(blank.customer.Status.Conditions)
				if blank.supplier != nil {
					blank.supplier.Status.Conditions = fixture.WithBlanks(blank.supplier.Status.Conditions)
				}
				if diff := cmp.Diff(outcomeOf(t, plain), outcomeOf(t, blank)); diff != "" {
					t.Fatalf("a blank in the messages of %s changes (-without +with):\n%s", suppliers[i].Name, diff)
				}
			}
		})
	}
}

// again returns the scope of another reconcile of a customer with a status, and of its Supplier with another.
func again(s *scope, status v1alpha1.CustomerIntegrationStatus, supplier v1alpha1.SupplierStatus) *scope {
	next := *s
	next.customer = s.customer.DeepCopy()
	next.customer.Status = *status.DeepCopy()
	if s.supplier != nil {
		next.supplier = s.supplier.DeepCopy()
		next.supplier.Status = *supplier.DeepCopy()
	}
	return &next
}

// outcomeOf returns all that a reconcile decides.
func outcomeOf(t *testing.T, s *scope) []string {
	t.Helper()
	status := statusOf(s.verdict())
	status.Conditions = fixture.WithoutBlanks(status.Conditions)
	actions, err := planOf(s.verdict())
	text := []string{fixture.InJSON(t, status), nextReconcile(s.verdict()).String(), fmt.Sprint(dueOf(s)), fmt.Sprint(err)}
	for _, a := range actions {
		text = append(text, a.String())
	}
	return text
}

// TestReadyIsForOneReader verifies that Ready has no instruction for one reader beside the text for another, and that
// DelegationVerified has what Ready leaves out.
func TestReadyIsForOneReader(t *testing.T) {
	const (
		remove = "Delete this one"
		offer  = "Add it to the Supplier's spec.services"
		link   = "approves it: " + confirmURL
		again  = v1alpha1.AnnotationAskCustomerAgain
		altinn = "An administrator delegates it"
	)
	known := func(name v1alpha1.ServiceName, kind v1alpha1.AccessKind, reason, url string) v1alpha1.CustomerServiceStatus {
		return v1alpha1.CustomerServiceStatus{
			Name: name, DuplicateOf: v1alpha1.CustomerReference{Namespace: "others", Name: "tiger"},
			Authorization: v1alpha1.Authorization{Kind: kind, Reason: reason, ConfirmURL: url},
		}
	}
	plans := func(reason string) v1alpha1.CustomerServiceStatus {
		return known(fixture.FollowUpPlans, v1alpha1.AccessAPIDelegation, reason, "")
	}
	notes := func(reason, url string) v1alpha1.CustomerServiceStatus {
		return known(fixture.SickNotes, v1alpha1.AccessSystemUser, reason, url)
	}
	cases := map[string]struct {
		services []v1alpha1.CustomerServiceStatus
		reason   string
		ready    string
		verified string
	}{
		"duplicate and awaited": {
			services: []v1alpha1.CustomerServiceStatus{
				plans(v1alpha1.ReasonDuplicateOrganization), notes(v1alpha1.ReasonAwaitingApproval, confirmURL),
			},
			reason: v1alpha1.ReasonDuplicateOrganization,
			ready:  remove, verified: link,
		},
		"duplicate and withdrawn": {
			services: []v1alpha1.CustomerServiceStatus{
				plans(v1alpha1.ReasonDuplicateOrganization), notes(v1alpha1.ReasonDelegationWithdrawn, ""),
			},
			reason: v1alpha1.ReasonDuplicateOrganization,
			ready:  remove, verified: again,
		},
		"not offered and awaited": {
			services: []v1alpha1.CustomerServiceStatus{
				plans(v1alpha1.ReasonServiceNotOffered), notes(v1alpha1.ReasonAwaitingApproval, confirmURL),
			},
			reason: v1alpha1.ReasonServiceNotOffered,
			ready:  offer, verified: link,
		},
		"deleted and not delegated": {
			services: []v1alpha1.CustomerServiceStatus{
				plans(v1alpha1.ReasonNotDelegated), notes(v1alpha1.ReasonDelegationWithdrawn, ""),
			},
			reason: v1alpha1.ReasonDelegationWithdrawn,
			ready:  again, verified: altinn,
		},
		"approved and not delegated": {
			services: []v1alpha1.CustomerServiceStatus{
				plans(v1alpha1.ReasonNotDelegated), notes(v1alpha1.ReasonAwaitingApproval, ""),
			},
			reason: v1alpha1.ReasonAwaitingDelegation,
			ready:  altinn, verified: "Maskinporten does not know it yet",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).s.verdict()
			ready, verified := readyCondition(v, tc.services, jobHealth{}), delegationCondition(v, tc.services)
			if ready.Reason != tc.reason {
				t.Errorf("Ready has the reason %s, want %s", ready.Reason, tc.reason)
			}
			if !strings.Contains(ready.Message, tc.ready) || strings.Contains(ready.Message, tc.verified) {
				t.Errorf("Ready: %s", ready.Message)
			}
			if !strings.Contains(verified.Message, tc.verified) || strings.Contains(verified.Message, tc.ready) {
				t.Errorf("DelegationVerified: %s", verified.Message)
			}
		})
	}
}
