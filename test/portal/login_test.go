package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/portal/session"
	simlogin "github.com/4human/integration-operator/internal/simulator/login"
)

// startWithTwo starts a portal with a customer in two namespaces, and a group for each.
func startWithTwo(t *testing.T, o Options) *World {
	t.Helper()
	w := Start(t, o)
	w.Cluster.PutSupplier(supplier())
	w.Cluster.Put(customer("customers-nord", "tiger", "310330701"))
	w.Cluster.Put(customer("customers-vest", "elg", "315339138"))
	w.Cluster.Allow(simlogin.GroupNord, "customers-nord")
	w.Cluster.Allow(simlogin.GroupAll, "customers", "customers-nord", "customers-vest")
	return w
}

// TestLogin logs people in, who see the customers of their namespaces and learn nothing of others.
func TestLogin(t *testing.T) {
	w := startWithTwo(t, Options{})
	for name, tc := range map[string]struct {
		reason string
		person string
		path   string
		status int
		has    []string
		hasNot []string
	}{
		"north": {
			reason: "a consultant sees the customers of the namespace that Kubernetes lets its group read",
			person: "consultant-nord", path: "/", status: http.StatusOK,
			has: []string{"Nora Nord", "/customers/customers-nord/tiger"}, hasNot: []string{"elg", "customers-vest"},
		},
		"all": {
			reason: "another one sees all",
			person: "consultant-all", path: "/", status: http.StatusOK,
			has: []string{"Alf Alle", "/customers/customers-nord/tiger", "/customers/customers-vest/elg"},
		},
		"filtered": {
			reason: "a filter cannot reach another namespace",
			person: "consultant-nord", path: "/?namespace=customers-vest", status: http.StatusOK,
			hasNot: []string{"/customers/customers-vest/elg"},
		},
		"CSV": {
			reason: "the CSV has what the list has",
			person: "consultant-nord", path: "/customers.csv", status: http.StatusOK,
			has: []string{"310330701"}, hasNot: []string{"315339138"},
		},
		"own customer": {
			reason: "the customer's page is reached by its link after the login",
			person: "consultant-nord", path: "/customers/customers-nord/tiger", status: http.StatusOK,
			has: []string{w.GuestURL(w.Cluster.Customer("customers-nord", "tiger"))},
		},
		"foreign customer": {
			reason: "a customer of another namespace is not there",
			person: "consultant-nord", path: "/customers/customers-vest/elg", status: http.StatusNotFound,
			hasNot: []string{"315339138"},
		},
		"missing customer": {
			reason: "as one that does not exist",
			person: "consultant-nord", path: "/customers/customers-nord/none", status: http.StatusNotFound,
		},
		"foreign namespace": {
			reason: "a namespace that the portal does not read is not there",
			person: "consultant-all", path: "/customers/kube-system/x", status: http.StatusNotFound,
		},
		"overview": {
			reason: "the overview counts what the person may see",
			person: "consultant-nord", path: "/overview", status: http.StatusOK,
		},
		"no rights": {
			reason: "a person without rights learns so",
			person: "no-rights", path: "/", status: http.StatusForbidden, hasNot: []string{"tiger", "elg"},
		},
		"no rights, one customer": {
			reason: "and learns nothing by asking for a customer",
			person: "no-rights", path: "/customers/customers-nord/tiger", status: http.StatusForbidden,
			hasNot: []string{"310330701"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.LogIn(w.Browser(), tc.person, tc.path)
			if got.Status != tc.status {
				t.Errorf("%s: got %d, want %d: %s", tc.reason, got.Status, tc.status, got.Body)
			}
			if got.Path() != tc.path {
				t.Errorf("%s: at %s, want %s", tc.reason, got.Path(), tc.path)
			}
			checkBody(t, tc.reason, got.Body, tc.has, tc.hasNot)
		})
	}
	for _, secret := range []string{"Nora", "consultant", "tiger", clientSecret} {
		if strings.Contains(w.Log(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

func checkBody(t *testing.T, reason, body string, has, hasNot []string) {
	t.Helper()
	for _, text := range has {
		if !strings.Contains(body, text) {
			t.Errorf("%s: the page lacks %q", reason, text)
		}
	}
	for _, text := range hasNot {
		if strings.Contains(body, text) {
			t.Errorf("%s: the page has %q", reason, text)
		}
	}
}

// TestForeignAndMissingAreAlike compares the pages of a customer that the person may not see, and of none.
func TestForeignAndMissingAreAlike(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	foreign := w.Get(b, "/customers/customers-vest/elg")
	missing := w.Get(b, "/customers/customers-vest/gnu")
	if diff := cmp.Diff(strings.ReplaceAll(missing.Body, "gnu", "elg"), foreign.Body); diff != "" {
		t.Errorf("they differ (-missing +foreign):\n%s", diff)
	}
}

// TestRightsEnd verifies that a removed right ends within a minute, and that Kubernetes receives no request meanwhile.
func TestRightsEnd(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	before := w.Cluster.Reviews()
	w.Cluster.Allow(simlogin.GroupNord)
	if got := w.Get(b, "/"); got.Status != http.StatusOK || w.Cluster.Reviews() != before {
		t.Errorf("got %d after %d reviews", got.Status, w.Cluster.Reviews()-before)
	}
	w.Advance(time.Minute + time.Second)
	if got := w.Get(b, "/"); got.Status != http.StatusForbidden {
		t.Errorf("got %d, want 403: the right was taken away", got.Status)
	}
}

// TestKubernetesDown verifies that no customer is shown while Kubernetes does not respond about a person's rights, and
// that the session and customers' own pages continue.
func TestKubernetesDown(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	w.Cluster.Break(http.ErrServerClosed)
	w.Advance(2 * time.Minute)
	got := w.Get(b, "/")
	if got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, "310330701") ||
		got.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, Retry-After %q", got.Status, got.Header.Get("Retry-After"))
	}
	if got := w.Get(b, w.GuestURL(w.Cluster.Customer("customers-nord", "tiger"))); got.Status != http.StatusOK {
		t.Errorf("the customer's own page: %d", got.Status)
	}
	w.Cluster.Break(nil)
	if got := w.Get(b, "/"); got.Status != http.StatusOK {
		t.Errorf("afterwards: %d", got.Status)
	}
}

// TestLogout ends the session here and at the login provider.
func TestLogout(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	got := w.Post(b, "/logout", nil)
	if got.Path() != "/signed-out" || got.Status != http.StatusOK || !strings.HasPrefix(got.URL, w.URL) {
		t.Errorf("at %s: %d", got.URL, got.Status)
	}
	got = w.Get(b, "/")
	if !strings.HasPrefix(got.URL, w.Issuer+"/login") {
		t.Errorf("at %s: the login provider must ask who the person is", got.URL)
	}
}

// TestSignedInAtProvider comes back without a question while the login provider knows the person.
func TestSignedInAtProvider(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	w.RotateSessions()
	if got := w.Get(b, "/overview"); got.Path() != "/overview" || got.Status != http.StatusOK {
		t.Errorf("at %s: %d", got.URL, got.Status)
	}
}

// TestCookies shows the list only for cookies that a present key has sealed as a session, and that have not expired.
func TestCookies(t *testing.T) {
	w := startWithTwo(t, Options{})
	who := session.Session{Username: "oidc:x", Groups: []string{simlogin.GroupNord}, Expires: w.Now().Add(time.Hour)}
	keys, _ := w.keys.Get()
	seal := func(keys session.Keys, purpose session.Purpose, s session.Session) string {
		t.Helper()
		sealed, err := keys.Seal(purpose, s)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	other, err := session.NewKeys([]byte(strings.Repeat("x", session.MinKeySize)))
	if err != nil {
		t.Fatal(err)
	}
	expired := who
	expired.Expires = w.Now().Add(-time.Second)
	unnamed := who
	unnamed.Username = ""
	good := seal(keys, session.ForSession, who)
	for name, tc := range map[string]struct {
		reason string
		cookie string
		valid  bool
	}{
		"good":          {reason: "the portal's own cookie", cookie: good, valid: true},
		"expired":       {reason: "the time is in the sealed text", cookie: seal(keys, session.ForSession, expired)},
		"unnamed":       {reason: "a session without a user is none", cookie: seal(keys, session.ForSession, unnamed)},
		"other key":     {reason: "another key sealed it", cookie: seal(other, session.ForSession, who)},
		"other purpose": {reason: "a login that is under way is no session", cookie: seal(keys, session.ForLogin, who)},
		"altered":       {reason: "one letter differs", cookie: altered(good)},
		"cut":           {reason: "the end is missing", cookie: good[:len(good)-8]},
		"plain":         {reason: "it is not sealed", cookie: "eyJ1IjoieCJ9"},
		"no encryption": {reason: "a token that is not encrypted is none", cookie: "eyJhbGciOiJub25lIn0.eyJ1IjoieCJ9."},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: "portal-session", Value: tc.cookie}) //nolint:gosec // A request has no attributes.
			got := w.Do(w.Browser(), r)
			if valid := strings.Contains(got.Body, "310330701") || strings.Contains(got.Body, "tiger"); valid != tc.valid {
				t.Errorf("%s: shown %t, want %t", tc.reason, valid, tc.valid)
			}
		})
	}
}

func altered(sealed string) string {
	i := len(sealed) - 30
	other := byte('A')
	if sealed[i] == other {
		other = 'B'
	}
	return sealed[:i] + string(other) + sealed[i+1:]
}

// TestSessionKeyRotates verifies that sessions end with their key.
func TestSessionKeyRotates(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	w.RotateSessions()
	w.Get(b, w.Issuer+"/end_session")
	if got := w.Get(b, "/"); !strings.HasPrefix(got.URL, w.Issuer) {
		t.Errorf("at %s", got.URL)
	}
}

// TestForgedLogin ends logins that this browser did not begin, or that the provider did not answer.
func TestForgedLogin(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		query  func(pending url.Values) url.Values
		after  time.Duration
		fresh  bool // another browser
		status int
	}{
		"another state": {
			reason: "state must be the one that was sent",
			query:  func(q url.Values) url.Values { q.Set("state", "forged"); return q }, status: http.StatusBadRequest,
		},
		"no state": {
			reason: "state is required",
			query:  func(q url.Values) url.Values { q.Del("state"); return q }, status: http.StatusBadRequest,
		},
		"another code": {
			reason: "the provider knows the code",
			query:  func(q url.Values) url.Values { q.Set("code", "forged"); return q }, status: http.StatusBadRequest,
		},
		"another browser": {
			reason: "a login that one browser began cannot end in another",
			query:  func(q url.Values) url.Values { return q }, fresh: true, status: http.StatusBadRequest,
		},
		"too late": {
			reason: "a login takes ten minutes at most",
			query:  func(q url.Values) url.Values { return q }, after: 11 * time.Minute, status: http.StatusBadRequest,
		},
		"denied": {
			reason: "the provider refused",
			query: func(q url.Values) url.Values {
				return url.Values{"state": q["state"], "error": {"access_denied"}, "error_description": {"<b>secret</b>"}}
			}, status: http.StatusForbidden,
		},
		"denied by another": {
			reason: "a refusal needs the state too",
			query:  func(url.Values) url.Values { return url.Values{"error": {"access_denied"}} }, status: http.StatusBadRequest,
		},
		"provider's fault": {
			reason: "an outage is not an answer",
			query: func(q url.Values) url.Values {
				return url.Values{"state": q["state"], "error": {"temporarily_unavailable"}}
			}, status: http.StatusServiceUnavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := startWithTwo(t, Options{})
			b := w.Browser()
			callback := w.callback(b, "consultant-nord")
			w.Advance(tc.after)
			if tc.fresh {
				b = w.Browser()
			}
			got := w.Get(b, "/callback?"+tc.query(callback).Encode())
			if got.Status != tc.status {
				t.Errorf("%s: got %d, want %d", tc.reason, got.Status, tc.status)
			}
			if strings.Contains(got.Body, "secret</b>") {
				t.Errorf("%s: the page has the query's text", tc.reason)
			}
		})
	}
}

// callback begins a login and returns the query with which the provider sends the browser back, without following it.
func (w *World) callback(b *http.Client, person string) url.Values {
	w.t.Helper()
	people := w.Get(b, "/")
	address, err := url.Parse(people.URL)
	w.must(err)
	var query url.Values
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), w.URL+"/callback") {
			query = r.URL.Query()
			return http.ErrUseLastResponse
		}
		return nil
	}
	w.Post(b, w.Issuer+"/login", url.Values{"id": {address.Query().Get("id")}, "person": {person}})
	b.CheckRedirect = nil
	if query.Get("code") == "" {
		w.t.Fatal("the provider sent no code")
	}
	return query
}

// TestForeignToken verifies that an ID token of another login, which has another nonce, begins no session.
func TestForeignToken(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	changed := false
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if query := r.URL.Query(); query.Has("nonce") {
			query.Set("nonce", "of-another-login")
			r.URL.RawQuery, changed = query.Encode(), true
		}
		return nil
	}
	got := w.LogIn(b, "consultant-nord", "/")
	if !changed {
		t.Fatal("the login has no nonce")
	}
	if got.Status != http.StatusBadRequest {
		t.Errorf("got %d at %s, want %d", got.Status, got.URL, http.StatusBadRequest)
	}
}

// TestCodeWorksOnce verifies that the answer of the provider begins one session.
func TestCodeWorksOnce(t *testing.T) {
	w := startWithTwo(t, Options{})
	b := w.Browser()
	callback := "/callback?" + w.callback(b, "consultant-nord").Encode()
	if got := w.Get(b, callback); got.Status != http.StatusOK {
		t.Fatalf("got %d", got.Status)
	}
	if got := w.Get(b, callback); got.Status != http.StatusBadRequest {
		t.Errorf("the second time: %d", got.Status)
	}
}

// TestReturn verifies that a login ends at the requested page, and never outside.
func TestReturn(t *testing.T) {
	w := startWithTwo(t, Options{})
	for name, tc := range map[string]struct{ back, want string }{
		"page":            {back: "/overview", want: "/overview"},
		"with query":      {back: "/?q=tiger&state=Waiting", want: "/?q=tiger&state=Waiting"},
		"other host":      {back: "https://evil.example/", want: "/"},
		"no scheme":       {back: "//evil.example/", want: "/"},
		"backslashes":     {back: `/\evil.example/`, want: "/"},
		"backslashes too": {back: `\\evil.example/`, want: "/"},
		"tab":             {back: "/\t/evil.example/", want: "/"},
		"encoded slashes": {back: "/%2F/evil.example", want: "/"},
		"script":          {back: "javascript:alert(1)", want: "/"},
		"relative":        {back: "evil.example", want: "/"},
		"header":          {back: "/x\r\nSet-Cookie: a=b", want: "/"},
		"user":            {back: "https://portal@evil.example", want: "/"},
		"long":            {back: "/?q=" + strings.Repeat("x", 5000), want: "/"},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.Browser()
			got := w.LogIn(b, "consultant-nord", "/login?"+url.Values{"return": {tc.back}}.Encode())
			if !strings.HasPrefix(got.URL, w.URL+"/") || got.Path() != tc.want {
				t.Errorf("at %s, want %s", got.URL, tc.want)
			}
			again := w.Get(b, "/login?"+url.Values{"return": {tc.back}}.Encode())
			if !strings.HasPrefix(again.URL, w.URL+"/") || again.Path() != tc.want {
				t.Errorf("logged in already: at %s, want %s", again.URL, tc.want)
			}
		})
	}
}

// TestProviderDown verifies that a provider that is down ends no session, and that the login page says so.
func TestProviderDown(t *testing.T) {
	w := startWithTwo(t, Options{})
	w.Provider.Break(http.StatusServiceUnavailable)
	late := w.Browser()
	if got := w.Get(late, "/"); got.Status != http.StatusServiceUnavailable || got.Path() != "/login" {
		t.Errorf("down from the start: %d at %s", got.Status, got.URL)
	}
	w.Provider.Break(0)
	w.Advance(6 * time.Second)
	b := w.Browser()
	w.LogIn(b, "consultant-nord", "/")
	query := w.callback(late, "consultant-nord")
	w.Provider.Break(http.StatusBadGateway)
	if got := w.Get(b, "/"); got.Status != http.StatusOK {
		t.Errorf("a session: %d", got.Status)
	}
	if got := w.Get(late, "/callback?"+query.Encode()); got.Status != http.StatusServiceUnavailable {
		t.Errorf("a login under way: %d", got.Status)
	}
}

// TestManyGroups logs in a person with as many groups as Entra ID writes into a token, and refuses one with more.
func TestManyGroups(t *testing.T) {
	people := []simlogin.Person{
		{ID: "many", Name: "Many", Groups: append(uuids(200), simlogin.GroupNord)},
		{ID: "far-too-many", Name: "Far", Groups: uuids(2000)},
		{ID: "overage", Name: "Over", Overage: true},
	}
	w := startWithTwo(t, Options{People: people})
	if got := w.LogIn(w.Browser(), "many", "/"); got.Status != http.StatusOK {
		t.Errorf("200 groups: %d at %s", got.Status, got.URL)
	}
	for _, person := range []string{"far-too-many", "overage"} {
		if got := w.LogIn(w.Browser(), person, "/"); got.Status != http.StatusForbidden || !strings.HasPrefix(got.Path(), "/callback") {
			t.Errorf("%s: %d at %s", person, got.Status, got.URL)
		}
	}
}

// TestNoLogin serves customers' own pages only.
func TestNoLogin(t *testing.T) {
	w := startWithTwo(t, Options{NoLogin: true})
	for _, path := range []string{
		"/", "/overview", "/customers.csv", "/customers/customers-nord/tiger", "/login", "/callback",
	} {
		if got := w.Get(w.Browser(), path); got.Status != http.StatusForbidden || strings.Contains(got.Body, "310330701") {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if got := w.Get(w.Browser(), w.GuestURL(w.Cluster.Customer("customers-nord", "tiger"))); got.Status != http.StatusOK {
		t.Errorf("the customer's own page: %d", got.Status)
	}
}
