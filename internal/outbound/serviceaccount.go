package outbound

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// IsServiceAccountToken reports whether b is a token of a Kubernetes service account: a JWT whose subject begins with
// "system:serviceaccount:", also one from a Secret of the type kubernetes.io/service-account-token. It does not verify
// the signature. Such a token is accepted by the cluster's API server, so it is never sent to an HRM system.
func (b Bearer) IsServiceAccountToken() bool {
	if b.IsZero() {
		return false
	}
	parts := strings.Split(b.token(), ".")
	if len(parts) != 3 {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false
	}
	var claims struct {
		Subject string `json:"sub"`
	}
	return json.Unmarshal(payload, &claims) == nil && strings.HasPrefix(claims.Subject, "system:serviceaccount:")
}
