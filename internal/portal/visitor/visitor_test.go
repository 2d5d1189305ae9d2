package visitor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestClientOf verifies whose address a request has.
func TestClientOf(t *testing.T) {
	trusted := []string{"10.0.0.0/8", "fd00::/8", "192.0.2.1"}
	for name, tc := range map[string]struct {
		reason    string
		proxies   []string
		from      string
		forwarded []string
		want      string
	}{
		"direct": {reason: "no proxy", from: "203.0.113.7:1", want: "203.0.113.7"},
		"forged": {
			reason: "no proxy is trusted", from: "203.0.113.7:1", forwarded: []string{"1.1.1.1"}, want: "203.0.113.7",
		},
		"proxy": {
			reason: "its hop counts", proxies: trusted, from: "10.1.2.3:1", forwarded: []string{"203.0.113.7"},
			want: "203.0.113.7",
		},
		"not a proxy": {
			reason: "another client's header does not", proxies: trusted, from: "203.0.113.9:1",
			forwarded: []string{"1.1.1.1"}, want: "203.0.113.9",
		},
		"forged hop": {
			reason: "only the last hop is the proxy's", proxies: trusted, from: "10.1.2.3:1",
			forwarded: []string{"1.1.1.1, 203.0.113.7"}, want: "203.0.113.7",
		},
		"forged proxies": {
			reason: "a client cannot name itself a proxy", proxies: trusted, from: "10.1.2.3:1",
			forwarded: []string{"1.1.1.1, 10.9.9.9, 203.0.113.7"}, want: "203.0.113.7",
		},
		"two proxies": {
			reason: "each adds a hop", proxies: trusted, from: "10.1.2.3:1", forwarded: []string{"203.0.113.7, 10.4.5.6"},
			want: "203.0.113.7",
		},
		"two lines": {
			reason: "lines are one list", proxies: trusted, from: "10.1.2.3:1",
			forwarded: []string{"203.0.113.7", "192.0.2.1"}, want: "203.0.113.7",
		},
		"inside": {
			reason: "a client of the trusted network", proxies: trusted, from: "10.1.2.3:1", forwarded: []string{"10.7.7.7"},
			want: "10.7.7.7",
		},
		"no hop": {reason: "the proxy itself", proxies: trusted, from: "10.1.2.3:1", want: "10.1.2.3"},
		"unreadable": {
			reason: "what cannot be read ends the list", proxies: trusted, from: "10.1.2.3:1",
			forwarded: []string{"203.0.113.7, unknown"}, want: "10.1.2.3",
		},
		"port": {
			reason: "some proxies add a port", proxies: trusted, from: "10.1.2.3:1", forwarded: []string{"203.0.113.7:5000"},
			want: "203.0.113.7",
		},
		"IPv6": {
			reason: "with brackets", proxies: trusted, from: "[fd00::1]:1", forwarded: []string{"[2001:db8::7]:5000"},
			want: "2001:db8::7",
		},
		"mapped": {
			reason: "an IPv4 address is one", proxies: trusted, from: "[::ffff:10.1.2.3]:1",
			forwarded: []string{"203.0.113.7"}, want: "203.0.113.7",
		},
		"none": {reason: "no address", from: "@", want: "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			proxies, err := ParseProxies(tc.proxies)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.RemoteAddr = tc.from
			r.Header["X-Forwarded-For"] = tc.forwarded
			if diff := cmp.Diff(tc.want, proxies.ClientOf(r).String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
	if _, err := ParseProxies([]string{"10.0.0.0/33"}); err == nil {
		t.Error("a wrong network")
	}
}

// TestLimiter limits each client by itself.
func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	l := NewLimiter(2, 3, func() time.Time { return now })
	allowed := func(address string, times int) int {
		t.Helper()
		n := 0
		for range times {
			if ok, _ := l.Allow(netip.MustParseAddr(address)); ok {
				n++
			}
		}
		return n
	}
	for i, step := range []struct {
		reason  string
		after   time.Duration
		address string
		want    int
	}{
		{reason: "a burst", address: "203.0.113.7", want: 3},
		{reason: "two a second", after: time.Second, address: "203.0.113.7", want: 2},
		{reason: "another client", address: "203.0.113.8", want: 3},
		{reason: "an IPv6 network", address: "2001:db8:0:1::1", want: 3},
		{reason: "is one client", address: "2001:db8:0:1:ffff::2"},
		{reason: "another one", address: "2001:db8:0:2::1", want: 3},
		{reason: "forgotten later", after: time.Hour, address: "203.0.113.7", want: 3},
	} {
		now = now.Add(step.after)
		if got := allowed(step.address, 10); got != step.want {
			t.Errorf("step %d, %s: %d allowed, want %d", i, step.reason, got, step.want)
		}
	}
	if ok, retry := l.Allow(netip.MustParseAddr("203.0.113.7")); ok || retry <= 0 || retry > time.Second {
		t.Errorf("allowed %t, or after %s", ok, retry)
	}
}

// TestLimiterIsBounded keeps ten thousand clients at most.
func TestLimiterIsBounded(t *testing.T) {
	l := NewLimiter(2, 3, time.Now)
	for i := range maxClients + 100 {
		l.Allow(netip.MustParseAddr(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&0xff, i&0xff)))
	}
	if n := len(l.clients.Keys()); n > maxClients {
		t.Errorf("%d clients", n)
	}
}
