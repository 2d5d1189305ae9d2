package worker

import (
	"fmt"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// callTimeout bounds a call to the service's API, with the body of its response.
const callTimeout = 30 * time.Second

// newClient returns the client of the service's API.
func newClient(s *Settings) (*http.Client, error) {
	proxy, err := outbound.NewProxy(s.Proxy.URL, s.Proxy.Except)
	if err != nil {
		return nil, err
	}
	roots, err := outbound.ReadMoreRoots(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authorities of the settings: %w", err)
	}
	transport := proxy.Apply(outbound.NewTransport(roots))
	transport.DisableKeepAlives = true // an idle connection may be closed while a request is being written
	return &http.Client{
		Transport:     transport,
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
