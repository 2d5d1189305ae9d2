package outbound

import (
	"encoding/base64"
	"testing"
)

// TestOfServiceAccount tells tokens of Kubernetes from an HRM system's own.
func TestOfServiceAccount(t *testing.T) {
	jwt := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	cases := map[string]struct {
		reason string
		token  string
		want   bool
	}{
		"projected": {"what the kubelet mounts", jwt(`{"iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:customers:default","aud":["a"]}`), true},
		"legacy":    {"what a Secret of a service account holds", jwt(`{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:customers:deployer"}`), true},
		"other jwt": {"an HRM system's tokens may be JWTs", jwt(`{"iss":"https://hrm.example","sub":"tiger"}`), false},
		"no sub":    {"or have no subject", jwt(`{}`), false},
		"opaque":    {"or be of any form", "hrm-token-0123456789", false},
		"dots":      {"also with dots", "a.b.c", false},
		"no JSON":   {"or Base64 of something else", jwt(`tiger`), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b, err := NewBearer(c.token)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.OfServiceAccount(); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	if (Bearer{}).OfServiceAccount() {
		t.Error("no token is no service account's")
	}
}
