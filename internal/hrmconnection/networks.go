package hrmconnection

import (
	"fmt"
	"net/netip"

	"github.com/4human/integration-operator/internal/outbound"
)

// ParseNetworks parses the networks that HRM systems may be in, and the prefixes of NAT64 gateways.
func ParseNetworks(allowedAddresses, nat64Prefixes []string) (outbound.Networks, error) {
	allowed, err := parseAll(allowedAddresses, netip.ParsePrefix)
	if err != nil {
		return outbound.Networks{}, fmt.Errorf("parsing an allowed network: %w", err)
	}
	nat64, err := parseAll(nat64Prefixes, outbound.ParseNAT64Prefix)
	if err != nil {
		return outbound.Networks{}, fmt.Errorf("parsing a NAT64 prefix: %w", err)
	}
	return outbound.Networks{Allowed: allowed, NAT64: nat64}, nil
}

// parseAll parses each of several texts.
func parseAll(texts []string, parse func(string) (netip.Prefix, error)) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		network, err := parse(text)
		if err != nil {
			return nil, err
		}
		networks = append(networks, network)
	}
	return networks, nil
}
