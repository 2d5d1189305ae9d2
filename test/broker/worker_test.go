package broker

import (
	"encoding/pem"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/pkg/worker"
	"github.com/4human/integration-operator/test/sample"
)

// TestWorker gets tokens as a vendor's worker in Go does: one is kept until Fresh replaces it, and a withdrawal ends
// the run.
func TestWorker(t *testing.T) {
	w := newWorld(t, plenty())
	c := w.addCustomer()
	server := outboundtest.ServeTLS(t, w.broker.ServeHTTP)
	file := filepath.Join(t.TempDir(), "token")
	w.must(os.WriteFile(file, []byte(c.token()), 0o600))
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	tokens, err := worker.NewTokens(&worker.Environment{
		TokenBroker: worker.TokenBroker{URL: server.URL + "/token", CA: string(authority)},
	}, file, slog.New(slog.DiscardHandler))
	w.must(err)

	header := func(token worker.Token, err error) string {
		t.Helper()
		w.must(err)
		if token.Scope() != sample.Scope {
			t.Errorf("scope %s, want %s", token.Scope(), sample.Scope)
		}
		h := http.Header{}
		token.Authorize(h)
		return strings.TrimPrefix(h.Get("Authorization"), "Bearer ")
	}
	first := header(tokens.Token(t.Context()))
	if _, said := w.open(answer{body: `{"access_token":"` + first + `"}`}); said.Consumer.ID != "0192:"+c.number {
		t.Errorf("a token for %s, want one for %s", said.Consumer.ID, c.number)
	}
	asked := w.asked()
	if again := header(tokens.Token(t.Context())); again != first || w.asked() != asked {
		t.Error("the token was not kept")
	}
	header(tokens.Fresh(t.Context()))

	c.grant(v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn)
	if _, err := tokens.Fresh(t.Context()); worker.ReasonOf(err) != worker.AccessRefused ||
		!strings.Contains(err.Error(), "DelegationWithdrawn") {
		t.Errorf("after the withdrawal: %v", err)
	}
}
