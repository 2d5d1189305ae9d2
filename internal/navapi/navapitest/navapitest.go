// Package navapitest has what the tests of the clients of NAV's APIs have in common.
package navapitest

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// Token is the access token of the tests. Servers send it back wherever they can, and it is never shown.
const Token = "hush-0123456789"

// Bearer returns Token.
func Bearer(t testing.TB) outbound.Bearer {
	t.Helper()
	b, err := outbound.NewBearer(Token)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Config returns the configuration of a client whose API the handler serves, and the client's log.
func Config(t testing.TB, handler http.HandlerFunc) (navapi.Config, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	return navapi.Config{
		BaseURL: outboundtest.Serve(t, handler).URL,
		Calls: outbound.Caller{
			Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now, //nolint:forbidigo // Only tests use it.
		},
		Log: slog.New(slog.NewJSONHandler(logged, nil)),
	}, logged
}

// Says returns a handler that sends the same response to every request.
func Says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
