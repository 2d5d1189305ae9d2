package main

import (
	"fmt"
	"net/netip"
)

func parseNetworks(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("parsing an allowed network: %w", err)
		}
		networks = append(networks, network)
	}
	return networks, nil
}
