package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/simulator"
)

// harness runs commands against a simulator in this process.
type harness struct {
	t     *testing.T
	sim   *simulator.World
	admin string
	dir   string
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	sim, err := simulator.New(simulator.Options{Issuer: "http://localhost:8080/", Now: time.Now, HRMData: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	server := httptest.NewServer(sim.Admin())
	t.Cleanup(server.Close)
	return &harness{t: t, sim: sim, admin: server.URL, dir: t.TempDir()}
}

func (h *harness) run(args ...string) (string, error) {
	return runCommand(h.t, append([]string{"--admin", h.admin}, args...)...)
}

func (h *harness) mustRun(args ...string) string {
	h.t.Helper()
	out, err := h.run(args...)
	if err != nil {
		h.t.Fatalf("%v: %v", args, err)
	}
	return out
}

func runCommand(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRootCommand()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func diff(t *testing.T, reason, want, got string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want, +got:\n%s", reason, d)
	}
}

func wantError(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("got error %v, want one with %q", err, part)
	}
}

func TestRegisterClient(t *testing.T) {
	h := newHarness(t)
	file := filepath.Join(h.dir, "key.jwk")
	register := []string{"register-client", "--client-id", "c1", "--organization", "897757222"}
	out := h.mustRun(append(register, "--key-out", file)...)

	key, err := readKey(file)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "says what was done", "Client c1 of 897757222 is registered with key "+key.KeyID+"\nIts private key is in "+
		file+"\n", out)
	diff(t, "alg", "RS256", key.Algorithm)
	diff(t, "use", "sig", key.Use)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "only its owner reads the key", "-rw-------", info.Mode().String())
	client, _ := h.sim.Maskinporten.Client("c1")
	if len(client.JWKS.Keys) != 1 || !client.JWKS.Keys[0].IsPublic() || client.JWKS.Keys[0].KeyID != key.KeyID {
		t.Errorf("registered %d keys, want the public part of the one", len(client.JWKS.Keys))
	}

	_, err = h.run(append(register, "--key-out", file)...)
	wantError(t, err, file+" exists: register the key in it with --key, or remove it")
	out = h.mustRun("register-client", "--client-id", "c2", "--organization", "889640782", "--key", file)
	diff(t, "an existing key", "Client c2 of 889640782 is registered with key "+key.KeyID+"\n", out)
	public := filepath.Join(h.dir, "public.jwk")
	if err := writeKey(public, key.Public()); err != nil {
		t.Fatal(err)
	}
	out = h.mustRun("register-client", "--client-id", "c3", "--organization", "889640782", "--key", public)
	diff(t, "a public key alone", "Client c3 of 889640782 is registered with key "+key.KeyID+"\n", out)
}

func TestRegisterClientRefuses(t *testing.T) {
	h := newHarness(t)
	file := func(name, text string) string {
		path := filepath.Join(h.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fresh := filepath.Join(h.dir, "fresh.jwk")
	cases := map[string]struct {
		args []string
		want string
	}{
		"NoKey": {
			args: []string{"--organization", "897757222"},
			want: "at least one of the flags in the group [key key-out enterprise-certificate] is required",
		},
		"BadNumber": {
			args: []string{"--organization", "897757223", "--key-out", fresh}, want: "its check digit is wrong",
		},
		"NoSuchFile": {args: []string{"--organization", "897757222", "--key", fresh}, want: "cannot read the key"},
		"NoSuchFolder": {
			args: []string{"--organization", "897757222", "--key-out", filepath.Join(h.dir, "no", "key")},
			want: "cannot write the key",
		},
		"NotAJWK": {
			args: []string{"--organization", "897757222", "--key", file("a", "secret text")}, want: "does not hold a JWK",
		},
		"Symmetric": {
			args: []string{"--organization", "897757222", "--key", file("b", `{"kty":"oct","kid":"k","k":"AQAB"}`)},
			want: "does not hold an RSA key",
		},
		"UnknownScope": {
			args: []string{"--organization", "897757222", "--key-out", fresh, "--scope", "nav:x"},
			want: `scope "nav:x" is not registered`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := h.run(append([]string{"register-client", "--client-id", "c1"}, tc.args...)...)
			wantError(t, err, tc.want)
			if strings.Contains(err.Error(), "secret text") {
				t.Error("the error shows what is in the key file")
			}
			if _, err := os.Stat(fresh); err == nil {
				t.Error("the key of a client that was not registered is left behind")
			}
		})
	}
}

func TestKeyWithoutID(t *testing.T) {
	key, err := generateKey()
	if err != nil {
		t.Fatal(err)
	}
	key.KeyID = ""
	file := filepath.Join(t.TempDir(), "key.jwk")
	if err := writeKey(file, key); err != nil {
		t.Fatal(err)
	}
	_, err = readKey(file)
	wantError(t, err, "has no kid")
}

func TestDelegations(t *testing.T) {
	h := newHarness(t)
	parties := []string{"--consumer", "310330701", "--supplier", "897757222"}
	diff(t, "none yet", "No delegations\n", h.mustRun("delegations"))
	diff(t, "delegate", "310330701 has delegated nav:oppfolgingsplan/lps.write to 897757222\n",
		h.mustRun(append([]string{"delegate"}, parties...)...))
	out := h.mustRun("delegations")
	if lines := strings.Split(out, "\n"); len(lines) != 3 ||
		!strings.HasPrefix(lines[1], "310330701  897757222  nav:oppfolgingsplan/lps.write  20") {
		t.Errorf("got %q", out)
	}
	diff(t, "withdraw", "310330701 has withdrawn nav:oppfolgingsplan/lps.write from 897757222\n",
		h.mustRun(append([]string{"withdraw"}, parties...)...))
	diff(t, "none any more", "No delegations\n", h.mustRun("delegations"))

	_, err := h.run("delegate", "--consumer", "310330702", "--supplier", "897757222")
	wantError(t, err, `cannot delegate: consumer: "310330702" is not an organization number: its check digit is wrong`)
	_, err = h.run("delegate", "--consumer", "310330701")
	wantError(t, err, `required flag(s) "supplier" not set`)
}

func TestRotateSigningKey(t *testing.T) {
	h := newHarness(t)
	before := h.keys()
	diff(t, "rotate", "Maskinporten signs with a new key\n", h.mustRun("rotate-signing-key"))
	if h.keys() == before {
		t.Error("the keys are the same")
	}
}

func (h *harness) keys() string {
	recorder := httptest.NewRecorder()
	h.sim.Maskinporten.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/jwk", http.NoBody))
	return recorder.Body.String()
}

func TestRequests(t *testing.T) {
	h := newHarness(t)
	diff(t, "nothing yet", "No requests\n", h.mustRun("requests"))
	h.keys()
	diff(t, "no token requests", "ENDPOINT  OUTCOME  REQUESTS\njwk       OK       1\n", h.mustRun("requests"))
	for range 3 {
		h.sim.Maskinporten.Handler().ServeHTTP(httptest.NewRecorder(),
			httptest.NewRequest(http.MethodPost, "/token", http.NoBody))
	}
	out := h.mustRun("requests", "--last", "2")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 7 ||
		!strings.HasSuffix(lines[6], "400     InvalidRequest") {
		t.Errorf("want two counts and the last two requests, got\n%s", out)
	}
	h.sim.HRM.Handler().ServeHTTP(httptest.NewRecorder(),
		httptest.NewRequest(http.MethodGet, "/tiger/v1/organization", http.NoBody))
	h.sim.NAVPlans.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	out = h.mustRun("requests", "--last", "1")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 11 ||
		!strings.HasSuffix(lines[9], "ENDPOINT  ORGANIZATION  STATUS  OUTCOME") ||
		!strings.HasSuffix(lines[10], "nav       -             404     NotFound") {
		t.Errorf("want four counts, the last token request and the last call, got\n%s", out)
	}
	diff(t, "reset", "The requests are forgotten\n", h.mustRun("requests", "--reset"))
	diff(t, "nothing again", "No requests\n", h.mustRun("requests"))
}

func TestAdminThatIsNone(t *testing.T) {
	endpoints := map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"NotASimulator": {handler: http.NotFound, want: "not a simulator's admin API: it returned 404 Not Found"},
		"NotJSON": {
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
			want:    "reading the simulator's response",
		},
		"Redirect": {handler: http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP, want: "returned 302 Found"},
	}
	commands := [][]string{
		{"requests"},
		{"delegations"},
		{"fault", "show"},
		{"fault", "set", "latency=1s"},
		{"system-users"},
		{"system-user-requests"},
		{"approve", "310330701"},
		{"withdraw-system-user", "310330701"},
		{"hrm", "tiger"},
	}
	withoutAnswer := [][]string{
		{"fault", "clear"},
		{"rotate-signing-key"},
		{"requests", "--reset"},
		{"offer-plan", "tiger", "plan-1", "--employee", "01447842099"},
		{"settle-plan", "tiger", "plan-1", "--not-received"},
		{"want-pdfs", "tiger"},
	}
	for name, tc := range endpoints {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			t.Cleanup(server.Close)
			for _, command := range commands {
				_, err := runCommand(t, append(command, "--admin", server.URL)...)
				wantError(t, err, tc.want)
			}
		})
	}
	for _, command := range slices.Concat(commands, withoutAnswer) {
		_, err := runCommand(t, append(command, "--admin", "http://127.0.0.1:1")...)
		wantError(t, err, "kubectl -n simulator port-forward service/admin 8081:80")
	}
}

func TestAdminFromTheEnvironment(t *testing.T) {
	h := newHarness(t)
	t.Setenv(adminVariable, h.admin+"/")
	out, err := runCommand(t, "delegations")
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "the variable names the simulator", "No delegations\n", out)
}

// TestVersion prints the version.
func TestVersion(t *testing.T) {
	if got, err := runCommand(t, "--version"); err != nil || !strings.HasPrefix(got, "simulator version devel (") {
		t.Errorf("got %q, %v", got, err)
	}
}
