package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// Proxy is an HTTP proxy for all hosts but some. A nil Proxy is none.
type Proxy struct {
	address string                           // of its connections
	choose  func(*url.URL) (*url.URL, error) // nil, if a URL needs no proxy
}

// NewProxy returns a Proxy. except lists the hosts, domains that begin with a dot, IP addresses and networks that are
// connected to without it. If proxyURL is empty, NewProxy returns nil.
func NewProxy(proxyURL string, except []string) (*Proxy, error) {
	if proxyURL == "" {
		return nil, nil
	}
	at, err := url.Parse(proxyURL)
	if err != nil || at.Hostname() == "" || (at.Scheme != "http" && at.Scheme != "https") {
		return nil, errors.New("the proxy must be a URL such as http://proxy.example:3128")
	}
	port := at.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[at.Scheme]
	}
	config := httpproxy.Config{HTTPProxy: proxyURL, HTTPSProxy: proxyURL, NoProxy: strings.Join(except, ",")}
	return &Proxy{address: net.JoinHostPort(at.Hostname(), port), choose: config.ProxyFunc()}, nil
}

// Apply makes a transport use the proxy. A nil Proxy changes nothing: the transport uses the environment's proxy.
func (p *Proxy) Apply(t *http.Transport) *http.Transport {
	if p != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) { return p.choose(r.URL) }
	}
	return t
}

// ApplyGuarded makes a guarded transport use the proxy. The proxy may have any address. It resolves the names of hosts
// itself, so that only hosts that are addresses can be checked; the proxy decides about the others.
func (p *Proxy) ApplyGuarded(t *http.Transport, networks Networks) *http.Transport {
	if p == nil {
		return t
	}
	check, guarded := addressCheck(networks), t.DialContext
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		through, err := p.choose(r.URL)
		if at, notAddress := netip.ParseAddr(r.URL.Hostname()); err == nil && through != nil && notAddress == nil {
			err = check(at)
		}
		if err != nil {
			return nil, err
		}
		return through, nil
	}
	direct := NewTransport(nil).DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == p.address {
			return direct(ctx, network, address)
		}
		return guarded(ctx, network, address)
	}
	return t
}

// WithoutProxy makes a transport connect to every host directly, such as to a server in the cluster.
func WithoutProxy(t *http.Transport) *http.Transport {
	t.Proxy = nil
	return t
}
