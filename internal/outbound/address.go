package outbound

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Networks are the addresses outside the internet that a host may have.
type Networks struct {
	// Allowed are networks that are allowed besides the internet.
	Allowed []netip.Prefix
	// NAT64 are prefixes of the cluster's NAT64 gateways, besides 64:ff9b::/96.
	NAT64 []netip.Prefix
}

// AddressError reports that a host has an address that is not allowed.
type AddressError struct {
	// Address is the address.
	Address netip.Addr
	// Embedded is the IPv4 address in it that is not allowed, or the zero Addr.
	Embedded netip.Addr
}

// Error names the address.
func (e *AddressError) Error() string {
	if e.Embedded.IsValid() {
		return fmt.Sprintf("the host has the address %s, which leads to %s and is not allowed", e.Address, e.Embedded)
	}
	return fmt.Sprintf("the host has the address %s, which is not allowed", e.Address)
}

// NewGuardedTransport returns a transport for hosts that customers name. It connects to addresses of the internet only,
// and to those of networks: a cluster has its own services behind loopback, link-local, private and other special
// addresses. It checks the address that the name resolved to. It uses no proxy of the environment, because a proxy
// resolves names itself: see Proxy.ApplyGuarded.
func NewGuardedTransport(roots *x509.CertPool, networks Networks) *http.Transport {
	check := addressCheck(networks)
	t := NewTransport(roots)
	t.Proxy = nil
	t.DialContext = (&net.Dialer{
		Timeout: 5 * time.Second, KeepAlive: 15 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return &AddressError{}
			}
			return check(at.Addr())
		},
	}).DialContext
	return t
}

// platform are addresses that look like the internet's and lead into a cloud provider's own network: Azure's metadata
// and health service ("What is IP address 168.63.129.16?", Microsoft Learn), and IBM Cloud's service endpoints ("IBM
// Cloud IP ranges"). Other providers' metadata services have link-local, private or shared addresses.
var platform = []netip.Prefix{
	netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("161.26.0.0/16"),
	netip.MustParsePrefix("166.8.0.0/14"),
}

// metadata are the addresses at which clouds serve credentials and metadata to their machines. A network that contains
// one does not allow it.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), // most clouds
	netip.MustParseAddr("169.254.170.2"),   // AWS: tasks of ECS
	netip.MustParseAddr("169.254.170.23"),  // AWS: pods of EKS
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd00:ec2::23"),    // AWS: pods of EKS
	netip.MustParseAddr("fd20:ce::254"),    // Google Cloud
}

// isForbidden reports whether an address is a cloud's metadata service that is not itself in n.Allowed, as a /32 or
// /128.
func (n Networks) isForbidden(address netip.Addr) bool {
	return slices.Contains(metadata, address) &&
		!slices.Contains(n.Allowed, netip.PrefixFrom(address, address.BitLen()))
}

// addressCheck returns a function that returns an *AddressError unless connections to an address are allowed. Package
// ssrf denies those that IANA's registries list as special. Of IPv6 it allows only 2000::/3, the addresses of the
// internet. It does not look at IPv4 addresses in IPv6 addresses: each of them must be allowed too.
func addressCheck(networks Networks) func(netip.Addr) error {
	guardian := ssrf.New(
		ssrf.WithAllowedV4Prefixes(networks.Allowed...), ssrf.WithAllowedV6Prefixes(networks.Allowed...),
		ssrf.WithDeniedV4Prefixes(platform...),
	)
	return func(address netip.Addr) error {
		address = address.Unmap().WithZone("")
		if !address.IsValid() {
			return &AddressError{}
		}
		for _, inner := range embedded(address, networks.NAT64) {
			if !inner.IsValid() || networks.isForbidden(inner) || guardian.SafeAddr(inner) != nil {
				return &AddressError{Address: address, Embedded: inner}
			}
		}
		if networks.isForbidden(address) {
			return &AddressError{Address: address}
		}
		if !isTranslator(address, networks.NAT64) && guardian.SafeAddr(address) != nil {
			return &AddressError{Address: address}
		}
		return nil
	}
}
