package maskinporten

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// TestGrantIsSentOnce has a server close a kept connection after it has read the grant, as a restarting one does.
func TestGrantIsSentOnce(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			var sent atomic.Int32
			a := newAuthority(t)
			secure := httptest.NewUnstartedServer(a.server.Config.Handler)
			secure.Config.ErrorLog = log.New(io.Discard, "", 0)
			secure.EnableHTTP2 = proto == "HTTP/2.0"
			secure.StartTLS()
			t.Cleanup(secure.Close)
			a.server.URL = secure.URL // which is what it calls its issuer
			c := a.client(t, func(cfg *Config) { cfg.Transport = secure.Client().Transport })
			if class, err := ask(t, c); class != "" {
				t.Fatalf("the first grant: %v", err)
			}
			a.set(func() {
				a.token = func(_ http.ResponseWriter, r *http.Request) {
					if r.Proto != proto || r.PostFormValue("assertion") == "" {
						t.Errorf("no grant, or one by %s", r.Proto)
					}
					sent.Add(1)
					panic(http.ErrAbortHandler)
				}
			})
			if class, err := ask(t, c); class != ClassUnreachable {
				t.Errorf("class %q, want Unreachable: %v", class, err)
			}
			if n := sent.Load(); n != 1 {
				t.Errorf("the grant was sent %d times", n)
			}
		})
	}
}

// TestGrantIsSentOnceAfterProtocolError has an HTTP/2 server reset each request after reading it, with the codes after
// which net/http repeats a request.
func TestGrantIsSentOnceAfterProtocolError(t *testing.T) {
	for name, code := range map[string]http2.ErrCode{
		"protocol error": http2.ErrCodeProtocol,
		"refused":        http2.ErrCodeRefusedStream,
	} {
		t.Run(name, func(t *testing.T) {
			certificate := httptest.NewUnstartedServer(nil)
			certificate.StartTLS()
			t.Cleanup(certificate.Close)
			config := certificate.TLS.Clone()
			config.NextProtos = []string{"h2"}
			listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
			var read atomic.Int32
			go serveResets(listener, code, &read)

			transport := certificate.Client().Transport.(*http.Transport).Clone()
			transport.ForceAttemptHTTP2 = true
			calls := &caller{transport: transport, timeout: 5 * time.Second, now: time.Now}
			_, err = calls.post(t.Context(), "https://"+listener.Addr().String()+"/token", grantForm("x.y.z"))
			if ClassOf(err) != ClassUnreachable || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the server's reset gave %v, want Unreachable at once", err)
			}
			if n := read.Load(); n != 1 {
				t.Errorf("the server read the grant %d times", n)
			}
		})
	}
}

// serveResets reads requests and resets their streams with a code.
func serveResets(listener net.Listener, code http2.ErrCode, read *atomic.Int32) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
				return
			}
			framer := http2.NewFramer(conn, conn)
			if framer.WriteSettings() != nil {
				return
			}
			for {
				frame, err := framer.ReadFrame()
				if err != nil {
					return
				}
				if data, ok := frame.(*http2.DataFrame); ok && data.StreamEnded() {
					read.Add(1)
					_ = framer.WriteRSTStream(data.StreamID, code)
				}
			}
		}()
	}
}
