package maskinporten

import (
	"errors"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// systemUserType is the type of authorization details (RFC 9396) that are about a system user in Altinn
// (docs.digdir.no, Maskinporten, system users).
const systemUserType = "urn:altinn:systemuser"

// actorAuthority is the scheme by which organizations are named.
const actorAuthority = "iso6523-actorid-upis"

// SystemUserRequest names the system user that a token is asked for by. Its zero value is none.
type SystemUserRequest struct {
	// Owner is the customer whose system user it is.
	Owner orgnumber.Number
	// ExternalRef is the vendor's reference that the system user was made with. "" leaves it to Altinn, which then
	// looks for the owner's organization number.
	ExternalRef string
}

// IsZero reports whether no system user is named.
func (r SystemUserRequest) IsZero() bool { return r == SystemUserRequest{} }

// SystemUser is the system user that a token was had by. Its zero value is none.
type SystemUser struct {
	// ID is Altinn's, a UUID.
	ID string
	// SystemID is the vendor's system in Altinn's system register.
	SystemID string
	// Owner is the customer whose system user it is.
	Owner orgnumber.Number
}

// check finds out whether a system user can be asked for.
func (r SystemUserRequest) check(systemID string) error {
	switch {
	case r.IsZero():
		return nil
	case r.Owner.IsZero():
		return failure(ClassClientRejected, "a system user must be asked for by its owner")
	case r.ExternalRef != "" && !printable(r.ExternalRef):
		return failure(ClassClientRejected, "the reference of a system user must be printable")
	case systemID == "":
		return failure(ClassClientRejected, "a system user cannot be asked for without a system")
	}
	return nil
}

// detail is what the grant says of the system user.
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

// authorizationDetail is what a token says of a system user. The reference is not among it.
type authorizationDetail struct {
	Type     string   `json:"type"`
	IDs      []string `json:"systemuser_id"`
	Owner    *party   `json:"systemuser_org"`
	SystemID string   `json:"system_id"`
}

// checkSystemUser holds what a token says of a system user against what was asked.
func (c *tokenClaims) checkSystemUser(q question) error {
	if q.systemUser.IsZero() {
		if len(c.Details) > 0 {
			return failure(ClassTokenMismatch, "the token has authorization_details, but none were asked for")
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

// systemUser gives the system user of a token that was checked.
func (c *tokenClaims) systemUser(q question) SystemUser {
	if q.systemUser.IsZero() {
		return SystemUser{}
	}
	return SystemUser{ID: c.Details[0].IDs[0], SystemID: q.systemID, Owner: q.systemUser.Owner}
}

// aboutSystemUser decides what a refusal means that says that there is no system user (MP-303). It counts only where one
// was asked for, and in the form that is documented.
func aboutSystemUser(status int, q question) (Class, error) {
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
