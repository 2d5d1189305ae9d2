package worker

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// callTimeout bounds a call to the service's API, with the body of its response.
const callTimeout = 30 * time.Second

// newClient returns the client of the service's API.
func newClient(s *Settings) (*http.Client, error) {
	proxy, roots, err := egress(s)
	if err != nil {
		return nil, err
	}
	transport := proxy.Apply(outbound.NewTransport(roots))
	transport.DisableKeepAlives = true // an idle connection may be closed while a request is being written
	return &http.Client{
		Transport:     transport,
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// egress returns the proxy and the authorities of the settings, nil for the usual ones.
func egress(s *Settings) (proxy *outbound.Proxy, roots *x509.CertPool, err error) {
	if proxy, err = outbound.NewProxy(s.Proxy.URL, s.Proxy.Except); err != nil {
		return nil, nil, err
	}
	if roots, err = outbound.ReadMoreRoots(s.CAFile); err != nil {
		return nil, nil, fmt.Errorf("reading the certificate authorities of the settings: %w", err)
	}
	return proxy, roots, nil
}
