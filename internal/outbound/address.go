package outbound

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errAddress is why there is no connection to an address that is not allowed.
var errAddress = errors.New("the address is not allowed")

// NewGuardedTransport makes a transport for hosts that others name. It connects to addresses of the internet alone:
// loopback, link-local, private and other special ones, behind which a cluster has what is its own, only if they are in
// allowed. What counts is the address that is connected to, after the name was looked up. It uses no proxy, which would
// look up names itself.
func NewGuardedTransport(roots *x509.CertPool, allowed []netip.Prefix) *http.Transport {
	t := NewTransport(roots)
	t.Proxy = nil
	t.DialContext = (&net.Dialer{
		Timeout: 5 * time.Second, KeepAlive: 15 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !addressAllowed(at.Addr(), allowed) {
				return errAddress
			}
			return nil
		},
	}).DialContext
	return t
}

// internet6 is all of IPv6 that is given to the internet (RFC 4291; IANA, IPv6 Global Unicast Address Assignments). What
// lies outside, besides private and local addresses, leads to IPv4 (RFC 4291, RFC 6052), to sites (RFC 3879) or nowhere.
var internet6 = netip.MustParsePrefix("2000::/3")

// special are the ranges of addresses that are not the internet's, besides those that netip knows: shared by providers
// (RFC 6598), for protocols (RFC 6890), for documentation (RFC 5737, RFC 3849, RFC 9637), for benchmarks (RFC 2544),
// reserved (RFC 1112), for anycast of AS112, AMT and 6to4 (RFC 7535, RFC 7534, RFC 7450, RFC 7526), and IPv6 that leads to
// IPv4 (RFC 3056; RFC 4380 is within 2001::/23).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.31.196.0/24"),
	netip.MustParsePrefix("192.52.193.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.175.48.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("2620:4f:8000::/48"),
	netip.MustParsePrefix("3fff::/20"),
}

// platform are addresses that look like the internet's and lead into a cloud provider's own network: Azure's metadata and
// health service ("What is IP address 168.63.129.16?", Microsoft Learn), and IBM Cloud's service endpoints ("IBM Cloud IP
// ranges"). Others' metadata services are at link-local, private or shared addresses: 169.254.0.0/16, fd00:ec2::254,
// fd20:ce::254, 100.100.100.200, 192.0.0.192.
var platform = []netip.Prefix{
	netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("161.26.0.0/16"),
	netip.MustParsePrefix("166.8.0.0/14"),
}

func addressAllowed(address netip.Addr, allowed []netip.Prefix) bool {
	address = address.Unmap()
	if within(address, allowed) {
		return true
	}
	if address.Is6() && !internet6.Contains(address.WithZone("")) {
		return false
	}
	return address.IsGlobalUnicast() && !address.IsPrivate() && !within(address, special) && !within(address, platform)
}

func within(address netip.Addr, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Contains(address.WithZone("")) {
			return true
		}
	}
	return false
}
