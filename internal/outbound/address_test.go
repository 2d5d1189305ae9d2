package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
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
	} {
		at := netip.MustParseAddr(address)
		if got := addressAllowed(at, nil); got != tc.usually {
			t.Errorf("%s (%s): %t", address, tc.reason, got)
		}
		if got := addressAllowed(at, cluster); got != tc.within {
			t.Errorf("%s (%s), where a cluster's are allowed: %t", address, tc.reason, got)
		}
	}
}

// TestGuardedTransport connects, or does not, by the address that a name has.
func TestGuardedTransport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	named := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for reason, tc := range map[string]struct {
		url     string
		allowed string
		want    Kind
	}{
		"an address":      {server.URL, "", AddressNotAllowed},
		"a name of it":    {named, "", AddressNotAllowed},
		"it is allowed":   {server.URL, "127.0.0.0/8", ""},
		"another is":      {server.URL, "10.0.0.0/8", AddressNotAllowed},
		"nobody is there": {"http://127.0.0.1:1", "127.0.0.0/8", Unreachable},
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
}
