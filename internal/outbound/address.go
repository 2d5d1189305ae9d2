package outbound

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// errAddress reports an address that is not allowed.
var errAddress = errors.New("the address is not allowed")

// NewGuardedTransport returns a transport for hosts that customers name. It connects to addresses of the internet only,
// and to those in allowed: a cluster has its own services behind loopback, link-local, private and other special
// addresses. It checks the address that the name resolved to. It uses no proxy of the environment, because a proxy
// resolves names itself: see Proxy.ApplyGuarded.
func NewGuardedTransport(roots *x509.CertPool, allowed []netip.Prefix) *http.Transport {
	isAllowed := addressFilter(allowed)
	t := NewTransport(roots)
	t.Proxy = nil
	t.DialContext = (&net.Dialer{
		Timeout: 5 * time.Second, KeepAlive: 15 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !isAllowed(at.Addr()) {
				return errAddress
			}
			return nil
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

// addressFilter returns a function that reports whether connections to an address are allowed. Package ssrf denies
// those that IANA's registries list as special. Of IPv6 it allows only 2000::/3, the addresses of the internet. NAT64
// addresses are not in it.
func addressFilter(allowed []netip.Prefix) func(netip.Addr) bool {
	guardian := ssrf.New(
		ssrf.WithAllowedV4Prefixes(allowed...), ssrf.WithAllowedV6Prefixes(allowed...),
		ssrf.WithDeniedV4Prefixes(platform...),
	)
	return func(address netip.Addr) bool {
		return address.IsValid() && guardian.SafeAddr(address.Unmap().WithZone("")) == nil
	}
}
