package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
	"github.com/4human/integration-operator/internal/fixture/loopback"
	simlogin "github.com/4human/integration-operator/internal/simulator/login"
	"github.com/4human/integration-operator/test/sample"
)

// patience is how long a test waits for a condition before it fails.
const patience = 2 * time.Minute

// process is a portal process, started as its Deployment does, with a simulated login provider.
type process struct {
	t                    testing.TB
	command              *exec.Cmd
	ended                chan error
	url, health, metrics string
	issuer               string
	keys                 string // the folder
	log                  syncBuffer
}

func startProcess(t testing.TB, w *world) *process {
	t.Helper()
	address := loopback.Address()
	p := &process{
		t: t, ended: make(chan error, 1), url: "http://" + address, health: loopback.Address(), metrics: loopback.Address(),
		keys: t.TempDir(),
	}
	p.serveLogin()
	p.writeKey("link.key", "l")
	p.writeKey("session.key", "s")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.command = exec.CommandContext(context.Background(), self,
		"--namespaces="+south+","+north, "--public-url="+p.url, "--bind-address="+address,
		"--health-probe-bind-address="+p.health, "--metrics-bind-address="+p.metrics,
		"--link-key-file="+filepath.Join(p.keys, "link.key"), "--session-key-files="+filepath.Join(p.keys, "session.key"),
		"--oidc-issuer-url="+p.issuer, "--oidc-client-id=portal", "--oidc-username-prefix=oidc:")
	p.command.Env = append(os.Environ(), processVariable+"=1", "KUBECONFIG="+w.kubeconfig())
	p.command.Stderr = io.MultiWriter(t.Output(), &p.log)
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.ended <- p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // a no-op unless the test failed
		for range p.ended {          // until it has ended
			continue
		}
	})
	return p
}

// serveLogin starts a login provider whose client is public: it has PKCE, and no secret.
func (p *process) serveLogin() {
	p.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	p.issuer = "http://" + server.Listener.Addr().String()
	provider, err := simlogin.New(simlogin.Options{Issuer: p.issuer, Now: time.Now, Client: simlogin.Client{
		ID: "portal", RedirectURIs: []string{p.url + "/callback"}, LogoutURIs: []string{p.url + "/signed-out"},
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	server.Config.Handler = provider.Handler()
	server.Start()
	p.t.Cleanup(server.Close)
}

// key returns a key that repeats a letter.
func key(letter string) []byte { return []byte(strings.Repeat(letter, 40)) }

func (p *process) writeKey(name, letter string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.keys, name), key(letter), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// guestURL returns the address of a customer's own page with a key.
func (p *process) guestURL(c *v1alpha1.CustomerIntegration, letter string) string {
	p.t.Helper()
	k, err := customerlink.NewKey(key(letter))
	if err != nil {
		p.t.Fatal(err)
	}
	return p.url + "/g/" + k.Token(c.UID, c.Annotations[v1alpha1.AnnotationLinkRevision])
}

func (p *process) eventually(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			p.t.Fatalf("no %s within %s", what, patience)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// get returns status, address and body. The status is 0 without a response.
func (p *process) get(b *http.Client, address string) (status int, at, body string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(b, r)
}

func (p *process) post(b *http.Client, address string, form url.Values) (status int, at, body string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(b, r)
}

func (p *process) do(b *http.Client, r *http.Request) (status int, at, body string) {
	p.t.Helper()
	response, err := b.Do(r)
	if err != nil {
		return 0, "", err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, response.Request.URL.String(), string(text)
}

func newBrowser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute}
}

// logIn logs a person in and returns the page of a path.
func (p *process) logIn(person, path string) (b *http.Client, status int, body string) {
	p.t.Helper()
	b = newBrowser(p.t)
	_, at, _ := p.get(b, p.url+path)
	address, err := url.Parse(at)
	if err != nil || !strings.HasPrefix(at, p.issuer) {
		p.t.Fatalf("at %s", at)
	}
	status, _, body = p.post(b, p.issuer+"/login", url.Values{"id": {address.Query().Get("id")}, "person": {person}})
	return b, status, body
}

// TestProcess runs the portal against a real API server with the rights of config/portal.
func TestProcess(t *testing.T) {
	w := newWorld(t)
	w.allow(simlogin.GroupNord, north)
	w.allow(simlogin.GroupAll, south)
	p := startProcess(t, w)
	p.eventually("readiness", func() bool {
		status, _, _ := p.get(http.DefaultClient, "http://"+p.health+"/readyz")
		return status == http.StatusOK
	})
	for name, tc := range map[string]struct {
		person string
		status int
		has    string
		hasNot string
	}{
		"north": {
			person: "consultant-nord", status: 200, has: "/customers/customers-nord/c315339138", hasNot: "310330701",
		},
		"customers": {person: "consultant-all", status: 200, has: "/customers/customers/c310330701", hasNot: "315339138"},
		"no rights": {person: "no-rights", status: 403, hasNot: "315339138"},
		"manager":   {person: "manager", status: 403, hasNot: "315339138"},
	} {
		t.Run(name, func(t *testing.T) {
			_, status, body := p.logIn(tc.person, "/")
			if status != tc.status || !strings.Contains(body, tc.has) || strings.Contains(body, tc.hasNot) {
				t.Errorf("got %d: %s", status, body)
			}
		})
	}
	t.Run("check", func(*testing.T) { p.checkNow(w) })
	t.Run("link", func(*testing.T) { p.rotate(w) })
	t.Run("metrics", func(t *testing.T) {
		_, _, body := p.get(http.DefaultClient, "http://"+p.metrics+"/metrics")
		if !strings.Contains(body, `integration_portal_checks_total{origin="consultant",result="Requested"} 1`) {
			t.Errorf("the metrics are %s", body)
		}
	})
	p.stop()
}

// checkNow requests a verification as a consultant, and again as the customer.
func (p *process) checkNow(w *world) {
	t := p.t
	t.Helper()
	elk := sample.Customer(north, "default", "315339138")
	b, _, _ := p.logIn("consultant-nord", "/")
	path := "/customers/" + north + "/" + elk.Name
	if status, at, _ := p.post(b, p.url+path+"/check", nil); status != http.StatusOK || at != p.url+path {
		t.Errorf("got %d at %s", status, at)
	}
	if err := w.server.Client.Get(t.Context(), client.ObjectKeyFromObject(elk), elk); err != nil {
		t.Fatal(err)
	}
	version := elk.ResourceVersion
	if elk.Annotations[v1alpha1.AnnotationReconcileRequestedAt] == "" || len(elk.Annotations) != 1 {
		t.Errorf("the annotations are %v", elk.Annotations)
	}
	if status, _, _ := p.post(newBrowser(t), p.guestURL(elk, "l")+"/check", nil); status != http.StatusOK {
		t.Errorf("the customer: %d", status)
	}
	err := w.server.Client.Get(t.Context(), client.ObjectKeyFromObject(elk), elk)
	if err != nil || elk.ResourceVersion != version {
		t.Errorf("a second request within a minute: %v", err)
	}
}

// rotate replaces the key of links, and then the revision of one customer's link.
func (p *process) rotate(w *world) {
	t := p.t
	t.Helper()
	tiger := sample.Customer(south, "default", "310330701")
	if err := w.server.Client.Get(t.Context(), client.ObjectKeyFromObject(tiger), tiger); err != nil {
		t.Fatal(err)
	}
	opens := func(letter string) int {
		status, _, _ := p.get(http.DefaultClient, p.guestURL(tiger, letter))
		return status
	}
	if got := opens("l"); got != http.StatusOK {
		t.Errorf("the link: %d", got)
	}
	p.writeKey("link.key", "m")
	p.eventually("new links", func() bool { return opens("m") == http.StatusOK })
	if got := opens("l"); got != http.StatusNotFound {
		t.Errorf("the link of the old key: %d", got)
	}
	old := tiger.DeepCopy()
	tiger.Annotations = map[string]string{v1alpha1.AnnotationLinkRevision: "2"}
	if err := w.server.Client.Patch(t.Context(), tiger, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
	p.eventually("a new revision", func() bool { return opens("m") == http.StatusOK })
	if status, _, _ := p.get(http.DefaultClient, p.guestURL(old, "m")); status != http.StatusNotFound {
		t.Errorf("the link of the old revision: %d", status)
	}
}

// stop ends the portal with SIGTERM and waits for it.
func (p *process) stop() {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("the portal ended with %v", err)
		}
	case <-time.After(patience):
		p.t.Fatal("the portal did not end")
	}
	for _, secret := range []string{"310330701", "Nora", "consultant", "llllll", "ssssss"} {
		if p.log.has(secret) {
			p.t.Errorf("the log has %q", secret)
		}
	}
}

// syncBuffer is a buffer that is safe for concurrent use.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) has(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Contains(b.text.String(), text)
}
