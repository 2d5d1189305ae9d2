// Package outboundtest has servers for the tests of packages that use outbound: servers that respond, and servers that
// fail in the ways of real servers and proxies.
package outboundtest

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Serve starts a server that does not log the errors of its handler. It closes the server after the test.
func Serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := unstarted(t, handler)
	server.Start()
	return server
}

// ServeTLS is like Serve, over TLS.
func ServeTLS(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := unstarted(t, handler)
	server.StartTLS()
	return server
}

func unstarted(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	return server
}

// Says returns a handler that sends the same response to every request.
func Says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Redirect returns a handler that redirects every client to a server that fails the test if a client follows. The URL
// in Location ends with text.
func Redirect(t testing.TB, status int, text string) http.HandlerFunc {
	t.Helper()
	elsewhere := Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to %s", r.URL.Path)
	})
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", elsewhere.URL+"/"+text)
		w.WriteHeader(status)
	}
}

// Raw returns a handler that writes the formatted text to the connection and closes it.
func Raw(format string, args ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn := hijack(w)
		_, _ = fmt.Fprintf(conn, format, args...)
		_ = conn.Close()
	}
}

// CutOff returns a handler that announces one byte more of the body than it sends.
func CutOff(status int, body string) http.HandlerFunc {
	return Raw("HTTP/1.1 %d Whatever\r\nContent-Length: %d\r\n\r\n%s", status, len(body)+1, body)
}

// Reset returns a handler that sends the beginning of a response and then resets the connection.
func Reset(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn := hijack(w)
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d Whatever\r\nContent-Length: 50\r\n\r\n{", status)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

// Abort closes the connection without a response.
func Abort(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler)
}

// Silent sends nothing until the client leaves.
func Silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // net/http detects that a client leaves only after the body was read
	<-r.Context().Done()
}

// Drip sends a byte every millisecond until the client leaves.
func Drip(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// CheckHides fails the test if an error, printed with each verb, or a log contains one of the hidden texts.
func CheckHides(t testing.TB, err error, logged string, hidden ...string) {
	t.Helper()
	var shown strings.Builder
	shown.WriteString(logged)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		_, _ = fmt.Fprintf(&shown, verb+"\n", err)
	}
	for _, text := range hidden {
		if strings.Contains(shown.String(), text) {
			t.Errorf("%q is shown: %s", text, shown.String())
		}
	}
}
