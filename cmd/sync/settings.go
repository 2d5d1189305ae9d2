package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// maxConfig and maxRoots bound the files that are read, in bytes.
	maxConfig = 64 << 10
	maxRoots  = 256 << 10
)

// configFile is what --config names: what is the same for all customers. The operator writes it.
type configFile struct {
	TokenBroker struct {
		URL string `json:"url"`
	} `json:"tokenBroker"`
	NAV struct {
		FollowUpPlans string `json:"followUpPlans"`
		SickPay       string `json:"sickPay"`
	} `json:"nav"`
	HRM struct {
		AllowedAddresses []netip.Prefix `json:"allowedAddresses"`
	} `json:"hrm"`
	Supplier struct {
		Name string `json:"name"`
	} `json:"supplier"`
}

// readConfig reads a configuration strictly: a field that nobody knows is a slip, or an operator's of another version.
func readConfig(path string) (configFile, error) {
	text, err := readBounded(path, maxConfig)
	if err != nil {
		return configFile{}, fmt.Errorf("reading the configuration: %w", err)
	}
	var c configFile
	from := json.NewDecoder(bytes.NewReader(text))
	from.DisallowUnknownFields()
	if err := from.Decode(&c); err != nil {
		return configFile{}, fmt.Errorf("reading the configuration in %s: %w", path, err)
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return configFile{}, fmt.Errorf("reading the configuration in %s: something follows it", path)
	}
	return c, nil
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
