package maskinporten

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

// grantTypeJWTBearer is the one grant type of Maskinporten (RFC 7523, section 2.1).
const grantTypeJWTBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// grantAlgorithms are those that Maskinporten's metadata advertises.
var grantAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// compactJWS matches no line break, the commonest damage to a grant from a file.
var compactJWS = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

var errMalformedGrant = errors.New("malformed grant")

// grant is a parsed assertion. Nothing in it is verified.
type grant struct {
	assertion string
	header    grantHeader
	accesstoken.Claims
}

type grantHeader struct {
	Algorithm jose.SignatureAlgorithm `json:"alg"`
	KeyID     string                  `json:"kid"`
	X5C       json.RawMessage         `json:"x5c"`
}

// parseGrant parses an assertion. It returns the claims that it could read also if the rest is malformed.
func parseGrant(assertion string) (grant, error) {
	parsed := grant{assertion: assertion}
	if !compactJWS.MatchString(assertion) {
		return parsed, errMalformedGrant
	}
	parts := strings.Split(assertion, ".")
	if err := decodePart(parts[1], &parsed.Claims); err != nil || parsed.Claims == nil {
		return parsed, errMalformedGrant
	}
	if err := decodePart(parts[0], &parsed.header); err != nil {
		return parsed, errMalformedGrant
	}
	return parsed, nil
}

func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func (h grantHeader) hasX5C() bool { return len(h.X5C) > 0 }

func (h grantHeader) x5cIsArray() bool { return bytes.HasPrefix(h.X5C, []byte("[")) }

// resourceIsUsable reports whether resource is a text or an array of texts. The documentation allows only an array;
// clients in use send a text.
func (g grant) resourceIsUsable() bool {
	if _, isText := g.Text("resource"); isText {
		return true
	}
	var resources []string
	return json.Unmarshal(g.Claims["resource"], &resources) == nil && len(resources) > 0
}
