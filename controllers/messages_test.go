package controllers

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// verbose is a Supplier whose every text is as long as the API allows.
func verbose() *v1alpha1.Supplier {
	s := supplierObject()
	s.Name = strings.Repeat("s", 63)
	s.Spec.Name = strings.Repeat("Ø", 180)
	s.Spec.Maskinporten.ClientID = strings.Repeat("c", 128)
	return s
}

// TestServiceMessages says something of its own for every reason that a service can have.
func TestServiceMessages(t *testing.T) {
	s := makeCustomer().with(func(s *customerScope) { s.supplier = verbose() }).s
	message := func(reason string) string {
		return serviceMessage(s, v1alpha1.CustomerServiceStatus{
			Name: v1alpha1.ServiceFollowUpPlans, Authorization: v1alpha1.Authorization{Reason: reason},
		})
	}
	seen := map[string]string{message(v1alpha1.ReasonVerificationPending): v1alpha1.ReasonVerificationPending}
	for _, rank := range readyReasons {
		if rank.service == v1alpha1.ReasonVerificationPending {
			continue
		}
		text := message(rank.service)
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s say the same: %s", rank.service, other, text)
		}
		seen[text] = rank.service
		isWellFormed(t, rank.service, text)
	}
}

// TestEnvironments sends people to the Altinn of the environment that is meant.
func TestEnvironments(t *testing.T) {
	s := supplierObject()
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

// isWellFormed sees that a message is a sentence that an event can carry whole.
func isWellFormed(t *testing.T, of, text string) {
	t.Helper()
	if len(text) > maxNote {
		t.Errorf("%s: %d bytes: %s", of, len(text), text)
	}
	if !strings.HasSuffix(text, ".") || strings.ContainsAny(text, "\n\t") || strings.Contains(text, "%!") || strings.Contains(text, "  ") {
		t.Errorf("%s: no sentence: %q", of, text)
	}
}

// TestMessagesStayTheSame makes every status twice: a message that differs is a write.
func TestMessagesStayTheSame(t *testing.T) {
	for name, b := range customerStates {
		if first, second := inJSON(t, customerStatus(b.s)), inJSON(t, customerStatus(b.s)); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestStatusesSayNothingOfTheSecret looks for each part of the private key in every status there is.
func TestStatusesSayNothingOfTheSecret(t *testing.T) {
	var all strings.Builder
	for _, b := range customerStates {
		all.WriteString(inJSON(t, customerStatus(b.s)))
	}
	withoutKey(t, all.String())
}
