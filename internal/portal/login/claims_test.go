package login

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIdentity makes persons of claims as kube-apiserver does.
func TestIdentity(t *testing.T) {
	const issuer = "https://login.example"
	for name, tc := range map[string]struct {
		reason string
		claims Claims
		token  map[string]any
		want   Identity
		err    error
	}{
		"sub": {
			reason: "the issuer is part of the name", claims: Claims{Username: "sub", Groups: "groups"},
			token: map[string]any{"sub": "1", "groups": []any{"a", "b"}, "name": "Nora"},
			want:  Identity{Username: "https://login.example#1", Groups: []string{"a", "b"}, Name: "Nora"},
		},
		"prefixes": {
			reason: "prefixes are put before", claims: Claims{
				Username: "sub", UsernamePrefix: "u:",
				Groups: "roles", GroupsPrefix: "g:",
			},
			token: map[string]any{"sub": "1", "roles": "admin"},
			want:  Identity{Username: "u:1", Groups: []string{"g:admin"}, Name: "1"},
		},
		"no prefix": {
			reason: "- is none", claims: Claims{Username: "oid", UsernamePrefix: "-"},
			token: map[string]any{"oid": "1", "groups": []any{"a"}}, want: Identity{Username: "1", Name: "1"},
		},
		"email": {
			reason: "an address is unique", claims: Claims{Username: "email"},
			token: map[string]any{"email": "a@b.example", "email_verified": true},
			want:  Identity{Username: "a@b.example", Name: "a@b.example"},
		},
		"unverified email": {
			reason: "anybody may write any address", claims: Claims{Username: "email"},
			token: map[string]any{"email": "a@b.example", "email_verified": false}, err: ErrNoUsername,
		},
		"no name": {
			reason: "it is required", claims: Claims{Username: "sub"}, token: map[string]any{}, err: ErrNoUsername,
		},
		"name no string": {
			reason: "it is a text", claims: Claims{Username: "sub"}, token: map[string]any{"sub": 1.0}, err: ErrNoUsername,
		},
		"system user": {
			reason: "Kubernetes' own users are no person's", claims: Claims{Username: "sub", UsernamePrefix: "-"},
			token: map[string]any{"sub": "system:admin"}, err: ErrNoUsername,
		},
		"system group": {
			reason: "Kubernetes' own groups are no person's",
			claims: Claims{Username: "sub", UsernamePrefix: "-", Groups: "groups"},
			token:  map[string]any{"sub": "1", "groups": []any{"system:masters", "a", 7.0, ""}},
			want:   Identity{Username: "1", Groups: []string{"a"}, Name: "1"},
		},
		"system prefix": {
			reason: "a prefix makes none either",
			claims: Claims{Username: "sub", UsernamePrefix: "-", Groups: "groups", GroupsPrefix: "system:"},
			token:  map[string]any{"sub": "1", "groups": []any{"masters"}}, want: Identity{Username: "1", Name: "1"},
		},
		"overage": {
			reason: "groups that are elsewhere are not no groups", claims: Claims{Username: "sub", Groups: "groups"},
			token: map[string]any{"sub": "1", "_claim_names": map[string]any{"groups": "src1"}}, err: ErrTooManyGroups,
		},
		"other overage": {
			reason: "another claim may be elsewhere", claims: Claims{Username: "sub", UsernamePrefix: "-", Groups: "groups"},
			token: map[string]any{"sub": "1", "_claim_names": map[string]any{"photo": "src1"}},
			want:  Identity{Username: "1", Name: "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.claims.identity(issuer, tc.token)
			if !errors.Is(err, tc.err) {
				t.Errorf("%s: %v, want %v", tc.reason, err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}
