package api

import (
	"fmt"
	"strings"
	"testing"
)

const (
	customerEndpoint    = "endpoint: https://tiger.hrm.4human.example/integration"
	customerCredentials = "    credentialsSecretRef:\n      name: tiger-hrm\n"
	customerHRM         = "  hrm:\n    " + customerEndpoint + "\n" + customerCredentials
	customerSync        = "  sync: Enabled\n"
	supplierHosts       = "    - hrm.4human.example\n"
	supplierAddresses   = "    - 10.20.0.0/16\n"
)

// endpoint is a customer with a wrong endpoint of its HRM system.
func endpoint(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   customerMinimal,
		edits:  []edit{{was: customerEndpoint, is: `endpoint: "` + written + `"`}},
		want: []string{`spec.hrm.endpoint: Invalid value: "` + written +
			`": endpoint must be a URL without user, query and fragment, ` +
			`such as https://tiger.hrm.4human.example/integration`},
	}
}

// endpointMistakes are wrong endpoints. The operator, not the CRD, verifies that the Supplier allows the host.
func endpointMistakes() map[string]mistake {
	return map[string]mistake{
		"without scheme":     endpoint("a URL has a scheme", "tiger.hrm.4human.example"),
		"without host":       endpoint("a URL has a host", "https:///integration"),
		"other scheme":       endpoint("only HTTP is supported", "ftp://tiger.hrm.4human.example/integration"),
		"scheme in capitals": endpoint("schemes are lower-case", "HTTPS://tiger.hrm.4human.example"),
		"user":               endpoint("specs have no secrets", "https://user:secret@tiger.hrm.4human.example"),
		"other host":         endpoint("what is before an @ is no host", "https://tiger.hrm.4human.example@evil.example"),
		"query": endpoint("a path is appended, and a query may have a secret",
			"https://tiger.hrm.4human.example/integration?token=secret"),
		"fragment":        endpoint("a fragment is never sent", "https://tiger.hrm.4human.example/integration#plans"),
		"spaces":          endpoint("copied with a space", "https://tiger.hrm.4human.example /integration"),
		"space in front":  endpoint("copied with a space", " https://tiger.hrm.4human.example"),
		"line break":      endpoint("copied with a line break", `https://tiger.hrm.4human.example\n`),
		"backslash":       endpoint("some parsers treat it as a slash", `https://evil.example\\.hrm.4human.example`),
		"percent in host": endpoint("hosts are not escaped", "https://tiger%2ehrm.4human.example"),
		"percent in path": endpoint("paths are not escaped", "https://tiger.hrm.4human.example/%2e%2e"),
		"other letters":   endpoint("lookalike letters are another host", "https://tıger.hrm.4human.example"),
		"IPv6":            endpoint("certificates are for names", "https://[::1]/integration"),
		"dot at the end":  endpoint("hosts have one spelling", "https://tiger.hrm.4human.example./integration"),
		"port of letters": endpoint("a port is a number", "https://tiger.hrm.4human.example:https/"),
		"long port":       endpoint("a port has five digits at most", "https://tiger.hrm.4human.example:123456/"),
		"variable":        endpoint("Kubernetes would substitute a variable", "https://tiger.hrm.4human.example/$(HOME)"),
	}
}

// hrmMistakes are other mistakes in hrm and sync.
func hrmMistakes() map[string]mistake {
	const missing = "spec: Invalid value: hrm is required for built-in services unless sync is Disabled"
	return map[string]mistake{
		"hrm missing": {
			reason: "sync needs an HRM system",
			file:   customerMinimal, edits: []edit{{was: customerHRM}},
			want: []string{missing},
		},
		"hrm missing, sync enabled": {
			reason: "Enabled is the default",
			file:   customerFull, edits: []edit{{was: customerHRM}},
			want: []string{missing},
		},
		"hrm of nothing": {
			reason: "both missing fields are reported",
			file:   customerMinimal, edits: []edit{{was: customerHRM, is: "  hrm: {}\n"}},
			want: []string{
				notChecked,
				"spec.hrm.credentialsSecretRef: Required value",
				"spec.hrm.endpoint: Required value",
			},
		},
		"hrm of nothing, sync disabled": {
			reason: "hrm is optional, but not its fields",
			file:   customerFull, edits: []edit{
				{was: customerHRM, is: "  hrm: {}\n"},
				{was: customerSync, is: "  sync: Disabled\n"},
			},
			want: []string{
				notChecked,
				"spec.hrm.credentialsSecretRef: Required value",
				"spec.hrm.endpoint: Required value",
			},
		},
		"endpoint empty": {
			reason: "an empty string is no URL",
			file:   customerMinimal, edits: []edit{{was: customerEndpoint, is: `endpoint: ""`}},
			want: []string{
				`spec.hrm.endpoint: Invalid value: "": endpoint must be a URL without user, query and fragment, ` +
					`such as https://tiger.hrm.4human.example/integration`,
				`spec.hrm.endpoint: Invalid value: "": spec.hrm.endpoint in body should be at least 1 chars long`,
			},
		},
		"endpoint too long": {
			reason: "strings are bounded",
			file:   customerMinimal, edits: []edit{{was: customerEndpoint, is: customerEndpoint + strings.Repeat("a", 512)}},
			want: []string{notChecked, "spec.hrm.endpoint: Too long: may not be more than 512 bytes"},
		},
		"credentials missing": {
			reason: "HRM systems require authentication",
			file:   customerMinimal, edits: []edit{{was: customerCredentials}},
			want: []string{notChecked, "spec.hrm.credentialsSecretRef: Required value"},
		},
		"credentials written down": {
			reason: "specs have no secrets",
			file:   customerMinimal, edits: []edit{{was: customerCredentials, is: "    token: secret\n" + customerCredentials}},
			want: []string{`CustomerIntegration in version "v1alpha1" cannot be handled as a CustomerIntegration: strict decoding error: unknown field "spec.hrm.token"`},
		},
		"credentials of another namespace": {
			reason: "Secrets are in the customer's namespace",
			file:   customerMinimal, edits: []edit{{
				was: customerCredentials,
				is:  "    credentialsSecretRef: {name: tiger-hrm, namespace: kube-system}\n",
			}},
			want: []string{`CustomerIntegration in version "v1alpha1" cannot be handled as a CustomerIntegration: strict decoding error: ` +
				`unknown field "spec.hrm.credentialsSecretRef.namespace"`},
		},
		"sync: On": {
			reason: "YAML reads On as true",
			file:   customerFull, edits: []edit{{was: customerSync, is: "  sync: On\n"}},
			want: []string{
				notChecked,
				`spec.sync: Invalid value: "boolean": spec.sync in body must be of type string: "boolean"`,
				`spec.sync: Unsupported value: true: supported values: "Enabled", "Disabled"`,
			},
		},
		"sync in small letters": {
			reason: "the message lists the values",
			file:   customerFull, edits: []edit{{was: customerSync, is: "  sync: disabled\n"}},
			want: []string{notChecked, `spec.sync: Unsupported value: "disabled": supported values: "Enabled", "Disabled"`},
		},
		"schedule empty": {
			reason: "empty is not the default",
			file:   customerFull, edits: []edit{{was: `"20 6 * * *"`, is: `""`}},
			want: []string{`spec.services[1].schedule: Invalid value: "": spec.services[1].schedule in body should be at least 1 chars long`},
		},
	}
}

// allowedHost is a Supplier with a wrong allowed host.
func allowedHost(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: supplierHosts, is: `    - "` + written + "\"\n"}},
		want: []string{`spec.hrm.allowedHosts[0]: Invalid value: "` + written +
			`": write one host in lower case, such as hrm.4human.example, ` +
			`or *.hrm.4human.example for hosts with one more label`},
	}
}

// hostMistakes are wrong allowed hosts.
func hostMistakes() map[string]mistake {
	const production = "spec: Invalid value: http:// is only allowed with environment: Test; write the host alone, such as hrm.4human.example"
	hosts := func(list string) []edit {
		return []edit{{was: "spec:\n", is: "spec:\n  hrm: {allowedHosts: " + list + "}\n"}}
	}
	return map[string]mistake{
		"everything":               allowedHost("a wildcard needs a domain", "*"),
		"two wildcards":            allowedHost("one wildcard only", "*.*.4human.example"),
		"wildcard within":          allowedHost("a wildcard must be the first label", "hrm.*.example"),
		"wildcard of half a label": allowedHost("a wildcard must be a whole label", "*hrm.4human.example"),
		"wildcard alone":           allowedHost("a wildcard needs a domain", "*."),
		"wildcard by http":         allowedHost("http needs one host", "http://*.simulator.svc"),
		"https":                    allowedHost("https is implied", "https://hrm.4human.example"),
		"other scheme":             allowedHost("only HTTP is supported", "ftp://hrm.4human.example"),
		"port":                     allowedHost("a host has no port", "hrm.4human.example:8443"),
		"path":                     allowedHost("a host has no path", "hrm.4human.example/integration"),
		"user":                     allowedHost("a host has no user", "user@hrm.4human.example"),
		"capitals":                 allowedHost("hosts are lower-case", "HRM.4human.example"),
		"dot at the end":           allowedHost("hosts have one spelling", "hrm.4human.example."),
		"dot in front":             allowedHost("a leading dot is no wildcard", ".hrm.4human.example"),
		"two in one":               allowedHost("each host is an item of its own", "a.4human.example, b.4human.example"),
		"other letters":            allowedHost("lookalike letters are another host", "hrm.4humañ.example"),
		"IPv6":                     allowedHost("certificates are for names", "[::1]"),
		"http under Production": {
			reason: "customers' data is always encrypted",
			file:   supplierMinimal, edits: hosts(`["http://hrm.simulator.svc"]`),
			want: []string{production},
		},
		"http under Production, among others": {
			reason: "one http host is enough",
			file:   supplierMinimal, edits: hosts(`[hrm.4human.example, "http://hrm.simulator.svc"]`),
			want: []string{production},
		},
		"host twice": {
			reason: "hosts are unique",
			file:   supplierMinimal, edits: hosts("[hrm.4human.example, hrm.4human.example]"),
			want: []string{`spec.hrm.allowedHosts[1]: Duplicate value: "hrm.4human.example"`},
		},
		"no policy": {
			reason: "an empty object has no effect",
			file:   supplierMinimal, edits: []edit{{was: "spec:\n", is: "spec:\n  hrm: {}\n"}},
			want: []string{"spec.hrm: Invalid value: 0: spec.hrm in body should have at least 1 properties"},
		},
	}
}

// allowedAddress is a Supplier with a wrong allowed network.
func allowedAddress(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: supplierAddresses, is: `    - "` + written + "\"\n"}},
		want: []string{`spec.hrm.allowedAddresses[0]: Invalid value: "` + written +
			`": write a network in CIDR form, such as 10.20.0.0/16`},
	}
}

// addressMistakes are wrong allowed networks.
func addressMistakes() map[string]mistake {
	many := make([]string, 33)
	for i := range many {
		many[i] = fmt.Sprintf("10.%d.0.0/16", i)
	}
	return map[string]mistake{
		"address alone":   allowedAddress("the prefix length is missing", "10.20.0.1"),
		"host":            allowedAddress("hosts are in allowedHosts", "hrm.4human.example"),
		"within":          allowedAddress("bits after the prefix must be 0", "10.20.0.1/16"),
		"within IPv6":     allowedAddress("likewise", "fd00::1/8"),
		"too many bits":   allowedAddress("IPv4 addresses have 32 bits", "10.20.0.0/33"),
		"mask":            allowedAddress("CIDR form only", "10.20.0.0/255.255.0.0"),
		"range":           allowedAddress("CIDR form only", "10.20.0.0-10.20.255.255"),
		"wildcard":        allowedAddress("CIDR form only", "10.20.*.*"),
		"leading noughts": allowedAddress("some parsers read octal", "010.020.0.0/16"),
		"spaces":          allowedAddress("copied with a space", " 10.20.0.0/16"),
		"twice": {
			reason: "networks are unique",
			file:   supplierMinimal, edits: []edit{{
				was: "spec:\n",
				is:  "spec:\n  hrm: {allowedAddresses: [10.20.0.0/16, 10.20.0.0/16]}\n",
			}},
			want: []string{`spec.hrm.allowedAddresses[1]: Duplicate value: "10.20.0.0/16"`},
		},
		"33": {
			reason: "lists are bounded",
			file:   supplierMinimal, edits: []edit{{
				was: "spec:\n",
				is:  "spec:\n  hrm: {allowedAddresses: [" + strings.Join(many, ", ") + "]}\n",
			}},
			want: []string{notChecked, "spec.hrm.allowedAddresses: Too many: 33: must have at most 32 items"},
		},
	}
}

// nat64Mistakes are wrong prefixes of NAT64 gateways.
func nat64Mistakes() map[string]mistake {
	table := map[string]mistake{}
	for reason, written := range map[string]string{
		"another length": "64:ff9b:1::/80", "an address": "64:ff9b:1::1", "bits after the prefix": "64:ff9b:1::1/96",
		"IPv4": "10.0.0.0/32",
	} {
		table[reason] = mistake{
			reason: reason,
			file:   supplierFull,
			edits:  []edit{{was: "    - 64:ff9b:1::/96\n", is: `    - "` + written + "\"\n"}},
			want: []string{`spec.hrm.nat64Prefixes[0]: Invalid value: "` + written +
				`": write a NAT64 prefix of 32, 40, 48, 56, 64 or 96 bits, such as 64:ff9b:1::/96`},
		}
	}
	return table
}

func TestHRMMistakes(t *testing.T) {
	for prefix, table := range map[string]map[string]mistake{
		"endpoint, ": endpointMistakes(), "": hrmMistakes(), "host, ": hostMistakes(), "address, ": addressMistakes(),
		"NAT64, ": nat64Mistakes(),
	} {
		for name, m := range table {
			t.Run(prefix+name, func(t *testing.T) { m.check(t) })
		}
	}
}
