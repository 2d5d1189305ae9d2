// Package runsettings holds the settings that the operator passes to the worker of a sync job: one type for the writer
// and the reader.
//
// The settings decide which addresses a run trusts, so they are in the pod template that the operator applies, as the
// value of one argument. They are in no ConfigMap: the right to change a ConfigMap would be the right to redirect every
// run.
package runsettings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Flag is the worker's flag whose value is the settings, as Encode writes them.
const Flag = "settings"

// maxSettings bounds what Decode reads, in bytes.
const maxSettings = 64 << 10

// Settings are what a run trusts and what does not depend on the customer. Nothing in them is secret.
type Settings struct {
	TokenBroker TokenBroker `json:"tokenBroker"`
	NAV         NAV         `json:"nav"`
	HRM         HRM         `json:"hrm"`
	Supplier    Supplier    `json:"supplier"`
	Proxy       Proxy       `json:"proxy,omitzero"`
	// CAFile is a file of certificate authorities that are trusted for NAV and HRM systems beside the usual ones, "" if
	// there is none.
	CAFile string `json:"caFile,omitempty"`
}

// Proxy is the HTTP proxy of connections to NAV and to HRM systems. Without a URL there is none.
type Proxy struct {
	URL string `json:"url,omitempty"`
	// Except lists hosts, domains and networks that are connected to without the proxy.
	Except []string `json:"except,omitempty"`
}

// TokenBroker says how a run reaches the token broker.
type TokenBroker struct {
	// URL is where tokens are requested. It begins with https://.
	URL string `json:"url"`
	// CA is the certificate of the authority that signs the broker's certificate, in PEM. No other authority is trusted.
	CA string `json:"ca"`
}

// NAV holds the base URLs of NAV's APIs.
type NAV struct {
	FollowUpPlans string `json:"followUpPlans"`
	SickPay       string `json:"sickPay"`
}

// HRM says where HRM systems may be.
type HRM struct {
	// AllowedAddresses are networks in CIDR form that a run may connect to although they are not the internet's.
	AllowedAddresses []string `json:"allowedAddresses,omitempty"`
	// NAT64Prefixes are the prefixes of the cluster's NAT64 gateways, besides 64:ff9b::/96.
	NAT64Prefixes []string `json:"nat64Prefixes,omitempty"`
}

// Supplier is what NAV receives about the supplier with each plan.
type Supplier struct {
	Name string `json:"name"`
}

// Encode returns the settings as one line of JSON.
func (s *Settings) Encode() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encoding the settings: %w", err)
	}
	return string(text), nil
}

// Decode reads what Encode wrote. It ignores fields that it does not know, so that a worker image that is older than
// the operator keeps working. It does not check that any field is set.
func Decode(text string) (Settings, error) {
	if len(text) > maxSettings {
		return Settings{}, fmt.Errorf("the settings have more than %d bytes", maxSettings)
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

// Literal returns an argument or variable that Kubernetes passes to a container as text: "$(NAME)" in it is not
// replaced by the value of a variable (Container.args in the Kubernetes API).
func Literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }
