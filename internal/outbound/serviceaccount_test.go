package outbound

import (
	"encoding/base64"
	"testing"
)

// TestIsServiceAccountToken distinguishes tokens of Kubernetes from an HRM system's own.
func TestIsServiceAccountToken(t *testing.T) {
	jwt := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	cases := map[string]struct {
		reason string
		token  string
		want   bool
	}{
		"projected": {
			reason: "what the kubelet mounts",
			token:  jwt(`{"iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:customers:default","aud":["a"]}`),
			want:   true,
		},
		"legacy": {
			reason: "what a Secret of a service account holds",
			token:  jwt(`{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:customers:deployer"}`), want: true,
		},
		"other jwt": {
			reason: "an HRM system's tokens may be JWTs",
			token:  jwt(`{"iss":"https://hrm.example","sub":"tiger"}`),
		},
		"no sub":  {reason: "or have no subject", token: jwt(`{}`)},
		"opaque":  {reason: "or be of any form", token: "hrm-token-0123456789"},
		"dots":    {reason: "also with dots", token: "a.b.c"},
		"no JSON": {reason: "or Base64 of something else", token: jwt(`tiger`)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b, err := NewBearer(c.token)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.IsServiceAccountToken(); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	if (Bearer{}).IsServiceAccountToken() {
		t.Error("no token is no service account's")
	}
}
