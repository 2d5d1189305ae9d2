package login

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	callback = "http://portal.example/callback"
	verifier = "0123456789012345678901234567890123456789012"
)

// browser is a browser at a provider. It does not follow redirects to the client.
type browser struct {
	*http.Client

	t      *testing.T
	issuer string
}

// start starts a provider with one client, with or without a secret.
func start(t *testing.T, secret string) *browser {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + server.Listener.Addr().String()
	s, err := New(Options{Issuer: issuer, Now: time.Now, Client: Client{
		ID: "portal", Secret: secret, RedirectURIs: []string{callback}, LogoutURIs: []string{"http://portal.example/out"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = s.Handler()
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, issuer: issuer, Client: &http.Client{
		Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(r.URL.String(), issuer) {
				return nil
			}
			return http.ErrUseLastResponse
		},
	}}
}

// get returns status, the address at which redirects ended or left the provider, and the body.
func (b *browser) get(path string) (status int, at *url.URL, body string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.issuer+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

func (b *browser) post(path string, form url.Values) (status int, at *url.URL, body string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

func (b *browser) send(r *http.Request) (status int, at *url.URL, body string) {
	b.t.Helper()
	response, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	at = response.Request.URL
	if location, err := response.Location(); err == nil {
		at = location
	}
	return response.StatusCode, at, string(text)
}

func (b *browser) authorize(change func(url.Values)) (status int, at *url.URL, body string) {
	b.t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {"portal"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {"s"}, "nonce": {"n"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"},
	}
	if change != nil {
		change(query)
	}
	return b.get("/authorize?" + query.Encode())
}

// code logs a person in and returns the code.
func (b *browser) code(person string) string {
	b.t.Helper()
	_, at, _ := b.authorize(nil)
	_, at, _ = b.post("/login", url.Values{"id": at.Query()["id"], "person": {person}})
	if at.Query().Get("state") != "s" || !strings.HasPrefix(at.String(), callback) {
		b.t.Fatalf("at %s", at)
	}
	return at.Query().Get("code")
}

// TestClaims verifies that the signed token names the person and the groups.
func TestClaims(t *testing.T) {
	b := start(t, "")
	status, _, body := b.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {b.code("consultant-nord")}, "redirect_uri": {callback},
		"client_id": {"portal"}, "code_verifier": {verifier},
	})
	var token struct {
		ID string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(body), &token); err != nil || status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	parts := strings.Split(token.ID, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"iss": b.issuer, "sub": "consultant-nord", "name": "Nora Nord", "nonce": "n", "groups": []any{GroupNord},
		"email": "consultant-nord@4human.example",
	}
	got := map[string]any{}
	for claim := range want {
		got[claim] = claims[claim]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

// TestTokenRefusals verifies that a code works once, for its client and with its verifier.
func TestTokenRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		secret string
		change func(url.Values)
		status int
	}{
		"good":        {change: func(url.Values) {}, status: http.StatusOK},
		"no verifier": {change: func(v url.Values) { v.Del("code_verifier") }, status: http.StatusBadRequest},
		"another verifier": {
			change: func(v url.Values) { v.Set("code_verifier", strings.Repeat("x", 43)) }, status: http.StatusBadRequest,
		},
		"another code":    {change: func(v url.Values) { v.Set("code", "x") }, status: http.StatusBadRequest},
		"another address": {change: func(v url.Values) { v.Set("redirect_uri", "http://evil.example/") }, status: http.StatusBadRequest},
		"with secret": {
			secret: "hush", change: func(v url.Values) { v.Set("client_secret", "hush") }, status: http.StatusOK,
		},
		"another secret": {
			secret: "hush", change: func(v url.Values) { v.Set("client_secret", "x") }, status: http.StatusUnauthorized,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, tc.secret)
			form := url.Values{
				"grant_type": {"authorization_code"}, "code": {b.code("manager")}, "redirect_uri": {callback},
				"client_id": {"portal"}, "code_verifier": {verifier},
			}
			tc.change(form)
			status, _, body := b.post("/oauth/token", form)
			if status/100 != tc.status/100 {
				t.Errorf("got %d %s, want %d", status, body, tc.status)
			}
			if status, _, _ := b.post("/oauth/token", form); status == http.StatusOK {
				t.Error("the code works twice")
			}
		})
	}
}

// TestSingleSignOn verifies that the provider asks a visitor once to choose a person, until the logout.
func TestSingleSignOn(t *testing.T) {
	b := start(t, "")
	b.code("manager")
	if _, at, _ := b.authorize(nil); at.Query().Get("code") == "" {
		t.Errorf("at %s: it asks again", at)
	}
	_, at, _ := b.get("/end_session?" + url.Values{
		"client_id": {"portal"}, "post_logout_redirect_uri": {"http://portal.example/out"},
	}.Encode())
	if at.String() != "http://portal.example/out" {
		t.Errorf("the logout ends at %s", at)
	}
	if _, at, _ := b.authorize(nil); at.Path != loginPath {
		t.Errorf("at %s: it does not ask after the logout", at)
	}
}

// TestAuthorizeRefusals verifies that other clients and addresses, and unknown people, are refused.
func TestAuthorizeRefusals(t *testing.T) {
	b := start(t, "")
	for name, change := range map[string]func(url.Values){
		"client":  func(v url.Values) { v.Set("client_id", "x") },
		"address": func(v url.Values) { v.Set("redirect_uri", "http://evil.example/") },
	} {
		if status, at, _ := b.authorize(change); status < 400 || at.Host == "evil.example" {
			t.Errorf("%s: %d at %s", name, status, at)
		}
	}
	_, at, _ := b.authorize(nil)
	form := url.Values{"id": at.Query()["id"], "person": {"unknown"}}
	if status, _, _ := b.post("/login", form); status != http.StatusBadRequest {
		t.Errorf("an unknown person: %d", status)
	}
	if status, _, _ := b.post("/login", url.Values{"id": {"x"}, "person": {"manager"}}); status != http.StatusBadRequest {
		t.Errorf("an unknown login: %d", status)
	}
	if _, err := New(Options{Issuer: "http://x.example", Client: Client{ID: "a"}}); err == nil {
		t.Error("a provider without a clock")
	}
	if _, err := New(Options{Issuer: "http://x.example", Now: time.Now}); err == nil {
		t.Error("a provider without a client")
	}
}
