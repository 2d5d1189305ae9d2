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
		"exact":               {"the host that is listed", exact, "https://hrm.4human.example/integration", true},
		"exact/no-path":       {"the shortest", exact, "https://hrm.4human.example", true},
		"exact/port":          {"any port of it", exact, "https://hrm.4human.example:8443/integration", true},
		"exact/upper-case":    {"names have no case (RFC 4343)", exact, "https://HRM.4human.Example", true},
		"exact/below":         {"no host below it", exact, "https://tiger.hrm.4human.example", false},
		"exact/above":         {"nor above", exact, "https://4human.example", false},
		"exact/longer":        {"nor one that begins like it", exact, "https://hrm.4human.example.evil.example", false},
		"exact/look-alike":    {"nor one that ends like it", exact, "https://evilhrm.4human.example", false},
		"exact/dot":           {"nor itself, written otherwise", exact, "https://hrm.4human.example.", false},
		"one-label":           {"one label more", wildcard, "https://tiger.hrm.4human.example/integration", true},
		"one-label/upper":     {"names have no case", wildcard, "https://TIGER.HRM.4human.example", true},
		"one-label/port":      {"any port of it", wildcard, "https://tiger.hrm.4human.example:8443", true},
		"one-label/punycode":  {"letters beyond ASCII, as the DNS has them", wildcard, "https://xn--bl-yia.hrm.4human.example", true},
		"two-labels":          {"not two", wildcard, "https://a.tiger.hrm.4human.example", false},
		"no-label":            {"nor none", wildcard, "https://hrm.4human.example", false},
		"empty-label":         {"nor an empty one", wildcard, "https://.hrm.4human.example", false},
		"wildcard/itself":     {"the wildcard is no host", wildcard, "https://*.hrm.4human.example", false},
		"wildcard/look-alike": {"the dot counts", wildcard, "https://evilhrm.4human.example", false},
		"wildcard/hyphen":     {"likewise", wildcard, "https://evil-hrm.4human.example", false},
		"wildcard/longer":     {"the end counts", wildcard, "https://tiger.hrm.4human.example.evil.example", false},
		"wildcard/dot":        {"the same host, written otherwise", wildcard, "https://tiger.hrm.4human.example.", false},
		"wildcard/dots":       {"no name of the DNS", wildcard, "https://tiger..hrm.4human.example", false},
		"wildcard/underscore": {"no host's name has one", wildcard, "https://ti_ger.hrm.4human.example", false},
		"none-listed":         {"no data goes anywhere", nil, "https://hrm.4human.example", false},
		"none-listed/empty":   {"no endpoint either", nil, "", false},
		"empty-entry":         {"an empty entry is no host", []string{""}, "https:///integration", false},
		"one-of-many":         {"any entry will do", []string{"a.example", "b.example", "*.c.example"}, "https://x.c.example", true},
		"none-of-many":        {"entries are not mixed", []string{"a.example", "*.c.example"}, "https://a.c.example.a.example", false},
		"entry/everything":    {"there is no such wildcard", []string{"*"}, "https://hrm.4human.example", false},
		"entry/two-wildcards": {"nor such a one", []string{"*.*.4human.example"}, "https://tiger.hrm.4human.example", false},
		"entry/dot":           {"nor one of a name that ends", []string{"*."}, "https://tiger.", false},
		"entry/scheme":        {"https is not written before a host", []string{"https://hrm.4human.example"}, "https://hrm.4human.example", false},
		"entry/port":          {"nor a port after it", []string{"hrm.4human.example:8443"}, "https://hrm.4human.example:8443", false},
		"entry/capitals":      {"hosts are listed in lower case", []string{"HRM.4human.example"}, "https://HRM.4human.example", false},
		"address":             {"an address is no host of the list's", wildcard, "https://10.0.0.1", false},
		"address/listed":      {"unless it is on the list", []string{"10.0.0.1"}, "https://10.0.0.1", true},
		"address/metadata":    {"clouds tell secrets there", wildcard, "https://169.254.169.254/latest", false},
		"address/number":      {"some read it as 127.0.0.1", wildcard, "https://2130706433", false},
		"address/IPv6":        {"the other kind of address", wildcard, "https://[::1]/", false},
		"address/zone":        {"an address with a zone that ends like a host", wildcard, "https://[::1%25tiger.hrm.4human.example]/", false},
		"address/name":        {"a name in brackets", exact, "https://[hrm.4human.example]/", false},
	}
	for name, c := range cases {
		for _, environment := range []v1alpha1.Environment{environmentProduction, environmentTest} {
			if got := HRMAllowed(allowing(environment, c.hosts...), c.endpoint); got != c.want {
				t.Errorf("%s: %s under %s with %v is %t: %s", name, c.endpoint, environment, c.hosts, got, c.reason)
			}
		}
	}
}

// TestHRMAllowedURLs writes a host that is allowed in ways that mean something else, or that the API server refuses.
func TestHRMAllowedURLs(t *testing.T) {
	cases := map[string]struct {
		reason   string
		endpoint string
		want     bool
	}{
		"plain":               {"the everyday endpoint", "https://tiger.hrm.4human.example/integration", true},
		"scheme-in-capitals":  {"a scheme has no case (RFC 3986, 3.1)", "HTTPS://tiger.hrm.4human.example", true},
		"no-scheme":           {"a host is no URL", "tiger.hrm.4human.example", false},
		"relative":            {"whose scheme?", "//tiger.hrm.4human.example", false},
		"opaque":              {"there is no host in it", "https:tiger.hrm.4human.example", false},
		"no-host":             {"without a host", "https:///tiger.hrm.4human.example", false},
		"port-alone":          {"likewise", "https://:443/tiger.hrm.4human.example", false},
		"ftp":                 {"only HTTP is spoken", "ftp://tiger.hrm.4human.example", false},
		"file":                {"files are not served", "file://tiger.hrm.4human.example/etc/passwd", false},
		"gopher":              {"it can speak as anybody", "gopher://tiger.hrm.4human.example", false},
		"httpss":              {"a scheme is a whole word", "httpss://tiger.hrm.4human.example", false},
		"user":                {"it would be shown where URLs are", "https://user:secret@tiger.hrm.4human.example", false},
		"user-empty":          {"so is the sign for it", "https://@tiger.hrm.4human.example", false},
		"host-as-user":        {"the host comes after the @", "https://tiger.hrm.4human.example@evil.example", false},
		"host-as-password":    {"likewise", "https://x:tiger.hrm.4human.example@evil.example", false},
		"two-users":           {"after the last @", "https://a@tiger.hrm.4human.example@evil.example", false},
		"host-in-path":        {"a path is no host", "https://evil.example/tiger.hrm.4human.example", false},
		"host-in-query":       {"nor is a query", "https://evil.example?.hrm.4human.example", false},
		"host-in-fragment":    {"nor is a fragment", "https://evil.example#.hrm.4human.example", false},
		"backslash":           {"some read it as a slash", `https://evil.example\.hrm.4human.example`, false},
		"backslash-and-user":  {"some read another host", `https://evil.example\@tiger.hrm.4human.example`, false},
		"semicolon":           {"no host has one", "https://evil.example;.hrm.4human.example", false},
		"percent-dot":         {"a host is written as it is", "https://tiger%2ehrm.4human.example", false},
		"percent-slash":       {"likewise", "https://evil%2f.hrm.4human.example", false},
		"percent-zero":        {"likewise", "https://evil%00.hrm.4human.example", false},
		"percent-letter":      {"letters beyond ASCII", "https://%C3%A9.hrm.4human.example", false},
		"ideographic-dot":     {"it becomes a dot on its way to the DNS", "https://a。b.hrm.4human.example", false},
		"percent-dot-of-many": {"likewise", "https://a%E3%80%82b.hrm.4human.example", false},
		"dotted-I":            {"its small letter is an i to Go, and another host's to the DNS", "https://tİger.hrm.4human.example", false},
		"kelvin":              {"its small letter is a k", "https://\u212A.hrm.4human.example", false},
		"full-width-slash":    {"it becomes a slash", "https://evil／.hrm.4human.example", false},
		"not-UTF-8":           {"no letter at all", "https://\xff.hrm.4human.example", false},
		"space-in-front":      {"copied with a space too many", " https://tiger.hrm.4human.example", false},
		"space-within":        {"no host has one", "https://tiger .hrm.4human.example", false},
		"line-break":          {"a header could follow", "https://tiger.hrm.4human.example\r\nHost: evil.example", false},
		"tab":                 {"some leave it out", "https://tiger.hrm.4\thuman.example", false},
		"port-of-letters":     {"a port is a number", "https://tiger.hrm.4human.example:evil.example", false},
		"two-ports":           {"a host has one", "https://evil.example:443.hrm.4human.example", false},
		"comma":               {"no host has one", "https://evil,tiger.hrm.4human.example", false},
		"hyphen-in-front":     {"no host's name begins so", "https://-tiger.hrm.4human.example", false},
	}
	for name, c := range cases {
		if got := HRMAllowed(allowing(environmentProduction, "*.hrm.4human.example"), c.endpoint); got != c.want {
			t.Errorf("%s: %q is %t: %s", name, c.endpoint, got, c.reason)
		}
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
		"simulator":       {"a simulator within the cluster", environmentTest, "http://hrm.simulator.svc", "http://hrm.simulator.svc/tiger", true},
		"simulator/port":  {"or on a developer's machine", environmentTest, "http://localhost", "http://localhost:8083/tiger", true},
		"simulator/upper": {"names have no case", environmentTest, "http://hrm.simulator.svc", "http://HRM.simulator.svc", true},
		"other":           {"another host", environmentTest, "http://hrm.simulator.svc", "http://hrm.other.svc", false},
		"below":           {"a host below it", environmentTest, "http://hrm.simulator.svc", "http://a.hrm.simulator.svc", false},
		"unlisted":        {"a host that is listed without the scheme", environmentTest, "hrm.simulator.svc", "http://hrm.simulator.svc", false},
		"wildcard":        {"so is every host of a wildcard", environmentTest, "*.simulator.svc", "http://hrm.simulator.svc", false},
		"http-wildcard":   {"there are none of them with the scheme", environmentTest, "http://*.simulator.svc", "http://hrm.simulator.svc", false},
		"https":           {"listed for http is not listed for https", environmentTest, "http://hrm.simulator.svc", "https://hrm.simulator.svc", false},
		"user":            {"no user here either", environmentTest, "http://hrm.simulator.svc", "http://user@hrm.simulator.svc", false},
		"production":      {"never under Production, whatever the API server let pass", environmentProduction, "http://hrm.simulator.svc", "http://hrm.simulator.svc", false},
		"production/host": {"nor if the host is listed for https", environmentProduction, "hrm.4human.example", "http://hrm.4human.example", false},
		"none":            {"nor under no environment", "", "http://hrm.simulator.svc", "http://hrm.simulator.svc", false},
	}
	for name, c := range cases {
		if got := HRMAllowed(allowing(c.environment, c.host), c.endpoint); got != c.want {
			t.Errorf("%s: %s under %s with %s is %t: %s", name, c.endpoint, c.environment, c.host, got, c.reason)
		}
	}
}

// accepted is the rule of the CRD for endpoints: what reaches the operator has this form.
var accepted = regexp.MustCompile(`^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$`)

// FuzzHRMAllowed compares HRMAllowed with two others that know the answer in ways of their own: a person who takes the
// endpoint to pieces by hand, and the HTTP client, which makes the call in the end.
func FuzzHRMAllowed(f *testing.F) {
	for _, endpoint := range []string{
		"https://hrm.4human.example/integration", "https://tiger.hrm.4human.example:8443", "https://a.b.hrm.4human.example", "http://hrm.simulator.svc/tiger",
		"HTTPS://TIGER.HRM.4HUMAN.EXAMPLE", "https://evilhrm.4human.example", "https://tiger.hrm.4human.example@evil.example", "https://[::1%25x.hrm.4human.example]",
		"https://tİger.hrm.4human.example", "https://a%E3%80%82b.hrm.4human.example", "https://10.0.0.1", "https://tiger.hrm.4human.example.", "https://a..example",
		`https://evil.example\@hrm.4human.example`, "https://-.hrm.4human.example", "https://hrm.4human.example:", "https://hrm.4human.example?a#b",
	} {
		for _, hosts := range []string{"hrm.4human.example *.hrm.4human.example", "http://hrm.simulator.svc", "10.0.0.1 *.0.0.1", "tiger.hrm.4human.example", "*. * .", "HRM"} {
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
		if !slices.ContainsFunc(allowed, func(entry string) bool { return fits(strings.TrimPrefix(entry, "http://"), small(called)) }) {
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
