package outbound

import (
	"net/netip"
	"strings"
	"testing"
)

// TestEmbeddedAddress verifies that the IPv4 address in an IPv6 address counts.
func TestEmbeddedAddress(t *testing.T) {
	for name, tc := range map[string]struct {
		address string
		nat64   string // a prefix of the cluster's gateway
		allowed string
		refused string // what the error names; "" if the address is allowed
	}{
		"NAT64, internet":         {address: "64:ff9b::5db8:d822"},
		"NAT64, metadata":         {address: "64:ff9b::a9fe:a9fe", refused: "169.254.169.254"},
		"NAT64, Azure's metadata": {address: "64:ff9b::a83f:8110", refused: "168.63.129.16"},
		"NAT64, private":          {address: "64:ff9b::a00:1", refused: "10.0.0.1"},
		"NAT64, loopback":         {address: "64:ff9b::7f00:1", refused: "127.0.0.1"},
		"NAT64 allowed, internet": {address: "64:ff9b::5db8:d822", allowed: "64:ff9b::/96"},
		"NAT64 allowed, metadata": {
			address: "64:ff9b::a9fe:a9fe", allowed: "64:ff9b::/96", refused: "169.254.169.254",
		},
		"NAT64 allowed, private":             {address: "64:ff9b::a00:1", allowed: "64:ff9b::/96", refused: "10.0.0.1"},
		"NAT64, allowed network":             {address: "64:ff9b::a14:1", allowed: "10.20.0.0/16"},
		"NAT64, outside the allowed network": {address: "64:ff9b::a15:1", allowed: "10.20.0.0/16", refused: "10.21.0.1"},
		"RFC 8215, no prefix set":            {address: "64:ff9b:1::5db8:d822", refused: "64:ff9b:1::"},
		"RFC 8215, internet":                 {address: "64:ff9b:1::5db8:d822", nat64: "64:ff9b:1::/96"},
		"RFC 8215, private":                  {address: "64:ff9b:1::a00:1", nat64: "64:ff9b:1::/96", refused: "10.0.0.1"},
		"RFC 8215 /48, internet":             {address: "64:ff9b:1:5db8:d8:2200::", nat64: "64:ff9b:1::/48"},
		"RFC 8215 /48, private": {
			address: "64:ff9b:1:a00:0:100::", nat64: "64:ff9b:1::/48", refused: "10.0.0.1",
		},
		"6to4, internet": {address: "2002:5db8:d822::1"},
		"6to4, private":  {address: "2002:a00:1::1", refused: "10.0.0.1"},
		"6to4 allowed, metadata": {
			address: "2002:a9fe:a9fe::1", allowed: "2002::/16", refused: "169.254.169.254",
		},
		"Teredo": {address: "2001:0:5db8:d822::f5ff:fffe", refused: "10.0.0.1"},
		"Teredo, both of the internet": {
			address: "2001:0:5db8:d822::a247:27dd", refused: "2001:0:5db8:d822::a247:27dd",
		},
		"Teredo allowed, metadata": {
			address: "2001:0:5db8:d822::5601:5601", allowed: "2001::/32", refused: "169.254.169.254",
		},
		"Teredo allowed, internet":     {address: "2001:0:5db8:d822::a247:27dd", allowed: "2001::/32"},
		"compatible, internet":         {address: "::5db8:d822", refused: "::5db8:d822"},
		"compatible allowed, metadata": {address: "::a9fe:a9fe", allowed: "::/96", refused: "169.254.169.254"},
		"translated allowed, private": {
			address: "::ffff:0:a00:1", allowed: "::ffff:0:0:0/96", refused: "10.0.0.1",
		},
		"mapped, metadata": {
			address: "::ffff:169.254.169.254", allowed: "::ffff:0:0/96", refused: "169.254.169.254",
		},
		"ISATAP, internet":                   {address: "2606:2800::5efe:5db8:d822"},
		"ISATAP, private":                    {address: "2606:2800::200:5efe:a00:1", refused: "10.0.0.1"},
		"of the internet, by chance like it": {address: "2606:2800::400:5efe:a00:1"},
		"gateway's prefix, not set":          {address: "2606:2800:122:344::a00:1"},
		"gateway's prefix, private": {
			address: "2606:2800:122:344::a00:1", nat64: "2606:2800:122:344::/96", refused: "10.0.0.1",
		},
		"gateway's prefix, internet": {address: "fd12::5db8:d822", nat64: "fd12::/96"},
		"no network of RFC 6052": {
			address: "fd12:0:a00:1:100::", nat64: "fd12::/32", refused: "fd12:0:a00:1:100::",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var networks Networks
			if tc.allowed != "" {
				networks.Allowed = []netip.Prefix{netip.MustParsePrefix(tc.allowed)}
			}
			if tc.nat64 != "" {
				prefix, err := ParseNAT64Prefix(tc.nat64)
				if err != nil {
					t.Fatal(err)
				}
				networks.NAT64 = []netip.Prefix{prefix}
			}
			err := addressCheck(networks)(netip.MustParseAddr(tc.address))
			if tc.refused == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if tc.refused != "" && (err == nil || !strings.Contains(err.Error(), tc.refused)) {
				t.Errorf("%v, want a refusal that names %s", err, tc.refused)
			}
		})
	}
}

// TestEmbeddedNAT64 has the table of RFC 6052, 2.4, in which each address contains 192.0.2.33.
func TestEmbeddedNAT64(t *testing.T) {
	for prefix, address := range map[string]string{
		"2001:db8::/32":           "2001:db8:c000:221::",
		"2001:db8:100::/40":       "2001:db8:1c0:2:21::",
		"2001:db8:122::/48":       "2001:db8:122:c000:2:2100::",
		"2001:db8:122:300::/56":   "2001:db8:122:3c0:0:221::",
		"2001:db8:122:344::/64":   "2001:db8:122:344:c0:2:2100::",
		"2001:db8:122:344::/96":   "2001:db8:122:344::192.0.2.33",
		"64:ff9b:1:fffe::/96":     "64:ff9b:1:fffe::192.0.2.33",
		"64:ff9b:1:fffe:0:1::/96": "64:ff9b:1:fffe:0:1:192.0.2.33",
		"64:ff9b:1:fffe:ff::/96":  "64:ff9b:1:fffe:ff:0:192.0.2.33",
	} {
		t.Run(prefix, func(t *testing.T) {
			network, err := ParseNAT64Prefix(prefix)
			if err != nil {
				t.Fatal(err)
			}
			got := embedded(netip.MustParseAddr(address), []netip.Prefix{network})
			if len(got) != 1 || got[0].String() != "192.0.2.33" {
				t.Errorf("%s contains %v", address, got)
			}
		})
	}
}

// TestNAT64PrefixInvalid lists what is not the prefix of a NAT64 gateway.
func TestNAT64PrefixInvalid(t *testing.T) {
	for _, text := range []string{
		"", "64:ff9b::", "64:ff9b::/97", "64:ff9b::/33", "::/0", "10.0.0.0/32", "::ffff:10.0.0.0/96", "64:ff9b::1/96",
		"64:ff9b:1:fffe:100::/96",
	} {
		t.Run(text, func(t *testing.T) {
			if got, err := ParseNAT64Prefix(text); err == nil {
				t.Errorf("parsed as %s", got)
			}
		})
	}
}
