package maskinporten

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

// TestSigningKeyShowsNothing prints, logs and encodes keys and KeyMaterial in all ways. Certificates are not shown
// either, because they name the owner.
func TestSigningKeyShowsNothing(t *testing.T) {
	chain := chainPEM(certificates(t, ourKey()))
	cases := map[string]struct {
		reason   string
		material KeyMaterial
	}{
		"registered": {
			reason:   "a key under its id",
			material: KeyMaterial{Data: jwk(t, ourKey(), "a", "", ""), KeyID: "a"},
		},
		"PEM": {
			reason:   "a key in the other form",
			material: KeyMaterial{Data: pkcs8(t, ourKey()), KeyID: "a", Algorithm: "RS512"},
		},
		"a certificate": {reason: "a key with a chain", material: KeyMaterial{Data: pkcs8(t, ourKey()), Chain: chain}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			key := parseOne(t, tc.material)
			holder := struct{ unexported *SigningKey }{unexported: key}
			ofKey := append(inAllWays(t, key), inAllWays(t, *key)...)
			for _, verb := range append(slices.Clone(verbs), "%p") {
				ofKey = append(ofKey, fmt.Sprintf(verb, key), fmt.Sprintf(verb, *key), fmt.Sprintf(verb, holder),
					fmt.Sprintf(verb, &holder))
			}
			for _, s := range append(ofKey, inAllWays(t, tc.material)...) {
				checkShowsNoKey(t, s, tc.material)
			}
			for _, s := range ofKey[:5] {
				if !strings.Contains(s, key.ID()) || !strings.Contains(s, key.Thumbprint()) {
					t.Errorf("%s: id and thumbprint are not shown: %s", tc.reason, s)
				}
			}
		})
	}
}

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3v"}

// inAllWays returns a value, and structs that contain it, in all forms in which values are printed.
func inAllWays(t *testing.T, value interface {
	fmt.Stringer
	fmt.GoStringer
},
) []string {
	t.Helper()
	holder := struct{ Exported any }{Exported: value}
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var text, structured strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("Key", "key", value, "holder", holder)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("Key", "key", value, "holder", holder)
	shown := []string{string(encoded), text.String(), structured.String(), value.String(), value.GoString()}
	for _, verb := range verbs {
		shown = append(shown, fmt.Sprintf(verb, value), fmt.Sprintf(verb, &value), fmt.Sprintf(verb, holder),
			fmt.Sprintf(verb, []any{value}))
	}
	return shown
}

// checkShowsNoKey fails the test if a text has the beginning of the private key, in any form, or of its source.
func checkShowsNoKey(t *testing.T, shown string, m KeyMaterial) {
	t.Helper()
	secret := ourKey().D
	parts := []string{
		secret.String()[:40], secret.Text(16)[:40], strings.ToUpper(secret.Text(16)[:40]),
		member(t, jwk(t, ourKey(), "a", "", ""), "d")[:20],
	}
	for _, data := range [][]byte{m.Data, m.Chain} {
		if len(data) > 0 {
			middle := data[len(data)/2:][:20]
			parts = append(parts, string(middle), fmt.Sprintf("%x", middle), fmt.Sprintf("%v", middle),
				base64.StdEncoding.EncodeToString(data)[:40])
		}
	}
	for _, part := range parts {
		if strings.Contains(shown, strings.Trim(part, "[]")) {
			t.Errorf("the key is shown: %.200s", shown)
		}
	}
}
