package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxSettings bounds what decodeSettings reads, in bytes.
const maxSettings = 64 << 10

// Settings are the settings of a run that do not depend on the customer. Nothing in them is secret.
type Settings struct {
	// APIURL is the base URL of the API of a built-in service, "" for a custom service.
	APIURL   string   `json:"apiURL,omitempty"`
	HRM      HRM      `json:"hrm"`
	Supplier Supplier `json:"supplier"`
	Proxy    Proxy    `json:"proxy,omitzero"`
	// CAFile is a file of certificate authorities in PEM that are trusted for APIs and HRM systems beside the usual ones,
	// "" if there is none.
	CAFile string `json:"caFile,omitempty"`
}

// Proxy is the HTTP proxy of connections to APIs and to HRM systems. Without a URL there is none.
type Proxy struct {
	URL string `json:"url,omitempty"`
	// Except lists hosts, domains and networks that are connected to without the proxy.
	Except []string `json:"except,omitempty"`
}

// HRM says where HRM systems may be.
type HRM struct {
	// AllowedAddresses are private networks, in CIDR form, that a run may connect to.
	AllowedAddresses []string `json:"allowedAddresses,omitempty"`
	// NAT64Prefixes are the prefixes of the cluster's NAT64 gateways, besides 64:ff9b::/96.
	NAT64Prefixes []string `json:"nat64Prefixes,omitempty"`
}

// Supplier is the HR vendor whose Supplier object the customer has.
type Supplier struct {
	Name string `json:"name"`
}

// encode returns the settings as one line of JSON.
func (s *Settings) encode() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encoding the settings: %w", err)
	}
	return string(text), nil
}

// decodeSettings decodes settings. It ignores unknown fields, so a worker may be older than the operator. It does not
// check that any field is set.
func decodeSettings(text string) (Settings, error) {
	if len(text) > maxSettings {
		return Settings{}, fmt.Errorf("decoding the settings: more than %d bytes", maxSettings)
	}
	var s Settings
	from := json.NewDecoder(strings.NewReader(text))
	if err := from.Decode(&s); err != nil {
		return Settings{}, fmt.Errorf("decoding the settings: %w", err)
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return Settings{}, errors.New("decoding the settings: something follows them")
	}
	return s, nil
}
