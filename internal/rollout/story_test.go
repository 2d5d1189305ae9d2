package rollout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// reasonsOf returns the reasons of a customer's condition, one that this version does not know, and none.
func reasonsOf(conditionType string) []string {
	all := []string{"", "SomethingNew"}
	for _, row := range condition.Rows() {
		if _, ok := row.At(condition.Customer, conditionType); ok {
			all = append(all, row.Reason)
		}
	}
	return all
}

// TestEveryCombination tells a well formed story of every combination of reasons, also of those that no controller
// writes.
func TestEveryCombination(t *testing.T) {
	for _, ready := range reasonsOf(v1alpha1.ConditionReady) {
		t.Run("ready-"+ready, func(t *testing.T) {
			for _, reason := range reasonsOf(v1alpha1.ConditionDelegationVerified) {
				for _, sync := range []string{"", "SomethingNew", v1alpha1.ReasonSyncFailing, v1alpha1.ReasonRightMissing} {
					for _, state := range []v1alpha1.AuthorizationState{
						v1alpha1.AuthorizationGranted, v1alpha1.AuthorizationUnknown, v1alpha1.AuthorizationWithdrawn,
					} {
						c := customer(ready, sync, granted(plans), access(notes, state, reason), failing(payments))
						c.Status.Organization = &v1alpha1.Organization{DeletedOn: "2026-05-31"}
						described := rollout.Of(c, nil)
						if text := story(t, described, language.Norwegian); strings.HasPrefix(text, "****") {
							t.Errorf("%s %s %s: there is no headline", reason, sync, state)
						}
					}
				}
			}
		})
	}
}

// TestStoryWithoutServices tells a story also of what the API server does not accept.
func TestStoryWithoutServices(t *testing.T) {
	for _, ready := range reasonsOf(v1alpha1.ConditionReady) {
		t.Run("ready-"+ready, func(t *testing.T) {
			if rollout.Tell(rollout.Of(customer(ready, ""), nil), language.Norwegian, now).Headline == "" {
				t.Error("there is no headline")
			}
		})
	}
}

// TestVariants has cases that the golden stories lack.
func TestVariants(t *testing.T) {
	cases := map[string]struct {
		reason   string
		customer *v1alpha1.CustomerIntegration
		// has are texts that the story has, and lacks one that it has not.
		has   []string
		lacks string
	}{
		"one-plan": {
			reason:   "One plan is singular.",
			customer: customer(v1alpha1.ReasonPlansUnsettled, v1alpha1.ReasonPlansUnsettled, withPlans(1)),
			has:      []string{"1 oppfølgingsplan er stanset"}, lacks: "planer er",
		},
		"two-plans": {
			reason:   "Two plans are plural.",
			customer: customer(v1alpha1.ReasonPlansUnsettled, v1alpha1.ReasonPlansUnsettled, withPlans(2)),
			has:      []string{"2 oppfølgingsplaner er stanset"}, lacks: "oppfølgingsplan er",
		},
		"rejected-afterwards": {
			reason: "A customer that is rejected after it gave access gave it.",
			customer: customer(v1alpha1.ReasonRequestRejected, "",
				access(notes, v1alpha1.AuthorizationGranted, v1alpha1.ReasonRequestRejected)),
			has:   []string{"Maskinporten avviser nå", "har gitt tilgang til sykmeldinger"},
			lacks: "kan ikke gi tilgang",
		},
		"new-run-reason": {
			reason: "The story has a run's reason of a later version as it is.",
			customer: func() *v1alpha1.CustomerIntegration {
				s := failing(plans)
				s.Sync.LastRun.Reason = "SomethingNew"
				return customer(v1alpha1.ReasonSyncFailing, v1alpha1.ReasonSyncFailing, s)
			}(),
			has: []string{"De siste 3 forsøkene", "har feilet: SomethingNew."},
		},
		"failing-besides": {
			reason: "Runs that fail come after the reason of Ready.",
			customer: customer(v1alpha1.ReasonAwaitingDelegation, v1alpha1.ReasonSyncFailing, failing(notes),
				access(plans, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated)),
			has: []string{"har ikke gitt tilgang ennå**", "å overføre sykmeldinger har feilet: HRM-systemet svarer ikke."},
		},
		"three-services": {
			reason:   "Three services are a list.",
			customer: customer(v1alpha1.ReasonDelegated, "", granted(plans), granted(notes), granted(payments)),
			has:      []string{"oppfølgingsplaner, sykmeldinger og sykepengesøknader"},
		},
		"one-without-hrm": {
			reason:   "The story names the service that is blocked, and the one that is not.",
			customer: customer(v1alpha1.ReasonHRMEndpointNotAllowed, "", running(plans), blocked(notes)),
			has:      []string{"Derfor overføres ikke sykmeldinger.", "Vi har tilgang til oppfølgingsplaner."},
			lacks:    "oppfølgingsplaner og sykmeldinger",
		},
		"removed-service": {
			reason: "What the service reports itself comes once.",
			customer: customer(v1alpha1.ReasonAwaitingSupplier, "", running(plans),
				access(notes, v1alpha1.AuthorizationGranted, v1alpha1.ReasonAwaitingSupplier)),
			has: []string{"overføringen av sykmeldinger"}, lacks: "kunden.\n\nEn felles",
		},
		"some-data": {
			reason: "Of two services, one without data is not all without data.",
			customer: func() *v1alpha1.CustomerIntegration {
				s := granted(notes)
				s.Sync.LastSuccessTime = nil
				return customer(v1alpha1.ReasonDelegated, "", granted(plans), s)
			}(),
			has: []string{"Noen av tjenestene har ikke overført data ennå."}, lacks: "Ingen data",
		},
		"sub-unit-without-main-unit": {
			reason: "The register may not name the main unit.",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(v1alpha1.ReasonOrganizationIsSubUnit, "",
					access(plans, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated))
				c.Status.Organization = &v1alpha1.Organization{Name: "TIGER AVD OSLO", Kind: v1alpha1.OrganizationSubUnit}
				return c
			}(),
			has: []string{"310\u00a0330\u00a0701 er en underenhet**", "et nummer som står i Enhetsregisteret"},
		},
		"winding-up": {
			reason: "The consultant knows that the customer is being wound up.",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(v1alpha1.ReasonDelegated, "", granted(plans))
				c.Status.Organization = &v1alpha1.Organization{
					Name: "TIGER AS", Kind: v1alpha1.OrganizationMainUnit, Dissolving: true,
				}
				return c
			}(),
			has: []string{"TIGER AS har gitt tilgang**", "under avvikling"},
		},
		"without-supplier": {
			reason: "An unknown Supplier has no name.",
			customer: customer(v1alpha1.ReasonAwaitingDelegation, "",
				access(plans, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated)),
			has: []string{"til leverandøren i Altinn"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			text := story(t, rollout.Of(c.customer, nil), language.Norwegian)
			for _, want := range c.has {
				if !strings.Contains(text, want) {
					t.Errorf("%s There is no %q:\n%s", c.reason, want, text)
				}
			}
			if c.lacks != "" && strings.Contains(text, c.lacks) {
				t.Errorf("%s There is %q:\n%s", c.reason, c.lacks, text)
			}
		})
	}
}

// withPlans is a service with open plans.
func withPlans(n int32) v1alpha1.CustomerServiceStatus {
	s := granted(plans)
	s.Sync.OpenUnknown = n
	return s
}

// TestConfirmURL verifies that only the customer's step has the address of its request.
func TestConfirmURL(t *testing.T) {
	s := access(notes, v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval)
	s.Authorization.ConfirmURL = "https://am.example/request?id=1&DONTCHOOSEREPORTEE=true"
	told := rollout.Tell(rollout.Of(customer(v1alpha1.ReasonAwaitingApproval, "", s), nil), language.English, now)
	var urls []string
	for _, step := range told.Steps {
		urls = append(urls, fmt.Sprintf("%s %s", step.Actor, step.URL))
	}
	want := []string{"Supplier ", "Customer https://am.example/request?id=1&DONTCHOOSEREPORTEE=true"}
	if diff := cmp.Diff(want, urls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTurn says whose turn it is, and for how long.
func TestTurn(t *testing.T) {
	c := rollout.Of(customer(v1alpha1.ReasonAwaitingDelegation, "",
		access(plans, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated)), nil)
	c.Turn, c.TurnSince = v1alpha1.ActorCustomer, now.Add(-16*24*time.Hour)
	if got := rollout.Tell(c, language.Norwegian, now).Turn; got != "Kunden, i 16 dager" {
		t.Errorf("%q", got)
	}
	if got := rollout.Tell(c, language.English, now).Turn; got != "The customer, for 16 days" {
		t.Errorf("%q", got)
	}
}
