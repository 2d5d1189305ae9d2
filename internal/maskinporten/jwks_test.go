package maskinporten

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKeyRotation has the authority sign with a new key, and counts the client's requests for keys.
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
			{
				reason: "first use",
				after:  0, kid: "1", keys: "current", want: "", fetches: 1,
			},
			{
				reason: "a key that is unknown is looked up",
				after:  time.Hour, kid: "2", keys: "current", want: "", fetches: 2,
			},
			{
				reason: "and then known",
				after:  0, kid: "2", keys: "current", want: "", fetches: 2,
			},
			{
				reason: "another within five seconds is not, and nothing is concluded",
				after:  4 * time.Second, kid: "3", keys: "current", want: ClassBadResponse, fetches: 2,
			},
			{
				reason: "but after them",
				after:  time.Second, kid: "3", keys: "current", want: "", fetches: 3,
			},
		},
		"a key that does not exist": {
			{
				reason: "first use",
				after:  0, kid: "1", keys: "current", want: "", fetches: 1,
			},
			{
				reason: "the issuer does not have the key: a violation",
				after:  time.Hour, kid: "2", keys: "old", want: ClassTokenMismatch, fetches: 2,
			},
			{
				reason: "for a later token that is not known yet",
				after:  time.Second, kid: "2", keys: "old", want: ClassBadResponse, fetches: 2,
			},
			{
				reason: "and then is again",
				after:  time.Minute, kid: "2", keys: "old", want: ClassTokenMismatch, fetches: 3,
			},
		},
		"keys of the first answer": {
			{
				reason: "keys that are newer than the token need not be fetched again",
				after:  0, kid: "2", keys: "old", want: ClassTokenMismatch, fetches: 1,
			},
		},
		"an outage of the keys": {
			{
				reason: "first use",
				after:  0, kid: "1", keys: "current", want: "", fetches: 1,
			},
			{
				reason: "known keys stay in use",
				after:  25 * time.Hour, kid: "1", keys: "down", want: "", fetches: 2,
			},
			{
				reason: "an unknown key cannot be looked up: an outage, not a violation",
				after:  time.Second, kid: "2", keys: "down", want: ClassServerError, fetches: 2,
			},
			{
				reason: "as little after a new attempt",
				after:  time.Minute, kid: "2", keys: "down", want: ClassServerError, fetches: 3,
			},
			{
				reason: "until they are back",
				after:  time.Minute, kid: "2", keys: "current", want: "", fetches: 4,
			},
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
		"good": {
			reason: "a key to verify with",
			keys:   [][]byte{jwk(t, rsa.Public(), "a", "sig", "RS256")}, want: []string{"a"},
		},
		"no use":     {reason: "use may be missing", keys: [][]byte{jwk(t, rsa.Public(), "a", "", "")}, want: []string{"a"}},
		"encryption": {reason: "not a key for signatures", keys: [][]byte{jwk(t, rsa.Public(), "a", "enc", "")}, want: nil},
		"no id":      {reason: "cannot be asked for", keys: [][]byte{jwk(t, rsa.Public(), "", "sig", "")}, want: nil},
		"EC":         {reason: "not a key for RS256", keys: [][]byte{jwk(t, ecKey(t).Public(), "a", "sig", "")}, want: nil},
		"password": {
			reason: "a secret must never verify",
			keys:   [][]byte{[]byte(`{"kty":"oct","kid":"a","k":"aGVp"}`)}, want: nil,
		},
		"private": {
			reason: "a set that shows private keys is none to believe",
			keys:   [][]byte{jwk(t, rsa, "a", "sig", "")}, want: nil,
		},
		"short": {
			reason: "a key that can be broken",
			keys:   [][]byte{[]byte(`{"kty":"RSA","kid":"a","e":"AQAB","n":"u1W"}`)}, want: nil,
		},
		"twice": {
			reason: "the first of an id counts",
			keys:   [][]byte{jwk(t, rsa.Public(), "a", "", ""), jwk(t, ourKey().Public(), "a", "", "")}, want: []string{"a"},
		},
		"among other": {
			reason: "what cannot be used does not spoil the rest",
			keys:   [][]byte{[]byte(`1`), []byte(`{"kty":"new"}`), jwk(t, rsa.Public(), "a", "", "")}, want: []string{"a"},
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
