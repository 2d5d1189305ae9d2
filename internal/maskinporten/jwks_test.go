package maskinporten

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKeyRotation lets the authority change its key id, and looks at what the
// client makes of it and how often it asks for the keys.
func TestKeyRotation(t *testing.T) {
	type step struct {
		reason  string
		after   time.Duration
		kid     string // of the authority
		keys    string // what the key set says: current, old or down
		want    Class
		fetches int32 // so far
	}
	cases := map[string][]step{
		"a new key": {
			{"first use", 0, "1", "current", "", 1},
			{"a key that is unknown is looked up", time.Hour, "2", "current", "", 2},
			{"and then known", 0, "2", "current", "", 2},
			{
				"another within five seconds is not, and nothing is concluded", 4 * time.Second, "3", "current", ClassBadResponse,
				2,
			},
			{"but after them", time.Second, "3", "current", "", 3},
		},
		"a key that does not exist": {
			{"first use", 0, "1", "current", "", 1},
			{"the issuer does not have the key: a violation", time.Hour, "2", "old", ClassTokenMismatch, 2},
			{"for a later token that is not known yet", time.Second, "2", "old", ClassBadResponse, 2},
			{"and then is again", time.Minute, "2", "old", ClassTokenMismatch, 3},
		},
		"keys of the first answer": {
			{"keys that are newer than the token need not be fetched again", 0, "2", "old", ClassTokenMismatch, 1},
		},
		"an outage of the keys": {
			{"first use", 0, "1", "current", "", 1},
			{"known keys stay in use", 25 * time.Hour, "1", "down", "", 2},
			{"an unknown key cannot be looked up: an outage, not a violation", time.Second, "2", "down", ClassServerError, 2},
			{"as little after a new attempt", time.Minute, "2", "down", ClassServerError, 3},
			{"until they are back", time.Minute, "2", "current", "", 4},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			c := a.client(t)
			old := a.keySet()
			for i, s := range steps {
				a.clock.Advance(s.after)
				a.set(func() { a.kid = s.kid })
				set := a.keySet()
				if s.keys == "old" {
					set = old
				}
				a.set(func() {
					a.keys = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, set) }
					if s.keys == "down" {
						a.keys = says(503, "", "")
					}
				})
				if class, err := ask(t, c); class != s.want || a.keysCalls.Load() != s.fetches {
					t.Errorf("step %d, %s: class %q after %d fetches, want %q after %d: %v", i, s.reason, class, a.keysCalls.Load(),
						s.want, s.fetches, err)
				}
			}
		})
	}
}

func TestParseKeySet(t *testing.T) {
	rsa := issuerKey()
	cases := map[string]struct {
		reason string
		keys   [][]byte
		want   []string
	}{
		"good":       {"a key to verify with", [][]byte{jwk(t, rsa.Public(), "a", "sig", "RS256")}, []string{"a"}},
		"no use":     {"use may be missing", [][]byte{jwk(t, rsa.Public(), "a", "", "")}, []string{"a"}},
		"encryption": {"not a key for signatures", [][]byte{jwk(t, rsa.Public(), "a", "enc", "")}, nil},
		"no id":      {"cannot be asked for", [][]byte{jwk(t, rsa.Public(), "", "sig", "")}, nil},
		"EC":         {"not a key for RS256", [][]byte{jwk(t, ecKey(t).Public(), "a", "sig", "")}, nil},
		"password":   {"a secret must never verify", [][]byte{[]byte(`{"kty":"oct","kid":"a","k":"aGVp"}`)}, nil},
		"private":    {"a set that shows private keys is none to believe", [][]byte{jwk(t, rsa, "a", "sig", "")}, nil},
		"short":      {"a key that can be broken", [][]byte{[]byte(`{"kty":"RSA","kid":"a","e":"AQAB","n":"u1W"}`)}, nil},
		"twice": {
			"the first of an id counts",
			[][]byte{jwk(t, rsa.Public(), "a", "", ""), jwk(t, ourKey().Public(), "a", "", "")},
			[]string{"a"},
		},
		"among other": {
			"what cannot be used does not spoil the rest",
			[][]byte{[]byte(`1`), []byte(`{"kty":"new"}`), jwk(t, rsa.Public(), "a", "", "")},
			[]string{"a"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var raw []json.RawMessage
			for _, k := range tc.keys {
				raw = append(raw, k)
			}
			var got []string
			for id, key := range parseKeySet(raw) {
				got = append(got, id)
				if !key.Equal(rsa.Public()) {
					t.Errorf("%s: another key has the id %s", tc.reason, id)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
