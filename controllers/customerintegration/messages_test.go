package customerintegration

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestServiceMessages says something of its own for every reason that a service can have.
func TestServiceMessages(t *testing.T) {
	s := makeCustomer().with(func(s *scope) { s.supplier = fixture.Verbose() }).s.verdict()
	message := func(reason string) string {
		return accessMessage(s, v1alpha1.CustomerServiceStatus{
			Name: v1alpha1.ServiceFollowUpPlans, Authorization: v1alpha1.Authorization{Reason: reason},
		})
	}
	seen := map[string]string{message(v1alpha1.ReasonVerificationPending): v1alpha1.ReasonVerificationPending}
	for _, row := range condition.Groups()[0].Rows {
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

// TestEnvironments sends people to the Altinn of the environment that is meant.
func TestEnvironments(t *testing.T) {
	s := fixture.Supplier()
	for environment, want := range map[v1alpha1.Environment]string{
		v1alpha1.EnvironmentProduction: "https://www.altinn.no",
		v1alpha1.EnvironmentTest:       "https://tt02.altinn.no",
	} {
		s.Spec.Environment = environment
		if got := altinnTitle(s); !strings.Contains(got, "("+want+")") {
			t.Errorf("%s: %s", environment, got)
		}
	}
}

// TestMessagesStayTheSame makes every status twice: a message that differs is a write.
func TestMessagesStayTheSame(t *testing.T) {
	for name, b := range customerStates {
		if first, second := fixture.InJSON(t, statusOf(b.s.verdict())), fixture.InJSON(t, statusOf(b.s.verdict())); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

// TestStatusesSayNothingOfTheSecret looks for each part of the private key in every status there is.
func TestStatusesSayNothingOfTheSecret(t *testing.T) {
	var all strings.Builder
	for _, b := range customerStates {
		all.WriteString(fixture.InJSON(t, statusOf(b.s.verdict())))
	}
	fixture.WithoutKey(t, all.String())
}
