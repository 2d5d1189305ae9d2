package main

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/4human/integration-operator/internal/outbound"
)

// maxRoots bounds a file of authorities, in bytes.
const maxRoots = 256 << 10

// parseNetworks reads networks in CIDR form.
func parseNetworks(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("reading an allowed network: %w", err)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// readRoots reads a PEM file of authorities.
func readRoots(path string) (*x509.CertPool, error) {
	pem, err := readBounded(path, maxRoots)
	if err != nil {
		return nil, err
	}
	roots, err := outbound.ParseRoots(pem)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return roots, nil
}

// readBounded reads a file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // The path is a flag's.
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return text, nil
}
