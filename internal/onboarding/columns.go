package onboarding

import (
	"strings"
	"unicode"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// column is the meaning of a column.
type column string

// Columns, by the field that they fill.
const (
	columnNumber     column = "spec.organizationNumber"
	columnName       column = "name"
	columnObjectName column = "metadata.name"
	columnNamespace  column = "metadata.namespace"
	columnSupplier   column = "spec.supplierRef.name"
	columnServices   column = "spec.services"
	columnSchedule   column = "schedule"
	columnStartDate  column = "startDate"
	columnUnits      column = "units"
	columnAgent      column = "spec.access.through"
	columnEndpoint   column = "spec.hrm.endpoint"
	columnSecret     column = "spec.hrm.credentialsSecretRef.name" //nolint:gosec // The name of a field.
)

// titles are the titles of columns in Norwegian and English, as titleKey writes them. docs/onboarding.md lists them.
var titles = map[column][]string{
	columnNumber: {
		"organisasjonsnummer", "organisasjonsnr", "orgnummer", "orgnr", "organizationnumber", "organisationnumber",
		"organizationno", "orgnumber", "orgno",
	},
	columnName: {
		"navn", "kundenavn", "kunde", "firmanavn", "firma", "bedrift", "selskap", "virksomhet", "name", "customername",
		"customer", "companyname", "company",
	},
	columnObjectName: {"objektnavn", "kubernetesnavn", "objectname", "kubernetesname"},
	columnNamespace:  {"navnerom", "namespace"},
	columnSupplier:   {"leverandor", "supplier"},
	columnServices:   {"tjenester", "tjeneste", "services", "service"},
	columnSchedule:   {"kjoreplan", "tidsplan", "schedule"},
	columnStartDate:  {"startdato", "fradato", "startdate"},
	columnUnits:      {"underenheter", "underenhet", "units", "subunits"},
	// "regnskapsfører" and the like are none: in lists of customers, such columns have the names of people.
	columnAgent: {
		"tilganggjennom", "agentensorganisasjonsnummer", "agentensorgnr", "through", "accessthrough",
	},
	columnEndpoint: {
		"hrmendepunkt", "hrmadresse", "hrmendpoint", "hrmurl", "hrm", "endepunkt", "endpoint",
	},
	columnSecret: {"hemmelighet", "hrmhemmelighet", "secret", "hrmsecret"},
}

// serviceTitles are what people call the built-in services, as titleKey writes them: in cells, and as titles of columns
// of yes and no.
var serviceTitles = func() map[string]v1alpha1.ServiceName {
	all := map[string]v1alpha1.ServiceName{}
	for title, name := range services.Aliases() {
		all[titleKey(title)] = name
	}
	return all
}()

// titleKey returns the letters and digits of a title, in lower case and without accents.
func titleKey(title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, foldLetters(title))
}

// meanings are the columns by their titles.
var meanings = func() map[string]column {
	all := map[string]column{}
	for meaning, names := range titles {
		for _, name := range names {
			all[name] = meaning
		}
	}
	for title, service := range serviceTitles {
		all[title] = serviceColumn(service)
	}
	return all
}()

// serviceColumn is the column of yes and no for a service.
func serviceColumn(name v1alpha1.ServiceName) column { return "service " + column(name) }

// meaningOf returns the meaning of a title, or "". What is in parentheses does not count.
func meaningOf(title string) column {
	if before, _, ok := strings.Cut(title, "("); ok && meanings[titleKey(before)] != "" {
		return meanings[titleKey(before)]
	}
	return meanings[titleKey(title)]
}
