package entitlement

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	environmentTest       = v1alpha1.EnvironmentTest
	environmentProduction = v1alpha1.EnvironmentProduction
)

// allowing is a Supplier with an environment and hosts that data may go to.
func allowing(environment v1alpha1.Environment, hosts ...string) *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	s.Spec.Environment, s.Spec.HRM.AllowedHosts = environment, hosts
	return s
}

// TestHRMAllowedHosts compares hosts with what is allowed, under both environments alike.
func TestHRMAllowedHosts(t *testing.T) {
	exact, wildcard := []string{"hrm.4human.example"}, []string{"*.hrm.4human.example"}
	cases := map[string]struct {
		reason   string
		hosts    []string
		endpoint string
		want     bool
	}{
		"exact": {
			reason: "the host that is listed", hosts: exact,
			endpoint: "https://hrm.4human.example/integration", want: true,
		},
		"exact/no-path": {reason: "the shortest", hosts: exact, endpoint: "https://hrm.4human.example", want: true},
		"exact/port": {
			reason: "any port of it", hosts: exact,
			endpoint: "https://hrm.4human.example:8443/integration", want: true,
		},
		"exact/upper-case": {
			reason: "names have no case (RFC 4343)", hosts: exact, endpoint: "https://HRM.4human.Example",
			want: true,
		},
		"exact/below": {reason: "no host below it", hosts: exact, endpoint: "https://tiger.hrm.4human.example"},
		"exact/above": {reason: "nor above", hosts: exact, endpoint: "https://4human.example"},
		"exact/longer": {
			reason: "nor one that begins like it", hosts: exact,
			endpoint: "https://hrm.4human.example.evil.example",
		},
		"exact/look-alike": {
			reason: "nor one that ends like it", hosts: exact,
			endpoint: "https://evilhrm.4human.example",
		},
		"exact/dot": {
			reason: "nor itself, written otherwise", hosts: exact,
			endpoint: "https://hrm.4human.example.",
		},
		"one-label": {
			reason: "one label more", hosts: wildcard,
			endpoint: "https://tiger.hrm.4human.example/integration", want: true,
		},
		"one-label/upper": {
			reason: "names have no case", hosts: wildcard, endpoint: "https://TIGER.HRM.4human.example",
			want: true,
		},
		"one-label/port": {
			reason: "any port of it", hosts: wildcard, endpoint: "https://tiger.hrm.4human.example:8443",
			want: true,
		},
		"one-label/punycode": {
			reason: "letters beyond ASCII, as the DNS has them", hosts: wildcard,
			endpoint: "https://xn--bl-yia.hrm.4human.example", want: true,
		},
		"two-labels":          {reason: "not two", hosts: wildcard, endpoint: "https://a.tiger.hrm.4human.example"},
		"no-label":            {reason: "nor none", hosts: wildcard, endpoint: "https://hrm.4human.example"},
		"empty-label":         {reason: "nor an empty one", hosts: wildcard, endpoint: "https://.hrm.4human.example"},
		"wildcard/itself":     {reason: "the wildcard is no host", hosts: wildcard, endpoint: "https://*.hrm.4human.example"},
		"wildcard/look-alike": {reason: "the dot counts", hosts: wildcard, endpoint: "https://evilhrm.4human.example"},
		"wildcard/hyphen":     {reason: "likewise", hosts: wildcard, endpoint: "https://evil-hrm.4human.example"},
		"wildcard/longer": {
			reason: "the end counts", hosts: wildcard,
			endpoint: "https://tiger.hrm.4human.example.evil.example",
		},
		"wildcard/dot": {
			reason: "the same host, written otherwise", hosts: wildcard,
			endpoint: "https://tiger.hrm.4human.example.",
		},
		"wildcard/dots": {reason: "no name of the DNS", hosts: wildcard, endpoint: "https://tiger..hrm.4human.example"},
		"wildcard/underscore": {
			reason: "no host's name has one", hosts: wildcard,
			endpoint: "https://ti_ger.hrm.4human.example",
		},
		"none-listed":       {reason: "no data goes anywhere", endpoint: "https://hrm.4human.example"},
		"none-listed/empty": {reason: "no endpoint either"},
		"empty-entry":       {reason: "an empty entry is no host", hosts: []string{""}, endpoint: "https:///integration"},
		"one-of-many": {
			reason: "any entry will do", hosts: []string{"a.example", "b.example", "*.c.example"},
			endpoint: "https://x.c.example", want: true,
		},
		"none-of-many": {
			reason: "entries are not mixed", hosts: []string{"a.example", "*.c.example"},
			endpoint: "https://a.c.example.a.example",
		},
		"entry/everything": {
			reason: "there is no such wildcard", hosts: []string{"*"},
			endpoint: "https://hrm.4human.example",
		},
		"entry/two-wildcards": {
			reason: "nor such a one", hosts: []string{"*.*.4human.example"},
			endpoint: "https://tiger.hrm.4human.example",
		},
		"entry/dot": {reason: "nor one of a name that ends", hosts: []string{"*."}, endpoint: "https://tiger."},
		"entry/scheme": {
			reason: "https is not written before a host", hosts: []string{"https://hrm.4human.example"},
			endpoint: "https://hrm.4human.example",
		},
		"entry/port": {
			reason: "nor a port after it", hosts: []string{"hrm.4human.example:8443"},
			endpoint: "https://hrm.4human.example:8443",
		},
		"entry/capitals": {
			reason: "hosts are listed in lower case", hosts: []string{"HRM.4human.example"},
			endpoint: "https://HRM.4human.example",
		},
		"address": {reason: "an address is no host of the list's", hosts: wildcard, endpoint: "https://10.0.0.1"},
		"address/listed": {
			reason: "unless it is on the list", hosts: []string{"10.0.0.1"}, endpoint: "https://10.0.0.1",
			want: true,
		},
		"address/metadata": {
			reason: "clouds tell secrets there", hosts: wildcard,
			endpoint: "https://169.254.169.254/latest",
		},
		"address/number": {reason: "some read it as 127.0.0.1", hosts: wildcard, endpoint: "https://2130706433"},
		"address/IPv6":   {reason: "the other kind of address", hosts: wildcard, endpoint: "https://[::1]/"},
		"address/zone": {
			reason: "an address with a zone that ends like a host", hosts: wildcard,
			endpoint: "https://[::1%25tiger.hrm.4human.example]/",
		},
		"address/name": {reason: "a name in brackets", hosts: exact, endpoint: "https://[hrm.4human.example]/"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, environment := range []v1alpha1.Environment{environmentProduction, environmentTest} {
				if got := HRMAllowed(allowing(environment, c.hosts...), c.endpoint); got != c.want {
					t.Errorf("%s: %s under %s with %v is %t: %s", name, c.endpoint, environment, c.hosts, got, c.reason)
				}
			}
		})
	}
}

// TestHRMAllowedURLs writes a host that is allowed in ways that mean something else, or that the API server refuses.
func TestHRMAllowedURLs(t *testing.T) {
	cases := map[string]struct {
		reason   string
		endpoint string
		want     bool
	}{
		"plain": {
			reason: "the everyday endpoint", endpoint: "https://tiger.hrm.4human.example/integration",
			want: true,
		},
		"scheme-in-capitals": {
			reason: "a scheme has no case (RFC 3986, 3.1)", endpoint: "HTTPS://tiger.hrm.4human.example",
			want: true,
		},
		"no-scheme":  {reason: "a host is no URL", endpoint: "tiger.hrm.4human.example"},
		"relative":   {reason: "whose scheme?", endpoint: "//tiger.hrm.4human.example"},
		"opaque":     {reason: "there is no host in it", endpoint: "https:tiger.hrm.4human.example"},
		"no-host":    {reason: "without a host", endpoint: "https:///tiger.hrm.4human.example"},
		"port-alone": {reason: "likewise", endpoint: "https://:443/tiger.hrm.4human.example"},
		"ftp":        {reason: "only HTTP is spoken", endpoint: "ftp://tiger.hrm.4human.example"},
		"file":       {reason: "files are not served", endpoint: "file://tiger.hrm.4human.example/etc/passwd"},
		"gopher":     {reason: "it can speak as anybody", endpoint: "gopher://tiger.hrm.4human.example"},
		"httpss":     {reason: "a scheme is a whole word", endpoint: "httpss://tiger.hrm.4human.example"},
		"user": {
			reason:   "it would be shown where URLs are",
			endpoint: "https://user:secret@tiger.hrm.4human.example",
		},
		"user-empty": {reason: "so is the sign for it", endpoint: "https://@tiger.hrm.4human.example"},
		"host-as-user": {
			reason:   "the host comes after the @",
			endpoint: "https://tiger.hrm.4human.example@evil.example",
		},
		"host-as-password":    {reason: "likewise", endpoint: "https://x:tiger.hrm.4human.example@evil.example"},
		"two-users":           {reason: "after the last @", endpoint: "https://a@tiger.hrm.4human.example@evil.example"},
		"host-in-path":        {reason: "a path is no host", endpoint: "https://evil.example/tiger.hrm.4human.example"},
		"host-in-query":       {reason: "nor is a query", endpoint: "https://evil.example?.hrm.4human.example"},
		"host-in-fragment":    {reason: "nor is a fragment", endpoint: "https://evil.example#.hrm.4human.example"},
		"backslash":           {reason: "some read it as a slash", endpoint: `https://evil.example\.hrm.4human.example`},
		"backslash-and-user":  {reason: "some read another host", endpoint: `https://evil.example\@tiger.hrm.4human.example`},
		"semicolon":           {reason: "no host has one", endpoint: "https://evil.example;.hrm.4human.example"},
		"percent-dot":         {reason: "a host is written as it is", endpoint: "https://tiger%2ehrm.4human.example"},
		"percent-slash":       {reason: "likewise", endpoint: "https://evil%2f.hrm.4human.example"},
		"percent-zero":        {reason: "likewise", endpoint: "https://evil%00.hrm.4human.example"},
		"percent-letter":      {reason: "letters beyond ASCII", endpoint: "https://%C3%A9.hrm.4human.example"},
		"ideographic-dot":     {reason: "it becomes a dot on its way to the DNS", endpoint: "https://a。b.hrm.4human.example"},
		"percent-dot-of-many": {reason: "likewise", endpoint: "https://a%E3%80%82b.hrm.4human.example"},
		"dotted-I": {
			reason:   "its small letter is an i to Go, and another host's to the DNS",
			endpoint: "https://tİger.hrm.4human.example",
		},
		"kelvin":           {reason: "its small letter is a k", endpoint: "https://\u212A.hrm.4human.example"},
		"full-width-slash": {reason: "it becomes a slash", endpoint: "https://evil／.hrm.4human.example"},
		"not-UTF-8":        {reason: "no letter at all", endpoint: "https://\xff.hrm.4human.example"},
		"space-in-front":   {reason: "copied with a space too many", endpoint: " https://tiger.hrm.4human.example"},
		"space-within":     {reason: "no host has one", endpoint: "https://tiger .hrm.4human.example"},
		"line-break": {
			reason:   "a header could follow",
			endpoint: "https://tiger.hrm.4human.example\r\nHost: evil.example",
		},
		"tab":             {reason: "some leave it out", endpoint: "https://tiger.hrm.4\thuman.example"},
		"port-of-letters": {reason: "a port is a number", endpoint: "https://tiger.hrm.4human.example:evil.example"},
		"two-ports":       {reason: "a host has one", endpoint: "https://evil.example:443.hrm.4human.example"},
		"comma":           {reason: "no host has one", endpoint: "https://evil,tiger.hrm.4human.example"},
		"hyphen-in-front": {reason: "no host's name begins so", endpoint: "https://-tiger.hrm.4human.example"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := HRMAllowed(allowing(environmentProduction, "*.hrm.4human.example"), c.endpoint); got != c.want {
				t.Errorf("%s: %q is %t: %s", name, c.endpoint, got, c.reason)
			}
		})
	}
}

// TestHRMAllowedByHTTP keeps unencrypted data within the Test environment, at hosts that are listed for it.
func TestHRMAllowedByHTTP(t *testing.T) {
	cases := map[string]struct {
		reason      string
		environment v1alpha1.Environment
		host        string
		endpoint    string
		want        bool
	}{
		"simulator": {
			reason: "a simulator within the cluster", environment: environmentTest,
			host: "http://hrm.simulator.svc", endpoint: "http://hrm.simulator.svc/tiger", want: true,
		},
		"simulator/port": {
			reason: "or on a developer's machine", environment: environmentTest, host: "http://localhost",
			endpoint: "http://localhost:8083/tiger", want: true,
		},
		"simulator/upper": {
			reason: "names have no case", environment: environmentTest, host: "http://hrm.simulator.svc",
			endpoint: "http://HRM.simulator.svc", want: true,
		},
		"other": {
			reason: "another host", environment: environmentTest, host: "http://hrm.simulator.svc",
			endpoint: "http://hrm.other.svc",
		},
		"below": {
			reason: "a host below it", environment: environmentTest, host: "http://hrm.simulator.svc",
			endpoint: "http://a.hrm.simulator.svc",
		},
		"unlisted": {
			reason: "a host that is listed without the scheme", environment: environmentTest,
			host: "hrm.simulator.svc", endpoint: "http://hrm.simulator.svc",
		},
		"wildcard": {
			reason: "so is every host of a wildcard", environment: environmentTest, host: "*.simulator.svc",
			endpoint: "http://hrm.simulator.svc",
		},
		"http-wildcard": {
			reason: "there are none of them with the scheme", environment: environmentTest,
			host: "http://*.simulator.svc", endpoint: "http://hrm.simulator.svc",
		},
		"https": {
			reason: "listed for http is not listed for https", environment: environmentTest,
			host: "http://hrm.simulator.svc", endpoint: "https://hrm.simulator.svc",
		},
		"user": {
			reason: "no user here either", environment: environmentTest, host: "http://hrm.simulator.svc",
			endpoint: "http://user@hrm.simulator.svc",
		},
		"production": {
			reason:      "never under Production, whatever the API server let pass",
			environment: environmentProduction, host: "http://hrm.simulator.svc", endpoint: "http://hrm.simulator.svc",
		},
		"production/host": {
			reason: "nor if the host is listed for https", environment: environmentProduction,
			host: "hrm.4human.example", endpoint: "http://hrm.4human.example",
		},
		"none": {
			reason: "nor under no environment", host: "http://hrm.simulator.svc",
			endpoint: "http://hrm.simulator.svc",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := HRMAllowed(allowing(c.environment, c.host), c.endpoint); got != c.want {
				t.Errorf("%s: %s under %s with %s is %t: %s", name, c.endpoint, c.environment, c.host, got, c.reason)
			}
		})
	}
}

// TestAwaitsAllowedHosts verifies which customers wait for a Supplier that allows no hosts.
func TestAwaitsAllowedHosts(t *testing.T) {
	const endpoint = "https://tiger.hrm.4human.example"
	custom := func(secret v1alpha1.JobSecret) v1alpha1.OfferedService {
		return v1alpha1.OfferedService{Name: "Settlements", Custom: &v1alpha1.CustomService{
			Job: v1alpha1.CustomJob{Secret: secret},
		}}
	}
	builtIn := v1alpha1.OfferedService{Name: v1alpha1.ServiceFollowUpPlans}
	cases := map[string]struct {
		reason   string
		offered  []v1alpha1.OfferedService
		hosts    []string
		endpoint string
		service  v1alpha1.ServiceName
		want     bool
	}{
		"offered": {
			reason: "its jobs use the HRM system", offered: []v1alpha1.OfferedService{builtIn},
			endpoint: endpoint, service: builtIn.Name, want: true,
		},
		"not offered": {
			reason: "its jobs do not run anyway", offered: []v1alpha1.OfferedService{custom(v1alpha1.JobSecretNone)},
			endpoint: endpoint, service: builtIn.Name,
		},
		"custom": {
			reason: "so do its jobs", offered: []v1alpha1.OfferedService{custom(v1alpha1.JobSecretPerCustomer)},
			endpoint: endpoint, service: "Settlements", want: true,
		},
		"without secret": {
			reason: "its jobs use none", offered: []v1alpha1.OfferedService{custom(v1alpha1.JobSecretNone)},
			endpoint: endpoint, service: "Settlements",
		},
		"another host": {
			reason: "the Supplier allows one", offered: []v1alpha1.OfferedService{builtIn}, hosts: []string{"a.example"},
			endpoint: endpoint, service: builtIn.Name,
		},
		"no endpoint": {
			reason: "the customer lacks its own part", offered: []v1alpha1.OfferedService{builtIn}, service: builtIn.Name,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, c := allowing(environmentTest, tc.hosts...), &v1alpha1.CustomerIntegration{}
			s.Spec.Services = tc.offered
			c.Spec.HRM.Endpoint, c.Spec.Services = tc.endpoint, []v1alpha1.CustomerService{{Name: tc.service}}
			if got := AwaitsAllowedHosts(s, c); got != tc.want {
				t.Errorf("%s: %t, want %t", tc.reason, got, tc.want)
			}
		})
	}
}

// accepted is the rule of the CRD for endpoints: what reaches the operator has this form.
var accepted = regexp.MustCompile(
	`^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$`)

// FuzzHRMAllowed compares HRMAllowed with two others that decide independently: one that parses the endpoint by hand,
// and the HTTP client, which sends the request in the end.
func FuzzHRMAllowed(f *testing.F) {
	for _, endpoint := range []string{
		"https://hrm.4human.example/integration", "https://tiger.hrm.4human.example:8443", "https://a.b.hrm.4human.example",
		"http://hrm.simulator.svc/tiger",
		"HTTPS://TIGER.HRM.4HUMAN.EXAMPLE", "https://evilhrm.4human.example", "https://tiger.hrm.4human.example@evil.example",
		"https://[::1%25x.hrm.4human.example]",
		"https://tİger.hrm.4human.example", "https://a%E3%80%82b.hrm.4human.example", "https://10.0.0.1",
		"https://tiger.hrm.4human.example.", "https://a..example",
		`https://evil.example\@hrm.4human.example`, "https://-.hrm.4human.example", "https://hrm.4human.example:",
		"https://hrm.4human.example?a#b",
	} {
		for _, hosts := range []string{
			"hrm.4human.example *.hrm.4human.example", "http://hrm.simulator.svc",
			"10.0.0.1 *.0.0.1", "tiger.hrm.4human.example", "*. * .", "HRM",
		} {
			f.Add(endpoint, hosts, true)
			f.Add(endpoint, hosts, false)
		}
	}
	f.Fuzz(func(t *testing.T, endpoint, hosts string, production bool) {
		environment := environmentTest
		if production {
			environment = environmentProduction
		}
		allowed := strings.Split(hosts, " ")
		got, want := HRMAllowed(allowing(environment, allowed...), endpoint), byHand(environment, allowed, endpoint)
		if got && !want {
			t.Fatalf("%q is allowed under %s with %q", endpoint, environment, allowed)
		}
		if want && !got && accepted.MatchString(endpoint) {
			t.Fatalf("%q is not allowed under %s with %q", endpoint, environment, allowed)
		}
		if !got {
			return
		}
		called, err := call(t.Context(), endpoint)
		if err != nil {
			t.Fatalf("%q is allowed, and the HTTP client says: %v", endpoint, err)
		}
		if !slices.ContainsFunc(allowed,
			func(entry string) bool { return fits(strings.TrimPrefix(entry, "http://"), small(called)) }) {
			t.Fatalf("%q is allowed with %q, and the HTTP client calls %s", endpoint, allowed, called)
		}
	})
}

// byHand takes an endpoint to pieces with a pair of scissors.
func byHand(environment v1alpha1.Environment, allowed []string, endpoint string) bool {
	scheme, rest, _ := strings.Cut(endpoint, "://")
	authority := rest
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		authority = rest[:end]
	}
	host, port, _ := strings.Cut(authority, ":")
	if strings.Trim(port, "0123456789") != "" || strings.Contains(authority, "@") {
		return false
	}
	for _, entry := range allowed {
		name, byHTTP := strings.CutPrefix(entry, "http://")
		switch {
		case byHTTP && (environment != environmentTest || small(scheme) != "http" || strings.HasPrefix(name, "*")):
		case !byHTTP && small(scheme) != "https":
		case fits(name, small(host)):
			return true
		}
	}
	return false
}

// fits reports whether a host is an entry of the list, label by label.
func fits(entry, host string) bool {
	want, got := strings.Split(entry, "."), strings.Split(host, ".")
	if len(want) != len(got) || slices.ContainsFunc(got, func(label string) bool { return !isLabel(label) }) {
		return false
	}
	return slices.Equal(want, got) || (want[0] == "*" && len(want) > 1 && slices.Equal(want[1:], got[1:]))
}

// isLabel reports whether text is one label of a host's name (RFC 1123, 2.1).
func isLabel(text string) bool {
	const within = "abcdefghijklmnopqrstuvwxyz0123456789-"
	return text != "" && strings.Trim(text, within) == "" && text[0] != '-' && text[len(text)-1] != '-'
}

// small writes ASCII letters small, and leaves all others.
func small(text string) string {
	return strings.Map(func(letter rune) rune {
		if 'A' <= letter && letter <= 'Z' {
			return letter + 'a' - 'A'
		}
		return letter
	}, text)
}

// call has Go's HTTP client call an endpoint, and hangs up. It returns the host that would have been called.
func call(ctx context.Context, endpoint string) (host string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, http.NoBody)
	if err != nil {
		return "", err
	}
	hungUp := errors.New("hung up")
	transport := &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		host, _, err = net.SplitHostPort(address)
		return nil, errors.Join(hungUp, err)
	}}
	answer, failure := transport.RoundTrip(request)
	if answer != nil {
		_ = answer.Body.Close()
	}
	if !errors.Is(failure, hungUp) {
		return "", failure
	}
	return host, err
}
