package outbound

import (
	"errors"
	"net/url"
	"strings"
)

// ParseBase parses the base URL of an API: http or https, with a host, perhaps with a path. It allows no user and no
// query, which might be secret and would be shown with the URL. Its errors do not quote the URL.
func ParseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, errors.New("it is not a URL")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("it must begin with https:// or http://")
	}
	if u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(base, "#") {
		return nil, errors.New("it must have a host, and no user, query or fragment")
	}
	return u, nil
}
