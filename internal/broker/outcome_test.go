package broker

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// TestClassRefusals verifies the refusal for each class of Maskinporten's failures. Only its answer about the customer,
// and a rejection of this customer's request that other customers do not meet, deny access.
func TestClassRefusals(t *testing.T) {
	t.Run("of all customers", func(t *testing.T) { checkClassRefusals(t, false) })
	t.Run("of this customer", func(t *testing.T) { checkClassRefusals(t, true) })
}

func checkClassRefusals(t *testing.T, alone bool) {
	refusals := map[maskinporten.Class]bool{
		maskinporten.ClassNotDelegated: true, maskinporten.ClassScopeNotGranted: true,
		maskinporten.ClassRequestRejected:    true,
		maskinporten.ClassConsumerIsSupplier: true, maskinporten.ClassSystemUserMissing: true,
	}
	for _, class := range maskinporten.Classes() {
		t.Run(string(class), func(t *testing.T) {
			w := makeWorld(t, nil)
			w.err, w.oneCustomer = &maskinporten.Error{Class: class}, alone
			w.requestAnother()
			want := wantUnavailable(string(class))
			switch {
			case refusals[class] && alone:
				want = wantDenied(string(class))
			case refusals[class]:
				want = wantUnavailable(string(maskinporten.ClassClientRejected))
			}
			if diff := cmp.Diff(want, w.ask(nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			w.err = nil
			if got := w.ask(nil); got.Status != http.StatusOK {
				t.Errorf("and then: %+v", got)
			}
		})
	}
}

// requestAnother requests a token for another customer.
func (w *world) requestAnother() {
	w.t.Helper()
	guard, err := w.broker.options.Pool.Guard(w.t.Context(), w.supplier)
	w.must(err)
	access, service := w.customer.Status.Services[0].Authorization, fixture.Service(w.customer.Spec.Services[0].Name)
	request, err := tokenRequestTo(access, service, orgnumber.MustParse("310702641"))
	w.must(err)
	_, _ = guard.Token(w.t.Context(), authority.TokenRequest{
		Customer: types.NamespacedName{Name: "wolf"}, Request: request, Priority: authority.PriorityJob, Granted: true,
	})
}

// TestSystemUserMissing denies access if other customers' system users exist and the system at Altinn is valid.
// Otherwise the fault is the supplier's.
func TestSystemUserMissing(t *testing.T) {
	w := makeWorld(t, systemUser)
	w.err = &maskinporten.Error{Class: maskinporten.ClassSystemUserMissing}
	w.requestAnother()
	if diff := cmp.Diff(wantUnavailable("ClientRejected"), w.ask(nil)); diff != "" {
		t.Errorf("other customers' system users are missing too (-want +got):\n%s", diff)
	}
	w.oneCustomer = true
	w.requestAnother()
	if diff := cmp.Diff(wantDenied("SystemUserMissing"), w.ask(nil)); diff != "" {
		t.Errorf("the system is valid (-want +got):\n%s", diff)
	}
	guard, err := w.broker.options.Pool.Guard(t.Context(), w.supplier)
	w.must(err)
	guard.System.NoteFault(types.NamespacedName{Name: "wolf"}, v1alpha1.ServiceSickNotes,
		v1alpha1.ReasonSystemClientMissing)
	if diff := cmp.Diff(wantUnavailable("SystemClientMissing"), w.ask(nil)); diff != "" {
		t.Errorf("the client is not on the system (-want +got):\n%s", diff)
	}
}

// TestOutages verifies the refusals for faults that are not the caller's.
func TestOutages(t *testing.T) {
	cases := map[string]struct {
		reason   string
		objects  func(o *objects)
		change   func(w *world)
		want     reply
		requests int
	}{
		"review": {
			reason: "the API server is unreachable", change: failing("v1.TokenReview"),
			want: wantUnavailable("APIServerUnavailable"),
		},
		"list": {
			reason: "the cache is not filled", change: failing("v1alpha1.CustomerIntegrationList"),
			want: wantUnavailable("APIServerUnavailable"),
		},
		"account": {
			reason: "the API server is unreachable", change: failing("v1.ServiceAccount"),
			want: wantUnavailable("APIServerUnavailable"),
		},
		"pod":     {reason: "likewise", change: failing("v1.Pod"), want: wantUnavailable("APIServerUnavailable")},
		"job":     {reason: "likewise", change: failing("v1.Job"), want: wantUnavailable("APIServerUnavailable")},
		"cronjob": {reason: "likewise", change: failing("v1.CronJob"), want: wantUnavailable("APIServerUnavailable")},
		"supplier": {
			reason: "the cache is not filled", change: failing("v1alpha1.Supplier"),
			want: wantUnavailable("APIServerUnavailable"),
		},
		"secret": {
			reason: "the API server is unreachable", change: failing("v1.Secret"),
			want: wantUnavailable("APIServerUnavailable"),
		},
		"key-not-found": {
			reason:  "the key's Secret was deleted",
			objects: func(o *objects) { o.supplier.Spec.Maskinporten.KeySecretRef.Name = "gone" },
			want:    wantUnavailable("KeyNotFound"),
		},
		"key-invalid": {
			reason: "the Secret holds no key",
			objects: func(o *objects) {
				o.supplier.Spec.Maskinporten.KeySecretRef.Name = "broken"
				o.more = append(o.more, &corev1.Secret{
					ObjectMeta: metav1.ObjectMeta{
						Namespace: system,
						Name:      "broken",
					}, Data: map[string][]byte{"key.jwk": []byte("none")},
				})
			},
			want: wantUnavailable("KeyInvalid"),
		},
		"retry-after": {
			reason: "Maskinporten sets Retry-After", requests: 1,
			change: says(&maskinporten.Error{Class: maskinporten.ClassRateLimited, RetryAfter: 90 * time.Second}),
			want: reply{
				Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "RateLimited",
				Wait: "90",
			},
		},
		"no-class": {
			reason: "an error of our own says nothing about the customer", change: says(errAway), requests: 1,
			want: wantUnavailable("Unreachable"),
		},
		"panic": {
			reason: "a panic ends neither the manager nor the customer's access", requests: 0,
			change: func(w *world) { w.during = func(context.Context) { panic("a bug") } },
			want:   wantUnavailable("Unreachable"),
		},
		"short-lived": {
			reason: "the token would expire before it is used", change: func(w *world) { w.expires = 10*time.Second - 1 },
			requests: 1,
			want:     wantUnavailable("BadResponse"),
		},
		"another-customer": {
			reason: "a token for another customer is never issued", requests: 1,
			change: func(w *world) {
				w.spoil = func(t *maskinporten.Token) { t.Consumer = orgnumber.MustParse("310702641") }
			},
			want: wantUnavailable("TokenMismatch"),
		},
		"another-scope": {
			reason: "a token of another scope is never issued", requests: 1,
			change: func(w *world) { w.spoil = func(t *maskinporten.Token) { t.Scope = "nav:helseytelser/sykepenger" } },
			want:   wantUnavailable("TokenMismatch"),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, c.objects)
			if c.change != nil {
				c.change(w)
			}
			if diff := cmp.Diff(c.want, w.ask(nil)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if w.requests != c.requests {
				t.Errorf("%s: %d requests to Maskinporten, want %d", c.reason, w.requests, c.requests)
			}
			if log := w.logged(); strings.Count(log, "Refused token") != 1 {
				t.Errorf("%s: not one line:\n%s", c.reason, log)
			}
		})
	}
}

func failing(kind string) func(w *world) { return func(w *world) { w.fails[kind] = errAway } }

func says(err error) func(w *world) { return func(w *world) { w.err = err } }

// TestNoRequestWhileProofFails sends no request while the controllers' proof of the client fails: they share the Guard.
func TestNoRequestWhileProofFails(t *testing.T) {
	w := makeWorld(t, nil)
	guard, err := w.broker.options.Pool.Guard(t.Context(), w.supplier)
	w.must(err)
	w.err = &maskinporten.Error{Class: maskinporten.ClassKeyExpired}
	if err := guard.Prove(t.Context(), "a test", fixture.PlansProof()).Err; err == nil {
		t.Fatal("the proof succeeded")
	}
	w.err, w.requests = nil, 0
	if diff := cmp.Diff(wantUnavailable("KeyExpired"), w.ask(nil)); diff != "" || w.requests != 0 {
		t.Errorf("%d requests (-want +got):\n%s", w.requests, diff)
	}
}

// TestTokenOfAnotherGuard changes the client after a token was issued: a token of another key is not reused.
func TestTokenOfAnotherGuard(t *testing.T) {
	w := makeWorld(t, nil)
	for _, client := range []string{"our-client", "our-client", "another-client", "another-client"} {
		w.supplier.Spec.Maskinporten.ClientID = client
		w.server = w.makeServer()
		cached := w.broker.tokens
		w.restart(func(b *Broker) { b.tokens = cached })
		if got := w.ask(nil); got.Status != http.StatusOK {
			t.Fatalf("%+v", got)
		}
	}
	if w.requests != 2 {
		t.Errorf("%d requests, want one per client", w.requests)
	}
}

// restart makes a new broker with the same Pool, with a change.
func (w *world) restart(change func(b *Broker)) {
	pool := w.broker.options.Pool
	w.start(Limits{})
	pool.Secrets = w.broker.options.Pool.Secrets
	w.broker.options.Pool = pool
	change(w.broker)
}
