package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/pkg/worker"
)

// Secrets and an identity number, which must not be logged.
const (
	hrmToken    = "hrm-hush-0123456789"
	podToken    = "pod-hush-0123456789"
	accessToken = "access-hush-0123456789"
	person      = "05908399546"

	customer = "310330701"
)

// service is a fake of an outside service.
type service struct {
	server *httptest.Server

	mu      sync.Mutex
	handler http.HandlerFunc
}

func (s *service) set(handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = handler
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	handler(w, r)
}

// world is the environment of a run: three services that work, and the files of the pod's volumes.
type world struct {
	t                *testing.T
	hrm, broker, nav *service
	plans            *fakeHRM // behind hrm
	environment      worker.Environment
	folder           string
	logged           *bytes.Buffer

	mu       sync.Mutex
	requests []string // by service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, hrm: &service{}, broker: &service{}, nav: &service{}, folder: t.TempDir(), logged: &bytes.Buffer{}}
	w.plans = offers(1)
	w.hrm.handler = w.plans.serve
	w.broker.handler = respondTo(http.MethodPost, "/token", podToken, tokenResponse)
	w.nav.handler = respondAsNAV
	w.hrm.server = outboundtest.Serve(t, w.traced("hrm", w.hrm))
	w.broker.server = outboundtest.ServeTLS(t, w.traced("broker", w.broker))
	w.nav.server = outboundtest.Serve(t, w.traced("nav", w.nav))
	w.write("hrm-token", hrmToken+"\n")
	w.write("broker-token", podToken)
	w.environment = w.makeEnvironment()
	w.write("termination-log", "") // the kubelet makes the file
	return w
}

// makeEnvironment returns the environment of a run of follow-up plans.
func (w *world) makeEnvironment() worker.Environment {
	return worker.Environment{
		Service: serviceFollowUpPlans, OrganizationNumber: customer, HRMURL: w.hrm.server.URL + "/api",
		TokenBroker: worker.TokenBroker{URL: w.broker.server.URL + "/token", CA: authorityOf(w.broker.server)},
		Settings: worker.Settings{
			APIURL: w.nav.server.URL, HRM: worker.HRM{AllowedAddresses: []string{"127.0.0.0/8"}},
			Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
		},
	}
}

// authorityOf returns the certificate authority of a server, in PEM.
func authorityOf(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

const tokenResponse = `{"access_token":"` + accessToken +
	`","token_type":"Bearer","expires_in":29,"scope":"nav:oppfolgingsplan/lps.write"}`

// respondTo responds to one kind of request.
func respondTo(method, path, token, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method || r.URL.Path != path || r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = io.WriteString(w, body)
	}
}

// traced records the requests to a service.
func (w *world) traced(name string, s *service) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, name)
		w.mu.Unlock()
		s.serve(rw, r)
	}
}

// trace returns the services in the order of the requests, without repetitions, whose number depends on jitter.
func (w *world) trace() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(slices.Compact(slices.Clone(w.requests)), " ")
}

func (w *world) path(name string) string { return filepath.Join(w.folder, name) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// variables returns the environment of a run, and then more variables, of which the last one of a name counts.
func (w *world) variables(more ...string) []string {
	w.t.Helper()
	all, err := w.environment.Variables()
	if err != nil {
		w.t.Fatal(err)
	}
	var variables []string
	for _, v := range all {
		variables = append(variables, v.Name+"="+v.Value)
	}
	return append(variables, more...)
}

// getenv returns the function that reads variables.
func getenv(variables []string) func(string) string {
	return func(name string) string {
		for _, v := range slices.Backward(variables) {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// args returns the flags of a run, and then more flags, of which the last one of a name counts.
func (w *world) args(more ...string) []string {
	return append([]string{
		"--broker-token=" + w.path("broker-token"), "--hrm-token=" + w.path("hrm-token"),
		"--hrm-ca=" + w.path("hrm-ca.crt"), "--hrm-owner=" + w.path("hrm-owner"),
		"--termination-log=" + w.path("termination-log"), "--log-level=debug",
	}, more...)
}

// execute runs the worker in this process and returns the exit code. more are flags and variables of the contract.
func (w *world) execute(ctx context.Context, more ...string) int {
	w.t.Helper()
	var flags, variables []string
	for _, text := range more {
		if strings.HasPrefix(text, "INTEGRATION_") {
			variables = append(variables, text)
		} else {
			flags = append(flags, text)
		}
	}
	return execute(ctx, w.args(flags...), getenv(w.variables(variables...)), io.Discard, w.logged)
}

// report reads the termination message as the controllers do.
func (w *world) report() runreport.Report {
	w.t.Helper()
	message, err := os.ReadFile(w.path("termination-log"))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := runreport.Parse(string(message))
	if err != nil {
		w.t.Errorf("the termination message %q: %v", message, err)
	}
	w.checkHides(string(message))
	return r
}

// ended returns the report without counts.
func (w *world) ended() runreport.Report {
	w.t.Helper()
	r := w.report()
	return runreport.Report{Outcome: r.Outcome, Reason: r.Reason}
}

// lines returns the lines of the log.
func (w *world) lines() []map[string]any {
	w.t.Helper()
	var all []map[string]any
	for line := range strings.Lines(w.logged.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			w.t.Errorf("a line that is not JSON: %s", line)
		}
		all = append(all, entry)
	}
	return all
}

// logs reports whether a message with an attribute was logged.
func (w *world) logs(message, key string, value any) bool {
	w.t.Helper()
	for _, line := range w.lines() {
		if line["msg"] == message && fmt.Sprint(line[key]) == fmt.Sprint(value) {
			return true
		}
	}
	return false
}

// checkHides checks that a text and the log have no secrets and no personal data.
func (w *world) checkHides(text string) {
	w.t.Helper()
	outboundtest.CheckHides(w.t, nil, text+w.logged.String(), "hush", person, "Tiger")
}

func failed(reason runreport.Reason) runreport.Report {
	return runreport.Report{Outcome: runreport.Failed, Reason: reason}
}

// testClock is a clock that only pauses move.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}
