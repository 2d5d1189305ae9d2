package broker

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestClaims goes through tokens that save a review, and through one that does not.
func TestClaims(t *testing.T) {
	pod := map[string]any{"namespace": "customers", "pod": map[string]string{"name": "tiger", "uid": "1"}}
	valid := map[string]any{
		"aud": []string{v1alpha1.TokenAudience}, "exp": noon.Unix(), "sub": "system:serviceaccount:customers:tiger",
		"kubernetes.io": pod,
	}
	with := func(name string, value any) string {
		changed := maps.Clone(valid)
		changed[name] = value
		return encodeToken(changed, "signature")
	}
	for name, tc := range map[string]struct {
		token   string
		refused string
	}{
		"valid":              {token: encodeToken(valid, "signature")},
		"audience as text":   {token: with("aud", v1alpha1.TokenAudience)},
		"clocks differ":      {token: with("exp", noon.Add(-clockSkew).Unix())},
		"garbage":            {token: "garbage", refused: "signed JWT"},
		"unsigned":           {token: "eyJhbGciOiJub25lIn0.e30.", refused: "signed JWT"},
		"claims are no JSON": {token: "eyJhbGciOiJSUzI1NiJ9.eA.eA", refused: "not a signed JWT"},
		"another audience":   {token: with("aud", "https://kubernetes.default.svc"), refused: "another audience"},
		"expired":            {token: with("exp", noon.Add(-clockSkew-time.Second).Unix()), refused: "expired"},
		"without end":        {token: with("exp", nil), refused: "expired"},
		"a user":             {token: with("sub", "admin"), refused: "service account's"},
		"another namespace": {
			token: with("sub", "system:serviceaccount:customers-east:tiger"), refused: "service account's",
		},
		"bound to no pod": {
			token: with("kubernetes.io", map[string]any{"namespace": "customers"}), refused: "bound to a pod",
		},
		"bound to no account": {token: with("kubernetes.io", map[string]any{}), refused: "service account's"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := claimsOf(tc.token, noon)
			if tc.refused == "" && (err != nil || got != claims{namespace: "customers", pod: "tiger", podUID: "1"}) {
				t.Errorf("%+v, %v", got, err)
			}
			if tc.refused != "" && (err == nil || !strings.Contains(err.Error(), tc.refused)) {
				t.Errorf("%v, want %q", err, tc.refused)
			}
		})
	}
}
