package simulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	// altinnPageSize is how many elements a page has (Altinn/altinn-authentication, PaginationOptions).
	altinnPageSize = 50
	// internalHost is what nobody outside Altinn can reach.
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

// paged makes the page of a list that the token asks for: of the elements of the system in the path, each with its number. A
// token is the number of the last element of the page before, which may be gone meanwhile.
func paged[E, D any](c *altinnCall, all []E, describe func(E, System) (sequence int64, document D, isListed bool)) answer {
	after, readable := sequenceOf(c.query.Get("token"))
	if !readable {
		return invalid("token", "The value is not valid.")
	}
	if c.vendor == "" {
		return c.bare(http.StatusUnauthorized, "NoConsumer")
	}
	system, own := c.ownedSystem(c.values["systemId"])
	if !own {
		return altinnRefusal("AUTH-00011")
	}
	made, last := page[D]{Data: []D{}}, int64(0)
	for _, element := range all {
		sequence, document, isListed := describe(element, system)
		switch {
		case !isListed || sequence <= after:
		case len(made.Data) == altinnPageSize:
			if !c.faults.ListsEndEarly {
				made.Links.Next = c.next(last)
			}
			return altinnAnswer(http.StatusOK, "OK", made)
		default:
			made.Data, last = append(made.Data, document), sequence
		}
	}
	return altinnAnswer(http.StatusOK, "OK", made)
}

// sequenceOf reads a token, which people are to take for opaque. None is 0.
func sequenceOf(token string) (int64, bool) {
	if token == "" {
		return 0, true
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	sequence, err := strconv.ParseInt(string(text), 10, 64)
	return sequence, err == nil
}

// next links to the page after the element of that number.
func (c *altinnCall) next(last int64) *string {
	host := internalHost
	if c.readings.AltinnNextHasPublicHost {
		host = c.host
	}
	path := altinnBasePath + strings.Replace(c.route.path, "{systemId}", url.PathEscape(c.values["systemId"]), 1)
	token := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last, 10)))
	link := "http://" + host + path + "?token=" + token
	return &link
}
