package altinn

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// pageSize is how many elements a page has (Altinn/altinn-authentication, PaginationOptions).
	pageSize = 50
	// internalHost is a host that is reachable only within Altinn.
	internalHost = "platform-authentication.internal"
)

// page is Altinn's ListObject.
type page[D any] struct {
	Links pageLinks `json:"links"`
	Data  []D       `json:"data"`
}

type pageLinks struct {
	Next *string `json:"next"`
}

// paged returns the page of a list that the token names: of the elements of the system in the path, by their ascending
// keys. A token is the key of the last element of the page before, which may be gone meanwhile.
func paged[E, D any](c *call, all []E, describe func(E, System) (key string, document D, isListed bool)) wire.Response {
	after, err := base64.RawURLEncoding.DecodeString(c.query.Get("token"))
	if err != nil {
		return invalid("token", "The value is not valid.")
	}
	if c.vendor == "" {
		return c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	system, own := c.ownedSystem(c.values["systemId"])
	if !own {
		return refuse("AUTH-00011")
	}
	made, last := page[D]{Data: []D{}}, ""
	for _, element := range all {
		key, document, isListed := describe(element, system)
		switch {
		case !isListed || key <= string(after):
		case len(made.Data) == pageSize:
			if !c.faults.ListsEndEarly {
				made.Links.Next = c.next(last)
			}
			return respondWith(http.StatusOK, "OK", made)
		default:
			made.Data, last = append(made.Data, document), key
		}
	}
	return respondWith(http.StatusOK, "OK", made)
}

// next links to the page after the element of that key.
func (c *call) next(last string) *string {
	host := internalHost
	if c.readings.NextHasPublicHost {
		host = c.host
	}
	path := strings.Replace(c.route.path, "{systemId}", url.PathEscape(c.values["systemId"]), 1)
	link := "http://" + host + path + "?token=" + base64.RawURLEncoding.EncodeToString([]byte(last))
	return &link
}
