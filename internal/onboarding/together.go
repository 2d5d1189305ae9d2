package onboarding

import (
	"fmt"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

// checkNames finds objects with the same namespace and name.
func (c *checker) checkNames() {
	all := slices.Clone(c.supplierSubjects)
	for _, s := range c.customers {
		all = append(all, s.subject)
	}
	first := map[string]*subject{}
	for _, s := range all {
		metadata, _ := s.object["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		namespace, _ := metadata["namespace"].(string)
		id := strings.Join([]string{s.kind, namespace, name}, "/")
		if other := first[id]; other != nil && name != "" {
			c.addTo(s, "metadata.name", NameTaken, c.placeOf(s, other), strings.Trim(namespace+"/"+name, "/"))
		} else {
			first[id] = s
		}
	}
}

// placeOf returns the place of another object for a finding about one. It leaves out the file if both are in the same.
func (c *checker) placeOf(one, other *subject) string {
	at := other.at(numberPath)
	switch {
	case at.File == one.at("").File && at.Row > 0:
		return fmt.Sprintf("%s %d", c.word("place.row"), at.Row)
	case at.Row == 0 && at.Object != "":
		return fmt.Sprintf("%s (%s)", at.Object, at.place(c.lang))
	default:
		return at.place(c.lang)
	}
}

// checkDuplicates finds customers with the same organization and service in one environment. The finding is at the
// later one.
func (c *checker) checkDuplicates() {
	earlier := map[v1alpha1.OrganizationNumber][]*customer{}
	for _, s := range c.customers {
		if s.typed == nil || s.typed.Spec.OrganizationNumber == "" {
			continue
		}
		number := s.typed.Spec.OrganizationNumber
		for _, other := range earlier[number] {
			if c.reportDuplicate(s, other) {
				break
			}
		}
		earlier[number] = append(earlier[number], s)
	}
}

// reportDuplicate adds a finding if two customers of one organization have the same service.
func (c *checker) reportDuplicate(s, other *customer) bool {
	shared := sharedServices(s.typed, other.typed)
	if len(shared) == 0 && !noServices(s, other) {
		return false
	}
	code := DuplicateOrganization
	switch same, known := c.sameEnvironment(s.typed, other.typed); {
	case !known:
		code = PossibleDuplicate
	case !same:
		return false
	}
	if len(shared) == 0 {
		shared = []string{c.word("place.noServices")}
	}
	c.addTo(s.subject, numberPath, code, c.placeOf(s.subject, other.subject), s.typed.Spec.OrganizationNumber, strings.Join(shared, ", "))
	return true
}

// noServices reports whether one of two customers has no services: a row without them gets those of --services later.
func noServices(s, other *customer) bool {
	return len(s.typed.Spec.Services) == 0 || len(other.typed.Spec.Services) == 0
}

// sharedServices returns the services that both customers have.
func sharedServices(one, other *v1alpha1.CustomerIntegration) []string {
	var shared []string
	for _, a := range one.Spec.Services {
		if slices.ContainsFunc(other.Spec.Services, func(b v1alpha1.CustomerService) bool { return a.Name == b.Name }) {
			shared = append(shared, string(a.Name))
		}
	}
	return shared
}

// sameEnvironment reports whether two customers' Suppliers are of one environment, and whether that is known.
func (c *checker) sameEnvironment(one, other *v1alpha1.CustomerIntegration) (same, known bool) {
	if one.SupplierName() == other.SupplierName() {
		return true, true
	}
	ours, theirs := c.suppliers[one.SupplierName()], c.suppliers[other.SupplierName()]
	if ours == nil || theirs == nil {
		return false, false
	}
	issuer, _ := authority.Issuer(ours)
	issuers, _ := authority.Issuer(theirs)
	return issuer == issuers, true
}
