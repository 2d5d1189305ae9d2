package api

import (
	"strings"
	"testing"
)

const (
	issuer            = "http://simulator.simulator.svc/"
	navEndpoint       = "    navFollowUpPlans: http://nav.simulator.svc\n"
	sickPayEndpoint   = "    navSickPay: http://nav-sick-pay.simulator.svc\n"
	supplierServices  = "  services:\n  - name: FollowUpPlans\n    schedule: \"H * * * *\"\n  - name: SickNotes\n    schedule: \"H H/4 * * *\"\n"
	supplierInterval  = "    interval: 6h\n"
	supplierWaiting   = "    waitingInterval: 1h30m\n"
	supplierClientID  = "clientID: 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	supplierNamespace = "  - customers\n"
)

// interval is a Supplier whose verification interval is written so, with the one thing that the reader is told.
func interval(reason, written, value string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{supplierInterval, "    interval: " + written + "\n"}},
		want: []string{"spec.verification.interval: Invalid value: " + value +
			": interval is a duration between 10s and 168h, such as 6h or 1h30m"},
	}
}

// waiting is a Supplier whose waiting interval is written so, with the one thing that the reader is told.
func waiting(reason, written, value string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{supplierWaiting, "    waitingInterval: " + written + "\n"}},
		want: []string{"spec.verification.waitingInterval: Invalid value: " + value +
			": waitingInterval is a duration between 10s and 24h, such as 15m"},
	}
}

// durationMistakes are the ways to write an interval wrongly.
func durationMistakes() map[string]mistake {
	return map[string]mistake{
		"unit unknown":    interval("x is no unit", "10x", `"10x"`),
		"without unit":    interval("six of what", `"6"`, `"6"`),
		"too short":       interval("that would be a flood of requests", "5s", `"5s"`),
		"empty":           interval("empty is not the default", `""`, `""`),
		"too long":        interval("a withdrawn access would go unnoticed", "400h", `"400h"`),
		"much too long":   interval("the rule must not overflow", "999999h", `"999999h"`),
		"negative":        interval("there is no before", "-6h", `"-6h"`),
		"fraction":        interval("whole units only", "6.5h", `"6.5h"`),
		"unit twice":      interval("one of each unit", "1h1h", `"1h1h"`),
		"milliseconds":    interval("seconds are the smallest unit", "60000ms", `"60000ms"`),
		"days":            interval("Go's durations have no days", "7d", `"7d"`),
		"waiting, long":   waiting("a waiting customer is looked at daily", "25h", `"25h"`),
		"waiting, short":  waiting("that would be a flood of requests", "9s", `"9s"`),
		"waiting, empty":  waiting("empty is not the default", `""`, `""`),
		"waiting, unit":   waiting("x is no unit", "10x", `"10x"`),
		"waiting, number": waiting("six of what", `"6"`, `"6"`),
		"system": {
			reason: "it begins with our own number", file: supplierFull, edits: []edit{{"systemID: 897757222_4human_hrm", "systemID: 4human_hrm"}},
			want: []string{`spec.systemUser.systemID: Invalid value: "4human_hrm": systemID is the supplier's organization number, an underscore and a name, such as 897757222_4human_hrm`},
		},
		"day of the key": {
			reason: "a time is none", file: supplierFull, edits: []edit{{`keyRegisteredAt: "2026-09-01"`, `keyRegisteredAt: "2026-09-01T12:00:00Z"`}},
			want: []string{`spec.maskinporten.keyRegisteredAt: Invalid value: "2026-09-01T12:00:00Z": keyRegisteredAt is a day in quotes, such as "2026-09-01"`},
		},
		"grace period": {
			reason: "an outage of a minute is none", file: supplierFull, edits: []edit{{"outageGracePeriod: 24h", "outageGracePeriod: 30s"}},
			want: []string{`spec.verification.outageGracePeriod: Invalid value: "30s": outageGracePeriod is a duration between 1m and 720h, such as 24h`},
		},
		"no-runs": {
			reason: "no schedule makes none", file: supplierFull, edits: []edit{{"maxRunsPerHour: 12", "maxRunsPerHour: 0"}},
			want: []string{`spec.sync.maxRunsPerHour: Invalid value: 0: spec.sync.maxRunsPerHour in body should be greater than or equal to 1`},
		},
		"runs-in-a-minute": {
			reason: "a schedule is to the minute", file: supplierFull, edits: []edit{{"maxRunsPerHour: 12", "maxRunsPerHour: 61"}},
			want: []string{`spec.sync.maxRunsPerHour: Invalid value: 61: spec.sync.maxRunsPerHour in body should be less than or equal to 60`},
		},
		"requests": {
			reason: "nobody would ever be asked for", file: supplierFull, edits: []edit{{"requestsPerSecond: 20", "requestsPerSecond: 0"}},
			want: []string{`spec.verification.requestsPerSecond: Invalid value: 0: spec.verification.requestsPerSecond in body should be greater than or equal to 1`},
		},
		"algorithm": {
			reason: "Maskinporten takes no other", file: supplierFull, edits: []edit{{"signingAlgorithm: RS512", "signingAlgorithm: ES256"}},
			want: []string{notChecked, `spec.maskinporten.signingAlgorithm: Unsupported value: "ES256": supported values: "RS256", "RS384", "RS512"`},
		},
		"Altinn with a slash": {
			reason: "paths would have two", file: supplierFull, edits: []edit{{"altinn: http://altinn.simulator.svc", "altinn: http://altinn.simulator.svc/"}},
			want: []string{`spec.endpoints.altinn: Invalid value: "http://altinn.simulator.svc/": write the base URL without a slash at its end, such as http://altinn.simulator.svc`},
		},
		"access package": {
			reason: "a name is no URN", file: supplierFull, edits: []edit{{"urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori", "lonn"}},
			want: []string{`spec.systemUser.accessPackages[0]: Invalid value: "lonn": write an access package as Altinn does, such as urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori`},
		},
		"redirect": {
			reason: "customers are sent there", file: supplierFull, edits: []edit{{"redirectURL: https://hrm", "redirectURL: http://hrm"}},
			want: []string{`spec.systemUser.redirectURL: Invalid value: "http://hrm.4human.example/altinn": write redirectURL as a URL of https without query and fragment, such as https://hrm.4human.example/altinn`},
		},
		"number": {
			reason: "YAML reads digits as a number",
			file:   supplierFull, edits: []edit{{supplierInterval, "    interval: 6\n"}},
			want: []string{notChecked, `spec.verification.interval: Invalid value: "integer": spec.verification.interval in body must be of type string: "integer"`},
		},
		"too many digits": {
			reason: "the length is bounded, so that the rules cost little",
			file:   supplierFull, edits: []edit{{supplierInterval, "    interval: " + strings.Repeat("1", 32) + "s\n"}},
			want: []string{notChecked, "spec.verification.interval: Too long: may not be more than 32 bytes"},
		},
	}
}

// issuerMistake is a Supplier whose issuer is written so, with the one thing that the reader is told.
func issuerMistake(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{issuer, written}},
		want: []string{`spec.endpoints.maskinporten: Invalid value: "` + written +
			`": the issuer is a URL that ends with a slash, such as http://simulator.simulator.svc/`},
	}
}

// navMistake is a Supplier whose override of NAV's base URL is written so, with the one thing that the reader is told.
func navMistake(reason, written string) mistake {
	return mistake{
		reason: reason,
		file:   supplierFull,
		edits:  []edit{{navEndpoint, "    navFollowUpPlans: " + written + "\n"}},
		want: []string{`spec.endpoints.navFollowUpPlans: Invalid value: "` + written +
			`": write the base URL without a slash at its end, such as http://nav.simulator.svc`},
	}
}

// supplierMistakes are the other ways to write a Supplier wrongly.
func supplierMistakes() map[string]mistake {
	const production = "spec: Invalid value: endpoints may be set under environment: Test only; the endpoints of Production are fixed"
	toProduction := edit{"environment: Test", "environment: Production"}
	return map[string]mistake{
		"issuer without slash":    issuerMistake("the issuer is compared letter by letter, and Maskinporten's ends with a slash", "http://simulator.simulator.svc"),
		"issuer without scheme":   issuerMistake("a host is no URL", "simulator.simulator.svc/"),
		"issuer with other":       issuerMistake("only HTTP can be asked", "ldap://simulator.simulator.svc/"),
		"issuer with credentials": issuerMistake("a spec holds no secret", "http://user:secret@simulator.simulator.svc/"),
		"issuer with query":       issuerMistake("an issuer has no query", "http://simulator.simulator.svc/?a=b/"),
		"NAV with slash":          navMistake("a path is added to it", "http://nav.simulator.svc/"),
		"NAV with path and slash": navMistake("a path is added to it", "http://nav.simulator.svc/nav/"),
		"NAV without scheme":      navMistake("a host is no URL", "nav.simulator.svc"),
		"NAV with other":          navMistake("only HTTP can be spoken", "ldap://nav.simulator.svc"),
		"NAV with credentials":    navMistake("a spec holds no secret", "http://user:secret@nav.simulator.svc"),
		"NAV with query":          navMistake("a path is added to it", "http://nav.simulator.svc/nav?a=b"),
		"sick pay with slash": {
			reason: "a path is added to it",
			file:   supplierFull, edits: []edit{{sickPayEndpoint, "    navSickPay: http://nav-sick-pay.simulator.svc/\n"}},
			want: []string{`spec.endpoints.navSickPay: Invalid value: "http://nav-sick-pay.simulator.svc/": ` +
				`write the base URL without a slash at its end, such as http://nav-sick-pay.simulator.svc`},
		},
		"sick pay under Production": {
			reason: "nobody may read Production's sick notes from elsewhere",
			file:   supplierMinimal, edits: []edit{{"spec:\n", "spec:\n  endpoints: {navSickPay: http://nav-sick-pay.simulator.svc}\n"}},
			want: []string{production},
		},
		"NAV under Production": {
			reason: "nobody may send Production's plans elsewhere",
			file:   supplierMinimal, edits: []edit{{"spec:\n", "spec:\n  endpoints: {navFollowUpPlans: http://nav.simulator.svc}\n"}},
			want: []string{production},
		},
		"schedule empty": {
			reason: "empty is not the default",
			file:   supplierFull, edits: []edit{{`"H * * * *"`, `""`}},
			want: []string{`spec.services[0].schedule: Invalid value: "": spec.services[0].schedule in body should be at least 1 chars long`},
		},
		"issuer too long": {
			reason: "every string is bounded",
			file:   supplierFull, edits: []edit{{issuer, issuer + strings.Repeat("a", 512) + "/"}},
			want: []string{notChecked, "spec.endpoints.maskinporten: Too long: may not be more than 512 bytes"},
		},
		"endpoints under Production": {
			reason: "nobody may send Production's grants elsewhere",
			file:   supplierFull, edits: []edit{toProduction},
			want: []string{production},
		},
		"empty endpoints": {
			reason: "it does nothing, and reads as if it did",
			file:   supplierFull, edits: []edit{{"    maskinporten: " + issuer + "\n" + navEndpoint + sickPayEndpoint + "    altinn: http://altinn.simulator.svc\n", ""}, {"  endpoints:\n", "  endpoints: {}\n"}},
			want: []string{"spec.endpoints: Invalid value: 0: spec.endpoints in body should have at least 1 properties"},
		},
		"environment unknown": {
			reason: "the reader is told what there is",
			file:   supplierFull, edits: []edit{{"environment: Test", "environment: tt02"}},
			want: []string{notChecked, `spec.environment: Unsupported value: "tt02": supported values: "Production", "Test"`},
		},
		"check digit": {
			reason: "the supplier's number has the customers' rules",
			file:   supplierFull, edits: []edit{{`"897757222"`, `"897757223"`}},
			want: []string{`spec.organizationNumber: Invalid value: "897757223": the check digit (the last of the nine) does not fit the others: ` +
				`a digit is mistyped or two have changed places; look the number up at https://www.brreg.no`},
		},
		"client ID with spaces": {
			reason: "a text of the documentation was not replaced",
			file:   supplierFull, edits: []edit{{supplierClientID, "clientID: our client"}},
			want: []string{`spec.maskinporten.clientID: Invalid value: "our client": clientID is the id that Maskinporten's self-service shows for the client, such as 3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10`},
		},
		"services missing": {
			reason: "what is offered is always written down",
			file:   supplierFull, edits: []edit{{supplierServices, ""}},
			want: []string{notChecked, "spec.services: Required value"},
		},
		"services empty": {
			reason: "what is offered is always written down",
			file:   supplierFull, edits: []edit{{supplierServices, "  services: []\n"}},
			want: []string{"spec.services: Invalid value: offer at least one service, such as {name: FollowUpPlans}"},
		},
		"name too long": {
			reason: "the name stands in messages",
			file:   supplierFull, edits: []edit{{"name: 4HUMAN HRM AS", "name: " + strings.Repeat("a", 181)}},
			want: []string{notChecked, "spec.name: Too long: may not be more than 180 bytes"},
		},
		"key of no Secret": {
			reason: "a reference names both",
			file:   supplierFull, edits: []edit{{"      name: maskinporten-key\n", ""}},
			want: []string{notChecked, "spec.maskinporten.keySecretRef.name: Required value"},
		},
		"namespace twice": {
			reason: "each namespace is listed once",
			file:   supplierFull, edits: []edit{{"  - other-customers\n", "  - customers\n"}},
			want: []string{`spec.allowedNamespaces[1]: Duplicate value: "customers"`},
		},
		"namespace pattern": {
			reason: "a pattern that is taken and allows nothing would be a riddle",
			file:   supplierFull, edits: []edit{{supplierNamespace, "  - \"*\"\n"}},
			want: []string{`spec.allowedNamespaces[0]: Invalid value: "*": write the name of one namespace, such as customers: a pattern such as * is not understood`},
		},
		"object name with dot": {
			reason: "a customer's supplierRef could not name it",
			file:   supplierFull, edits: []edit{{"  name: full\n", "  name: 4human.no\n"}},
			want: []string{labelMessage},
		},
		"field unknown": {
			reason: "a misspelled kill switch must not be ignored",
			file:   supplierFull, edits: []edit{{"suspend: false", "supend: true"}},
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
