package maskinporten

import (
	"errors"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// systemUserType is the type of authorization details (RFC 9396) about a system user in Altinn (docs.digdir.no,
// Maskinporten, system users).
const systemUserType = "urn:altinn:systemuser"

// actorAuthority is the scheme of organizations' identifiers.
const actorAuthority = "iso6523-actorid-upis"

// SystemUserRequest names a system user to use. The zero value is none.
type SystemUserRequest struct {
	// Owner is the customer that has the system user.
	Owner orgnumber.Number
	// ExternalRef is the vendor's reference of the system user. With "" Altinn uses the owner's organization number.
	ExternalRef string
}

// IsZero reports whether no system user is named.
func (r SystemUserRequest) IsZero() bool { return r == SystemUserRequest{} }

// SystemUser is the system user of a token. The zero value is none.
type SystemUser struct {
	// ID is Altinn's UUID of it.
	ID string
	// SystemID is the vendor's system in Altinn's system register.
	SystemID string
	// Owner is the customer that has the system user.
	Owner orgnumber.Number
}

// check returns an error if a request by system user cannot be sent.
func (r SystemUserRequest) check(systemID string) error {
	switch {
	case r.IsZero():
		return nil
	case r.Owner.IsZero():
		return failure(ClassClientRejected, "a request by system user must name its owner")
	case r.ExternalRef != "" && !isPrintable(r.ExternalRef):
		return failure(ClassClientRejected, "the reference of a system user must be printable")
	case systemID == "":
		return failure(ClassClientRejected, "a request by system user needs a system")
	}
	return nil
}

// detail returns the grant's authorization details of the system user.
func (r SystemUserRequest) detail() map[string]any {
	detail := map[string]any{
		"type":           systemUserType,
		"systemuser_org": map[string]string{"authority": actorAuthority, "ID": r.Owner.ISO6523()},
	}
	if r.ExternalRef != "" {
		detail["externalRef"] = r.ExternalRef
	}
	return detail
}

// authorizationDetail is a token's authorization details of a system user. They have no reference.
type authorizationDetail struct {
	Type     string   `json:"type"`
	IDs      []string `json:"systemuser_id"`
	Owner    *party   `json:"systemuser_org"`
	SystemID string   `json:"system_id"`
}

// checkSystemUser returns an error if a token's system user is not the requested one.
func (c *tokenClaims) checkSystemUser(q subject) error {
	if q.systemUser.IsZero() {
		if len(c.Details) > 0 {
			return failure(ClassTokenMismatch, "the token has authorization_details, and the request had none")
		}
		return nil
	}
	if len(c.Details) != 1 || c.Details[0].Type != systemUserType {
		return failure(ClassTokenMismatch, "the token does not have authorization_details of one system user")
	}
	d := c.Details[0]
	switch {
	case !d.Owner.is(q.systemUser.Owner):
		return failure(ClassTokenMismatch, "the token's system user is not one of %s", q.systemUser.Owner)
	case d.SystemID != q.systemID:
		return failure(ClassTokenMismatch, "the token's system user is of another system")
	case len(d.IDs) != 1 || uuid.Validate(d.IDs[0]) != nil:
		return failure(ClassTokenMismatch, "the token does not name one system user")
	}
	return nil
}

// systemUser returns the system user of a token that was checked.
func (c *tokenClaims) systemUser(q subject) SystemUser {
	if q.systemUser.IsZero() {
		return SystemUser{}
	}
	return SystemUser{ID: c.Details[0].IDs[0], SystemID: q.systemID, Owner: q.systemUser.Owner}
}

// classOfMissingUser returns the class of MP-303. Only a request by system user, refused in the documented form, has
// ClassSystemUserMissing.
func classOfMissingUser(status int, q subject) (Class, error) {
	switch {
	case q.systemUser.IsZero() && q.consumer.IsZero():
		return ClassClientRejected, nil
	case q.systemUser.IsZero():
		return ClassRequestRejected, nil
	case status != systemUserMissingStatus:
		return ClassBadResponse, errors.New("code or error of the refusal contradict its status")
	}
	return ClassSystemUserMissing, nil
}
