package outbound

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestAddressAllowed goes through what a host that others name may resolve to.
func TestAddressAllowed(t *testing.T) {
	cluster := []netip.Prefix{netip.MustParsePrefix("10.96.0.0/12"), netip.MustParsePrefix("fd00::/8")}
	for address, tc := range map[string]struct {
		reason          string
		usually, within bool // within: if the cluster's own are allowed
	}{
		"93.184.216.34":      {"the internet", true, true},
		"2606:2800:220:1::1": {"the internet", true, true},
		"127.0.0.1":          {"ourselves", false, false},
		"::1":                {"ourselves", false, false},
		"::ffff:127.0.0.1":   {"ourselves, otherwise written", false, false},
		"169.254.169.254":    {"where clouds keep credentials", false, false},
		"fe80::1":            {"the link", false, false},
		"10.96.0.1":          {"a Service", false, true},
		"::ffff:10.96.0.1":   {"a Service, otherwise written", false, true},
		"10.1.0.1":           {"private", false, false},
		"172.16.0.1":         {"private", false, false},
		"192.168.0.1":        {"private", false, false},
		"fd00::1":            {"private", false, true},
		"100.64.0.1":         {"a provider's", false, false},
		"0.0.0.0":            {"any", false, false},
		"::":                 {"any", false, false},
		"224.0.0.1":          {"many", false, false},
		"255.255.255.255":    {"all", false, false},
		"64:ff9b::7f00:1":    {"IPv4 behind IPv6", false, false},
		"2002:7f00:1::1":     {"IPv4 behind IPv6", false, false},
		"198.18.0.1":         {"benchmarks", false, false},
		"198.20.0.1":         {"the internet, right behind them", true, true},
		"172.15.255.255":     {"the internet, right before what is private", true, true},
		"172.32.0.1":         {"and right behind", true, true},
		"100.128.0.1":        {"the internet, right behind a provider's", true, true},
		"10.95.255.255":      {"private, right before what is allowed", false, false},
		"10.111.255.255":     {"the last that is allowed", false, true},
		"10.112.0.0":         {"private, right behind it", false, false},
		"192.0.0.1":          {"protocols", false, false},
		"192.0.2.1":          {"documentation", false, false},
		"198.51.100.1":       {"documentation", false, false},
		"203.0.113.1":        {"documentation", false, false},
		"240.0.0.1":          {"reserved", false, false},
		"0.1.2.3":            {"this network", false, false},
		"127.255.255.254":    {"ourselves", false, false},
		"fe80::1%eth0":       {"the link, by one of its names", false, false},
		"fd00::1%eth0":       {"private, and a zone changes nothing", false, true},
		"::1%lo":             {"ourselves", false, false},
		"fc00::1":            {"private", false, false},
		"fec0::1":            {"a site's", false, false},
		"ff02::1":            {"many", false, false},
		"::7f00:1":           {"IPv4 in IPv6, as it was once", false, false},
		"::ffff:0:7f00:1":    {"IPv4 translated", false, false},
		"64:ff9b:1::a60:1":   {"IPv4 behind IPv6, of a provider's", false, false},
		"::ffff:93.184.0.1":  {"the internet, otherwise written", true, true},
		"100::1":             {"nowhere", false, false},
		"5f00::1":            {"segments", false, false},
		"2001::1":            {"IPv4 behind IPv6", false, false},
		"2001:20::1":         {"no addresses but names", false, false},
		"2001:200::1":        {"the internet, right behind them", true, true},
		"2001:db8::1":        {"documentation", false, false},
		"3fff::1":            {"documentation", false, false},
		"3fff:1000::1":       {"the internet's, right behind it", true, true},
		"4000::1":            {"not assigned", false, false},
		"168.63.129.16":      {"Azure's metadata and health service", false, false},
		"168.63.129.15":      {"the internet, right before it", true, true},
		"168.63.129.17":      {"and right behind", true, true},
		"100.100.100.200":    {"Alibaba Cloud's metadata", false, false},
		"192.0.0.192":        {"Oracle Cloud's metadata, formerly", false, false},
		"fd00:ec2::254":      {"AWS's metadata, which a cluster's own range may contain", false, true},
		"fd20:ce::254":       {"Google Cloud's metadata, likewise", false, true},
		"161.26.0.10":        {"IBM Cloud's service endpoints", false, false},
		"166.9.1.1":          {"IBM Cloud's service endpoints", false, false},
		"166.12.0.1":         {"the internet, right behind them", true, true},
		"192.31.196.1":       {"AS112", false, false},
		"192.175.48.1":       {"AS112", false, false},
		"2620:4f:8000::1":    {"AS112", false, false},
		"192.52.193.1":       {"tunnels of multicast", false, false},
		"192.88.99.1":        {"a relay of 6to4", false, false},
		"192.88.100.1":       {"the internet, right behind it", true, true},
	} {
		at := netip.MustParseAddr(address)
		if got := addressCheck(nil)(at) == nil; got != tc.usually {
			t.Errorf("%s (%s): %t", address, tc.reason, got)
		}
		if got := addressCheck(cluster)(at) == nil; got != tc.within {
			t.Errorf("%s (%s), where a cluster's are allowed: %t", address, tc.reason, got)
		}
	}
}

// TestAddressIsNone sees that what is no address is not allowed.
func TestAddressIsNone(t *testing.T) {
	all := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	if addressCheck(all)(netip.Addr{}) == nil {
		t.Error("the zero address is allowed")
	}
	for _, at := range []string{"127.0.0.1", "::1", "10.1.2.3"} {
		if addressCheck(all)(netip.MustParseAddr(at)) != nil {
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
		"an address":    {server.URL, "", AddressNotAllowed},
		"a name of it":  {named, "", AddressNotAllowed},
		"it is allowed": {server.URL, "127.0.0.0/8", ""},
		"another is":    {server.URL, "10.0.0.0/8", AddressNotAllowed},
		"refused":       {"http://127.0.0.1:1", "127.0.0.0/8", Unreachable},
	} {
		var allowed []netip.Prefix
		if tc.allowed != "" {
			allowed = append(allowed, netip.MustParsePrefix(tc.allowed))
		}
		calls := Caller{Transport: NewGuardedTransport(nil, allowed), Timeout: time.Minute, Now: time.Now}
		_, err := calls.Do(t.Context(), Request{Method: http.MethodGet, URL: tc.url, Limit: 10})
		if KindOf(err) != tc.want {
			t.Errorf("%s: %v, want %q", reason, err, tc.want)
		}
		if tc.want != "" && !NothingSent(err) {
			t.Errorf("%s: something may have been sent", reason)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections were made, and one is allowed", n)
	}
}
