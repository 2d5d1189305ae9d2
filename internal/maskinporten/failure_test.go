package maskinporten

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// cutOff announces more than it sends.
func cutOff(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":"forb`)
	}
}

// reset reads the request, sends half a response and then resets the connection.
func reset(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = fmt.Fprintf(buffered, "HTTP/1.1 %d Whatever\r\nContent-Length: 1000\r\n\r\n{", status)
		_ = buffered.Flush()
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// drip sends a byte now and then, until the client leaves.
func drip(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	w.WriteHeader(http.StatusOK)
	flusher := http.NewResponseController(w)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			_, _ = io.WriteString(w, " ")
			_ = flusher.Flush()
		}
	}
}

func abort(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

const (
	html  = "<html><body><h1>403 Forbidden</h1>Consumer 314240979 has not delegated access</body></html>"
	mp251 = `{"error":"forbidden","error_description":"Consumer 314240979 has not delegated access to the scope ` +
		testScope + ` to supplier 897757222. (trace_id: 356666143081bbec11d293753e9702ca)","error_uri":"https://test.maskinporten.no/errors/MP-251"}`
)

// TestTokenEndpointFails sends the failures of a token endpoint, or of a proxy before it.
func TestTokenEndpointFails(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to %s", r.URL.Path)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(elsewhere.Close)
	redirect := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
		}
	}
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    Class
	}{
		"503 JSON": {
			reason:  "a server that says so",
			handler: says(503, "application/json", `{"error":"temporarily_unavailable"}`), want: ClassServerError,
		},
		"500 HTML": {
			reason: "a gateway's page", handler: says(500, "text/html", "<html>oops</html>"),
			want: ClassServerError,
		},
		"502 empty": {reason: "a gateway's silence", handler: says(502, "", ""), want: ClassServerError},
		"503 as MP-251": {
			reason: "an outage, whatever its body says", handler: says(503, "application/json", mp251),
			want: ClassServerError,
		},
		"503 cut off": {reason: "an outage needs no body", handler: cutOff(503), want: ClassServerError},
		"429": {
			reason: "asked too often", handler: says(429, "application/json", mp251),
			want: ClassRateLimited,
		},
		"429 reset": {reason: "asked too often, and rudely", handler: reset(429), want: ClassRateLimited},
		"403 HTML": {
			reason:  "a proxy's page must never be read as a withdrawal",
			handler: says(403, "text/html", html), want: ClassBlocked,
		},
		"403 empty": {reason: "nor an empty body", handler: says(403, "", ""), want: ClassBlocked},
		"403 other JSON": {
			reason:  "nor a gateway's JSON",
			handler: says(403, "application/json", `{"message":"Forbidden"}`), want: ClassBlocked,
		},
		"403 Spring": {
			reason:  "nor a framework's, which has a member error too",
			handler: says(403, "application/json", `{"status":403,"error":"Forbidden","path":"/token"}`), want: ClassBlocked,
		},
		"403 forbidden": {
			reason:  "nor one that gives no reason",
			handler: says(403, "application/json", `{"error":"forbidden"}`), want: ClassBlocked,
		},
		"403 array": {
			reason:  "nor JSON of another form",
			handler: says(403, "application/json", `[{"error":"forbidden"}]`), want: ClassBlocked,
		},
		"404 HTML": {reason: "the wrong server", handler: says(404, "text/html", "<html>"), want: ClassBlocked},
		"407": {
			reason: "a proxy that wants a password", handler: says(407, "text/html", "<html>"),
			want: ClassBlocked,
		},
		"400 empty": {reason: "an answer without words", handler: says(400, "", ""), want: ClassBlocked},
		"400 half JSON": {
			reason:  "a body that is not JSON",
			handler: says(400, "application/json", `{"error":"invalid_gra`), want: ClassBlocked,
		},
		"403 cut off": {
			reason: "what a body would have said is not guessed", handler: cutOff(403),
			want: ClassBadResponse,
		},
		"403 oversized": {
			reason:  "no refusal is that long",
			handler: says(403, "application/json", mp251+strings.Repeat(" ", maxResponse)), want: ClassBadResponse,
		},
		"403 reset":   {reason: "reset in the middle of a refusal", handler: reset(403), want: ClassUnreachable},
		"200 reset":   {reason: "reset in the middle of a token", handler: reset(200), want: ClassUnreachable},
		"200 cut off": {reason: "half a token", handler: cutOff(200), want: ClassBadResponse},
		"200 half JSON": {
			reason:  "half a token in a whole body",
			handler: says(200, "application/json", `{"access_token":"eyJ`), want: ClassBadResponse,
		},
		"200 empty": {
			reason: "success without a token", handler: says(200, "application/json", ""),
			want: ClassBadResponse,
		},
		"200 HTML": {
			reason: "a captive portal", handler: says(200, "text/html", "<html>log in</html>"),
			want: ClassBadResponse,
		},
		"200 oversized": {
			reason:  "more than a token",
			handler: says(200, "application/json", strings.Repeat("a", maxResponse+1)), want: ClassBadResponse,
		},
		"200 refusal": {
			reason: "a refusal that says OK", handler: says(200, "application/json", mp251),
			want: ClassBadResponse,
		},
		"200 no token": {
			reason:  "JSON without a token",
			handler: says(200, "application/json", `{"token_type":"Bearer","expires_in":10}`), want: ClassBadResponse,
		},
		"200 no Bearer": {
			reason:  "a token of a type that we cannot use",
			handler: says(200, "application/json", `{"access_token":"a","token_type":"DPoP"}`), want: ClassBadResponse,
		},
		"200 no time": {
			reason: "a token that is over",
			handler: says(200, "application/json",
				`{"access_token":"a","token_type":"Bearer","expires_in":0}`), want: ClassBadResponse,
		},
		"200 no JWT": {
			reason: "a token that cannot be verified",
			handler: says(200, "application/json",
				`{"access_token":"a","token_type":"Bearer","expires_in":9}`), want: ClassBadResponse,
		},
		"200 half JWT": {
			reason: "a token that was cut",
			handler: says(200, "application/json",
				`{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30","token_type":"Bearer"}`), want: ClassBadResponse,
		},
		"204": {reason: "success without a body", handler: says(204, "", ""), want: ClassBadResponse},
		"302": {reason: "redirects are not followed", handler: redirect(302), want: ClassBadResponse},
		"307": {
			reason: "nor those that would take the grant along", handler: redirect(307),
			want: ClassBadResponse,
		},
		"308":            {reason: "nor permanent ones", handler: redirect(308), want: ClassBadResponse},
		"304 no body":    {reason: "an answer to another request", handler: says(304, "", ""), want: ClassBadResponse},
		"closed":         {reason: "closed without an answer", handler: abort, want: ClassUnreachable},
		"not HTTP":       {reason: "a server of another kind", handler: notHTTP, want: ClassUnreachable},
		"endless header": {reason: "headers are bounded too", handler: endlessHeader, want: ClassUnreachable},
		"MP-251, the real": {
			reason: "and the one that is an answer", handler: says(403, "application/json", mp251),
			want: ClassNotDelegated,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
			a.set(func() { a.token = tc.handler })
			class, err := ask(t, a.client(t))
			if class != tc.want {
				t.Errorf("%s: class %q, want %q: %v", tc.reason, class, tc.want, err)
			}
			if n := a.tokenCalls.Load(); n != 1 {
				t.Errorf("%s: the grant was sent %d times", tc.reason, n)
			}
		})
	}
}

func notHTTP(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
	_ = conn.Close()
}

func endlessHeader(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Long", strings.Repeat("a", 2*maxResponse))
	w.WriteHeader(http.StatusOK)
}

// TestSlow checks that a call ends although the server keeps sending.
func TestSlow(t *testing.T) {
	a := newAuthority(t)
	c := a.client(t)
	if class, err := ask(t, c); class != "" {
		t.Fatalf("a good token: %v", err)
	}
	a.set(func() { a.token = drip })
	c.calls.timeout = 50 * time.Millisecond
	class, err := ask(t, c)
	if class != ClassUnreachable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a dripping server gave %v, want Unreachable by deadline", err)
	}
}

func TestUnreachable(t *testing.T) {
	a := newAuthority(t)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	refuse := errors.New("lookup maskinporten.no: no such host")
	cases := map[string]struct {
		reason string
		change func(*Config)
	}{
		"certificate": {reason: "its authority is not trusted", change: func(c *Config) { c.Issuer = secure.URL + "/" }},
		"old TLS": {
			reason: "no version of TLS in common",
			change: func(c *Config) { c.Issuer = secure.URL + "/"; c.Transport = tls11(secure) },
		},
		"no TLS": {
			reason: "TLS to a server that speaks none",
			change: func(c *Config) { c.Issuer = strings.Replace(a.issuer(), "http:", "https:", 1) },
		},
		"no server": {reason: "no server listens", change: func(c *Config) { c.Issuer = closed.URL + "/" }},
		"DNS": {reason: "the name is unknown", change: func(c *Config) {
			c.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, refuse })
		}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if class, err := ask(t, a.client(t, tc.change)); class != ClassUnreachable {
				t.Errorf("%s: class %q: %v", tc.reason, class, err)
			}
		})
	}
}

func tls11(s *httptest.Server) http.RoundTripper {
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.MinVersion, transport.TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return transport
}

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
