package outbound

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// secure is a server over TLS that speaks one version of HTTP, and a Caller that trusts it and has that time.
func secure(t *testing.T, proto string, now time.Time, handler http.HandlerFunc) (string, Caller) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.EnableHTTP2 = proto == "HTTP/2.0"
	server.StartTLS()
	t.Cleanup(server.Close)
	roots, err := ParseRoots(certificate(server))
	if err != nil {
		t.Fatal(err)
	}
	transport := NewTransport(roots)
	transport.DisableKeepAlives = true
	return server.URL, Caller{Transport: transport, Timeout: time.Minute, Now: func() time.Time { return now }}
}

// TestNotAfter has a deadline pass, or not, right before the body is sent: no late body is sent.
func TestNotAfter(t *testing.T) {
	cases := map[string]struct {
		reason   string
		notAfter time.Time
		want     Kind
	}{
		"never":    {reason: "no deadline", notAfter: time.Time{}},
		"later":    {reason: "there is time", notAfter: testStart.Add(time.Second)},
		"just now": {reason: "the deadline itself is in time", notAfter: testStart},
		"passed":   {reason: "a moment ago", notAfter: testStart.Add(-time.Nanosecond), want: TooLate},
		"long ago": {reason: "as if the machine had slept", notAfter: testStart.Add(-time.Hour), want: TooLate},
	}
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		for name, tc := range cases {
			t.Run(proto+" "+name, func(t *testing.T) {
				var bodies atomic.Int64
				url, c := secure(t, proto, testStart, func(_ http.ResponseWriter, r *http.Request) {
					if body, err := io.ReadAll(r.Body); err == nil && string(body) == "plan" && r.Proto == proto {
						bodies.Add(1)
					}
				})
				_, err := c.Do(t.Context(), Request{
					Method: http.MethodPost, URL: url, Body: "plan", NotAfter: tc.notAfter,
					Limit: limit,
				})
				if KindOf(err) != tc.want || NothingSent(err) != (tc.want == TooLate) {
					t.Errorf("%s: %v, nothing sent: %t; want %q", tc.reason, err, NothingSent(err), tc.want)
				}
				if arrived := bodies.Load() == 1; arrived != (tc.want == "") {
					t.Errorf("%s: %d bodies arrived", tc.reason, bodies.Load())
				}
			})
		}
	}
}

// TestNotAfterIsOfTheFirstByte has the deadline pass while a long body is being sent: the body is sent to its end.
func TestNotAfterIsOfTheFirstByte(t *testing.T) {
	long := strings.Repeat("plan", 1<<18)
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			url, c := secure(t, proto, testStart, func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != long {
					w.WriteHeader(http.StatusBadRequest)
				}
			})
			var looked atomic.Int64
			c.Now = func() time.Time { return testStart.Add(time.Duration(looked.Add(1)) * time.Minute) }
			got, err := c.Do(t.Context(), Request{
				Method: http.MethodPost, URL: url, Body: long, NotAfter: testStart.Add(90 * time.Second), Limit: limit,
			})
			if err != nil || got.Status != http.StatusOK {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestNothingSent breaks a call in all places: NothingSent is true only without a connection.
func TestNothingSent(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	c := caller(time.Minute)
	cases := map[string]struct {
		reason string
		url    string
		want   bool
	}{
		"refused":      {reason: "no server listens", url: closed.URL, want: true},
		"no such host": {reason: "the name does not exist", url: "http://nowhere.invalid", want: true},
		"authority": {
			reason: "its authority is not trusted",
			url:    outboundtest.ServeTLS(t, outboundtest.Says(200, "")).URL, want: true,
		},
		"no TLS": {
			reason: "a server that speaks none",
			url:    strings.Replace(outboundtest.Serve(t, outboundtest.Says(200, "")).URL, "http:", "https:", 1), want: true,
		},
		"TLS breaks": {
			reason: "a server that goes away while TLS begins",
			url:    "https://" + listen(t, func(conn net.Conn) { _ = conn.Close() }), want: true,
		},
		"closed": {
			reason: "a server that goes away when it has the request",
			url:    outboundtest.Serve(t, outboundtest.Abort).URL,
		},
		"closed at once": {
			reason: "there was a connection: perhaps some of the request was on it",
			url:    "http://" + listen(t, func(conn net.Conn) { _ = conn.Close() }),
		},
		"reset": {reason: "there was a connection", url: "http://" + listen(t, reset)},
		"no HTTP": {
			reason: "a server of another kind",
			url:    outboundtest.Serve(t, outboundtest.Raw("220 %s\r\n", secret)).URL,
		},
		"endless headers": {
			reason: "an answer that is none",
			url: outboundtest.Serve(t, outboundtest.Raw("HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", strings.Repeat("a", 2*maxHeader))).
				URL,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := c.Do(t.Context(), Request{
				Method: http.MethodPost, URL: tc.url, Bearer: bearer(t), Body: "plan",
				Limit: limit,
			})
			if KindOf(err) != Unreachable || NothingSent(err) != tc.want {
				t.Errorf("%s: nothing sent: %t, want %t: %v", tc.reason, NothingSent(err), tc.want, err)
			}
			checkHides(t, err)
		})
	}
}

// TestNothingSentByHTTP2 breaks a call that the server has read. net/http reports connections of HTTP/2 in another way.
func TestNothingSentByHTTP2(t *testing.T) {
	url, c := secure(t, "HTTP/2.0", testStart, outboundtest.Abort)
	_, err := c.Do(t.Context(), Request{Method: http.MethodPost, URL: url, Body: "plan", Limit: limit})
	if KindOf(err) != Unreachable || NothingSent(err) {
		t.Errorf("nothing sent: %t: %v", NothingSent(err), err)
	}
}

// TestNothingSentInTime has a call time out while it waits for a connection, and for a response.
func TestNothingSentInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := caller(time.Minute)
	waiting, timeOut := context.WithCancelCause(t.Context())
	server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		timeOut(context.DeadlineExceeded)
		outboundtest.Silent(w, r)
	})
	_, err := c.Do(ctx, Request{Method: http.MethodPost, URL: server.URL, Body: "plan", Limit: limit})
	if KindOf(err) != Unreachable || !NothingSent(err) {
		t.Errorf("before it began, nothing sent: %t: %v", NothingSent(err), err)
	}
	_, err = c.Do(waiting, Request{Method: http.MethodPost, URL: server.URL, Body: "plan", Limit: limit})
	if KindOf(err) != Unreachable || NothingSent(err) {
		t.Errorf("while it waited for the answer, nothing sent: %t: %v", NothingSent(err), err)
	}
	c.Timeout = 50 * time.Millisecond
	hung := "https://" + listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	_, err = c.Do(t.Context(), Request{Method: http.MethodPost, URL: hung, Body: "plan", Limit: limit})
	if KindOf(err) != Unreachable || !NothingSent(err) {
		t.Errorf("while TLS began, nothing sent: %t: %v", NothingSent(err), err)
	}
}

// listen returns a server that handles each connection by a function.
func listen(t *testing.T, with func(net.Conn)) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go with(conn)
		}
	}()
	return listener.Addr().String()
}

// reset reads the beginning of a request and resets the connection.
func reset(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 1))
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
