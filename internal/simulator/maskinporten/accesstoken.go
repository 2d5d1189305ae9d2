// Package maskinporten is a simulated Maskinporten (docs.digdir.no): metadata, keys and the token endpoint.
package maskinporten

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
)

const (
	// amrPrivateKey and amrCertificate are the client_amr of clients with a registered key and with an enterprise
	// certificate.
	amrPrivateKey  = "private_key_jwt"
	amrCertificate = "virksomhetssertifikat"
	// tokenIDBytes makes a jti of 43 characters, as in real tokens.
	tokenIDBytes = 32

	// otherConsumer and yetAnotherConsumer are the consumer in tokens of the fault WrongConsumer. Both are numbers of
	// synthetic organizations.
	otherConsumer      = "310702641"
	yetAnotherConsumer = "313876144"
	// otherSystem is the name of the system in tokens of the fault WrongSystemID.
	otherSystem = "somebody_elses"
	// otherIssuer is the issuer in tokens of the fault WrongIssuer.
	otherIssuer = "https://another-issuer.example/"
)

// accessTokenClaims are the claims of an access token (docs.digdir.no, Maskinporten token), in the order of a real one.
// There is no aud unless the grant asked for one.
type accessTokenClaims struct {
	Scope            string             `json:"scope"`
	Issuer           string             `json:"iss"`
	ClientAMR        string             `json:"client_amr"`
	TokenType        string             `json:"token_type"`
	Expires          int64              `json:"exp"`
	Issued           int64              `json:"iat"`
	ClientID         string             `json:"client_id"`
	ClientOrgno      string             `json:"client_orgno,omitempty"`
	ID               string             `json:"jti"`
	Audience         json.RawMessage    `json:"aud,omitempty"`
	Consumer         accesstoken.Actor  `json:"consumer"`
	Supplier         *accesstoken.Actor `json:"supplier,omitempty"`
	DelegationSource string             `json:"delegation_source,omitempty"`

	AuthorizationDetails []systemUserDetails `json:"authorization_details,omitempty"`
}

// accessToken returns the claims of the token for the grant, with the current faults, and its lifetime.
func (e *evaluation) accessToken() (accessTokenClaims, time.Duration) {
	lifetime := e.tokenLifetime()
	scope, _ := e.grant.Text("scope")
	claims := accessTokenClaims{
		Scope:     strings.Join(strings.Fields(scope), " "),
		Issuer:    e.sim.Tokens.Issuer(),
		ClientAMR: e.clientAMR,
		TokenType: "Bearer",
		Expires:   e.now.Add(lifetime).Unix(),
		Issued:    e.now.Unix(),
		ClientID:  e.clientID,
		ID:        newTokenID(),
		Audience:  e.grant.Claims["resource"],
		Consumer:  accesstoken.ActorOf(e.consumer),
	}
	if e.delegated {
		supplier := accesstoken.ActorOf(e.client.OrganizationNumber)
		claims.Supplier = &supplier
		claims.DelegationSource = delegationSources[e.scopes[0].DelegationSource]
	}
	if e.systemUser != nil {
		claims.AuthorizationDetails = []systemUserDetails{*e.systemUser}
	}
	if e.readings.DelegationSourceWithoutSlash {
		claims.DelegationSource = strings.TrimSuffix(claims.DelegationSource, "/")
	}
	if e.readings.ClientOrgnoClaim {
		claims.ClientOrgno = e.client.OrganizationNumber
	}
	if e.readings.UnspecifiedAudience && claims.Audience == nil {
		claims.Audience = json.RawMessage(`"unspecified"`)
	}
	e.spoil(&claims)
	return claims, lifetime
}

// spoil applies the faults to the claims.
func (e *evaluation) spoil(claims *accessTokenClaims) {
	if e.broken.OmitSupplier {
		claims.Supplier = nil
	}
	if e.broken.WrongConsumer {
		e.exchangeParty(claims)
	}
	if e.broken.WrongSystemID && e.systemUser != nil {
		claims.AuthorizationDetails[0].SystemID = e.client.OrganizationNumber + "_" + otherSystem
	}
	if e.broken.TwoScopes {
		claims.Scope += " " + otherScope(claims.Scope)
	}
	if e.broken.ExpiredTokens {
		late := claims.Expires - e.now.Add(-time.Minute).Unix()
		claims.Issued -= late
		claims.Expires -= late
	}
	if e.broken.WrongIssuer {
		claims.Issuer = otherIssuer
	}
}

// exchangeParty replaces the customer by another organization: the consumer, or the party of the system user.
func (e *evaluation) exchangeParty(claims *accessTokenClaims) {
	wrong := otherConsumer
	if e.consumerAskedFor() == otherConsumer {
		wrong = yetAnotherConsumer
	}
	if e.systemUser != nil {
		claims.AuthorizationDetails[0].Party = accesstoken.ActorOf(wrong)
		return
	}
	claims.Consumer = accesstoken.ActorOf(wrong)
}

// otherScope is the second scope in tokens of the fault TwoScopes.
func otherScope(asked string) string {
	if asked == accesstoken.SickPayScope {
		return accesstoken.FollowUpPlanScope
	}
	return accesstoken.SickPayScope
}

// tokenLifetime is the shortest of the scopes.
func (e *evaluation) tokenLifetime() time.Duration {
	lifetime := e.scopes[0].TokenLifetime
	for _, scope := range e.scopes[1:] {
		lifetime = min(lifetime, scope.TokenLifetime)
	}
	return time.Duration(lifetime)
}

func newTokenID() string {
	random := make([]byte, tokenIDBytes)
	_, _ = rand.Read(random) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(random)
}
