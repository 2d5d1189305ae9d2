package altinn

import (
	"slices"
	"strings"
)

// resourceURN is the attribute by which a right names a resource of the resource registry.
const resourceURN = "urn:altinn:resource"

// packageURN begins the URNs of access packages.
const packageURN = "urn:altinn:accesspackage:"

// IsPackage reports whether what a system user needs is the URN of an access package, or else the id of a resource.
func IsPackage(right string) bool { return strings.HasPrefix(right, packageURN) }

// right is a right of a system user, on the wire. Without an action it is for all actions of the resource's policy.
type right struct {
	Resource []attribute `json:"resource"`
}

type attribute struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// accessPackage is a package of rights, on the wire.
type accessPackage struct {
	URN string `json:"urn"`
}

func rightsTo(resources []string) []right {
	rights := make([]right, 0, len(resources))
	for _, r := range resources {
		rights = append(rights, right{Resource: []attribute{{ID: resourceURN, Value: r}}})
	}
	return rights
}

// resourcesOf returns the ids of the resources of rights, sorted.
func resourcesOf(rights []right) []string {
	var ids []string
	for _, r := range rights {
		for _, a := range r.Resource {
			if a.ID == resourceURN && a.Value != "" {
				ids = append(ids, a.Value)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func packages(urns []string) []accessPackage {
	all := make([]accessPackage, 0, len(urns))
	for _, urn := range urns {
		all = append(all, accessPackage{URN: urn})
	}
	return all
}

func urnsOf(all []accessPackage) []string {
	urns := make([]string, 0, len(all))
	for _, p := range all {
		urns = append(urns, p.URN)
	}
	return urns
}
