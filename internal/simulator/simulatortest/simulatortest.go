// Package simulatortest is what the tests of simulated services share: a clock, a service behind real HTTP, and golden
// files.
package simulatortest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Clock is a clock that a test sets. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at noon of 1 September 2026.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Step moves the clock.
func (c *Clock) Step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Serve serves a handler until the test ends.
func Serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// Reply is a response with its body.
type Reply struct {
	Status int
	Header http.Header
	Raw    []byte
}

// Send sends a request. The test fails if there is no response.
func Send(t testing.TB, client *http.Client, r *http.Request) Reply {
	t.Helper()
	got, err := client.Do(r) //nolint:gosec // A test sends its own requests.
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Reply{Status: got.StatusCode, Header: got.Header, Raw: body}
}

// Admin sends a request to the admin API that add adds, and returns status and body of the response.
func Admin(t testing.TB, add func(*http.ServeMux), method, path, body string) (int, string) {
	t.Helper()
	mux := http.NewServeMux()
	add(mux)
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	if kind := recorder.Header().Get("Content-Type"); recorder.Code >= 400 && kind != "application/problem+json" {
		t.Errorf("%s %s: an error of type %q", method, path, kind)
	}
	return recorder.Code, recorder.Body.String()
}

// Diff fails the test if two values differ.
func Diff(t testing.TB, reason string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want, +got:\n%s", reason, d)
	}
}

// Golden compares a value, as JSON, with the file testdata/NAME.golden. With the flag -update it writes the file.
func Golden(t testing.TB, name string, got any) {
	t.Helper()
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, buffer.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // A test names its own file.
	if err != nil {
		t.Fatal(err)
	}
	if text := buffer.String(); string(want) != text {
		t.Errorf("%s: -want, +got:\n%s", path, cmp.Diff(string(want), text))
	}
}
