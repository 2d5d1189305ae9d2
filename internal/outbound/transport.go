package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// maxRoots bounds a file of certificate authorities, in bytes. A ConfigMap has at most 1 MiB.
const maxRoots = 1 << 20

// maxHeader bounds the header of a response, in bytes.
const maxHeader = 64 << 10

var errNoCertificate = errors.New("it has no PEM certificate")

// NewTransport returns a transport that trusts certificates of roots; nil means the system's. It keeps connections for
// less time than load balancers usually do, because a request whose connection turns out to be closed is lost and not
// sent again.
func NewTransport(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // responses are small, and their bounds stay exact
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// ParseRoots parses the certificates of a PEM file, for NewTransport. Its errors do not quote the file.
func ParseRoots(pem []byte) (*x509.CertPool, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errNoCertificate
	}
	return roots, nil
}

// ReadRoots reads a PEM file of certificate authorities, for NewTransport.
func ReadRoots(path string) (*x509.CertPool, error) {
	return addRoots(x509.NewCertPool(), path)
}

// ReadMoreRoots returns the system's certificate authorities and those of a PEM file. Without a path it returns nil.
func ReadMoreRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's authorities: %w", err)
	}
	return addRoots(roots, path)
}

// addRoots adds the certificates of a PEM file to roots.
func addRoots(roots *x509.CertPool, path string) (*x509.CertPool, error) {
	file, err := os.Open(path) //nolint:gosec // The path is the caller's own setting.
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	pem, err := io.ReadAll(io.LimitReader(file, maxRoots+1))
	if err != nil {
		return nil, err
	}
	if len(pem) > maxRoots {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxRoots)
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("reading %s: %w", path, errNoCertificate)
	}
	return roots, nil
}
