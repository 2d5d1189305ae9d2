//go:build browser

package browser

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/portal/login"
)

// newProvider returns a login provider that does not respond.
func newProvider(t *testing.T, public *url.URL, p *portal) *login.Provider {
	t.Helper()
	return login.New(login.Options{
		Issuer: "http://127.0.0.1:1", ClientID: "portal", Callback: public.JoinPath("callback").String(),
		Scopes: []string{"profile"}, HTTP: &http.Client{Transport: http.DefaultTransport, Timeout: time.Second},
		Now: p.clock, Log: p.log,
	})
}
