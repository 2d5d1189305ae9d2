package supplier

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestUnreachableHasACause verifies what is reported of an authority for each way in which a connection fails.
func TestUnreachableHasACause(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		err    error
		want   string
	}{
		"DNS": {reason: "the name does not exist", err: &net.DNSError{IsNotFound: true}, want: "does not resolve"},
		"refused": {
			reason: "no server listens",
			err:    syscall.ECONNREFUSED, want: "Allow it in the firewalls and proxies on the way",
		},
		"timeout": {reason: "a firewall drops packets", err: context.DeadlineExceeded, want: "does not respond in time"},
		"CA":      {reason: "TLS is inspected", err: x509.UnknownAuthorityError{}, want: "SSL_CERT_FILE of the manager"},
		"name": {
			reason: "another server answers",
			err:    x509.HostnameError{Certificate: &x509.Certificate{}}, want: "is for another host",
		},
		"expired": {
			reason: "or its clock is wrong",
			err:    x509.CertificateInvalidError{Reason: x509.Expired},
			want:   "Check the node's clock, and proxies that inspect TLS",
		},
		"proxy": {
			reason: "the proxy is down",
			err:    &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED},
			want:   "HTTPS_PROXY and NO_PROXY of the manager",
		},
	} {
		t.Run(name, func(t *testing.T) {
			met := findingOf(&maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: tc.err})
			text := outageMessage("Maskinporten", "https://maskinporten.no/", string(met.class), met.cause)
			fixture.IsWellFormed(t, name, text)
			if !strings.Contains(strings.ToLower(text), strings.ToLower(tc.want)) {
				t.Errorf("%s: %q, want %q in it", tc.reason, text, tc.want)
			}
			if !strings.Contains(text, "(from a pod in the manager's namespace: ") {
				t.Errorf("%s: %q does not say from where", tc.reason, text)
			}
		})
	}
}

// TestSupplierMessages verifies that every class that the supplier's proof can meet has a message of its own.
func TestSupplierMessages(t *testing.T) {
	s := makeSupplier().with(func(s *gathered) { s.guard, s.supplier = fixture.Guard(t), fixture.LongestSupplier() }).s
	fallback := faultMessage(s.readGuard(), v1alpha1.ReasonClientRejected, "")
	seen := map[string]maskinporten.Class{}
	for _, class := range maskinporten.Classes() {
		s.proof = proofOf(class)
		reason := faultReason(class)
		text := faultMessage(s.readGuard(), reason, "")
		if len(s.proof.scopes) > 0 {
			text = withScopes(scopeMessage(s.readGuard(), reason, "nav:a/scope"), []string{"nav:a/scope"})
		}
		if class.Kind() == conclusion.Outage {
			text = outageMessage("Maskinporten", "https://maskinporten.no/", string(class), "")
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
		text := systemMessage(s.readGuard(), reason)
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s say the same: %s", reason, other, text)
		}
		seen[text] = maskinporten.Class(reason)
	}
	for _, class := range []maskinporten.Class{maskinporten.ClassScopeNotGranted, maskinporten.ClassTokenMismatch} {
		fixture.IsWellFormed(t, "complaint", complaintMessage(s.readGuard(), class))
	}
	if text := faultMessage(s.readGuard(), v1alpha1.ReasonClientRejected, `say "no"`); !strings.Contains(text,
		` ("say \"no\"").`) {
		t.Errorf("the message does not quote Maskinporten: %s", text)
	}
}

// TestWrongServer verifies that only under Test a message names the field that only Test allows.
func TestWrongServer(t *testing.T) {
	s := makeSupplier().with(func(s *gathered) { s.guard = fixture.Guard(t) }).s.readGuard()
	for environment, want := range map[v1alpha1.Environment]string{
		v1alpha1.EnvironmentProduction: ": curl -s https://maskinporten.no/.well-known/oauth-authorization-server",
		v1alpha1.EnvironmentTest:       "Correct spec.endpoints.maskinporten, including the final slash, or remove it.",
	} {
		t.Run(string(environment), func(t *testing.T) {
			s.supplier.Spec.Environment = environment
			for _, reason := range []string{v1alpha1.ReasonAudienceRejected, v1alpha1.ReasonMetadataInvalid} {
				if text := faultMessage(s, reason, ""); !strings.HasSuffix(text, want) {
					t.Errorf("%q, want %q at its end", text, want)
				}
			}
		})
	}
}

// TestSelfService verifies that messages name the self-service of the Supplier's environment.
func TestSelfService(t *testing.T) {
	s := fixture.Supplier()
	for environment, want := range map[v1alpha1.Environment]string{
		v1alpha1.EnvironmentProduction: "https://sjolvbetjening.samarbeid.digdir.no",
		v1alpha1.EnvironmentTest:       "https://sjolvbetjening.test.samarbeid.digdir.no",
	} {
		t.Run(string(environment), func(t *testing.T) {
			s.Spec.Environment = environment
			if got := selfService(s); got != want {
				t.Errorf("self-service %s", got)
			}
		})
	}
}

// TestSupplierMessagesStayTheSame computes every status twice: another message is another write.
func TestSupplierMessagesStayTheSame(t *testing.T) {
	for name, b := range supplierStates(t) {
		if first, second := fixture.InJSON(t, statusOf(b.s.readGuard())), fixture.InJSON(t,
			statusOf(b.s.readGuard())); first != second {
			t.Errorf("%s:\n%s\n%s", name, first, second)
		}
	}
}

// TestSupplierStatusesSayNothingOfTheSecret searches every status, and the messages about a key that cannot be used,
// for each part of the private key.
func TestSupplierStatusesSayNothingOfTheSecret(t *testing.T) {
	var all strings.Builder
	for _, b := range supplierStates(t) {
		all.WriteString(fixture.InJSON(t, statusOf(b.s.readGuard())))
	}
	key, err := fixture.TestKey()
	if err != nil {
		t.Fatal(err)
	}
	broken := func() ([]byte, error) { return append([]byte("x"), key...), nil }
	_, err = fixture.Pool(t, broken, fixture.Always("", 0)).Guard(t.Context(), fixture.Supplier())
	b := makeSupplier().with(func(s *gathered) {
		s.config = err.(*authority.ConfigurationError) //nolint:errorlint // It is this one, or the test fails.
	})
	all.WriteString(fixture.InJSON(t, statusOf(b.s.readGuard())))
	fixture.WithoutKey(t, all.String())
}

// TestMessagesDecideNothing appends a blank to every message of every state, and reconciles again: nothing else
// changes.
func TestMessagesDecideNothing(t *testing.T) {
	for name, b := range supplierStates(t) {
		t.Run(name, func(t *testing.T) {
			for proof, next := range map[string]*proof{"with a proof": b.s.proof, "without": nil} {
				t.Run(proof, func(t *testing.T) {
					outcome := func(conditions func([]metav1.Condition) []metav1.Condition) []string {
						copied := *b.s.facts
						s := gathered{facts: &copied, guard: b.s.guard}
						s.supplier, s.proof = b.s.supplier.DeepCopy(), next
						s.supplier.Status = statusOf(b.s.readGuard())
						s.supplier.Status.Conditions = conditions(s.supplier.Status.Conditions)
						status := statusOf(s.readGuard())
						status.Conditions = fixture.WithoutBlanks(status.Conditions)
						s.supplier.Status = status
						return []string{
							fixture.InJSON(t, status), fmt.Sprint(s.guard == nil || isProofDue(s.readGuard())),
							fmt.Sprint(hasAlarm(s.supplier)),
						}
					}
					if diff := cmp.Diff(outcome(slices.Clone), outcome(fixture.WithBlanks)); diff != "" {
						t.Errorf("%s, a blank changes (-without +with):\n%s", proof, diff)
					}
				})
			}
		})
	}
}
