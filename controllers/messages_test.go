package controllers

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// verbose is a Supplier whose every text is as long as the API allows.
func verbose() *v1alpha1.Supplier {
	s := makeSupplier().s.supplier
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

// TestSupplierMessages says something of its own for every class that the supplier's proof can meet.
func TestSupplierMessages(t *testing.T) {
	s := makeSupplier().with(func(s *supplierScope) { s.guard, s.supplier = makeGuard(t), verbose() }).s
	fallback := faultMessage(s, v1alpha1.ReasonClientRejected, "")
	seen := map[string]maskinporten.Class{}
	for _, class := range maskinporten.Classes() {
		s.proof = proofOf(class)
		reason := faultReason(class)
		text := faultMessage(s, reason, "")
		if len(s.proof.scopes) > 0 {
			text = scopeMessage(s, reason, "nav:a/scope", "")
		}
		if class.Kind() == conclusion.Outage {
			text = outageMessage(s, class)
			if outages[class] == "" {
				t.Errorf("%s has no message", class)
			}
		}
		if (text == fallback) != (reason == v1alpha1.ReasonClientRejected) {
			t.Errorf("%s: the message is the one for whatever else there is: %t", class, text == fallback)
		}
		if other, ok := seen[text]; ok && reason != v1alpha1.ReasonClientRejected {
			t.Errorf("%s and %s say the same: %s", class, other, text)
		}
		seen[text] = class
		isWellFormed(t, string(class), text)
	}
	for reason := range systemReasons {
		text := systemMessage(s, reason)
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s say the same: %s", reason, other, text)
		}
		seen[text] = maskinporten.Class(reason)
	}
	for _, class := range []maskinporten.Class{maskinporten.ClassScopeNotGranted, maskinporten.ClassTokenMismatch} {
		isWellFormed(t, "complaint", complaintMessage(class))
	}
	if text := faultMessage(s, v1alpha1.ReasonKeyExpired, `say "no"`); !strings.HasSuffix(text, ` Maskinporten said: "say \"no\"".`) {
		t.Errorf("what Maskinporten said is not told: %s", text)
	}
}

// TestEnvironments sends people to the self-service and the Altinn of the environment that is meant.
func TestEnvironments(t *testing.T) {
	s := makeSupplier().s.supplier
	for environment, want := range map[v1alpha1.Environment][2]string{
		v1alpha1.EnvironmentProduction: {"https://sjolvbetjening.samarbeid.digdir.no", "https://www.altinn.no"},
		v1alpha1.EnvironmentTest:       {"https://sjolvbetjening.test.samarbeid.digdir.no", "https://tt02.altinn.no"},
	} {
		s.Spec.Environment = environment
		if got := selfService(s); got != want[0] {
			t.Errorf("%s: self-service %s", environment, got)
		}
		if got := altinnTitle(s); !strings.Contains(got, "("+want[1]+")") {
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
	for name, b := range supplierStates(t) {
		if first, second := inJSON(t, supplierStatus(b.s)), inJSON(t, supplierStatus(b.s)); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

// TestStatusesSayNothingOfTheSecret looks for each part of the private key in every status there is, and in what is
// said of a key that cannot be used.
func TestStatusesSayNothingOfTheSecret(t *testing.T) {
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]string
	if err := json.Unmarshal(key, &members); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, b := range customerStates {
		all.WriteString(inJSON(t, customerStatus(b.s)))
	}
	for _, b := range supplierStates(t) {
		all.WriteString(inJSON(t, supplierStatus(b.s)))
	}
	broken := func() ([]byte, error) { return append([]byte("x"), key...), nil }
	_, err = makePool(t, broken, always("", 0)).Guard(t.Context(), makeSupplier().s.supplier)
	b := makeSupplier().with(func(s *supplierScope) {
		s.config = err.(*authority.ConfigurationError) //nolint:errorlint // It is this one, or the test fails.
	})
	all.WriteString(inJSON(t, supplierStatus(b.s)))
	text := all.String()
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "n"} {
		value := members[name]
		if len(value) < 100 {
			t.Fatalf("the key's member %s has %d characters", name, len(value))
		}
		for i := 0; i+10 <= len(value); i++ {
			if strings.Contains(text, value[i:i+10]) {
				t.Fatalf("a status has a part of the key's member %s", name)
			}
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
