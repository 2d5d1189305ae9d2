package authority

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

func makeSupplier() *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: "default"},
		Spec: v1alpha1.SupplierSpec{
			OrganizationNumber: "897757222",
			Name:               "4HUMAN HRM AS",
			Environment:        v1alpha1.EnvironmentTest,
			Endpoints:          v1alpha1.Endpoints{Maskinporten: "http://simulator.simulator.svc/"},
			Maskinporten: v1alpha1.MaskinportenClient{
				ClientID:     "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10",
				KeySecretRef: v1alpha1.SecretKeyReference{Name: "maskinporten-key", Key: "key.jwk"},
			},
			Services:          []v1alpha1.OfferedService{{Name: v1alpha1.ServiceFollowUpPlans}},
			AllowedNamespaces: []string{"customers"},
		},
	}
}

func makeSecret(data []byte) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "maskinporten-key", Namespace: "system"},
		Data:       map[string][]byte{"key.jwk": data},
	}
}

// pooled is a Pool whose connections are recorded and return nothing.
type pooled struct {
	*Pool
	secrets client.Client
	made    []maskinporten.Config
}

func makePool(t testing.TB, secrets ...client.Object) *pooled {
	t.Helper()
	p := &pooled{secrets: fake.NewClientBuilder().WithObjects(secrets...).Build()}
	p.Pool = &Pool{
		Secrets: p.secrets, Namespace: "system", Now: standStill,
		Connect: func(c maskinporten.Config) (TokenSource, error) {
			p.made = append(p.made, c)
			return TokenSourceFunc(func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
				t.Error("a request was sent")
				return nil, context.Canceled
			}), nil
		},
	}
	return p
}

func (p *pooled) guard(t testing.TB, s *v1alpha1.Supplier) *Guard {
	t.Helper()
	g, err := p.Guard(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestGuardIsReplaced creates a Guard, changes something, and creates another: the state is kept unless the client or
// the key differs.
func TestGuardIsReplaced(t *testing.T) {
	type change func(t *testing.T, p *pooled, s *v1alpha1.Supplier)
	spec := func(set func(*v1alpha1.SupplierSpec)) change {
		return func(_ *testing.T, _ *pooled, s *v1alpha1.Supplier) { set(&s.Spec) }
	}
	secret := func(set func(*corev1.Secret)) change {
		return func(t *testing.T, p *pooled, _ *v1alpha1.Supplier) {
			s := makeSecret(jwk(t, generatedKey))
			set(s)
			if err := p.secrets.Update(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := map[string]struct {
		reason   string
		change   change
		replaced bool
	}{
		"nothing": {
			reason: "each pass asks for the Guard", change: func(*testing.T, *pooled, *v1alpha1.Supplier) {},
		},
		"name": {
			reason: "how customers know the supplier", change: spec(func(s *v1alpha1.SupplierSpec) { s.Name = "4HUMAN" }),
		},
		"services": {
			reason: "what is offered is the customers' business",
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Services = nil }),
		},
		"intervals": {
			reason: "the rate does not change the client",
			change: spec(func(s *v1alpha1.SupplierSpec) {
				s.Verification.Interval = &metav1.Duration{Duration: time.Hour}
			}),
		},
		"suspend": {
			reason: "what was learnt before a suspension holds after it",
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Suspend = true }),
		},
		"namespaces": {
			reason: "who may use the Supplier", change: spec(func(s *v1alpha1.SupplierSpec) { s.AllowedNamespaces = nil }),
		},
		"another-member-of-the-secret": {
			reason: "only the key counts", change: secret(func(s *corev1.Secret) { s.Data["notes"] = []byte("from Digdir") }),
		},
		"labels-of-the-secret": {
			reason: "only the key counts", change: secret(
				func(s *corev1.Secret) { s.Labels = map[string]string{"team": "integrations"} }),
		},
		"key": {
			reason: "another key", replaced: true,
			change: func(t *testing.T, p *pooled, _ *v1alpha1.Supplier) {
				if err := p.secrets.Update(t.Context(), makeSecret(jwk(t, generatedSecond))); err != nil {
					t.Fatal(err)
				}
			},
		},
		"client-id": {
			reason: "another client", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) {
				s.Maskinporten.ClientID = "00000000-0000-4000-8000-000000000000"
			}),
		},
		"key-id": {
			reason: "the same key under a kid that is now written down", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Maskinporten.KeyID = "4human-2026-11" }),
		},
		"algorithm": {
			reason: "the same key signs in another way", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Maskinporten.SigningAlgorithm = "RS256" }),
		},
		"endpoint": {
			reason: "another Maskinporten", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Endpoints.Maskinporten = "http://other.simulator.svc/" }),
		},
		"no-endpoint": {
			reason: "another Maskinporten", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) { s.Endpoints = v1alpha1.Endpoints{} }),
		},
		"organization": {
			reason: "another supplier under the same name, deleted and created again", replaced: true,
			change: spec(func(s *v1alpha1.SupplierSpec) { s.OrganizationNumber = "310330701" }),
		},
		"forgotten": {
			reason: "the Supplier was gone", replaced: true,
			change: func(_ *testing.T, p *pooled, s *v1alpha1.Supplier) { p.Forget(s.Name) },
		},
		"another-forgotten": {
			reason: "another Supplier was gone",
			change: func(_ *testing.T, p *pooled, _ *v1alpha1.Supplier) { p.Forget("other") },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t, makeSecret(jwk(t, generatedKey))), makeSupplier()
			first := p.guard(t, s)
			c.change(t, p, s)
			if replaced := p.guard(t, s) != first; replaced != c.replaced {
				t.Errorf("%s: replaced %t, want %t", c.reason, replaced, c.replaced)
			}
			if want := map[bool]int{false: 1, true: 2}[c.replaced]; len(p.made) != want {
				t.Errorf("%s: %d clients made, want %d", c.reason, len(p.made), want)
			}
		})
	}
}

// TestGuardsOfSuppliers keeps Suppliers apart although their clients and keys are the same.
func TestGuardsOfSuppliers(t *testing.T) {
	p := makePool(t, makeSecret(jwk(t, generatedKey)))
	one, other := makeSupplier(), makeSupplier()
	other.Name = "other"
	a, b := p.guard(t, one), p.guard(t, other)
	if a == b {
		t.Fatal("two Suppliers share a Guard")
	}
	for _, g := range []*Guard{a, b} {
		g.Complaints.Add(tiger, scope, maskinporten.ClassTokenMismatch)
		g.Complaints.Add(giraffe, scope, maskinporten.ClassScopeNotGranted)
	}
	p.ForgetCustomer(giraffe)
	for name, g := range map[string]*Guard{"default": a, "other": b} {
		t.Run(name, func(t *testing.T) {
			if got := g.Complaints.First(); got != maskinporten.ClassTokenMismatch {
				t.Errorf("%s: complaint %q after one customer of two was forgotten", name, got)
			}
		})
	}
	p.ForgetCustomer(tiger)
	if a.Complaints.First() != "" || b.Complaints.First() != "" {
		t.Error("a complaint is left of forgotten customers")
	}
	p.Forget(one.Name)
	if p.guard(t, other) != b {
		t.Error("forgetting one Supplier replaced the other's Guard")
	}
}

// TestClientIsMadeOfSpecAndKey verifies the configuration of a client.
func TestClientIsMadeOfSpecAndKey(t *testing.T) {
	cases := map[string]struct {
		reason   string
		change   func(*v1alpha1.SupplierSpec)
		issuer   string
		insecure bool
	}{
		"override": {
			reason: "a simulator within the cluster has no TLS", change: func(*v1alpha1.SupplierSpec) {},
			issuer: "http://simulator.simulator.svc/", insecure: true,
		},
		"test": {
			reason: "Digdir's test environment has TLS",
			change: func(s *v1alpha1.SupplierSpec) { s.Endpoints = v1alpha1.Endpoints{} },
			issuer: IssuerTest,
		},
		"production": {
			reason: "the real one",
			change: func(s *v1alpha1.SupplierSpec) {
				s.Environment, s.Endpoints = v1alpha1.EnvironmentProduction, v1alpha1.Endpoints{}
			},
			issuer: IssuerProduction,
		},
		"production-with-override": {
			reason: "the API refuses it; if it came through, Production would still be Production",
			change: func(s *v1alpha1.SupplierSpec) { s.Environment = v1alpha1.EnvironmentProduction },
			issuer: IssuerProduction,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t, makeSecret(jwk(t, generatedKey))), makeSupplier()
			c.change(&s.Spec)
			if issuer, overridden := Issuer(s); issuer != c.issuer || overridden != c.insecure {
				t.Errorf("%s: issuer %s, overridden %t", c.reason, issuer, overridden)
			}
			g, made := p.guard(t, s), p.made[0]
			if made.Issuer != c.issuer || made.AllowInsecure != c.insecure {
				t.Errorf("%s: a client of %s, insecure %t", c.reason, made.Issuer, made.AllowInsecure)
			}
			if made.ClientID != s.Spec.Maskinporten.ClientID || made.Supplier.String() != "897757222" ||
				!made.Now().Equal(noon) {
				t.Errorf("client %s of %s", made.ClientID, made.Supplier)
			}
			if g.KeyID() != "4human-2026-11" || g.Thumbprint() != made.Keys[0].Thumbprint() || g.Thumbprint() == "" {
				t.Errorf("key %s with thumbprint %s", g.KeyID(), g.Thumbprint())
			}
		})
	}
}

// TestRealClientIsMade leaves Connect open, as the manager does. Making a client sends no request.
func TestRealClientIsMade(t *testing.T) {
	for name, set := range map[string]func(*v1alpha1.SupplierSpec){
		"override": func(*v1alpha1.SupplierSpec) {},
		"test":     func(s *v1alpha1.SupplierSpec) { s.Endpoints = v1alpha1.Endpoints{} },
		"production": func(s *v1alpha1.SupplierSpec) {
			s.Environment, s.Endpoints = v1alpha1.EnvironmentProduction, v1alpha1.Endpoints{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := makePool(t, makeSecret(jwk(t, generatedKey))), makeSupplier()
			p.Connect = nil
			set(&s.Spec)
			if g := p.guard(t, s); g.Alarm.Suspect() {
				t.Errorf("%s: a new Guard is suspect", name)
			}
		})
	}
}

// TestUnreadableSecret verifies that an API server that does not respond is no misconfiguration: the state is kept.
func TestUnreadableSecret(t *testing.T) {
	p, s := makePool(t, makeSecret(jwk(t, generatedKey))), makeSupplier()
	g := p.guard(t, s)
	secrets := p.Secrets
	p.Secrets = failingReader{}
	_, err := p.Guard(t.Context(), s)
	var configuration *ConfigurationError
	if err == nil || errors.As(err, &configuration) {
		t.Errorf("got %v", err)
	}
	p.Secrets = secrets
	if p.guard(t, s) != g {
		t.Error("the Guard was lost meanwhile")
	}
}

// failingReader cannot reach the API server.
type failingReader struct{ client.Reader }

func (failingReader) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return context.DeadlineExceeded
}

// privateMembers are the members of a JWK that must not be shown (RFC 7518, section 6.3.2).
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi"}

// saysNothingOf verifies that a text holds nothing of a JWK's private half.
func saysNothingOf(t testing.TB, text string, key []byte) {
	t.Helper()
	var members map[string]string
	if err := json.Unmarshal(key, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range privateMembers {
		value := members[name]
		if len(value) < 100 {
			t.Fatalf("the key's member %s has %d characters", name, len(value))
		}
		for i := 0; i+8 <= len(value); i++ {
			if strings.Contains(text, value[i:i+8]) {
				t.Fatalf("the text has a part of the key's member %s", name)
			}
		}
	}
}

// TestGuardKnowsNewServices declares a service after the Guard was made. The replica may not lead, so no proof is sent.
func TestGuardKnowsNewServices(t *testing.T) {
	const declared, name = "kartverk:nrl.rapportering", "NetRegistration"
	p := makePool(t, makeSecret(jwk(t, generatedKey)))
	p.Metrics = metrics.New()
	s := makeSupplier()
	s.Generation = 1
	g := p.guard(t, s)
	check := func(when string, known bool) {
		t.Helper()
		if held := g.Proof.isHeldByCustomers(declared); held != known {
			t.Errorf("%s: customers hold the scope: %t", when, held)
		}
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(p.Metrics)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(fmt.Sprint(families), name); has != known {
			t.Errorf("%s: the service has series: %t", when, has)
		}
	}
	check("before", false)
	s.Generation = 2
	s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{
		Name: name, Custom: &v1alpha1.CustomService{
			Access: v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: declared}},
		},
	})
	if p.guard(t, s) != g {
		t.Error("the Guard was replaced")
	}
	check("after", true)
}
