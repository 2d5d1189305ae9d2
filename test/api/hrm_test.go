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

// endpoint is a customer whose HRM solution's endpoint is written so, with the one thing that the reader is told.
func endpoint(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   customerMinimal,
		edits:  []edit{{customerEndpoint, `endpoint: "` + written + `"`}},
		want: []string{`spec.hrm.endpoint: Invalid value: "` + written + `": write the endpoint as a URL without user, query and fragment, ` +
			`such as https://tiger.hrm.4human.example/integration`},
	}
}

// endpointMistakes are the ways to write an HRM solution's endpoint wrongly. Which hosts are allowed is another
// question: the Supplier says so, and the operator answers.
func endpointMistakes() map[string]mistake {
	return map[string]mistake{
		"without scheme":     endpoint("a host is no URL", "tiger.hrm.4human.example"),
		"without host":       endpoint("nobody to ask", "https:///integration"),
		"other scheme":       endpoint("only HTTP can be spoken", "ftp://tiger.hrm.4human.example/integration"),
		"scheme in capitals": endpoint("one way to write it", "HTTPS://tiger.hrm.4human.example"),
		"user":               endpoint("a spec holds no secret", "https://user:secret@tiger.hrm.4human.example"),
		"other host":         endpoint("what stands before an @ is no host", "https://tiger.hrm.4human.example@evil.example"),
		"query":              endpoint("a path is added to it, and a query may hold a secret", "https://tiger.hrm.4human.example/integration?token=secret"),
		"fragment":           endpoint("a fragment is never sent", "https://tiger.hrm.4human.example/integration#plans"),
		"spaces":             endpoint("copied with a space too many", "https://tiger.hrm.4human.example /integration"),
		"space in front":     endpoint("copied with a space too many", " https://tiger.hrm.4human.example"),
		"line break":         endpoint("copied with the line's end", `https://tiger.hrm.4human.example\n`),
		"backslash":          endpoint("some read it as a slash", `https://evil.example\\.hrm.4human.example`),
		"percent in host":    endpoint("a host is written as it is", "https://tiger%2ehrm.4human.example"),
		"percent in path":    endpoint("so is a path", "https://tiger.hrm.4human.example/%2e%2e"),
		"other letters":      endpoint("what looks like a letter is another host", "https://tıger.hrm.4human.example"),
		"IPv6":               endpoint("a certificate is for a name", "https://[::1]/integration"),
		"dot at the end":     endpoint("the same host in another way", "https://tiger.hrm.4human.example./integration"),
		"port of letters":    endpoint("a port is a number", "https://tiger.hrm.4human.example:https/"),
		"long port":          endpoint("a port has five digits at most", "https://tiger.hrm.4human.example:123456/"),
		"variable":           endpoint("Kubernetes would put a variable's value there", "https://tiger.hrm.4human.example/$(HOME)"),
	}
}

// hrmMistakes are the other ways to say wrongly where a customer's data flows, and whether it does.
func hrmMistakes() map[string]mistake {
	const missing = "spec: Invalid value: write where the customer's HRM solution is, such as " +
		"hrm: {endpoint: https://tiger.hrm.4human.example/integration}, or sync: Disabled to verify and report only"
	return map[string]mistake{
		"hrm missing": {
			reason: "data that flows flows somewhere",
			file:   customerMinimal, edits: []edit{{customerHRM, ""}},
			want: []string{missing},
		},
		"hrm missing, sync enabled": {
			reason: "it is the same, written down",
			file:   customerFull, edits: []edit{{customerHRM, ""}},
			want: []string{missing},
		},
		"hrm of nothing": {
			reason: "the reader is told of both fields",
			file:   customerMinimal, edits: []edit{{customerHRM, "  hrm: {}\n"}},
			want: []string{
				notChecked,
				"spec.hrm.credentialsSecretRef: Required value",
				"spec.hrm.endpoint: Required value",
			},
		},
		"hrm of nothing, sync disabled": {
			reason: "half an answer is none",
			file:   customerFull, edits: []edit{{customerHRM, "  hrm: {}\n"}, {customerSync, "  sync: Disabled\n"}},
			want: []string{
				notChecked,
				"spec.hrm.credentialsSecretRef: Required value",
				"spec.hrm.endpoint: Required value",
			},
		},
		"endpoint empty": {
			reason: "an empty string is no URL",
			file:   customerMinimal, edits: []edit{{customerEndpoint, `endpoint: ""`}},
			want: []string{
				`spec.hrm.endpoint: Invalid value: "": spec.hrm.endpoint in body should be at least 1 chars long`,
				`spec.hrm.endpoint: Invalid value: "": write the endpoint as a URL without user, query and fragment, ` +
					`such as https://tiger.hrm.4human.example/integration`,
			},
		},
		"endpoint too long": {
			reason: "every string is bounded",
			file:   customerMinimal, edits: []edit{{customerEndpoint, customerEndpoint + strings.Repeat("a", 512)}},
			want: []string{notChecked, "spec.hrm.endpoint: Too long: may not be more than 512 bytes"},
		},
		"credentials missing": {
			reason: "no HRM solution talks to anybody",
			file:   customerMinimal, edits: []edit{{customerCredentials, ""}},
			want: []string{notChecked, "spec.hrm.credentialsSecretRef: Required value"},
		},
		"credentials written down": {
			reason: "a spec holds no secret",
			file:   customerMinimal, edits: []edit{{customerCredentials, "    token: secret\n" + customerCredentials}},
			want: []string{`CustomerIntegration in version "v1alpha1" cannot be handled as a CustomerIntegration: strict decoding error: unknown field "spec.hrm.token"`},
		},
		"credentials of another namespace": {
			reason: "a customer's secrets are in its own namespace",
			file:   customerMinimal, edits: []edit{{customerCredentials, "    credentialsSecretRef: {name: tiger-hrm, namespace: kube-system}\n"}},
			want: []string{`CustomerIntegration in version "v1alpha1" cannot be handled as a CustomerIntegration: strict decoding error: ` +
				`unknown field "spec.hrm.credentialsSecretRef.namespace"`},
		},
		"sync: On": {
			reason: "YAML reads On as true",
			file:   customerFull, edits: []edit{{customerSync, "  sync: On\n"}},
			want: []string{
				notChecked,
				`spec.sync: Invalid value: "boolean": spec.sync in body must be of type string: "boolean"`,
				`spec.sync: Unsupported value: true: supported values: "Enabled", "Disabled"`,
			},
		},
		"sync in small letters": {
			reason: "the reader is told what there is",
			file:   customerFull, edits: []edit{{customerSync, "  sync: disabled\n"}},
			want: []string{notChecked, `spec.sync: Unsupported value: "disabled": supported values: "Enabled", "Disabled"`},
		},
		"schedule empty": {
			reason: "empty is not the default",
			file:   customerFull, edits: []edit{{`"20 6 * * *"`, `""`}},
			want: []string{`spec.services[1].schedule: Invalid value: "": spec.services[1].schedule in body should be at least 1 chars long`},
		},
	}
}

// allowedHost is a Supplier that allows such a host, with the one thing that the reader is told.
func allowedHost(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{supplierHosts, `    - "` + written + "\"\n"}},
		want: []string{`spec.hrm.allowedHosts[0]: Invalid value: "` + written + `": write one host in lower case, such as hrm.4human.example, ` +
			`or *.hrm.4human.example for any host with one label more`},
	}
}

// hostMistakes are the ways to write wrongly where data may go.
func hostMistakes() map[string]mistake {
	const production = "spec: Invalid value: hosts may be reached by http under environment: Test only; write the host alone, such as hrm.4human.example"
	hosts := func(list string) []edit { return []edit{{"spec:\n", "spec:\n  hrm: {allowedHosts: " + list + "}\n"}} }
	return map[string]mistake{
		"everything":               allowedHost("all hosts are too many", "*"),
		"two wildcards":            allowedHost("one label is one label", "*.*.4human.example"),
		"wildcard within":          allowedHost("the wildcard is the first label", "hrm.*.example"),
		"wildcard of half a label": allowedHost("the wildcard is a whole label", "*hrm.4human.example"),
		"wildcard alone":           allowedHost("any host with one label more than nothing", "*."),
		"wildcard by http":         allowedHost("a simulator is one host", "http://*.simulator.svc"),
		"https":                    allowedHost("https is what is meant", "https://hrm.4human.example"),
		"other scheme":             allowedHost("only HTTP can be spoken", "ftp://hrm.4human.example"),
		"port":                     allowedHost("a host has no port", "hrm.4human.example:8443"),
		"path":                     allowedHost("a host has no path", "hrm.4human.example/integration"),
		"user":                     allowedHost("a host has no user", "user@hrm.4human.example"),
		"capitals":                 allowedHost("one way to write it", "HRM.4human.example"),
		"dot at the end":           allowedHost("the same host in another way", "hrm.4human.example."),
		"dot in front":             allowedHost("cookies are written so", ".hrm.4human.example"),
		"two in one":               allowedHost("each host is an item", "a.4human.example, b.4human.example"),
		"other letters":            allowedHost("what looks like a letter is another host", "hrm.4humañ.example"),
		"IPv6":                     allowedHost("a certificate is for a name", "[::1]"),
		"http under Production": {
			reason: "customers' data never goes unencrypted",
			file:   supplierMinimal, edits: hosts(`["http://hrm.simulator.svc"]`),
			want: []string{production},
		},
		"http under Production, among others": {
			reason: "one is enough",
			file:   supplierMinimal, edits: hosts(`[hrm.4human.example, "http://hrm.simulator.svc"]`),
			want: []string{production},
		},
		"host twice": {
			reason: "each host is listed once",
			file:   supplierMinimal, edits: hosts("[hrm.4human.example, hrm.4human.example]"),
			want: []string{`spec.hrm.allowedHosts[1]: Duplicate value: "hrm.4human.example"`},
		},
		"no policy": {
			reason: "it does nothing, and reads as if it did",
			file:   supplierMinimal, edits: []edit{{"spec:\n", "spec:\n  hrm: {}\n"}},
			want: []string{"spec.hrm: Invalid value: 0: spec.hrm in body should have at least 1 properties"},
		},
	}
}

// allowedAddress is a Supplier that allows such a network, with the one thing that the reader is told.
func allowedAddress(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{supplierAddresses, `    - "` + written + "\"\n"}},
		want: []string{`spec.hrm.allowedAddresses[0]: Invalid value: "` + written +
			`": write a network as its first address and how many bits of it count, such as 10.20.0.0/16`},
	}
}

// addressMistakes are the ways to write wrongly which networks HRM solutions may be in.
func addressMistakes() map[string]mistake {
	many := make([]string, 33)
	for i := range many {
		many[i] = fmt.Sprintf("10.%d.0.0/16", i)
	}
	return map[string]mistake{
		"address alone":   allowedAddress("how many bits count?", "10.20.0.1"),
		"host":            allowedAddress("hosts are in allowedHosts", "hrm.4human.example"),
		"within":          allowedAddress("it is either one address or a network", "10.20.0.1/16"),
		"within IPv6":     allowedAddress("likewise", "fd00::1/8"),
		"too many bits":   allowedAddress("there are 32", "10.20.0.0/33"),
		"mask":            allowedAddress("another way to write it", "10.20.0.0/255.255.0.0"),
		"range":           allowedAddress("another way to write it", "10.20.0.0-10.20.255.255"),
		"wildcard":        allowedAddress("another way to write it", "10.20.*.*"),
		"leading noughts": allowedAddress("some read them as octal", "010.020.0.0/16"),
		"spaces":          allowedAddress("copied with a space too many", " 10.20.0.0/16"),
		"twice": {
			reason: "each network is listed once",
			file:   supplierMinimal, edits: []edit{{"spec:\n", "spec:\n  hrm: {allowedAddresses: [10.20.0.0/16, 10.20.0.0/16]}\n"}},
			want: []string{`spec.hrm.allowedAddresses[1]: Duplicate value: "10.20.0.0/16"`},
		},
		"33": {
			reason: "every list is bounded",
			file:   supplierMinimal, edits: []edit{{"spec:\n", "spec:\n  hrm: {allowedAddresses: [" + strings.Join(many, ", ") + "]}\n"}},
			want: []string{notChecked, "spec.hrm.allowedAddresses: Too many: 33: must have at most 32 items"},
		},
	}
}

func TestHRMMistakes(t *testing.T) {
	for prefix, table := range map[string]map[string]mistake{
		"endpoint, ": endpointMistakes(), "": hrmMistakes(), "host, ": hostMistakes(), "address, ": addressMistakes(),
	} {
		for name, m := range table {
			t.Run(prefix+name, func(t *testing.T) { m.check(t) })
		}
	}
}
