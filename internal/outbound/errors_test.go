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
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

func certificate(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

// TestRoots asks a server of an authority that only its own PEM file knows.
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
		if _, err := ParseRoots(text); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCauses holds what is said of the ways in which a call fails before an answer.
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
		"refused":   {"no server listens", caller(time.Minute), closed.URL, "the connection was refused"},
		"authority": {"its authority is not trusted", caller(time.Minute), secure.URL, "the server's certificate is of an untrusted authority"},
		"host":      {"its certificate is another host's", otherName, strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), "the server's certificate is for another host"},
		"no TLS":    {"TLS to a server that speaks none", caller(time.Minute), strings.Replace(plain.URL, "http:", "https:", 1), "the server does not speak TLS"},
		"old TLS":   {"no version of TLS in common", noTLS13, secure.URL, "TLS was refused"},
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
		"DNS":         {"an unknown name", &net.OpError{Op: "dial", Err: &net.DNSError{Name: secret, IsNotFound: true}}, "the host name could not be resolved"},
		"slow DNS":    {"a name server that says nothing", &net.DNSError{Name: secret, IsTimeout: true}, "the host name could not be resolved"},
		"dial":        {"a host that says nothing", &net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}, "it took too long"},
		"signal":      {"the process ends", fmt.Errorf("wrapped: %w", context.Canceled), "the call was canceled"},
		"reset":       {"a host that does not want", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, "the connection was reset"},
		"pipe":        {"the same, while sending", syscall.EPIPE, "the connection was reset"},
		"route":       {"a network policy may say so", syscall.EHOSTUNREACH, "there is no route to the host"},
		"expired":     {"a certificate that has run out", x509.CertificateInvalidError{Reason: x509.Expired}, "the server's certificate is not valid, or not now"},
		"certificate": {"any other fault of it", &tls.CertificateVerificationError{Err: errors.New(secret)}, "the server's certificate is not trusted"},
		"other":       {"an unknown cause is not quoted", errors.New(secret), "the response was not HTTP, or the connection failed"},
		"none":        {"no cause is no panic", nil, "the response was not HTTP, or the connection failed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := describe(tc.err); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
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
		"nil":     {"no error, no kind", nil, ""},
		"wrapped": {"found below others", fmt.Errorf("doing: %w", &Error{Kind: TooLarge}), TooLarge},
		"foreign": {"from what we do not know nothing follows", io.EOF, Unreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := KindOf(tc.err); got != tc.want {
				t.Errorf("%s: %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}
