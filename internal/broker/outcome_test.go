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
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// TestEveryClassHasAnAnswer lets Maskinporten answer with each class. Final is its answer about the customer, and a refusal of
// this customer's request that other customers do not meet. Nothing else is.
func TestEveryClassHasAnAnswer(t *testing.T) {
	t.Run("of all customers", func(t *testing.T) { everyClassHasAnAnswer(t, false) })
	t.Run("of this customer", func(t *testing.T) { everyClassHasAnAnswer(t, true) })
}

func everyClassHasAnAnswer(t *testing.T, alone bool) {
	refusals := map[maskinporten.Class]bool{
		maskinporten.ClassNotDelegated: true, maskinporten.ClassScopeNotGranted: true, maskinporten.ClassRequestRejected: true,
		maskinporten.ClassConsumerIsSupplier: true, maskinporten.ClassSystemUserMissing: true,
	}
	for _, class := range maskinporten.Classes() {
		t.Run(string(class), func(t *testing.T) {
			w := makeWorld(t, nil)
			w.says, w.alone = &maskinporten.Error{Class: class}, alone
			w.answersAnother()
			want := outage(string(class))
			switch {
			case refusals[class] && alone:
				want = deniedFor(string(class))
			case refusals[class]:
				want = outage(string(maskinporten.ClassClientRejected))
			}
			if diff := cmp.Diff(want, w.ask(nil)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			w.says = nil
			if got := w.ask(nil); got.Status != http.StatusOK {
				t.Errorf("and then: %+v", got)
			}
		})
	}
}

// answersAnother asks Maskinporten on behalf of another customer.
func (w *world) answersAnother() {
	w.t.Helper()
	guard, err := w.broker.options.Pool.Guard(w.t.Context(), w.supplier)
	w.must(err)
	request := requestOf(w.supplier, w.customer, w.customer.Spec.Services[0].Name, orgnumber.MustParse("310702641"))
	_, _ = guard.Token(w.t.Context(), authority.TokenRequest{
		Customer: types.NamespacedName{Name: "wolf"}, Request: request, Priority: authority.PriorityJob, Granted: true,
	})
}

// TestSystemUserMissing is final where other customers' system users are found and nothing is wrong with our system at Altinn.
// Otherwise it is our fault.
func TestSystemUserMissing(t *testing.T) {
	w := makeWorld(t, systemUser)
	w.says = &maskinporten.Error{Class: maskinporten.ClassSystemUserMissing}
	w.answersAnother()
	if diff := cmp.Diff(outage("ClientRejected"), w.ask(nil)); diff != "" {
		t.Errorf("other customers' are missing too (-want +got):\n%s", diff)
	}
	w.alone = true
	w.answersAnother()
	if diff := cmp.Diff(deniedFor("SystemUserMissing"), w.ask(nil)); diff != "" {
		t.Errorf("nothing is known against our system (-want +got):\n%s", diff)
	}
	guard, err := w.broker.options.Pool.Guard(t.Context(), w.supplier)
	w.must(err)
	guard.System.NoteFault(types.NamespacedName{Name: "wolf"}, v1alpha1.ServiceSickNotes, v1alpha1.ReasonSystemClientMissing)
	if diff := cmp.Diff(outage("SystemClientMissing"), w.ask(nil)); diff != "" {
		t.Errorf("our client is not on the system (-want +got):\n%s", diff)
	}
}

// TestOutages lets something other than the caller be at fault.
func TestOutages(t *testing.T) {
	cases := map[string]struct {
		reason  string
		objects func(o *objects)
		change  func(w *world)
		want    reply
		asked   int
	}{
		"review":  {reason: "the API server is away", change: failing("v1.TokenReview"), want: outage("APIServerUnavailable")},
		"list":    {reason: "the cache has not begun", change: failing("v1alpha1.CustomerIntegrationList"), want: outage("APIServerUnavailable")},
		"account": {reason: "the API server is away", change: failing("v1.ServiceAccount"), want: outage("APIServerUnavailable")},
		"pod":     {reason: "likewise", change: failing("v1.Pod"), want: outage("APIServerUnavailable")},
		"job":     {reason: "likewise", change: failing("v1.Job"), want: outage("APIServerUnavailable")},
		"cronjob": {reason: "likewise", change: failing("v1.CronJob"), want: outage("APIServerUnavailable")},
		"supplier": {
			reason: "the cache has not begun", change: failing("v1alpha1.Supplier"), want: outage("APIServerUnavailable"),
		},
		"secret": {reason: "the key cannot be read now", change: failing("v1.Secret"), want: outage("APIServerUnavailable")},
		"key-not-found": {
			reason:  "somebody deleted the key",
			objects: func(o *objects) { o.supplier.Spec.Maskinporten.KeySecretRef.Name = "gone" },
			want:    outage("KeyNotFound"),
		},
		"key-invalid": {
			reason: "it is no key",
			objects: func(o *objects) {
				o.supplier.Spec.Maskinporten.KeySecretRef.Name = "broken"
				o.more = append(o.more, &corev1.Secret{
					ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "broken"}, Data: map[string][]byte{"key.jwk": []byte("none")},
				})
			},
			want: outage("KeyInvalid"),
		},
		"retry-after": {
			reason: "Maskinporten names a time", asked: 1,
			change: says(&maskinporten.Error{Class: maskinporten.ClassRateLimited, RetryAfter: 90 * time.Second}),
			want:   reply{Status: http.StatusServiceUnavailable, Error: "temporarily_unavailable", Reason: "RateLimited", Wait: "90"},
		},
		"no-class": {reason: "a mistake of ours says nothing of anybody", change: says(errAway), asked: 1, want: outage("Unreachable")},
		"panic": {
			reason: "nor does a panic, which ends nothing", asked: 0,
			change: func(w *world) { w.during = func(context.Context) { panic("a mistake of ours") } },
			want:   outage("Unreachable"),
		},
		"short-lived": {
			reason: "it would be over before it is used", change: func(w *world) { w.expires = 10*time.Second - 1 }, asked: 1,
			want: outage("BadResponse"),
		},
		"another-customer": {
			reason: "a token for somebody else is not handed on", asked: 1,
			change: func(w *world) {
				w.spoil = func(t *maskinporten.Token) { t.Consumer = orgnumber.MustParse("310702641") }
			},
			want: outage("TokenMismatch"),
		},
		"another-scope": {
			reason: "nor one for something else", asked: 1,
			change: func(w *world) { w.spoil = func(t *maskinporten.Token) { t.Scope = "nav:helseytelser/sykepenger" } },
			want:   outage("TokenMismatch"),
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
			if w.asked != c.asked {
				t.Errorf("%s: Maskinporten was asked %d times, want %d", c.reason, w.asked, c.asked)
			}
			if log := w.logged(); strings.Count(log, "Refused a token") != 1 {
				t.Errorf("%s: not one line:\n%s", c.reason, log)
			}
		})
	}
}

func failing(kind string) func(w *world) { return func(w *world) { w.fails[kind] = errAway } }

func says(err error) func(w *world) { return func(w *world) { w.says = err } }

// TestHeld asks nobody while the controllers' proof fails: the Guard is theirs too.
func TestHeld(t *testing.T) {
	w := makeWorld(t, nil)
	guard, err := w.broker.options.Pool.Guard(t.Context(), w.supplier)
	w.must(err)
	w.says = &maskinporten.Error{Class: maskinporten.ClassKeyExpired}
	if err := guard.Prove(t.Context(), "a test", scope).Err; err == nil {
		t.Fatal("the proof is good")
	}
	w.says, w.asked = nil, 0
	if diff := cmp.Diff(outage("KeyExpired"), w.ask(nil)); diff != "" || w.asked != 0 {
		t.Errorf("asked %d times (-want +got):\n%s", w.asked, diff)
	}
}

// TestTokenOfAnotherGuard gives a token, changes the client, and asks anew: what another key was given is not handed on.
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
	if w.asked != 2 {
		t.Errorf("asked %d times, want once a client", w.asked)
	}
}

// restart makes the broker anew with the same Pool, so that only what is changed differs.
func (w *world) restart(change func(b *Broker)) {
	pool := w.broker.options.Pool
	w.start(Limits{})
	pool.Secrets = w.broker.options.Pool.Secrets
	w.broker.options.Pool = pool
	change(w.broker)
}
