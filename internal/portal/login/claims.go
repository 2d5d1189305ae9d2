package login

import (
	"errors"
	"strings"
)

// Claims name the claims of an ID token that are the user name and the groups, as kube-apiserver's flags do.
type Claims struct {
	// Username is the name of the claim, such as sub, email or oid.
	Username string
	// UsernamePrefix is put before the user name. Default: the issuer and "#", or nothing for the claim email. "-" is
	// nothing.
	UsernamePrefix string
	// Groups is the name of the claim of the groups: a text or a list of texts. Default: no groups.
	Groups string
	// GroupsPrefix is put before each group.
	GroupsPrefix string
}

// Identity is a person.
type Identity struct {
	// Username and Groups are those of Kubernetes, with prefixes.
	Username string
	Groups   []string
	// Name is for people.
	Name string
}

// ErrTooManyGroups means that the provider did not write the groups into the token because there are too many.
var ErrTooManyGroups = errors.New("the person has more groups than the provider writes into a token")

// ErrNoUsername means that the ID token has no usable user name.
var ErrNoUsername = errors.New("the ID token has no usable user name")

// reserved is the prefix of Kubernetes' own users and groups. A login with such a user name is refused.
const reserved = "system:"

// identity returns the person of an ID token.
func (c Claims) identity(issuer string, claims map[string]any) (Identity, error) {
	name, _ := claims[c.Username].(string)
	if name == "" {
		return Identity{}, ErrNoUsername
	}
	if verified, ok := claims["email_verified"].(bool); c.Username == "email" && ok && !verified {
		return Identity{}, ErrNoUsername
	}
	user := c.usernamePrefix(issuer) + name
	if strings.HasPrefix(user, reserved) {
		return Identity{}, ErrNoUsername
	}
	groups, err := c.groups(claims)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Username: user, Groups: groups, Name: displayName(claims, name)}, nil
}

func (c Claims) usernamePrefix(issuer string) string {
	switch {
	case c.UsernamePrefix == "-":
		return ""
	case c.UsernamePrefix != "":
		return c.UsernamePrefix
	case c.Username == "email":
		return ""
	default:
		return issuer + "#"
	}
}

// groups returns the groups, without those that only Kubernetes may name.
func (c Claims) groups(claims map[string]any) ([]string, error) {
	if c.Groups == "" {
		return nil, nil
	}
	if elsewhere, ok := claims["_claim_names"].(map[string]any); ok && elsewhere[c.Groups] != nil {
		return nil, ErrTooManyGroups
	}
	var named []any
	switch value := claims[c.Groups].(type) {
	case string:
		named = []any{value}
	case []any:
		named = value
	}
	var groups []string
	for _, one := range named {
		group, ok := one.(string)
		if !ok || group == "" || strings.HasPrefix(c.GroupsPrefix+group, reserved) {
			continue
		}
		groups = append(groups, c.GroupsPrefix+group)
	}
	return groups, nil
}

// displayName returns a person's name for pages.
func displayName(claims map[string]any, username string) string {
	for _, claim := range []string{"name", "preferred_username", "email"} {
		if name, ok := claims[claim].(string); ok && name != "" {
			return name
		}
	}
	return username
}
