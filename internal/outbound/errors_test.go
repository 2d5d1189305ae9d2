package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

func certificate(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

// TestRoots calls a server whose authority only its own PEM file contains.
func TestRoots(t *testing.T) {
	server := outboundtest.ServeTLS(t, outboundtest.Says(200, "{}"))
	roots, err := ParseRoots(certificate(server))
	if err != nil {
		t.Fatal(err)
	}
	c := caller(time.Minute)
	c.Transport = NewTransport(roots)
	get := Request{Method: http.MethodGet, URL: server.URL, Limit: limit}
	if got, err := c.Do(t.Context(), get); err != nil || got.Status != http.StatusOK {
		t.Errorf("with its authority: %+v, %v", got, err)
	}
	if _, err := caller(time.Minute).Do(t.Context(), get); KindOf(err) != Unreachable {
		t.Errorf("with the system's authorities: %v", err)
	}
}

func TestParseRootsRefuses(t *testing.T) {
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte(secret)})
	for name, text := range map[string][]byte{"empty": nil, "text": []byte(secret), "key": key} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseRoots(text); err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestCauses checks the text and the cause of each way in which a call fails before a response.
func TestCauses(t *testing.T) {
	secure := outboundtest.ServeTLS(t, outboundtest.Says(200, "{}"))
	plain := outboundtest.Serve(t, outboundtest.Says(200, "{}"))
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	otherName := caller(time.Minute)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	otherName.Transport = NewTransport(roots)
	noTLS13 := caller(time.Minute)
	noTLS13.Transport = &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}} //nolint:gosec // That it is refused is what is tested.
	cases := map[string]struct {
		reason string
		caller Caller
		url    string
		want   string
	}{
		"refused": {
			reason: "no server listens", caller: caller(time.Minute), url: closed.URL,
			want: "the connection was refused",
		},
		"authority": {
			reason: "its authority is not trusted", caller: caller(time.Minute), url: secure.URL,
			want: "the server's certificate is of an untrusted authority",
		},
		"host": {
			reason: "its certificate is another host's", caller: otherName,
			url: strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), want: "the server's certificate is for another host",
		},
		"no TLS": {
			reason: "TLS to a server that speaks none", caller: caller(time.Minute),
			url: strings.Replace(plain.URL, "http:", "https:", 1), want: "the server does not speak TLS",
		},
		"old TLS": {reason: "no version of TLS in common", caller: noTLS13, url: secure.URL, want: "TLS was refused"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := tc.caller.Do(t.Context(), Request{Method: http.MethodGet, URL: tc.url, Limit: limit})
			if want := "no complete response: " + tc.want; err == nil || err.Error() != want {
				t.Errorf("%s: got %v, want %s", tc.reason, err, want)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	cases := map[string]struct {
		reason string
		err    error
		want   string
	}{
		"DNS": {
			reason: "an unknown name",
			err: &net.OpError{Op: "dial", Err: &net.DNSError{
				Name:       secret,
				IsNotFound: true,
			}}, want: "the host name could not be resolved",
		},
		"slow DNS": {
			reason: "a name server that says nothing", err: &net.DNSError{Name: secret, IsTimeout: true},
			want: "the host name could not be resolved",
		},
		"dial": {
			reason: "a host that says nothing", err: &net.OpError{Op: "dial", Err: syscall.ETIMEDOUT},
			want: "it took too long",
		},
		"signal": {
			reason: "the process ends", err: fmt.Errorf("wrapped: %w", context.Canceled),
			want: "the call was canceled",
		},
		"reset": {
			reason: "a host that does not want", err: &net.OpError{Op: "read", Err: syscall.ECONNRESET},
			want: "the connection was reset",
		},
		"pipe": {reason: "the same, while sending", err: syscall.EPIPE, want: "the connection was reset"},
		"route": {
			reason: "a network policy may say so", err: syscall.EHOSTUNREACH,
			want: "there is no route to the host",
		},
		"expired": {
			reason: "a certificate that has run out", err: x509.CertificateInvalidError{Reason: x509.Expired},
			want: "the server's certificate is not valid, or not now",
		},
		"certificate": {
			reason: "any other fault of it", err: &tls.CertificateVerificationError{Err: errors.New(secret)},
			want: "the server's certificate is not trusted",
		},
		"other": {
			reason: "an unknown cause is not quoted", err: errors.New(secret),
			want: "the response was not HTTP, or the connection failed",
		},
		"none": {reason: "no cause is no panic", want: "the response was not HTTP, or the connection failed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := failureOf(tc.err).text; got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

// TestProxyFails has a proxy that is down, and one that refuses the host.
func TestProxyFails(t *testing.T) {
	refusing := outboundtest.Serve(t, outboundtest.Says(http.StatusForbidden, "no"))
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for name, proxy := range map[string]string{"refuses": refusing.URL, "is down": closed.URL} {
		t.Run(name, func(t *testing.T) {
			transport := NewTransport(nil)
			transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
			c := caller(time.Minute)
			c.Transport = transport
			_, err := c.Do(t.Context(), Request{Method: http.MethodGet, URL: "https://nav.example/", Limit: limit})
			if CauseOf(err) != ProxyFailed || !NothingSent(err) {
				t.Errorf("%v, cause %q", err, CauseOf(err))
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	cases := map[string]struct {
		reason string
		err    error
		want   Kind
	}{
		"nil":     {reason: "no error, no kind"},
		"wrapped": {reason: "found below others", err: fmt.Errorf("doing: %w", &Error{Kind: TooLarge}), want: TooLarge},
		"foreign": {reason: "from what we do not know nothing follows", err: io.EOF, want: Unreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := KindOf(tc.err); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}
