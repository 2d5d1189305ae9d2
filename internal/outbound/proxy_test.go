package outbound

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// tunnel is a proxy that connects every host to one server.
type tunnel struct {
	url, to string

	mu    sync.Mutex
	hosts []string
}

func newTunnel(t *testing.T, to string) *tunnel {
	t.Helper()
	p := &tunnel{to: to}
	p.url = outboundtest.Serve(t, p.serve).URL
	return p
}

// serve serves CONNECT.
func (p *tunnel) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.hosts = append(p.hosts, r.Method+" "+r.Host)
	p.mu.Unlock()
	server, err := net.Dial("tcp", p.to) //nolint:noctx // It ends with the test.
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(server, client) }()
	_, _ = io.Copy(client, server)
}

// seen returns the hosts that clients connected to.
func (p *tunnel) seen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.hosts, ", ")
}

// TestProxy connects to hosts with a proxy: the address guard checks every address that the worker itself resolves or
// that is written, and the proxy connects to the rest.
func TestProxy(t *testing.T) {
	cases := map[string]struct {
		reason  string
		url     string // of the request; "" for the server's own
		except  []string
		allowed string
		guarded bool
		want    Kind
		proxied string
	}{
		"NAV": {reason: "the proxy is used", url: "https://nav.example/", proxied: "CONNECT nav.example:443"},
		"HRM": {
			reason: "the proxy has a private address and resolves the name", url: "https://hrm.example/", guarded: true,
			proxied: "CONNECT hrm.example:443",
		},
		"HRM with a port": {
			reason: "any port", url: "https://hrm.example:8443/", guarded: true, proxied: "CONNECT hrm.example:8443",
		},
		"a private address": {
			reason: "a written address is checked", url: "https://10.1.2.3/", guarded: true, want: AddressNotAllowed,
		},
		"metadata": {
			reason: "a written address is checked", url: "https://169.254.169.254/", guarded: true, want: AddressNotAllowed,
		},
		"an allowed address": {
			reason: "the Supplier allows it", url: "https://10.1.2.3/", allowed: "10.0.0.0/8", guarded: true,
			proxied: "CONNECT 10.1.2.3:443",
		},
		"an exception": {
			reason: "a host without the proxy is guarded as ever", url: "https://10.1.2.3/", except: []string{"10.0.0.0/8"},
			guarded: true, want: AddressNotAllowed,
		},
		"loopback": {reason: "it is never proxied, and guarded", guarded: true, want: AddressNotAllowed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.ServeTLS(t, outboundtest.Says(http.StatusOK, "{}"))
			p := newTunnel(t, server.Listener.Addr().String())
			proxy, err := NewProxy(p.url, tc.except)
			if err != nil {
				t.Fatal(err)
			}
			roots, err := ParseRoots(certificate(server))
			if err != nil {
				t.Fatal(err)
			}
			var networks Networks
			if tc.allowed != "" {
				networks.Allowed = append(networks.Allowed, netip.MustParsePrefix(tc.allowed))
			}
			transport := proxy.Apply(NewTransport(roots))
			if tc.guarded {
				transport = proxy.ApplyGuarded(NewGuardedTransport(roots, networks), networks)
			}
			transport.TLSClientConfig.ServerName = "example.com" // as httptest's certificate has it
			transport.DisableKeepAlives = true
			url := tc.url
			if url == "" {
				url = server.URL
			}
			_, err = Caller{Transport: transport, Timeout: time.Minute, Now: time.Now}.Do(t.Context(),
				Request{Method: http.MethodGet, URL: url, Limit: 10})
			if KindOf(err) != tc.want || p.seen() != tc.proxied {
				t.Errorf("%s: %v, want %q; the proxy saw %q, want %q", tc.reason, err, tc.want, p.seen(), tc.proxied)
			}
		})
	}
}

// TestProxyRefuses checks that nothing counts as sent if the proxy does not connect, so that no plan becomes unknown.
func TestProxyRefuses(t *testing.T) {
	p := outboundtest.Serve(t, outboundtest.Says(http.StatusForbidden, "no"))
	proxy, err := NewProxy(p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Caller{Transport: proxy.Apply(NewTransport(nil)), Timeout: time.Minute, Now: time.Now}.Do(t.Context(),
		Request{Method: http.MethodPost, URL: "https://nav.example/", Body: "plan", Limit: 10})
	if KindOf(err) != Unreachable || !NothingSent(err) {
		t.Errorf("%v, nothing sent: %t", err, NothingSent(err))
	}
}

// TestNewProxy refuses what is not a proxy's URL.
func TestNewProxy(t *testing.T) {
	for name, url := range map[string]string{"no host": "http://", "no scheme": "proxy.example:3128", "SOCKS": "socks5://a:1"} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewProxy(url, nil); err == nil {
				t.Errorf("%s is a proxy", url)
			}
		})
	}
	if p, err := NewProxy("", []string{"a"}); p != nil || err != nil {
		t.Errorf("no URL: %v, %v", p, err)
	}
}
