package api

import (
	"strings"
	"testing"
)

const (
	supplierContact = "  contact:\n    name: 4human Support\n" +
		"    email: support@4human.example\n    phone: +47 22 00 00 00\n"
	supplierEmail  = "email: support@4human.example"
	supplierPhone  = "phone: +47 22 00 00 00"
	supplierPortal = "    url: https://portal.4human.example\n"
	supplierGuide  = "    url: https://hrm.4human.example/altinn?org={organizationNumber}&customer={namespace}/{name}" +
		"&service={service}\n"
)

// email is a Supplier with a wrong e-mail address.
func email(reason, written string) mistake {
	return mistake{
		reason: reason, file: supplierFull, edits: []edit{{was: supplierEmail, is: `email: "` + written + `"`}},
		want: []string{`spec.contact.email: Invalid value: "` + written +
			`": write an e-mail address, such as support@4human.example`},
	}
}

// phone is a Supplier with a wrong phone number.
func phone(reason, written string) mistake {
	return mistake{
		reason: reason, file: supplierFull, edits: []edit{{was: supplierPhone, is: `phone: "` + written + `"`}},
		want: []string{`spec.contact.phone: Invalid value: "` + written +
			`": write a phone number: digits, spaces and a leading +, such as +47 22 00 00 00`},
	}
}

// guideURL is a Supplier with a wrong address of its guide.
func guideURL(reason, written string) mistake {
	return mistake{
		reason: reason, file: supplierFull, edits: []edit{{was: supplierGuide, is: `    url: "` + written + `"` + "\n"}},
		want: []string{`spec.guide.url: Invalid value: "` + written + `": write an https URL; its path and query may ` +
			`contain {organizationNumber}, {namespace}, {name} and {service}, such as ` +
			`https://hrm.4human.example/guide?org={organizationNumber}`},
	}
}

// portalURL is a Supplier with a wrong address of its portal.
func portalURL(reason, written string) mistake {
	return mistake{
		reason: reason, file: supplierFull, edits: []edit{{was: supplierPortal, is: `    url: "` + written + `"` + "\n"}},
		want: []string{`spec.portal.url: Invalid value: "` + written +
			`": write an address without a path, such as https://portal.4human.example`},
	}
}

// contactMistakes are wrong contacts, guides and portals.
func contactMistakes() map[string]mistake {
	return map[string]mistake{
		"email without host":          email("mail needs a host", "support"),
		"email of one label":          email("mail would not leave the machine", "support@4human"),
		"email with name":             email("the address alone is part of links", "Support <support@4human.example>"),
		"email with header":           email("a mailto link would set a subject", "support@4human.example?subject=a"),
		"email with line break":       email("copied with a line break", `support@4human.example\n`),
		"phone with words":            phone("a phone cannot dial words", "call 22 00 00 00"),
		"phone with extension":        phone("a phone cannot dial it", "+47 22 00 00 00 x1"),
		"phone with plus inside":      phone("a plus leads", "22 00 +47"),
		"guide without scheme":        guideURL("a link has a scheme", "hrm.4human.example/guide"),
		"guide over http":             guideURL("customers' numbers are in it", "http://hrm.4human.example/guide"),
		"guide with unknown field":    guideURL("the operator knows four", "https://hrm.4human.example/{org}"),
		"guide with open brace":       guideURL("a brace is mistyped", "https://hrm.4human.example/{name"),
		"guide with field as host":    guideURL("a customer's name chooses no host", "https://{name}.4human.example/"),
		"guide with user":             guideURL("specs have no secrets", "https://user:secret@hrm.4human.example/"),
		"guide with space":            guideURL("a link ends at a space", "https://hrm.4human.example/a guide"),
		"guide with markup":           guideURL("messages are shown in pages", "https://hrm.4human.example/<b>"),
		"guide with line break":       guideURL("copied with a line break", `https://hrm.4human.example/\n`),
		"portal with slash":           portalURL("a path is appended", "https://portal.4human.example/"),
		"portal with path":            portalURL("the portal serves the root", "https://portal.4human.example/portal"),
		"portal without scheme":       portalURL("a link has a scheme", "portal.4human.example"),
		"portal with user":            portalURL("specs have no secrets", "https://user:secret@portal.4human.example"),
		"portal with a field":         portalURL("the operator appends the customer", "https://portal.4human.example/{name}"),
		"portal with a port of words": portalURL("a port is a number", "https://portal.4human.example:https"),
		"contact empty": {
			reason: "an empty object has no effect",
			file:   supplierFull, edits: []edit{{was: supplierContact, is: "  contact: {}\n"}},
			want: []string{"spec.contact: Invalid value: 0: spec.contact in body should have at least 1 properties"},
		},
		"contact's name too long": {
			reason: "it is part of a sentence",
			file:   supplierFull, edits: []edit{{was: "name: 4human Support", is: "name: " + strings.Repeat("a", 101)}},
			want: []string{notChecked, "spec.contact.name: Too long: may not be more than 100 bytes"},
		},
	}
}

func TestContactMistakes(t *testing.T) {
	for name, m := range contactMistakes() {
		t.Run(name, func(t *testing.T) { m.check(t) })
	}
}
