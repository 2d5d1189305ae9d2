package profiling

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/fixture/loopback"
)

func TestCheckAddress(t *testing.T) {
	const refusal = `--pprof-address must be a loopback address with a port, such as 127.0.0.1:6060, not `
	for name, c := range map[string]struct {
		reason  string
		address string
		refused bool
	}{
		"none":      {reason: "it is off by default", address: ""},
		"ipv4":      {reason: "the documented address", address: "127.0.0.1:6060"},
		"ipv6":      {reason: "a loopback address too", address: "[::1]:6060"},
		"all":       {reason: "every pod could read profiles", address: ":6060", refused: true},
		"ipv4-all":  {reason: "likewise", address: "0.0.0.0:6060", refused: true},
		"ipv6-all":  {reason: "likewise", address: "[::]:6060", refused: true},
		"pod":       {reason: "likewise", address: "10.0.0.7:6060", refused: true},
		"name":      {reason: "a name may resolve to any address", address: "localhost:6060", refused: true},
		"no-port":   {reason: "there is no default port", address: "127.0.0.1", refused: true},
		"port-only": {reason: "the address is missing", address: "6060", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckAddress(c.address)
			if (err != nil) != c.refused || err != nil && !strings.HasPrefix(err.Error(), refusal) {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}

// TestServer reads profiles, and verifies that the server ends with its context.
func TestServer(t *testing.T) {
	address := loopback.Address()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Server(address).Start(ctx) }()
	for path, want := range map[string]string{
		"":                       "full goroutine stack dump",
		"heap?debug=1":           "heap profile:",
		"goroutine?debug=1":      "goroutine profile:",
		"profile?seconds=1":      "\x1f\x8b", // gzip
		"trace?seconds=0.1":      "go 1.",
		"cmdline":                "profiling.test",
		"symbol?" + "0x00000000": "num_symbols: 1",
	} {
		if body := get(t, "http://"+address+"/debug/pprof/"+path); !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestOff verifies that no address is served without the flag.
func TestOff(t *testing.T) {
	if err := Server("").Start(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestInUse verifies the error of an address that another process uses.
func TestInUse(t *testing.T) {
	var listening net.ListenConfig
	l, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	err = Server(l.Addr().String()).Start(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "listening at --pprof-address: ") {
		t.Errorf("got %v", err)
	}
}

// get returns the body at a URL, once there is a server.
func get(t *testing.T, url string) string {
	t.Helper()
	c := http.Client{Timeout: 10 * time.Second}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := c.Do(request)
		if err != nil {
			select {
			case <-tick.C:
				continue
			case <-t.Context().Done():
				t.Fatal(err)
			}
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %v", url, response.StatusCode, err)
		}
		return string(body)
	}
}
