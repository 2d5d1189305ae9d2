package outbound

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestAddressAllowed checks the addresses to which a customer's host may resolve.
func TestAddressAllowed(t *testing.T) {
	cluster := []netip.Prefix{netip.MustParsePrefix("10.96.0.0/12"), netip.MustParsePrefix("fd00::/8")}
	for address, tc := range map[string]struct {
		reason          string
		usually, within bool // within: if the cluster's own are allowed
	}{
		"93.184.216.34":      {reason: "the internet", usually: true, within: true},
		"2606:2800:220:1::1": {reason: "the internet", usually: true, within: true},
		"127.0.0.1":          {reason: "ourselves"},
		"::1":                {reason: "ourselves"},
		"::ffff:127.0.0.1":   {reason: "ourselves, otherwise written"},
		"169.254.169.254":    {reason: "where clouds keep credentials"},
		"fe80::1":            {reason: "the link"},
		"10.96.0.1":          {reason: "a Service", within: true},
		"::ffff:10.96.0.1":   {reason: "a Service, otherwise written", within: true},
		"10.1.0.1":           {reason: "private"},
		"172.16.0.1":         {reason: "private"},
		"192.168.0.1":        {reason: "private"},
		"fd00::1":            {reason: "private", within: true},
		"100.64.0.1":         {reason: "a provider's"},
		"0.0.0.0":            {reason: "any"},
		"::":                 {reason: "any"},
		"224.0.0.1":          {reason: "many"},
		"255.255.255.255":    {reason: "all"},
		"64:ff9b::7f00:1":    {reason: "IPv4 behind IPv6"},
		"2002:7f00:1::1":     {reason: "IPv4 behind IPv6"},
		"198.18.0.1":         {reason: "benchmarks"},
		"198.20.0.1":         {reason: "the internet, right behind them", usually: true, within: true},
		"172.15.255.255":     {reason: "the internet, right before what is private", usually: true, within: true},
		"172.32.0.1":         {reason: "and right behind", usually: true, within: true},
		"100.128.0.1":        {reason: "the internet, right behind a provider's", usually: true, within: true},
		"10.95.255.255":      {reason: "private, right before what is allowed"},
		"10.111.255.255":     {reason: "the last that is allowed", within: true},
		"10.112.0.0":         {reason: "private, right behind it"},
		"192.0.0.1":          {reason: "protocols"},
		"192.0.2.1":          {reason: "documentation"},
		"198.51.100.1":       {reason: "documentation"},
		"203.0.113.1":        {reason: "documentation"},
		"240.0.0.1":          {reason: "reserved"},
		"0.1.2.3":            {reason: "this network"},
		"127.255.255.254":    {reason: "ourselves"},
		"fe80::1%eth0":       {reason: "the link, by one of its names"},
		"fd00::1%eth0":       {reason: "private, and a zone changes nothing", within: true},
		"::1%lo":             {reason: "ourselves"},
		"fc00::1":            {reason: "private"},
		"fec0::1":            {reason: "a site's"},
		"ff02::1":            {reason: "many"},
		"::7f00:1":           {reason: "IPv4 in IPv6, as it was once"},
		"::ffff:0:7f00:1":    {reason: "IPv4 translated"},
		"64:ff9b:1::a60:1":   {reason: "IPv4 behind IPv6, of a provider's"},
		"::ffff:93.184.0.1":  {reason: "the internet, otherwise written", usually: true, within: true},
		"100::1":             {reason: "nowhere"},
		"5f00::1":            {reason: "segments"},
		"2001::1":            {reason: "IPv4 behind IPv6"},
		"2001:20::1":         {reason: "no addresses but names"},
		"2001:200::1":        {reason: "the internet, right behind them", usually: true, within: true},
		"2001:db8::1":        {reason: "documentation"},
		"3fff::1":            {reason: "documentation"},
		"3fff:1000::1":       {reason: "the internet's, right behind it", usually: true, within: true},
		"4000::1":            {reason: "not assigned"},
		"168.63.129.16":      {reason: "Azure's metadata and health service"},
		"168.63.129.15":      {reason: "the internet, right before it", usually: true, within: true},
		"168.63.129.17":      {reason: "and right behind", usually: true, within: true},
		"100.100.100.200":    {reason: "Alibaba Cloud's metadata"},
		"192.0.0.192":        {reason: "Oracle Cloud's metadata, formerly"},
		"fd00:ec2::254":      {reason: "AWS's metadata, though a cluster's own range contains it"},
		"fd20:ce::254":       {reason: "Google Cloud's metadata, likewise"},
		"161.26.0.10":        {reason: "IBM Cloud's service endpoints"},
		"166.9.1.1":          {reason: "IBM Cloud's service endpoints"},
		"166.12.0.1":         {reason: "the internet, right behind them", usually: true, within: true},
		"192.31.196.1":       {reason: "AS112"},
		"192.175.48.1":       {reason: "AS112"},
		"2620:4f:8000::1":    {reason: "AS112"},
		"192.52.193.1":       {reason: "tunnels of multicast"},
		"192.88.99.1":        {reason: "a relay of 6to4"},
		"192.88.100.1":       {reason: "the internet, right behind it", usually: true, within: true},
	} {
		t.Run(address, func(t *testing.T) {
			at := netip.MustParseAddr(address)
			if err := addressCheck(Networks{})(at); (err == nil) != tc.usually {
				t.Errorf("%s (%s): %v", address, tc.reason, err)
			}
			if err := addressCheck(Networks{Allowed: cluster})(at); (err == nil) != tc.within {
				t.Errorf("%s (%s), where a cluster's are allowed: %v", address, tc.reason, err)
			}
		})
	}
}

// TestAddressOfMetadata refuses the metadata services of clouds, however broad the allowed networks are, unless exactly
// their address is allowed.
func TestAddressOfMetadata(t *testing.T) {
	broad := []netip.Prefix{
		netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("168.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/8"), netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("::/96"), netip.MustParsePrefix("::ffff:0:0:0/96"),
	}
	nat64 := []netip.Prefix{netip.MustParsePrefix("fd64::/96")}
	for address, listed := range map[string]string{
		"169.254.169.254":            "169.254.169.254/32",
		"169.254.170.2":              "169.254.170.2/32",
		"169.254.170.23":             "169.254.170.23/32",
		"168.63.129.16":              "168.63.129.16/32",
		"100.100.100.200":            "100.100.100.200/32",
		"192.0.0.192":                "192.0.0.192/32",
		"fd00:ec2::254":              "fd00:ec2::254/128",
		"fd00:ec2::23":               "fd00:ec2::23/128",
		"fd20:ce::254":               "fd20:ce::254/128",
		"fd20:ce::254%eth0":          "fd20:ce::254/128",
		"::ffff:169.254.169.254":     "169.254.169.254/32", // mapped
		"64:ff9b::169.254.169.254":   "169.254.169.254/32", // NAT64
		"fd64::168.63.129.16":        "168.63.129.16/32",   // NAT64 of the cluster
		"2002:a9fe:aa02::1":          "169.254.170.2/32",   // 6to4
		"::100.100.100.200":          "100.100.100.200/32", // compatible
		"::ffff:0:169.254.169.254":   "169.254.169.254/32", // translated
		"fd00::5efe:169.254.169.254": "169.254.169.254/32", // ISATAP
	} {
		t.Run(address, func(t *testing.T) {
			at := netip.MustParseAddr(address)
			if addressCheck(Networks{Allowed: broad, NAT64: nat64})(at) == nil {
				t.Errorf("%s is allowed, because a network contains it", address)
			}
			very := append(slices.Clone(broad), netip.MustParsePrefix(listed))
			if err := addressCheck(Networks{Allowed: very, NAT64: nat64})(at); err != nil {
				t.Errorf("%s is not allowed, though it is listed: %v", address, err)
			}
		})
	}
	for _, near := range []string{"169.254.169.253", "fd20:ce::253", "100.100.100.201"} {
		if err := addressCheck(Networks{Allowed: broad})(netip.MustParseAddr(near)); err != nil {
			t.Errorf("%s is beside a metadata service, and allowed: %v", near, err)
		}
	}
}

// TestAddressIsNone refuses what is not an address.
func TestAddressIsNone(t *testing.T) {
	check := addressCheck(Networks{
		Allowed: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
	})
	if check(netip.Addr{}) == nil {
		t.Error("the zero address is allowed")
	}
	for _, at := range []string{"127.0.0.1", "::1", "10.1.2.3"} {
		if check(netip.MustParseAddr(at)) != nil {
			t.Errorf("%s is not, where all are", at)
		}
	}
}

// TestGuardedTransport connects, or does not, by the address that a name has.
func TestGuardedTransport(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	named := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for reason, tc := range map[string]struct {
		url     string
		allowed string
		want    Kind
	}{
		"an address":    {url: server.URL, want: AddressNotAllowed},
		"a name of it":  {url: named, want: AddressNotAllowed},
		"it is allowed": {url: server.URL, allowed: "127.0.0.0/8"},
		"another is":    {url: server.URL, allowed: "10.0.0.0/8", want: AddressNotAllowed},
		"refused":       {url: "http://127.0.0.1:1", allowed: "127.0.0.0/8", want: Unreachable},
	} {
		t.Run(reason, func(t *testing.T) {
			var allowed []netip.Prefix
			if tc.allowed != "" {
				allowed = append(allowed, netip.MustParsePrefix(tc.allowed))
			}
			calls := Caller{
				Transport: NewGuardedTransport(nil, Networks{Allowed: allowed}), Timeout: time.Minute, Now: time.Now,
			}
			_, err := calls.Do(t.Context(), Request{Method: http.MethodGet, URL: tc.url, Limit: 10})
			if KindOf(err) != tc.want {
				t.Errorf("%s: %v, want %q", reason, err, tc.want)
			}
			if tc.want == AddressNotAllowed && !strings.Contains(err.Error(), "127.0.0.1") &&
				!strings.Contains(err.Error(), "::1") {
				t.Errorf("%s: the error does not name the address: %v", reason, err)
			}
			if tc.want != "" && !NothingSent(err) {
				t.Errorf("%s: something may have been sent", reason)
			}
		})
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections were made, and one is allowed", n)
	}
}
