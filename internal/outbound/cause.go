package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// Cause is why there was no complete response. Each has its own remedy. The set is closed.
type Cause string

// The causes.
const (
	// NameNotResolved means that DNS has no address of the host.
	NameNotResolved Cause = "NameNotResolved"
	// ConnectionRefused means that no server listens at the address, or that a firewall rejects the connection.
	ConnectionRefused Cause = "ConnectionRefused"
	// TimedOut means that there was no response in time, as behind a firewall that drops packets.
	TimedOut Cause = "TimedOut"
	// CertificateUntrusted means that the server's certificate is of an authority that is not trusted.
	CertificateUntrusted Cause = "CertificateUntrusted"
	// CertificateMismatch means that the server's certificate is for another host.
	CertificateMismatch Cause = "CertificateMismatch"
	// CertificateInvalid means that the server's certificate has expired, or has another fault.
	CertificateInvalid Cause = "CertificateInvalid"
	// ProxyFailed means that the proxy cannot be reached, or does not connect to the host.
	ProxyFailed Cause = "ProxyFailed"
)

// CauseOf returns the cause of an error of this package, "" if it is another one.
func CauseOf(err error) Cause {
	if KindOf(err) != Unreachable {
		return ""
	}
	return failureOf(err).cause
}

// errProxy reports that a proxy did not connect to the host.
var errProxy = errors.New("the proxy refused the connection")

// checkProxy is an http.Transport's OnProxyConnectResponse.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return errProxy
	}
	return nil
}

// failure is a way in which calls fail.
type failure struct {
	matches func(error) bool
	text    string
	cause   Cause
}

// failures are the ways in which calls fail. The first that matches is reported.
var failures = []failure{
	{is(context.Canceled), "the call was canceled", ""},
	{isProxy, "the proxy did not connect", ProxyFailed},
	{of[*net.DNSError], "the host name could not be resolved", NameNotResolved},
	{isTimeout, "it took too long", TimedOut},
	{of[x509.UnknownAuthorityError], "the server's certificate is of an untrusted authority", CertificateUntrusted},
	{of[x509.HostnameError], "the server's certificate is for another host", CertificateMismatch},
	{of[x509.CertificateInvalidError], "the server's certificate is not valid, or not now", CertificateInvalid},
	{of[*tls.CertificateVerificationError], "the server's certificate is not trusted", CertificateInvalid},
	{of[tls.RecordHeaderError], "the server does not speak TLS", ""},
	{isTLSRefusal, "TLS was refused", ""},
	{is(syscall.ECONNREFUSED), "the connection was refused", ConnectionRefused},
	{is(syscall.ECONNRESET), "the connection was reset", ""},
	{is(syscall.EPIPE), "the connection was reset", ""},
	{is(syscall.EHOSTUNREACH), "there is no route to the host", TimedOut},
	{is(syscall.ENETUNREACH), "there is no route to the host", TimedOut},
	{is(io.EOF), "the connection was closed", ""},
	{is(io.ErrUnexpectedEOF), "the connection was closed", ""},
}

// failureOf returns the failure that an error is.
func failureOf(err error) failure {
	for _, f := range failures {
		if f.matches(err) {
			return f
		}
	}
	return failure{text: "the response was not HTTP, or the connection failed"}
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func of[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isProxy(err error) bool {
	at, ok := errors.AsType[*net.OpError](err)
	return errors.Is(err, errProxy) || ok && at.Op == "proxyconnect"
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	late, ok := errors.AsType[net.Error](err)
	return ok && late.Timeout()
}

// isTLSRefusal reports whether an error is an alert of TLS, for which crypto/tls has no exported type.
func isTLSRefusal(err error) bool {
	at, ok := errors.AsType[*net.OpError](err)
	return ok && (at.Op == "remote error" || at.Op == "local error")
}
