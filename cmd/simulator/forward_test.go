package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"
)

// TestForward reaches a server by two processes with a socket between them.
func TestForward(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "reached")
	}))
	t.Cleanup(server.Close)
	socket := "unix:" + filepath.Join(t.TempDir(), "s")
	var config net.ListenConfig
	free, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- forwardAll(ctx, []string{socket + "=" + server.Listener.Addr().String(), address + "=" + socket})
	}()
	deadline := time.Now().Add(time.Minute)
	for body := ""; body != "reached"; {
		if time.Now().After(deadline) {
			t.Fatal("the server was not reached")
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(response.Body)
		if err == nil {
			body = string(text)
		}
		_ = response.Body.Close()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got %v", err)
	}
	wantError(t, forwardAll(t.Context(), []string{"127.0.0.1:1"}), "write LISTEN=TARGET")
}
