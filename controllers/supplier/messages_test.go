package supplier

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestSupplierMessages says something of its own for every class that the supplier's proof can meet.
func TestSupplierMessages(t *testing.T) {
	s := makeSupplier().with(func(s *scope) { s.guard, s.supplier = fixture.Guard(t), fixture.Verbose() }).s
	fallback := faultMessage(s, v1alpha1.ReasonClientRejected, "")
	seen := map[string]maskinporten.Class{}
	for _, class := range maskinporten.Classes() {
		s.proof = proofOf(class)
		reason := faultReason(class)
		text := faultMessage(s, reason, "")
		if len(s.proof.scopes) > 0 {
			text = scopeMessage(s, reason, "nav:a/scope")
		}
		if class.Kind() == conclusion.Outage {
			text = outageMessage("Maskinporten", "https://maskinporten.no/", string(class))
		}
		if (text == fallback) != (reason == v1alpha1.ReasonClientRejected) {
			t.Errorf("%s: the message is the one for whatever else there is: %t", class, text == fallback)
		}
		if other, ok := seen[text]; ok && reason != v1alpha1.ReasonClientRejected {
			t.Errorf("%s and %s say the same: %s", class, other, text)
		}
		seen[text] = class
		fixture.IsWellFormed(t, string(class), text)
	}
	for _, row := range condition.Rows() {
		reason := row.Reason
		if !condition.OfSystem(reason) {
			continue
		}
		text := systemMessage(s, reason)
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s say the same: %s", reason, other, text)
		}
		seen[text] = maskinporten.Class(reason)
	}
	for _, class := range []maskinporten.Class{maskinporten.ClassScopeNotGranted, maskinporten.ClassTokenMismatch} {
		fixture.IsWellFormed(t, "complaint", complaintMessage(class))
	}
	if text := faultMessage(s, v1alpha1.ReasonClientRejected, `say "no"`); !strings.Contains(text, ` ("say \"no\"").`) {
		t.Errorf("the message does not quote Maskinporten: %s", text)
	}
}

// TestSelfService sends people to the self-service of the environment that is meant.
func TestSelfService(t *testing.T) {
	s := fixture.Supplier()
	for environment, want := range map[v1alpha1.Environment]string{
		v1alpha1.EnvironmentProduction: "https://sjolvbetjening.samarbeid.digdir.no",
		v1alpha1.EnvironmentTest:       "https://sjolvbetjening.test.samarbeid.digdir.no",
	} {
		s.Spec.Environment = environment
		if got := selfService(s); got != want {
			t.Errorf("%s: self-service %s", environment, got)
		}
	}
}

// TestSupplierMessagesStayTheSame makes every status twice: a message that differs is a write.
func TestSupplierMessagesStayTheSame(t *testing.T) {
	for name, b := range supplierStates(t) {
		if first, second := fixture.InJSON(t, supplierStatus(b.s)), fixture.InJSON(t, supplierStatus(b.s)); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

// TestStatusesSayNothingOfTheSecret looks for each part of the private key in every status there is, and in what is
// said of a key that cannot be used.
func TestSupplierStatusesSayNothingOfTheSecret(t *testing.T) {
	var all strings.Builder
	for _, b := range supplierStates(t) {
		all.WriteString(fixture.InJSON(t, supplierStatus(b.s)))
	}
	key, err := fixture.TestKey()
	if err != nil {
		t.Fatal(err)
	}
	broken := func() ([]byte, error) { return append([]byte("x"), key...), nil }
	_, err = fixture.Pool(t, broken, fixture.Always("", 0)).Guard(t.Context(), fixture.Supplier())
	b := makeSupplier().with(func(s *scope) {
		s.config = err.(*authority.ConfigurationError) //nolint:errorlint // It is this one, or the test fails.
	})
	all.WriteString(fixture.InJSON(t, supplierStatus(b.s)))
	fixture.WithoutKey(t, all.String())
}
