package api

import (
	"strings"
	"testing"
)

const (
	secretMessage = "write the name of a Secret without its namespace: lower-case letters, digits, hyphens and dots, " +
		"such as "
	secretKeyMessage = "write one key of the Secret's data: letters, digits, hyphens, dots and underscores, such as key.jwk"
)

// wrongValue is an object with one wrong value.
func wrongValue(reason, file, was, is, field, value, message string) mistake {
	return mistake{
		reason: reason, file: file, edits: []edit{{was: was, is: is}},
		want: []string{field + `: Invalid value: "` + value + `": ` + message},
	}
}

// nameMistakes are names that no object can have. The API server would accept them, and pods would never start.
func nameMistakes() map[string]mistake {
	credentials := func(reason, name string) mistake {
		return wrongValue(reason, customerMinimal, "name: tiger-hrm", `name: "`+name+`"`,
			"spec.hrm.credentialsSecretRef.name", name, secretMessage+"tiger-hrm")
	}
	supplier := func(reason, was, field, value, message string) mistake {
		return wrongValue(reason, supplierFull, was, was[:strings.Index(was, ":")+2]+`"`+value+`"`, field, value, message)
	}
	return map[string]mistake{
		"Secret in capitals":     credentials("names are lower-case", "A_HRM"),
		"Secret with namespace":  credentials("Secrets are in the customer's namespace", "other/a-hrm"),
		"Secret with blank":      credentials("copied with a blank", "tiger-hrm "),
		"Secret with empty part": credentials("a part has at least one character", "tiger..hrm"),
		"key's Secret": supplier("names are lower-case", "name: maskinporten-key", "spec.maskinporten.keySecretRef.name",
			"Maskinporten-Key", secretMessage+"maskinporten-key"),
		"key in a path": supplier("a key is no path", "key: key.pem", "spec.maskinporten.keySecretRef.key", "etc/key.pem",
			secretKeyMessage),
		"certificate's Secret": supplier("names have no slash", "name: maskinporten-certificate",
			"spec.maskinporten.certificateSecretRef.name", "system/certificate", secretMessage+"maskinporten-key"),
		"certificate's key": supplier("keys have no blanks", "key: chain.pem",
			"spec.maskinporten.certificateSecretRef.key", "chain pem", secretKeyMessage),
		"pull Secret": supplier("names are lower-case", "name: registry", "spec.sync.imagePullSecrets[0].name",
			"Registry", secretMessage+"tiger-hrm"),
		"key id": supplier("copied with a blank", "keyID: 2026-09", "spec.maskinporten.keyID", " 2026-09",
			"keyID must be the key's id (kid) at Maskinporten: printable ASCII characters without spaces, such as 4human-2026"),
		"day that no month has": supplier("February has at most 29 days", `keyRegisteredAt: "2026-09-01"`,
			"spec.maskinporten.keyRegisteredAt", "2026-02-31",
			`keyRegisteredAt must be a date in quotes, such as "2026-09-01"`),
		"supplierRef": wrongValue("names are lower-case", customerFull, customerSupplier,
			"  supplierRef: {name: Default}\n", "spec.supplierRef.name", "Default",
			"write the name of a Supplier: lower-case letters, digits and hyphens, such as default"),
	}
}

// portMistakes are URLs to which no connection can be made.
func portMistakes() map[string]mistake {
	const message = "the port must be a number from 1 to 65535, such as "
	customer := func(reason, port string) mistake {
		url := "https://a.hrm.4human.example:" + port + "/x"
		return wrongValue(reason, customerMinimal, customerEndpoint, "endpoint: "+url, "spec.hrm.endpoint", url,
			message+"https://tiger.hrm.4human.example:8443")
	}
	supplier := func(field, was, url, example string) mistake {
		name := field[strings.LastIndex(field, ".")+1:]
		return wrongValue("likewise", supplierFull, name+": "+was, name+": "+url, field, url, message+example)
	}
	return map[string]mistake{
		"99999":        customer("the largest port is 65535", "99999"),
		"65536":        customer("the largest port is 65535", "65536"),
		"0":            customer("no server has port 0", "0"),
		"noughts":      customer("a port has one spelling", "0443"),
		"empty labels": endpoint("a host has no empty label", "https://tiger..4human.example"),
		"hyphen first": endpoint("a label begins with a letter or digit", "https://tiger.-hrm.example"),
		"underscore":   endpoint("hosts have no underscore", "https://tiger_hrm.4human.example"),
		"redirect": supplier("spec.systemUser.redirectURL", "https://hrm.4human.example/altinn",
			"https://hrm.4human.example:84430/altinn", "https://hrm.4human.example:8443/altinn"),
		"issuer": supplier("spec.endpoints.maskinporten", issuer, "http://simulator.simulator.svc:80800/",
			"http://simulator.simulator.svc:8080/"),
		"Altinn": supplier("spec.endpoints.altinn", "http://altinn.simulator.svc", "http://altinn.simulator.svc:80800",
			"http://altinn.simulator.svc:8080"),
		"NAV": supplier("spec.endpoints.navFollowUpPlans", "http://nav.simulator.svc", "http://nav.simulator.svc:80800",
			"http://nav.simulator.svc:8080"),
		"sick pay": supplier("spec.endpoints.navSickPay", "http://nav-sick-pay.simulator.svc",
			"http://nav-sick-pay.simulator.svc:80800", "http://nav-sick-pay.simulator.svc:8080"),
		"letters": supplier("spec.endpoints.navLetters", "http://nav-letters.simulator.svc",
			"http://nav-letters.simulator.svc:80800", "http://nav-letters.simulator.svc:8080"),
		"settlement reports": supplier("spec.endpoints.navSettlementReports", "http://nav-settlement-reports.simulator.svc",
			"http://nav-settlement-reports.simulator.svc:80800", "http://nav-settlement-reports.simulator.svc:8080"),
	}
}

// scheduleMistakes are schedules that never run. The operator reports the other invalid ones as InvalidSchedule.
func scheduleMistakes() map[string]mistake {
	const (
		form = `write five cron fields in quotes: minute, hour, day, month and weekday, such as "H * * * *"; ` +
			`macros and time zones are not supported`
		never = `the schedule never runs, because its months have no such day; write one that they have, such as "H H 28 2 *"`
	)
	schedule := func(reason, written, message string) mistake {
		return wrongValue(reason, customerFull, `"20 6 * * *"`, `"`+written+`"`, "spec.services[1].schedule", written, message)
	}
	return map[string]mistake{
		"macro":       schedule("macros have no H", "@daily", form),
		"interval":    schedule("macros have no H", "@every 1h", form),
		"words":       schedule("fields are cron's", "every morning", form),
		"six fields":  schedule("seconds are not supported", "0 20 6 * * *", form),
		"time zone":   schedule("all schedules are in the time of Oslo", "CRON_TZ=UTC 20 6 * * *", form),
		"31 February": schedule("February has at most 29 days", "0 0 31 2 *", never),
		"30 FEB":      schedule("names are numbers, too", "0 0 30,31 FEB *", never),
		"31 of short months": schedule("none of the months has a day 31", "0 0 31 4,6,9,11 *",
			never),
		"supplier's": wrongValue("the Supplier's are validated, too", supplierFull, `"H * * * *"`, `"@hourly"`,
			"spec.services[0].schedule", "@hourly", form),
	}
}

// reachMistakes are permissions for far more than the HRM systems of the supplier.
func reachMistakes() map[string]mistake {
	const (
		hosts = "a wildcard needs at least two labels after it, such as *.hrm.4human.example, because *.no allows the " +
			"hosts of all organizations"
		networks = "the network is too large: write that of the HRM systems, such as 10.20.0.0/16; at most a /8, or a /7 of IPv6"
	)
	network := func(reason, written string) mistake {
		return wrongValue(reason, supplierFull, supplierAddresses, `    - "`+written+"\"\n",
			"spec.hrm.allowedAddresses[0]", written, networks)
	}
	return map[string]mistake{
		"*.no": wrongValue("no is a public suffix", supplierFull, supplierHosts, "    - \"*.no\"\n",
			"spec.hrm.allowedHosts[0]", "*.no", hosts),
		"0.0.0.0/0":       network("every address of the cluster", "0.0.0.0/0"),
		"half of IPv4":    network("two halves are everything", "128.0.0.0/1"),
		"::/0":            network("every address of the cluster", "::/0"),
		"more than local": network("fc00::/7 are all unique local addresses", "fc00::/6"),
	}
}

func TestImpossibleValues(t *testing.T) {
	for prefix, table := range map[string]map[string]mistake{
		"name, ": nameMistakes(), "port, ": portMistakes(), "schedule, ": scheduleMistakes(), "reach, ": reachMistakes(),
	} {
		for name, m := range table {
			t.Run(prefix+name, func(t *testing.T) { m.check(t) })
		}
	}
}
