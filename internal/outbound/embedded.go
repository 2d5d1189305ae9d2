package outbound

import (
	"errors"
	"fmt"
	"net/netip"
)

// Prefixes of IPv6 addresses that contain an IPv4 address.
var (
	prefixNAT64      = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052, 2.1
	prefix6to4       = netip.MustParsePrefix("2002::/16")       // RFC 3056, 2
	prefixTeredo     = netip.MustParsePrefix("2001::/32")       // RFC 4380, 4
	prefixCompatible = netip.MustParsePrefix("::/96")           // RFC 4291, 2.5.5.1
	prefixTranslated = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765, 2.1
)

// ParseNAT64Prefix parses the prefix of a NAT64 gateway: /32, /40, /48, /56, /64 or /96, with bits 64 to 71 zero (RFC
// 6052, 2.2).
func ParseNAT64Prefix(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	switch prefix.Bits() {
	case 32, 40, 48, 56, 64, 96:
	default:
		return netip.Prefix{}, fmt.Errorf("%s is not a /32, /40, /48, /56, /64 or /96", text)
	}
	if !prefix.Addr().Is6() || prefix.Addr().Is4In6() || prefix != prefix.Masked() || prefix.Addr().As16()[8] != 0 {
		return netip.Prefix{}, errors.New(text + " is not a network of RFC 6052")
	}
	return prefix, nil
}

// isTranslator reports whether a gateway outside the cluster sends packets for an address on to the IPv4 address that
// it contains, so that the IPv4 address alone decides.
func isTranslator(address netip.Addr, nat64 []netip.Prefix) bool {
	if prefixNAT64.Contains(address) || prefix6to4.Contains(address) {
		return true
	}
	_, ok := nat64Prefix(address, nat64)
	return ok
}

func nat64Prefix(address netip.Addr, nat64 []netip.Prefix) (netip.Prefix, bool) {
	for _, prefix := range nat64 {
		if prefix.Contains(address) {
			return prefix, true
		}
	}
	return netip.Prefix{}, false
}

// embedded returns the IPv4 addresses in an IPv6 address. Those of nat64 are at the places of RFC 6052. It returns the
// zero Addr for a malformed one.
func embedded(address netip.Addr, nat64 []netip.Prefix) []netip.Addr {
	if !address.Is6() {
		return nil
	}
	b := address.As16()
	if prefix, ok := nat64Prefix(address, nat64); ok {
		return []netip.Addr{embeddedNAT64(b, prefix.Bits())}
	}
	last := netip.AddrFrom4([4]byte(b[12:16]))
	switch {
	case address.IsUnspecified(), address.IsLoopback():
		return nil
	case prefixNAT64.Contains(address), prefixCompatible.Contains(address), prefixTranslated.Contains(address):
		return []netip.Addr{last}
	case prefix6to4.Contains(address):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case prefixTeredo.Contains(address): // the server, and the client with each bit inverted
		return []netip.Addr{
			netip.AddrFrom4([4]byte(b[4:8])), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}),
		}
	case b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP (RFC 5214, 6.1)
		return []netip.Addr{last}
	}
	return nil
}

// embeddedNAT64 returns the IPv4 address that follows a prefix of RFC 6052, 2.2. It skips bits 64 to 71, which must be
// zero.
func embeddedNAT64(b [16]byte, bits int) netip.Addr {
	if b[8] != 0 && bits != 96 {
		return netip.Addr{}
	}
	var found [4]byte
	at := bits / 8
	for i := range found {
		if at == 8 {
			at++
		}
		found[i] = b[at]
		at++
	}
	return netip.AddrFrom4(found)
}
