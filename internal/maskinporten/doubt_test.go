package maskinporten

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestWrongDocumentIsFetchedAgain has a document be wrong for a moment. The client recovers at the first request at
// least five seconds later, long before the document's lifetime ends.
func TestWrongDocumentIsFetchedAgain(t *testing.T) {
	cases := map[string]struct {
		reason string
		wrong  func(*testing.T, *authority)
		want   Class
	}{
		"token endpoint": {
			reason: "an endpoint of the right origin that does not exist",
			wrong:  func(_ *testing.T, a *authority) { a.describes("gone", "jwk") },
			want:   ClassBlocked,
		},
		"token endpoint of another service": {
			reason: "it refuses in the form of Maskinporten",
			wrong: func(_ *testing.T, a *authority) {
				a.describes("token", "jwk")
				a.token = says(400, "application/json", `{"error":"invalid_request"}`)
			},
			want: ClassRequestRejected,
		},
		"keys' address": {
			reason: "the keys are not there, so no token can be checked",
			wrong:  func(_ *testing.T, a *authority) { a.describes("token", "gone") },
			want:   ClassBlocked,
		},
		"keys with other ids": {
			reason: "a document that was meant for another environment",
			wrong: func(_ *testing.T, a *authority) {
				a.keys = says(200, "application/json", `{"keys":[`+string(jwk(t, ourKey().Public(), "other", "sig", "RS256"))+`]}`)
			},
			want: ClassTokenMismatch,
		},
		"another key of the same id": {
			reason: "every token has the wrong signature by it",
			wrong: func(_ *testing.T, a *authority) {
				a.keys = says(200, "application/json",
					`{"keys":[`+string(jwk(t, ourKey().Public(), "issuer-1", "sig", "RS256"))+`]}`)
			},
			want: ClassTokenMismatch,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			right := [3]http.HandlerFunc{a.metadata, a.keys, a.token}
			a.set(func() { tc.wrong(t, a) })
			c := a.client(t)
			if class, err := ask(t, c); class != tc.want {
				t.Fatalf("%s: class %q, want %q: %v", tc.reason, class, tc.want, err)
			}
			a.set(func() { a.metadata, a.keys, a.token = right[0], right[1], right[2] })
			a.clock.Advance(doubtInterval)
			if class, err := ask(t, c); class != "" {
				t.Errorf("%s: the cause has ended, and the class is %q: %v", tc.reason, class, err)
			}
		})
	}
}

// describes changes the paths in the metadata document. The caller holds the lock.
func (a *authority) describes(token, keys string) {
	a.metadata = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, metadata{
			Issuer: a.issuer(), TokenEndpoint: a.issuer() + token,
			KeysURI: a.issuer() + keys,
		})
	}
}

// TestDoubtIsBounded has requests fail once a second for a minute: each document is fetched once in five seconds. While
// requests succeed, it is not fetched.
func TestDoubtIsBounded(t *testing.T) {
	cases := map[string]struct {
		reason         string
		token          http.HandlerFunc
		claims         jwt.MapClaims // of a token, nil if token is given
		metadata, keys int32
	}{
		"outage": {reason: "the endpoint may be the wrong one", token: says(503, "", ""), metadata: 12},
		"refused": {
			reason: "likewise", token: says(400, "application/json", `{"error":"invalid_client"}`),
			metadata: 12,
		},
		"not delegated": {reason: "an answer casts no doubt", token: says(403, "application/json", mp251), metadata: 1},
		"rate limited": {
			reason: "a server that has had enough is not asked for more", token: says(429, "", ""),
			metadata: 1,
		},
		"token": {reason: "all is well", claims: jwt.MapClaims{}, metadata: 1, keys: 1},
		"another token": {
			reason: "the claims may be the other issuer's",
			claims: jwt.MapClaims{"iss": "https://elsewhere.example/"}, metadata: 12, keys: 1,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			if tc.token != nil {
				a.set(func() { a.token = tc.token })
			} else {
				a.set(func() {
					a.token = func(w http.ResponseWriter, _ *http.Request) {
						claims := a.claims()
						maps.Copy(claims, tc.claims)
						writeJSON(w, http.StatusOK, a.answer(claims))
					}
				})
			}
			c := a.client(t)
			for range 60 {
				_, _ = ask(t, c)
				a.clock.Advance(time.Second)
			}
			if a.metadataCalls.Load() != tc.metadata || a.keysCalls.Load() != tc.keys {
				t.Errorf("%s: the metadata was fetched %d times and the keys %d times in a minute, want %d and %d",
					tc.reason, a.metadataCalls.Load(), a.keysCalls.Load(), tc.metadata, tc.keys)
			}
		})
	}
}
