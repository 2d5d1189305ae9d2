package maskinporten

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
)

// registry is a token endpoint that knows some kids, and records those of grants.
type registry struct {
	*authority
	mu        sync.Mutex
	known     []string
	grants    []string // their kids
	ids       map[string]int
	unknown   http.HandlerFunc // what is said to grants of unknown keys
	otherwise http.HandlerFunc // and to the others
}

func newRegistry(t *testing.T, known ...string) *registry {
	t.Helper()
	r := &registry{authority: newAuthority(t), known: known, ids: map[string]int{}}
	r.unknown = says(400, "application/json",
		`{"error":"invalid_grant","error_description":"Invalid assertion. Client authentication failed. `+
			`Unknown key identifier (kid) for client. (trace_id: 356666143081bbec11d293753e9702ca)"}`)
	r.otherwise = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, r.answer(r.claims())) }
	r.set(func() {
		r.token = func(w http.ResponseWriter, request *http.Request) { r.serveToken(t, w, request) }
	})
	return r
}

func (r *registry) serveToken(t *testing.T, w http.ResponseWriter, request *http.Request) {
	t.Helper()
	claims := jwt.MapClaims{}
	grant, _, err := jwt.NewParser().ParseUnverified(request.PostFormValue("assertion"), claims)
	if err != nil {
		t.Errorf("reading the grant: %v", err)
		return
	}
	kid, _ := grant.Header["kid"].(string)
	id, _ := claims["jti"].(string)
	r.mu.Lock()
	r.grants = append(r.grants, kid)
	r.ids[id]++
	known, handler := slices.Contains(r.known, kid), r.unknown
	if known {
		handler = r.otherwise
	}
	r.mu.Unlock()
	handler(w, request)
}

// learn sets the known kids.
func (r *registry) learn(kids ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = kids
}

// say sets the response to grants of known keys.
func (r *registry) say(handler http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.otherwise = handler
}

// sent returns the kids of the grants since the last call.
func (r *registry) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.grants
	r.grants = nil
	return sent
}

func twoKeys(t testing.TB) []*SigningKey {
	t.Helper()
	keys, err := ParseKeys(KeyMaterial{Data: set(jwk(t, ourKey(), "new", "", ""), jwk(t, issuerKey(), "old", "", ""))})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func rotating(t testing.TB) func(*Config) {
	t.Helper()
	keys := twoKeys(t)
	return func(c *Config) { c.Keys = keys }
}

// TestRotation changes the keys step by step, and checks which grants are sent and which key was accepted last.
func TestRotation(t *testing.T) {
	r := newRegistry(t, "old")
	c := r.client(t, rotating(t))
	steps := []struct {
		reason   string
		after    time.Duration
		known    []string
		sent     []string
		want     Class
		signedBy string
	}{
		{
			reason: "the new one is not known yet: the old one signs within the same call", known: []string{"old"},
			sent: []string{"new", "old"}, signedBy: "old",
		},
		{
			reason: "nor will it be in a moment, so it is not tried", after: 59 * time.Second, known: []string{"old"},
			sent: []string{"old"}, signedBy: "old",
		},
		{
			reason: "after a minute it is", after: time.Second, known: []string{"old"}, sent: []string{"new", "old"},
			signedBy: "old",
		},
		{
			reason: "and once it is known it signs", after: time.Minute, known: []string{"new", "old"}, sent: []string{"new"},
			signedBy: "new",
		},
		{reason: "from then on", after: time.Second, known: []string{"new", "old"}, sent: []string{"new"}, signedBy: "new"},
		{
			reason: "the old one is removed, and nothing changes", after: time.Second, known: []string{"new"},
			sent: []string{"new"}, signedBy: "new",
		},
		{
			reason: "both are taken off: that of both is the answer", after: time.Second, sent: []string{"new", "old"},
			want: ClassKeyUnknown, signedBy: "new",
		},
		{
			reason: "which speaks for neither, so the order stays", after: time.Second, sent: []string{"new", "old"},
			want: ClassKeyUnknown, signedBy: "new",
		},
		{
			reason: "the old one comes back", after: time.Second, known: []string{"old"}, sent: []string{"new", "old"},
			signedBy: "old",
		},
		{
			reason: "the new one takes its place within the minute: both are tried, the other way round", after: time.Second,
			known: []string{"new"}, sent: []string{"old", "new"}, signedBy: "new",
		},
		{
			reason: "and the new one is first again", after: time.Second, known: []string{"new"}, sent: []string{"new"},
			signedBy: "new",
		},
	}
	if got := c.AcceptedKey().ID(); got != "new" {
		t.Errorf("before any grant, %q", got)
	}
	for i, step := range steps {
		r.clock.Advance(step.after)
		r.learn(step.known...)
		class, err := ask(t, c)
		if class != step.want {
			t.Fatalf("step %d, %s: class %q: %v", i, step.reason, class, err)
		}
		if diff := cmp.Diff(step.sent, r.sent()); diff != "" {
			t.Errorf("step %d, %s: grants: -want, +got:\n%s", i, step.reason, diff)
		}
		if got := c.AcceptedKey().ID(); got != step.signedBy {
			t.Errorf("step %d, %s: signed by %q, want %q", i, step.reason, got, step.signedBy)
		}
	}
	for id, times := range r.ids {
		if times != 1 {
			t.Errorf("the grant %s was sent %d times", id, times)
		}
	}
}

// TestRotationWhenAnUnknownKeyIsAnUnknownClient refuses an unknown kid with MP-100, because the code of that refusal is
// not documented. The second key is tried.
func TestRotationWhenAnUnknownKeyIsAnUnknownClient(t *testing.T) {
	r := newRegistry(t, "old")
	r.unknown = says(400, "application/json",
		`{"error":"invalid_grant","error_description":"Invalid assertion. Client authentication failed.",`+
			`"error_uri":"https://test.maskinporten.no/errors/MP-100"}`)
	c := r.client(t, rotating(t))
	steps := []struct {
		reason string
		known  []string
		sent   []string
		want   Class
	}{
		{reason: "the second key signs within the same call", known: []string{"old"}, sent: []string{"new", "old"}},
		{reason: "and first for a minute", known: []string{"old"}, sent: []string{"old"}},
		{reason: "neither is known: the client may be unknown", sent: []string{"old", "new"}, want: ClassClientUnknown},
	}
	for i, step := range steps {
		r.learn(step.known...)
		if class, err := ask(t, c); class != step.want {
			t.Errorf("step %d, %s: class %q: %v", i, step.reason, class, err)
		}
		if diff := cmp.Diff(step.sent, r.sent()); diff != "" {
			t.Errorf("step %d, %s: grants: -want, +got:\n%s", i, step.reason, diff)
		}
	}
}

// TestRotationOnlyForUnknownKeys checks that no other refusal, and no outage, makes the client send a second grant:
// retries are up to the caller.
func TestRotationOnlyForUnknownKeys(t *testing.T) {
	for name, refusal := range documented {
		handler := says(refusal.status, "application/json",
			fmt.Sprintf(`{"error":%q,"error_description":%q}`, refusal.name, refusal.description))
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			r.unknown = handler
			class, _ := ask(t, r.client(t, rotating(t)))
			want := []string{"new"}
			if class == ClassKeyUnknown || class == ClassClientUnknown { // the code of an unknown kid is not documented
				want = []string{"new", "old"}
			}
			if diff := cmp.Diff(want, r.sent()); diff != "" {
				t.Errorf("grants after %s: -want, +got:\n%s", class, diff)
			}
		})
	}
	for name, handler := range map[string]http.HandlerFunc{
		"503": says(503, "", ""), "429": says(429, "", ""), "403 HTML": says(403, "text/html", html), "empty": says(200, "",
			""),
		"closed": abort, "reset": reset(400), "cut off": cutOff(400),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			r.unknown = handler
			if class, err := ask(t, r.client(t, rotating(t))); class.Kind() != conclusion.Outage {
				t.Errorf("class %q: %v", class, err)
			}
			if diff := cmp.Diff([]string{"new"}, r.sent()); diff != "" {
				t.Errorf("grants: -want, +got:\n%s", diff)
			}
		})
	}
}

// TestRotationMeetsAnOutage has the second grant meet an outage: the result is the outage, although the first grant was
// refused.
func TestRotationMeetsAnOutage(t *testing.T) {
	r := newRegistry(t, "old")
	r.say(says(503, "", ""))
	c := r.client(t, rotating(t))
	if class, err := ask(t, c); class != ClassServerError {
		t.Errorf("class %q: %v", class, err)
	}
	if got := c.AcceptedKey().ID(); got != "new" {
		t.Errorf("no grant was accepted, but %q signed", got)
	}
	r.say(says(403, "application/json", mp251))
	if class, err := ask(t, c); class != ClassNotDelegated {
		t.Errorf("class %q: %v", class, err)
	}
	if diff := cmp.Diff([]string{"new", "old", "old"}, r.sent()); diff != "" {
		t.Errorf("grants: -want, +got:\n%s", diff)
	}
	if got := c.AcceptedKey().ID(); got != "old" {
		t.Errorf("an answer about the customer accepts the grant, but %q signed", got)
	}
}

// TestRotationOfMany sends many requests at once: each gets a token by at most two grants, and no grant is sent twice.
func TestRotationOfMany(t *testing.T) {
	r := newRegistry(t, "old")
	c := r.client(t, rotating(t))
	const askers = 20
	var group sync.WaitGroup
	for range askers {
		group.Go(func() {
			if _, err := c.Token(t.Context(), testRequest); err != nil {
				t.Errorf("asking: %v", err)
			}
			_ = c.AcceptedKey()
		})
	}
	group.Wait()
	old := 0
	sent := r.sent()
	for _, kid := range sent {
		if kid == "old" {
			old++
		}
	}
	if old != askers || len(sent) < askers+1 || len(sent) > 2*askers || len(r.ids) != len(sent) {
		t.Errorf("%d grants, %d of the old key, %d ids, for %d askers", len(sent), old, len(r.ids), askers)
	}
}
