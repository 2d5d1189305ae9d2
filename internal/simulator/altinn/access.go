// Package altinn is a simulated Altinn: its API for vendors of systems (Altinn/altinn-authentication on GitHub), its
// system register and the customers' system users.
package altinn

import (
	"net/url"
	"strings"
)

// right is a right to a resource, as Altinn writes it. The action of old examples is returned and has no effect.
type right struct {
	Action   string      `json:"action,omitempty"`
	Resource []attribute `json:"resource"`
}

type attribute struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

type accessPackage struct {
	URN string `json:"urn"`
}

// requestWire is the requested access as it was sent.
type requestWire struct {
	rights, unwantedRights     []right
	packages, unwantedPackages []accessPackage
}

// resourceAttribute is the attribute that names the resource of a right.
const resourceAttribute = "urn:altinn:resource"

// resourcesOf returns the resource id of each right, "" for a right without one.
func resourcesOf(rights []right) []string {
	ids := make([]string, 0, len(rights))
	for _, r := range rights {
		id := ""
		for _, a := range r.Resource {
			if a.ID == resourceAttribute {
				id = a.Value
			}
		}
		ids = append(ids, id)
	}
	return ids
}

func urnsOf(packages []accessPackage) []string {
	urns := make([]string, 0, len(packages))
	for _, p := range packages {
		urns = append(urns, p.URN)
	}
	return urns
}

// refuseAccess returns the code for access that the system cannot request, or "".
func (s System) refuseAccess(rights, packages []string) string {
	for _, resource := range rights {
		if missing([]string{resource}, s.Rights) != "" || resource == "" {
			return "AUTH-00001"
		}
	}
	for _, urn := range packages {
		if missing([]string{urn}, s.AccessPackages) != "" || urn == "" {
			return "AUTH-00063"
		}
	}
	return ""
}

// refuseRedirect returns the code for a redirect URL that is not allowed, or "". URLs are compared by their normal
// form. No URL is always allowed.
func (s System) refuseRedirect(chosen string) string {
	if chosen == "" {
		return ""
	}
	if len(s.AllowedRedirectURLs) == 0 {
		return "AUTH-00026"
	}
	wanted, isURL := normalURL(chosen)
	for _, registered := range s.AllowedRedirectURLs {
		if normal, _ := normalURL(registered); isURL && normal == wanted {
			return ""
		}
	}
	return "AUTH-00021"
}

func normalURL(text string) (string, bool) {
	parsed, err := url.Parse(text)
	if err != nil || !parsed.IsAbs() || parsed.Host == "" {
		return "", false
	}
	parsed.Host = strings.ToLower(parsed.Host)
	if parsed.Path == "" {
		parsed.Path = "/"
	}
	return parsed.String(), true
}

// optional is null in JSON for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// listed is [] in JSON, and not null, for nothing.
func listed[T any](list []T) []T {
	return append([]T{}, list...)
}
