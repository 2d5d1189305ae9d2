package accesstoken

import (
	"bytes"
	"encoding/json"
)

// Claims are those of a JWT, each as it was written.
type Claims map[string]json.RawMessage

// Has reports whether the claim exists.
func (c Claims) Has(claim string) bool {
	_, present := c[claim]
	return present
}

// isNull reports whether the claim is null.
func (c Claims) isNull(claim string) bool {
	return bytes.HasPrefix(c[claim], []byte("null"))
}

// Text returns a claim that must be a string. It returns false for a claim that is missing or of another type.
func (c Claims) Text(claim string) (string, bool) {
	if !bytes.HasPrefix(c[claim], []byte(`"`)) {
		return "", false
	}
	var value string
	err := json.Unmarshal(c[claim], &value)
	return value, err == nil
}

// Seconds returns a claim that must be a NumericDate (RFC 7519, section 2): seconds since 1970, perhaps with a
// fraction.
func (c Claims) Seconds(claim string) (float64, bool) {
	if !c.Has(claim) || c.isNull(claim) {
		return 0, false
	}
	var value float64
	err := json.Unmarshal(c[claim], &value)
	return value, err == nil
}

// IsObject reports whether the claim is a JSON object.
func (c Claims) IsObject(claim string) bool {
	return bytes.HasPrefix(c[claim], []byte("{"))
}
