package api

import (
	"strings"
	"testing"
)

const (
	issuer            = "http://simulator.simulator.svc/"
	navEndpoint       = "    navFollowUpPlans: http://nav.simulator.svc\n"
	sickPayEndpoint   = "    navSickPay: http://nav-sick-pay.simulator.svc\n"
	supplierServices  = "  services:\n  - name: FollowUpPlans\n    schedule: \"H * * * *\"\n  - name: SickNotes\n    schedule: \"H H/4 * * *\"\n" + ownServices
	supplierInterval  = "    interval: 6h\n"
	supplierWaiting   = "    waitingInterval: 1h30m\n"
	supplierClientID  = "clientID: 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	supplierNamespace = "  - customers\n"
)

// interval is a Supplier with a wrong verification interval.
func interval(reason, written, value string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: supplierInterval, is: "    interval: " + written + "\n"}},
		want: []string{"spec.verification.interval: Invalid value: " + value +
			": interval must be a duration between 10s and 168h, such as 6h or 1h30m"},
	}
}

// waiting is a Supplier with a wrong waiting interval.
func waiting(reason, written, value string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: supplierWaiting, is: "    waitingInterval: " + written + "\n"}},
		want: []string{"spec.verification.waitingInterval: Invalid value: " + value +
			": waitingInterval must be a duration between 10s and 24h, such as 15m"},
	}
}

// durationMistakes are wrong durations and other mistakes in single fields.
func durationMistakes() map[string]mistake {
	return map[string]mistake{
		"unit unknown":    interval("x is no unit", "10x", `"10x"`),
		"without unit":    interval("the unit is missing", `"6"`, `"6"`),
		"too short":       interval("requests would be too frequent", "5s", `"5s"`),
		"empty":           interval("empty is not the default", `""`, `""`),
		"too long":        interval("withdrawals would be detected too late", "400h", `"400h"`),
		"much too long":   interval("the rule must not overflow", "999999h", `"999999h"`),
		"negative":        interval("durations are positive", "-6h", `"-6h"`),
		"fraction":        interval("whole units only", "6.5h", `"6.5h"`),
		"unit twice":      interval("one of each unit", "1h1h", `"1h1h"`),
		"milliseconds":    interval("seconds are the smallest unit", "60000ms", `"60000ms"`),
		"days":            interval("Go's durations have no days", "7d", `"7d"`),
		"waiting, long":   waiting("waiting customers are verified at least daily", "25h", `"25h"`),
		"waiting, short":  waiting("requests would be too frequent", "9s", `"9s"`),
		"waiting, empty":  waiting("empty is not the default", `""`, `""`),
		"waiting, unit":   waiting("x is no unit", "10x", `"10x"`),
		"waiting, number": waiting("the unit is missing", `"6"`, `"6"`),
		"system": {
			reason: "the id must begin with the supplier's number", file: supplierFull,
			edits: []edit{{was: "systemID: 897757222_4human_hrm", is: "systemID: 4human_hrm"}},
			want:  []string{`spec.systemUser.systemID: Invalid value: "4human_hrm": systemID must be the supplier's organization number, an underscore and a name, such as 897757222_4human_hrm`},
		},
		"day of the key": {
			reason: "a date has no time", file: supplierFull, edits: []edit{{
				was: `keyRegisteredAt: "2026-09-01"`,
				is:  `keyRegisteredAt: "2026-09-01T12:00:00Z"`,
			}},
			want: []string{`spec.maskinporten.keyRegisteredAt: Invalid value: "2026-09-01T12:00:00Z": keyRegisteredAt must be a date in quotes, such as "2026-09-01"`},
		},
		"grace period": {
			reason: "a minute is the minimum", file: supplierFull, edits: []edit{{
				was: "outageGracePeriod: 24h",
				is:  "outageGracePeriod: 30s",
			}},
			want: []string{`spec.verification.outageGracePeriod: Invalid value: "30s": outageGracePeriod must be a duration between 1m and 720h, such as 24h`},
		},
		"no-runs": {
			reason: "every schedule has runs", file: supplierFull, edits: []edit{{
				was: "maxRunsPerHour: 12",
				is:  "maxRunsPerHour: 0",
			}},
			want: []string{`spec.sync.maxRunsPerHour: Invalid value: 0: spec.sync.maxRunsPerHour in body should be greater than or equal to 1`},
		},
		"runs-in-a-minute": {
			reason: "a schedule has at most 60 runs an hour", file: supplierFull, edits: []edit{{
				was: "maxRunsPerHour: 12",
				is:  "maxRunsPerHour: 61",
			}},
			want: []string{`spec.sync.maxRunsPerHour: Invalid value: 61: spec.sync.maxRunsPerHour in body should be less than or equal to 60`},
		},
		"requests": {
			reason: "no request would ever be sent", file: supplierFull, edits: []edit{{
				was: "requestsPerSecond: 20",
				is:  "requestsPerSecond: 0",
			}},
			want: []string{`spec.verification.requestsPerSecond: Invalid value: 0: spec.verification.requestsPerSecond in body should be greater than or equal to 1`},
		},
		"algorithm": {
			reason: "Maskinporten accepts no other", file: supplierFull, edits: []edit{{
				was: "signingAlgorithm: RS512",
				is:  "signingAlgorithm: ES256",
			}},
			want: []string{notChecked, `spec.maskinporten.signingAlgorithm: Unsupported value: "ES256": supported values: "RS256", "RS384", "RS512"`},
		},
		"Altinn with a slash": {
			reason: "a path is appended", file: supplierFull, edits: []edit{{
				was: "altinn: http://altinn.simulator.svc",
				is:  "altinn: http://altinn.simulator.svc/",
			}},
			want: []string{`spec.endpoints.altinn: Invalid value: "http://altinn.simulator.svc/": write a URL without a trailing slash, such as http://altinn.simulator.svc`},
		},
		"access package": {
			reason: "a URN is required", file: supplierFull,
			edits: []edit{{was: "urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori", is: "lonn"}},
			want:  []string{`spec.systemUser.accessPackages[0]: Invalid value: "lonn": write an access package's URN, such as urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori`},
		},
		"agents": {
			reason: "a mode, as elsewhere", file: supplierFull, edits: []edit{{was: "agents: Enabled", is: "agents: Maybe"}},
			want: []string{notChecked, `spec.systemUser.agents: Unsupported value: "Maybe": supported values: "Enabled", "Disabled"`},
		},
		"redirect": {
			reason: "administrators are redirected to the URL", file: supplierFull,
			edits: []edit{{was: "redirectURL: https://hrm", is: "redirectURL: http://hrm"}},
			want:  []string{`spec.systemUser.redirectURL: Invalid value: "http://hrm.4human.example/altinn": redirectURL must be an https URL without query and fragment, such as https://hrm.4human.example/altinn`},
		},
		"number": {
			reason: "YAML reads digits as a number",
			file:   supplierFull, edits: []edit{{was: supplierInterval, is: "    interval: 6\n"}},
			want: []string{notChecked, `spec.verification.interval: Invalid value: "integer": spec.verification.interval in body must be of type string: "integer"`},
		},
		"too many digits": {
			reason: "strings are bounded, which bounds the cost of rules",
			file:   supplierFull, edits: []edit{{was: supplierInterval, is: "    interval: " + strings.Repeat("1", 32) + "s\n"}},
			want: []string{notChecked, "spec.verification.interval: Too long: may not be more than 32 bytes"},
		},
	}
}

// issuerMistake is a Supplier with a wrong issuer.
func issuerMistake(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: issuer, is: written}},
		want: []string{`spec.endpoints.maskinporten: Invalid value: "` + written +
			`": write a URL that ends with a slash, such as http://simulator.simulator.svc/`},
	}
}

// navMistake is a Supplier with a wrong base URL of NAV.
func navMistake(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{was: navEndpoint, is: "    navFollowUpPlans: " + written + "\n"}},
		want: []string{`spec.endpoints.navFollowUpPlans: Invalid value: "` + written +
			`": write a URL without a trailing slash, such as http://nav.simulator.svc`},
	}
}

// supplierMistakes are other mistakes in a Supplier.
func supplierMistakes() map[string]mistake {
	const production = "spec: Invalid value: endpoints is only allowed with environment: Test"
	toProduction := edit{was: "environment: Test", is: "environment: Production"}
	return map[string]mistake{
		"issuer without slash": issuerMistake("issuers are compared exactly, and Maskinporten's ends with a slash",
			"http://simulator.simulator.svc"),
		"issuer without scheme":   issuerMistake("a URL has a scheme", "simulator.simulator.svc/"),
		"issuer with other":       issuerMistake("only HTTP is supported", "ldap://simulator.simulator.svc/"),
		"issuer with credentials": issuerMistake("specs have no secrets", "http://user:secret@simulator.simulator.svc/"),
		"issuer with query":       issuerMistake("an issuer has no query", "http://simulator.simulator.svc/?a=b/"),
		"NAV with slash":          navMistake("a path is appended", "http://nav.simulator.svc/"),
		"NAV with path and slash": navMistake("a path is appended", "http://nav.simulator.svc/nav/"),
		"NAV without scheme":      navMistake("a URL has a scheme", "nav.simulator.svc"),
		"NAV with other":          navMistake("only HTTP is supported", "ldap://nav.simulator.svc"),
		"NAV with credentials":    navMistake("specs have no secrets", "http://user:secret@nav.simulator.svc"),
		"NAV with query":          navMistake("a path is appended", "http://nav.simulator.svc/nav?a=b"),
		"sick pay with slash": {
			reason: "a path is appended",
			file:   supplierFull, edits: []edit{{
				was: sickPayEndpoint,
				is:  "    navSickPay: http://nav-sick-pay.simulator.svc/\n",
			}},
			want: []string{`spec.endpoints.navSickPay: Invalid value: "http://nav-sick-pay.simulator.svc/": ` +
				`write a URL without a trailing slash, such as http://nav-sick-pay.simulator.svc`},
		},
		"letters with slash": {
			reason: "a path is appended",
			file:   supplierFull, edits: []edit{{
				was: "    navLetters: http://nav-letters.simulator.svc\n",
				is:  "    navLetters: http://nav-letters.simulator.svc/\n",
			}},
			want: []string{`spec.endpoints.navLetters: Invalid value: "http://nav-letters.simulator.svc/": ` +
				`write a URL without a trailing slash, such as http://nav-letters.simulator.svc`},
		},
		"register with slash": {
			reason: "a path is appended",
			file:   supplierFull, edits: []edit{{
				was: "http://register.simulator.svc/enhetsregisteret/api\n",
				is:  "http://register.simulator.svc/enhetsregisteret/api/\n",
			}},
			want: []string{`spec.endpoints.register: Invalid value: "http://register.simulator.svc/enhetsregisteret/api/": ` +
				`write a URL without a trailing slash, such as http://register.simulator.svc/enhetsregisteret/api`},
		},
		"register": {
			reason: "there are two modes",
			file:   supplierFull, edits: []edit{{was: "  register: Enabled\n", is: "  register: Sometimes\n"}},
			want: []string{notChecked, `spec.register: Unsupported value: "Sometimes": supported values: "Enabled", "Disabled"`},
		},
		"sick pay under Production": {
			reason: "endpoints of Production are fixed",
			file:   supplierMinimal, edits: []edit{{
				was: "spec:\n",
				is:  "spec:\n  endpoints: {navSickPay: http://nav-sick-pay.simulator.svc}\n",
			}},
			want: []string{production},
		},
		"settlement reports with slash": {
			reason: "paths are appended",
			file:   supplierFull, edits: []edit{{
				was: "    navSettlementReports: http://nav-settlement-reports.simulator.svc\n",
				is:  "    navSettlementReports: http://nav-settlement-reports.simulator.svc/\n",
			}},
			want: []string{`spec.endpoints.navSettlementReports: Invalid value: "http://nav-settlement-reports.simulator.svc/": ` +
				`write a URL without a trailing slash, such as http://nav-settlement-reports.simulator.svc`},
		},
		"letters under Production": {
			reason: "endpoints of Production are fixed",
			file:   supplierMinimal, edits: []edit{{
				was: "spec:\n",
				is:  "spec:\n  endpoints: {navLetters: http://nav-letters.simulator.svc}\n",
			}},
			want: []string{production},
		},
		"NAV under Production": {
			reason: "endpoints of Production are fixed",
			file:   supplierMinimal, edits: []edit{{
				was: "spec:\n",
				is:  "spec:\n  endpoints: {navFollowUpPlans: http://nav.simulator.svc}\n",
			}},
			want: []string{production},
		},
		"schedule empty": {
			reason: "empty is not the default",
			file:   supplierFull, edits: []edit{{was: `"H * * * *"`, is: `""`}},
			want: []string{`spec.services[0].schedule: Invalid value: "": spec.services[0].schedule in body should be at least 1 chars long`},
		},
		"issuer too long": {
			reason: "strings are bounded",
			file:   supplierFull, edits: []edit{{was: issuer, is: issuer + strings.Repeat("a", 512) + "/"}},
			want: []string{notChecked, "spec.endpoints.maskinporten: Too long: may not be more than 512 bytes"},
		},
		"endpoints under Production": {
			reason: "endpoints of Production are fixed",
			file:   supplierFull, edits: []edit{toProduction},
			want: []string{production},
		},
		"empty endpoints": {
			reason: "an empty object has no effect",
			file:   supplierFull, edits: []edit{{was: "    maskinporten: " + issuer + "\n" + navEndpoint + sickPayEndpoint +
				"    navLetters: http://nav-letters.simulator.svc\n    navSettlementReports: http://nav-settlement-reports.simulator.svc\n    altinn: http://altinn.simulator.svc\n    register: http://register.simulator.svc/enhetsregisteret/api\n"}, {was: "  endpoints:\n", is: "  endpoints: {}\n"}},
			want: []string{"spec.endpoints: Invalid value: 0: spec.endpoints in body should have at least 1 properties"},
		},
		"environment unknown": {
			reason: "the message lists the values",
			file:   supplierFull, edits: []edit{{was: "environment: Test", is: "environment: tt02"}},
			want: []string{notChecked, `spec.environment: Unsupported value: "tt02": supported values: "Production", "Test"`},
		},
		"check digit": {
			reason: "the rules of organization numbers apply",
			file:   supplierFull, edits: []edit{{was: `"897757222"`, is: `"897757223"`}},
			want: []string{`spec.organizationNumber: Invalid value: "897757223": the check digit is wrong: ` +
				`a digit is mistyped or two are swapped; look the number up at https://www.brreg.no`},
		},
		"client ID with spaces": {
			reason: "a placeholder was not replaced",
			file:   supplierFull, edits: []edit{{was: supplierClientID, is: "clientID: our client"}},
			want: []string{`spec.maskinporten.clientID: Invalid value: "our client": clientID must be the client's id at Maskinporten, such as 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10`},
		},
		"services missing": {
			reason: "services are required",
			file:   supplierFull, edits: []edit{{was: supplierServices}},
			want: []string{notChecked, "spec.services: Required value"},
		},
		"services empty": {
			reason: "services are required",
			file:   supplierFull, edits: []edit{{was: supplierServices, is: "  services: []\n"}},
			want: []string{"spec.services: Invalid value: at least one service is required, such as {name: FollowUpPlans}"},
		},
		"name too long": {
			reason: "the name is part of messages",
			file:   supplierFull, edits: []edit{{was: "name: 4HUMAN HRM AS", is: "name: " + strings.Repeat("a", 181)}},
			want: []string{notChecked, "spec.name: Too long: may not be more than 180 bytes"},
		},
		"key of no Secret": {
			reason: "a reference needs both",
			file:   supplierFull, edits: []edit{{was: "      name: maskinporten-key\n"}},
			want: []string{notChecked, "spec.maskinporten.keySecretRef.name: Required value"},
		},
		"namespace twice": {
			reason: "namespaces are unique",
			file:   supplierFull, edits: []edit{{was: "  - other-customers\n", is: "  - customers\n"}},
			want: []string{`spec.allowedNamespaces[1]: Duplicate value: "customers"`},
		},
		"namespace pattern": {
			reason: "patterns are not supported",
			file:   supplierFull, edits: []edit{{was: supplierNamespace, is: "  - \"*\"\n"}},
			want: []string{`spec.allowedNamespaces[0]: Invalid value: "*": write the name of one namespace, such as customers; patterns are not supported`},
		},
		"object name with dot": {
			reason: "a customer's supplierRef could not refer to it",
			file:   supplierFull, edits: []edit{{was: "  name: full\n", is: "  name: 4human.no\n"}},
			want: []string{labelMessage},
		},
		"field unknown": {
			reason: "unknown fields are rejected",
			file:   supplierFull, edits: []edit{{was: "suspend: false", is: "supend: true"}},
			want: []string{`Supplier in version "v1alpha1" cannot be handled as a Supplier: strict decoding error: unknown field "spec.supend"`},
		},
	}
}

func TestSupplierMistakes(t *testing.T) {
	for name, m := range durationMistakes() {
		t.Run("interval, "+name, func(t *testing.T) { m.check(t) })
	}
	for name, m := range supplierMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}
