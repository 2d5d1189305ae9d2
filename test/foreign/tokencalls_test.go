package foreign

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

const scope = "nav:oppfolgingsplan/lps.write"

// maskinportenCalls returns the calls of a token request, each of which another server may answer.
func maskinportenCalls() map[string]call {
	all := map[string]call{}
	for name, path := range map[string]string{
		"Maskinporten: metadata": "/.well-known/oauth-authorization-server", "Maskinporten: keys": "/jwk",
		"Maskinporten: token": "/token",
	} {
		all[name] = call{do: func(t *testing.T, serve http.HandlerFunc) error {
			t.Helper()
			return requestToken(t, path, serve)
		}}
	}
	return all
}

const issuer = "http://issuer.example/"

// issuing returns the simulated Maskinporten, with the owner's delegation.
var issuing = sync.OnceValues(func() (*simulator.World, error) {
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now})
	if err != nil {
		return nil, err
	}
	key := sample.SigningKey()
	return sim, errors.Join(
		sim.Maskinporten.RegisterClient(simmaskinporten.Client{
			ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber, Scopes: []string{scope},
			JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
		}),
		sim.Maskinporten.Delegate(owner, sample.SupplierNumber, scope),
	)
})

// inProcess is an http.RoundTripper that calls a handler.
type inProcess func(w http.ResponseWriter, r *http.Request)

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p(w, r)
	return w.Result(), nil
}

// requestToken requests a token from the simulator. serve replaces the handler of path unless it is nil.
func requestToken(t *testing.T, path string, serve http.HandlerFunc) error {
	t.Helper()
	sim, err := issuing()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(sample.SigningKey())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: text})
	if err != nil {
		t.Fatal(err)
	}
	c, err := maskinporten.New(maskinporten.Config{
		Issuer: issuer, AllowInsecure: true, ClientID: sample.ClientID,
		Supplier: orgnumber.MustParse(sample.SupplierNumber), Keys: keys,
		Transport: inProcess(func(w http.ResponseWriter, r *http.Request) {
			if serve != nil && r.URL.Path == path {
				serve(w, r)
				return
			}
			sim.Maskinporten.Handler().ServeHTTP(w, r)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Token(t.Context(), maskinporten.Request{Scope: scope, Consumer: orgnumber.MustParse(owner)})
	return err
}

func brokerCalls() map[string]call {
	good := success{
		status: 200, contentType: typeJSON,
		body: `{"access_token":"hush-0123456789","token_type":"Bearer","expires_in":29,"scope":"` + scope + `"}`,
	}
	return map[string]call{"broker: token": {good: good, do: func(t *testing.T, serve http.HandlerFunc) error {
		t.Helper()
		if serve == nil {
			serve = good.serve
		}
		server := httptest.NewUnstartedServer(serve)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		own := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(own, []byte("hush-0123456789"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := brokerclient.New(brokerclient.Config{
			URL: server.URL + "/token", TokenFile: own, Wait: time.Second, Log: slog.New(slog.DiscardHandler),
			Calls: outbound.Caller{Transport: server.Client().Transport, Timeout: time.Minute, Now: time.Now},
			Pause: func(context.Context, time.Duration) error { return errors.New("no further attempt") },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Token(t.Context(), false)
		return err
	}}}
}
