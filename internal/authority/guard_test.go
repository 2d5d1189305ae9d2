package authority

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
)

const (
	scope   = "nav:oppfolgingsplan/lps.write"
	patient = 10 * time.Second // Maskinporten's Retry-After in these tests
)

// noon is the time of tests in which no time passes.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	tiger   = types.NamespacedName{Namespace: "customers", Name: "dynamisk-altetende-tiger"}
	giraffe = types.NamespacedName{Namespace: "customers", Name: "rask-sovende-giraff"}
)

// generatedKey is one RSA key for all tests; generatedSecond is another.
var (
	generatedKey    = sync.OnceValues(generateJWK)
	generatedSecond = sync.OnceValues(generateJWK)
)

func generateJWK() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return json.Marshal(jose.JSONWebKey{Key: key, KeyID: "4human-2026-11", Algorithm: "RS256", Use: "sig"})
}

func jwk(t testing.TB, generated func() ([]byte, error)) []byte {
	t.Helper()
	data, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// makeGuard returns a Guard of a TokenSource.
func makeGuard(t testing.TB, now func() time.Time, limits Limits, source TokenSourceFunc) *Guard {
	t.Helper()
	keys, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: jwk(t, generatedKey)})
	if err != nil {
		t.Fatal(err)
	}
	return newGuard(source, keys[0], now, limits)
}

// script is a TokenSource that responds by a script.
type script struct {
	mu     sync.Mutex
	class  maskinporten.Class // "": a token
	retry  time.Duration
	latest maskinporten.Request
}

func (s *script) says(class maskinporten.Class, retry time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.class, s.retry = class, retry
}

func (s *script) ask(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = r
	if s.class == "" {
		return &maskinporten.Token{}, nil
	}
	return nil, &maskinporten.Error{Class: s.class, RetryAfter: s.retry}
}

func consumer(t testing.TB) orgnumber.Number {
	t.Helper()
	n, err := orgnumber.Parse("310330701")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// question returns a request for a customer and the scope of these tests.
func question(t testing.TB, customer types.NamespacedName) TokenRequest {
	t.Helper()
	return TokenRequest{
		Customer: customer, Request: maskinporten.Request{Scope: scope, Consumer: consumer(t)},
		Priority: PriorityChanged,
	}
}

func standStill() time.Time { return noon }

// outcome returns the outcome of a request: "asked: class" or "held: class".
func outcome(t testing.TB, g *Guard, customer types.NamespacedName) string {
	t.Helper()
	return outcomeOf(t, g, question(t, customer))
}

// outcomeOf returns what a request met.
func outcomeOf(t testing.TB, g *Guard, r TokenRequest) string {
	t.Helper()
	_, err := g.Token(t.Context(), r)
	if held, ok := errors.AsType[*HeldError](err); ok {
		return "held: " + string(held.Fault)
	}
	return "asked: " + string(maskinporten.ClassOf(err))
}

// TestScopesThatCustomersHold proves a scope that Maskinporten does not grant to the supplier, and then meets a refusal
// and a withdrawal of one customer. Neither concerns the Supplier, whether the scope is granted to it or not.
func TestScopesThatCustomersHold(t *testing.T) {
	const notGranted, notDelegated = maskinporten.ClassScopeNotGranted, maskinporten.ClassNotDelegated
	cases := map[string]struct {
		reason string
		own    maskinporten.Class // that our own requests meet
		theirs maskinporten.Class // that the customer's meets
		held   bool
		want   string
	}{
		"granted": {
			reason: "the customer has delegated", own: notGranted, held: true, want: "asked: ",
		},
		"withdrawn": {
			reason: "our own refusal is the one of the proof",
			own:    notGranted, theirs: notDelegated, held: true, want: "asked: NotDelegated",
		},
		"withdrawn, with token": {
			reason: "the owner has granted the scope to us too",
			theirs: notDelegated, held: true, want: "asked: NotDelegated",
		},
		"not held": {
			reason: "the customer alone lacks the scope",
			own:    notGranted, theirs: notGranted, held: true, want: "asked: ScopeNotGranted",
		},
		"not registered": {
			reason: "our client must have the scope",
			own:    maskinporten.ClassScopeNotRegistered, held: true, want: "held: ScopeNotRegistered",
		},
		"ours": {
			reason: "the scope of a built-in service must be granted to us",
			own:    notGranted, want: "held: ClientRejected",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			source := func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
				met := c.theirs
				if r.Consumer == (orgnumber.Number{}) {
					met = c.own
				}
				if met == "" {
					return &maskinporten.Token{}, nil
				}
				return nil, &maskinporten.Error{Class: met}
			}
			g := makeGuard(t, standStill, Limits{}, source)
			proof := services.ProofScope{Scope: scope, HeldByCustomers: c.held}
			g.Proof.setHeldByCustomers([]services.ProofScope{proof})
			if met := g.Prove(t.Context(), "a test", proof); met.Err != nil {
				t.Errorf("the proof failed: %v", met.Err)
			}
			q := question(t, tiger)
			q.Granted = c.theirs == notDelegated
			if got := outcomeOf(t, g, q); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// ownScopes are scopes that the supplier itself must be granted.
func ownScopes(scopes ...string) []services.ProofScope {
	all := make([]services.ProofScope, 0, len(scopes))
	for _, scope := range scopes {
		all = append(all, services.ProofScope{Scope: scope})
	}
	return all
}

// TestProofHoldsCustomersBack has the supplier's own proof meet each class. The class that holds customers back is
// never one about a customer, because no request was about one.
func TestProofHoldsCustomersBack(t *testing.T) {
	want := map[maskinporten.Class]string{"": "asked: "}
	for _, class := range maskinporten.Classes() {
		want[class] = "held: " + string(class)
	}
	for class, reason := range map[maskinporten.Class]string{
		maskinporten.ClassNotDelegated: "a refusal of ourselves is no answer about a customer",
		maskinporten.ClassScopeNotGranted: "the scope is refused to us: that it is refused to the customer too is not " +
			"known",
		maskinporten.ClassRequestRejected:    "our own request is rejected, not a customer's",
		maskinporten.ClassConsumerIsSupplier: "likewise",
		maskinporten.ClassSystemUserMissing:  "likewise",
	} {
		t.Log(class, reason)
		want[class] = "held: " + string(maskinporten.ClassClientRejected)
	}
	for class, expected := range want {
		t.Run("proof-"+string(class), func(t *testing.T) {
			s := &script{class: class}
			g := makeGuard(t, standStill, Limits{}, s.ask)
			met := g.Prove(t.Context(), "a test", ownScopes(scope)...)
			if got := maskinporten.ClassOf(errors.Join(met.Err, met.Scopes[scope])); got != class {
				t.Errorf("Prove met %q, want %q", got, class)
			}
			if diff := cmp.Diff(maskinporten.Request{Scope: scope}, s.latest,
				cmp.AllowUnexported(orgnumber.Number{})); diff != "" {
				t.Errorf("the proof is for the supplier itself (-want +got):\n%s", diff)
			}
			s.says("", 0)
			if got := outcome(t, g, tiger); got != expected {
				t.Errorf("then a customer's question: %q, want %q", got, expected)
			}
			if err := g.Prove(t.Context(), "a test", ownScopes(scope)...).Err; err != nil {
				t.Errorf("a later proof: %v", err)
			}
			if got := outcome(t, g, tiger); got != "asked: " {
				t.Errorf("after a good proof: %q", got)
			}
		})
	}
}

// TestRetryAfter verifies that a Retry-After of Maskinporten's holds requests back, whichever request met it.
func TestRetryAfter(t *testing.T) {
	cases := map[string]struct {
		reason string
		met    []time.Duration // the Retry-After of one answer after the other, all at noon
		at     time.Duration   // after noon
		want   string
	}{
		"within": {
			reason: "the time has not come", met: []time.Duration{patient}, at: patient - 1,
			want: "held: RateLimited",
		},
		"past": {reason: "the time has come", met: []time.Duration{patient}, at: patient, want: "asked: "},
		"none": {
			reason: "a 429 without a time holds no request back by itself", met: []time.Duration{0},
			want: "asked: ",
		},
		"negative": {reason: "a negative time holds no request back", met: []time.Duration{-patient}, want: "asked: "},
		"shorter-follows": {
			reason: "the later time of two counts", met: []time.Duration{2 * patient, patient}, at: patient,
			want: "held: RateLimited",
		},
		"longer-follows": {
			reason: "the later time of two counts", met: []time.Duration{patient, 2 * patient}, at: patient,
			want: "held: RateLimited",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			now, s := noon, &script{}
			g := makeGuard(t, func() time.Time { return now }, Limits{}, s.ask)
			for i, retry := range c.met {
				s.says(maskinporten.ClassRateLimited, retry)
				now = noon
				if i == 0 {
					_ = outcome(t, g, tiger)
				} else {
					_ = g.Prove(t.Context(), "a test", ownScopes(scope)...) // sent in spite of the time
				}
			}
			s.says("", 0)
			if len(c.met) > 1 {
				_ = g.Prove(t.Context(), "a test", ownScopes(scope)...) // so that nothing but the time stands in the way
			}
			now = noon.Add(c.at)
			if got := outcome(t, g, tiger); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

// TestPostponed verifies the end of a Retry-After.
func TestPostponed(t *testing.T) {
	s := &script{}
	g := makeGuard(t, standStill, Limits{}, s.ask)
	if !g.Postponement().Until.IsZero() || !g.Proof.LastTry().IsZero() || g.Alarm.Suspect() ||
		g.Complaints.First() != "" {
		t.Error("a Guard that has sent nothing is postponed")
	}
	s.says(maskinporten.ClassServerError, patient)
	_ = g.Prove(t.Context(), "a test", ownScopes(scope)...)
	if want := noon.Add(patient); !g.Postponement().Until.Equal(want) {
		t.Errorf("not before %s, want %s: 503 may name a time too", g.Postponement().Until, want)
	}
	if !g.Proof.LastTry().Equal(noon) {
		t.Errorf("proof tried at %s, want noon", g.Proof.LastTry())
	}
}

// TestBreaker verifies that the breaker opens after the default number of customers' requests failed in a row.
func TestBreaker(t *testing.T) {
	const fault = maskinporten.ClassUnreachable
	step := func(class maskinporten.Class, want string) [2]string { return [2]string{string(class), want} }
	failing, held := step(fault, "asked: Unreachable"), step("", "held: Unreachable")
	pause := [2]string{"pause", ""}
	refused := step(maskinporten.ClassRequestRejected, "asked: ClientRejected")
	cases := map[string]struct {
		reason string
		steps  [][2]string
	}{
		"opens": {
			reason: "after five failures in a row the rest are held back, and told the last fault",
			steps:  [][2]string{failing, failing, failing, failing, failing, held, held},
		},
		"one-tries": {
			reason: "after the pause one may try, and its success lets all through",
			steps: [][2]string{
				failing, failing, failing, failing, failing, held, pause, step("", "asked: "),
				step("", "asked: "),
			},
		},
		"tries-in-vain": {
			reason: "after the pause one may try, and its failure holds all back again",
			steps:  [][2]string{failing, failing, failing, failing, failing, pause, failing, held, pause, step("", "asked: ")},
		},
		"answer-between": {
			reason: "an answer in between, also a no, shows that Maskinporten works",
			steps: [][2]string{
				failing, failing, failing, failing, step(maskinporten.ClassNotDelegated, "asked: NotDelegated"),
				failing, failing, failing, failing, step("", "asked: "),
			},
		},
		"refused-all": {
			reason: "a refusal that every customer meets is a fault of ours",
			steps: [][2]string{
				refused, refused, refused, refused, refused, step("", "held: ClientRejected"), pause, step("", "asked: "), step("",
					"asked: "),
			},
		},
		"told-the-last": {
			reason: "the reported fault is the last of several",
			steps: [][2]string{
				failing, failing, failing, failing, step(maskinporten.ClassServerError, "asked: ServerError"), step("",
					"held: ServerError"),
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			jwk(t, generatedKey) // outside of the bubble, whose time would not pass meanwhile
			synctest.Test(t, func(t *testing.T) {
				s := &script{}
				g := makeGuard(t, time.Now, Limits{}, s.ask)
				for i, step := range c.steps {
					if step == pause {
						<-time.After(defaultPause + 1) // the bubble's time, which passes at once
						continue
					}
					s.says(maskinporten.Class(step[0]), 0)
					customer := types.NamespacedName{Namespace: "customers", Name: fmt.Sprint(i)}
					if got := outcome(t, g, customer); got != step[1] {
						t.Fatalf("%s: question %d: %q, want %q", c.reason, i, got, step[1])
					}
				}
			})
		})
	}
}

// TestOneTriesAtATime holds the second request back while the first one after the pause is in flight.
func TestOneTriesAtATime(t *testing.T) {
	jwk(t, generatedKey)
	synctest.Test(t, func(t *testing.T) {
		entered, leave := make(chan struct{}), make(chan struct{})
		failing := true
		g := makeGuard(t, time.Now, Limits{Failures: 1, Pause: time.Minute},
			func(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
				if failing {
					return nil, &maskinporten.Error{Class: maskinporten.ClassBlocked}
				}
				close(entered)
				<-leave
				return &maskinporten.Token{}, nil
			})
		_ = outcome(t, g, tiger)
		failing = false
		<-time.After(time.Minute + 1)
		done := make(chan string)
		go func() { done <- outcome(t, g, tiger) }()
		<-entered
		if got := outcome(t, g, giraffe); got != "held: Blocked" {
			t.Errorf("while one tries: %q", got)
		}
		close(leave)
		if got := <-done; got != "asked: " {
			t.Errorf("the one that tried: %q", got)
		}
	})
}
