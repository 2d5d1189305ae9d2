package guide

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// placeholder is the name of a value that texts of flows may have in braces.
type placeholder string

const (
	customerName          placeholder = "customerName"
	customerNumber        placeholder = "customerNumber"
	customerNumberGrouped placeholder = "customerNumberGrouped"
	supplierName          placeholder = "supplierName"
	supplierNumber        placeholder = "supplierNumber"
	supplierNumberGrouped placeholder = "supplierNumberGrouped"
	agentNumber           placeholder = "agentNumber"
	agentNumberGrouped    placeholder = "agentNumberGrouped"
	packageNames          placeholder = "packageNames" // the last parts of their URNs

	// Those of a single service are of the first one, and in a line with each: service of that one.
	apiName      placeholder = "apiName"
	serviceName  placeholder = "serviceName"
	serviceWhy   placeholder = "serviceWhy"
	serviceNames placeholder = "serviceNames"
	serviceData  placeholder = "serviceData" // the names, and where NAV's services fetch from
	purpose      placeholder = "purpose"
	why          placeholder = "why"
	search       placeholder = "search"

	altinnURL       placeholder = "altinnURL"
	apiAccessURL    placeholder = "apiAccessURL"
	systemAccessURL placeholder = "systemAccessURL"
	confirmURL      placeholder = "confirmURL"
	pageURL         placeholder = "pageURL"
)

// placeholders are all of them, sorted.
var placeholders = slices.Sorted(maps.Keys(valuesOf(&Subject{}, &flow{})))

// urls are the placeholders of URLs, to which links may lead.
var urls = []placeholder{altinnURL, apiAccessURL, systemAccessURL, confirmURL, pageURL}

// valuesOf returns the values of all placeholders.
func valuesOf(s *Subject, f *flow) map[placeholder]string {
	altinn, management := "https://www.altinn.no", "https://am.ui.altinn.no/accessmanagement/ui"
	if s.Environment == v1alpha1.EnvironmentTest {
		altinn, management = "https://tt02.altinn.no", "https://am.ui.tt02.altinn.no/accessmanagement/ui"
	}
	values := map[placeholder]string{
		customerName:          clean(s.Customer.Name),
		customerNumber:        clean(s.Customer.Number),
		customerNumberGrouped: Grouped(clean(s.Customer.Number)),
		supplierName:          clean(s.Supplier.Name),
		supplierNumber:        clean(s.Supplier.Number),
		supplierNumberGrouped: Grouped(clean(s.Supplier.Number)),
		agentNumber:           clean(s.Agent.Number),
		agentNumberGrouped:    Grouped(clean(s.Agent.Number)),
		packageNames:          clean(joinNames(packageNamesOf(s.Packages))),
		altinnURL:             altinn,
		apiAccessURL:          management + "/offered-api-delegations/overview",
		systemAccessURL:       management + "/systemuser/overview",
		confirmURL:            s.ConfirmURL,
		pageURL:               s.PageURL,
	}
	if values[customerName] == "" {
		values[customerName] = f.Nameless
	}
	var first v1alpha1.ServiceName
	if len(s.Services) > 0 {
		first = s.Services[0]
	}
	maps.Copy(values, serviceValues(s, f, first))
	values[serviceNames] = enumerate(s, f)
	values[serviceData] = values[serviceNames] + fromNAV(s)
	return values
}

// packageNamesOf returns the last parts of URNs, such as lonn of urn:altinn:accesspackage:lonn.
func packageNamesOf(urns []string) []string {
	names := make([]string, len(urns))
	for i, urn := range urns {
		names[i] = urn[strings.LastIndex(urn, ":")+1:]
	}
	return names
}

// serviceValues returns the values of the placeholders of one service.
func serviceValues(s *Subject, f *flow, name v1alpha1.ServiceName) map[placeholder]string {
	service, words := s.service(name), f.words(s, name)
	return map[placeholder]string{
		apiName:     clean(service.Title),
		serviceName: clean(words.Name),
		serviceWhy:  clean(words.Why),
		purpose:     clean(words.Purpose),
		why:         clean(words.Why),
		search:      clean(words.Search),
	}
}

// words returns the words for a service: the flow's, or else the service's own.
func (f *flow) words(s *Subject, name v1alpha1.ServiceName) services.Words {
	own, words := s.service(name).Words(s.Language), f.Services[name]
	return services.Words{
		Title: cmp.Or(words.Title, own.Title), Name: cmp.Or(words.Name, own.Name),
		Purpose: cmp.Or(words.Purpose, own.Purpose), Why: cmp.Or(words.Why, own.Why),
		Search: cmp.Or(words.Search, own.Search),
	}
}

// fromNAV returns the end of a list of services' names that says where their data comes from, "" unless all of it is
// NAV's.
func fromNAV(s *Subject) string {
	switch {
	case !s.isNAVs():
		return ""
	case s.Language == language.English:
		return " from NAV"
	default:
		return " fra NAV"
	}
}

// enumerate returns the names of the services in a sentence: "a, b and c".
func enumerate(s *Subject, f *flow) string {
	names := make([]string, len(s.Services))
	for i, name := range s.Services {
		names[i] = clean(f.words(s, name).Name)
	}
	and := " og "
	if s.Language == language.English {
		and = " and "
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + and + names[last]
}

// Grouped returns an organization number in groups of three digits, as Altinn shows it. It returns anything else
// unchanged.
func Grouped(number string) string {
	if groups := groupsOf(number); groups != nil {
		return strings.Join(groups, " ")
	}
	return number
}

// groupsOf returns the three groups of three digits of an organization number, nil for anything else.
func groupsOf(number string) []string {
	if len(number) != 9 || strings.Trim(number, "0123456789") != "" {
		return nil
	}
	return []string{number[:3], number[3:6], number[6:]}
}

// clean returns a name without characters that are not seen: line breaks, control characters, and those that change the
// direction of the text. Names come from registers and resources.
func clean(name string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		default:
			return r
		}
	}, name)
	return strings.Join(strings.Fields(visible), " ")
}
