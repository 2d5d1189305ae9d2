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

// reset sends half an answer and then resets the connection.
func reset(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
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

// TestTokenEndpointFails goes through what a token endpoint, or what stands
// before it, may do instead of answering.
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
		"503 JSON":         {"a server that says so", says(503, "application/json", `{"error":"temporarily_unavailable"}`), ClassServerError},
		"500 HTML":         {"a gateway's page", says(500, "text/html", "<html>oops</html>"), ClassServerError},
		"502 empty":        {"a gateway's silence", says(502, "", ""), ClassServerError},
		"503 as MP-251":    {"an outage, whatever its body says", says(503, "application/json", mp251), ClassServerError},
		"503 cut off":      {"an outage needs no body", cutOff(503), ClassServerError},
		"429":              {"asked too often", says(429, "application/json", mp251), ClassRateLimited},
		"429 reset":        {"asked too often, and rudely", reset(429), ClassRateLimited},
		"403 HTML":         {"a proxy's page must never be read as a withdrawal", says(403, "text/html", html), ClassBlocked},
		"403 empty":        {"nor an empty body", says(403, "", ""), ClassBlocked},
		"403 other JSON":   {"nor a gateway's JSON", says(403, "application/json", `{"message":"Forbidden"}`), ClassBlocked},
		"403 Spring":       {"nor a framework's, which has a member error too", says(403, "application/json", `{"status":403,"error":"Forbidden","path":"/token"}`), ClassBlocked},
		"403 forbidden":    {"nor one that gives no reason", says(403, "application/json", `{"error":"forbidden"}`), ClassBlocked},
		"403 array":        {"nor JSON of another form", says(403, "application/json", `[{"error":"forbidden"}]`), ClassBlocked},
		"404 HTML":         {"the wrong server", says(404, "text/html", "<html>"), ClassBlocked},
		"407":              {"a proxy that wants a password", says(407, "text/html", "<html>"), ClassBlocked},
		"400 empty":        {"an answer without words", says(400, "", ""), ClassBlocked},
		"400 half JSON":    {"a body that is not JSON", says(400, "application/json", `{"error":"invalid_gra`), ClassBlocked},
		"403 cut off":      {"what a body would have said is not guessed", cutOff(403), ClassBadResponse},
		"403 oversized":    {"no refusal is that long", says(403, "application/json", mp251+strings.Repeat(" ", maxAnswer)), ClassBadResponse},
		"403 reset":        {"reset in the middle of a refusal", reset(403), ClassUnreachable},
		"200 reset":        {"reset in the middle of a token", reset(200), ClassUnreachable},
		"200 cut off":      {"half a token", cutOff(200), ClassBadResponse},
		"200 half JSON":    {"half a token in a whole body", says(200, "application/json", `{"access_token":"eyJ`), ClassBadResponse},
		"200 empty":        {"success without a token", says(200, "application/json", ""), ClassBadResponse},
		"200 HTML":         {"a captive portal", says(200, "text/html", "<html>log in</html>"), ClassBadResponse},
		"200 oversized":    {"more than a token", says(200, "application/json", strings.Repeat("a", maxAnswer+1)), ClassBadResponse},
		"200 refusal":      {"a refusal that says OK", says(200, "application/json", mp251), ClassBadResponse},
		"200 no token":     {"JSON without a token", says(200, "application/json", `{"token_type":"Bearer","expires_in":10}`), ClassBadResponse},
		"200 no Bearer":    {"a token of a type that we cannot use", says(200, "application/json", `{"access_token":"a","token_type":"DPoP"}`), ClassBadResponse},
		"200 no time":      {"a token that is over", says(200, "application/json", `{"access_token":"a","token_type":"Bearer","expires_in":0}`), ClassBadResponse},
		"200 no JWT":       {"a token that cannot be verified", says(200, "application/json", `{"access_token":"a","token_type":"Bearer","expires_in":9}`), ClassBadResponse},
		"200 half JWT":     {"a token that was cut", says(200, "application/json", `{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30","token_type":"Bearer"}`), ClassBadResponse},
		"204":              {"success without a body", says(204, "", ""), ClassBadResponse},
		"302":              {"redirects are not followed", redirect(302), ClassBadResponse},
		"307":              {"nor those that would take the grant along", redirect(307), ClassBadResponse},
		"308":              {"nor permanent ones", redirect(308), ClassBadResponse},
		"304 no body":      {"an answer to another request", says(304, "", ""), ClassBadResponse},
		"closed":           {"closed without an answer", abort, ClassUnreachable},
		"not HTTP":         {"a server of another kind", notHTTP, ClassUnreachable},
		"endless header":   {"headers are bounded too", endlessHeader, ClassUnreachable},
		"MP-251, the real": {"and the one that is an answer", says(403, "application/json", mp251), ClassNotDelegated},
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
	w.Header().Set("X-Long", strings.Repeat("a", 2*maxAnswer))
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
		"certificate": {"its authority is not trusted", func(c *Config) { c.Issuer = secure.URL + "/" }},
		"old TLS":     {"no version of TLS in common", func(c *Config) { c.Issuer = secure.URL + "/"; c.Transport = tls11(secure) }},
		"no TLS":      {"TLS to a server that speaks none", func(c *Config) { c.Issuer = strings.Replace(a.issuer(), "http:", "https:", 1) }},
		"no server":   {"no server listens", func(c *Config) { c.Issuer = closed.URL + "/" }},
		"DNS": {"the name is unknown", func(c *Config) {
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
