package maskinporten

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// issueTimeTolerance is how far iat may be from Maskinporten's clock, either way.
	issueTimeTolerance = 10 * time.Second
	// grantLifetime is the longest exp - iat that is documented, extendedGrantLifetime that of Maskinporten's code.
	grantLifetime         = 120 * time.Second
	extendedGrantLifetime = 180 * time.Second
)

// knownClaims may occur in a grant: the documented ones and nbf, which a well-known client sends without harm. Two
// documented ones are missing, pid and iss_onbehalfof: their effect is not simulated, so grants with them are refused.
var knownClaims = []string{
	"aud", "authorization_details", "consumer_org", "exp", "iat", "iss", "jti", "nbf", "resource", "scope",
}

// evaluation judges one grant. The order of its steps is a choice: the real one is not documented.
type evaluation struct {
	sim      *Service
	faults   Faults
	readings Readings
	broken   AnswerFaults
	now      time.Time
	grant    grant

	clientID    string
	client      Client
	clientKnown bool
	key         any // verifies the signature
	clientAMR   string
	scopes      []Scope
	systemUser  *systemUserDetails // of the token, if it asks for one
	consumer    string             // the legal consumer, once parties has found it
	delegated   bool
}

// run takes the steps in order and returns the first refusal, or nil for a good grant.
func (e *evaluation) run() *refusal {
	steps := []func() *refusal{
		e.checkRefusedAll, e.checkAlgorithm, e.checkClient, e.checkKey, e.checkSignature, e.checkAudience, e.checkTimes,
		e.checkReplay,
		e.checkClaims, e.checkScopes, e.checkAuthorizationDetails, e.checkParties, e.checkForcedRefusal, e.checkReplayAgain,
	}
	for _, step := range steps {
		if refused := step(); refused != nil {
			return refused
		}
	}
	return nil
}

// findClient looks the client up by the iss of the grant, unverified.
func (e *evaluation) findClient() {
	e.clientID, _ = e.grant.Text("iss")
	e.client, e.clientKnown = e.sim.Client(e.clientID)
}

func (e *evaluation) checkAlgorithm() *refusal {
	if !slices.Contains(grantAlgorithms, e.grant.header.Algorithm) {
		return e.refuse("MP-011")
	}
	return nil
}

func (e *evaluation) checkClient() *refusal {
	if !e.clientKnown {
		return e.refuse("MP-100")
	}
	return nil
}

// checkKey finds the key that the header names. A client with registered keys must name one of them; a client without
// any sends an enterprise certificate.
func (e *evaluation) checkKey() *refusal {
	header := e.grant.header
	if header.hasX5C() {
		switch {
		case !header.x5cIsArray():
			return e.refuse("MP-123")
		case header.KeyID != "": // one or the other
			return e.refuse("MP-011")
		case len(e.client.JWKS.Keys) == 0:
			return e.checkCertificate()
		}
	}
	if header.KeyID == "" {
		return e.refuse("MissingKeyID")
	}
	keys := e.client.JWKS.Key(header.KeyID)
	if len(keys) == 0 || e.now.Before(e.client.KeysKnownFrom[header.KeyID]) {
		return e.refuse(e.readings.unknownKeyID())
	}
	if e.faults.KeysExpired || !e.now.Before(e.client.KeysExpireAt) {
		return e.refuse("MP-121")
	}
	e.key, e.clientAMR = keys[0], amrPrivateKey
	return nil
}

func (e *evaluation) checkSignature() *refusal {
	signed, err := jose.ParseSignedCompact(e.grant.assertion, grantAlgorithms)
	if err != nil {
		return e.refuse("MP-011")
	}
	if _, err := signed.Verify(e.key); err != nil {
		return e.refuse("MP-124")
	}
	return nil
}

// checkAudience accepts one value that is the issuer to the letter. It refuses an array, even of one: a strict choice.
func (e *evaluation) checkAudience() *refusal {
	if audience, single := e.grant.Text("aud"); !single || audience != e.sim.Tokens.Issuer() {
		return e.refuse("MP-110")
	}
	return nil
}

func (e *evaluation) checkTimes() *refusal {
	issued, hasIssued := e.grant.Seconds("iat")
	expires, hasExpires := e.grant.Seconds("exp")
	if !hasIssued || !hasExpires {
		return e.refuse("MP-011")
	}
	now, tolerance := float64(e.now.Unix()), issueTimeTolerance.Seconds()
	if e.readings.TimesAsInCode {
		return e.checkTimesAsInCode(now, tolerance, issued, expires)
	}
	switch {
	case issued > now+tolerance:
		return e.refuse("IssuedInTheFuture")
	case issued < now-tolerance, expires <= now:
		return e.refuse("MP-130")
	case expires-issued > grantLifetime.Seconds():
		return e.refuse("MP-011")
	}
	return nil
}

// checkTimesAsInCode is checkTimes under the reading TimesAsInCode.
func (e *evaluation) checkTimesAsInCode(now, tolerance, issued, expires float64) *refusal {
	switch {
	case expires-issued > extendedGrantLifetime.Seconds():
		return e.refuseWithText("MP-011", "Invalid assertion. JWT has too long lifetime.")
	case issued > now+tolerance:
		return e.refuseWithText("IssuedInTheFuture", "Invalid assertion. Issue time is in the future.")
	case expires < now-tolerance:
		return e.refuseWithText("MP-130", clientAuthenticationFailed+"JWT has expired.")
	}
	return nil
}

func (e *evaluation) checkReplay() *refusal {
	if e.grant.Has("jti") {
		if jti, isText := e.grant.Text("jti"); !isText || jti == "" {
			return e.refuse("MP-011")
		}
	}
	if e.readings.JTIUsedOnlyByGoodGrants {
		if e.sim.used.contains(e.replayKey(), e.sim.realNow()) {
			return e.refuse("MP-012")
		}
		return nil
	}
	return e.use()
}

// checkReplayAgain uses up a good grant, under the reading that only good grants are used up.
func (e *evaluation) checkReplayAgain() *refusal {
	if !e.readings.JTIUsedOnlyByGoodGrants {
		return nil
	}
	return e.use()
}

// use marks the grant as used, by the real clock: a clock fault must not make old grants usable.
func (e *evaluation) use() *refusal {
	if !e.sim.used.add(e.replayKey(), e.sim.realNow()) {
		return e.refuse("MP-012")
	}
	return nil
}

// replayKey identifies a grant: by its jti, which is recommended, or else as a whole.
func (e *evaluation) replayKey() string {
	jti, _ := e.grant.Text("jti")
	if jti == "" {
		jti = e.grant.assertion
	}
	sum := sha256.Sum256([]byte(e.clientID + "\n" + jti))
	return hex.EncodeToString(sum[:])
}

func (e *evaluation) checkClaims() *refusal {
	for claim := range e.grant.Claims {
		if !slices.Contains(knownClaims, claim) {
			return e.refuse("InvalidAssertion")
		}
	}
	if e.grant.Has("resource") && !e.grant.resourceIsUsable() {
		return e.refuse("MP-011")
	}
	return nil
}

func (e *evaluation) checkScopes() *refusal {
	asked, isText := e.grant.Text("scope")
	names := strings.Fields(asked)
	if !isText || len(names) == 0 {
		return e.refuse("MP-011")
	}
	for _, name := range names {
		scope, known := e.sim.scope(name)
		if !known || !slices.Contains(e.client.Scopes, name) {
			return e.refuse("MP-200")
		}
		e.scopes = append(e.scopes, scope)
	}
	if e.client.IntegrationType != integrationTypeMaskinporten {
		return e.refuse("MP-201")
	}
	return nil
}

func (e *evaluation) checkRefusedAll() *refusal {
	if e.broken.RefuseAllWith != "" {
		return e.refuse(e.broken.RefuseAllWith)
	}
	return nil
}

func (e *evaluation) checkForcedRefusal() *refusal {
	if e.broken.RefuseWith != "" {
		return e.refuse(e.broken.RefuseWith)
	}
	for _, scope := range e.scopes {
		if scope.RefuseWith != "" {
			return e.refuseScope(scope.RefuseWith, scope.Name)
		}
	}
	return nil
}

// lookupTime returns the time, by the real clock, as of which Maskinporten sees what customers did in Altinn.
func (e *evaluation) lookupTime() time.Time {
	return e.sim.realNow().Add(-time.Duration(e.faults.LookupLag))
}
