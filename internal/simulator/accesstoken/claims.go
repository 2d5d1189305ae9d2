package accesstoken

import (
	"bytes"
	"encoding/json"
)

// claims are those of a JWT, each still as it was written.
type Claims map[string]json.RawMessage

func (c Claims) Has(claim string) bool {
	_, present := c[claim]
	return present
}

// isNull says that the claim is there and says nothing.
func (c Claims) isNull(claim string) bool {
	return bytes.HasPrefix(c[claim], []byte("null"))
}

// text is a claim that must be a string. A claim that is missing or of another type gives false.
func (c Claims) Text(claim string) (string, bool) {
	if !bytes.HasPrefix(c[claim], []byte(`"`)) {
		return "", false
	}
	var value string
	err := json.Unmarshal(c[claim], &value)
	return value, err == nil
}

// seconds is a claim that must be a NumericDate (RFC 7519, section 2): seconds since 1970, perhaps with a fraction.
func (c Claims) Seconds(claim string) (float64, bool) {
	if !c.Has(claim) || c.isNull(claim) {
		return 0, false
	}
	var value float64
	err := json.Unmarshal(c[claim], &value)
	return value, err == nil
}

func (c Claims) IsObject(claim string) bool {
	return bytes.HasPrefix(c[claim], []byte("{"))
}
