package maskinporten

import (
	"maps"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/conclusion"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// spoilt makes the simulator issue signed tokens that are not the requested ones.
func spoilt(spoil func(*simmaskinporten.AnswerFaults)) setting {
	var faults simmaskinporten.AnswerFaults
	spoil(&faults)
	return setting{Faults: simmaskinporten.Faults{AnswerFaults: faults}}
}

// tokenResponses are responses of status 200 with a token, good or not.
func tokenResponses(t *testing.T) map[string]responseRow {
	t.Helper()
	rows := map[string]responseRow{
		"another consumer": {
			reason: "another customer's data",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.WrongConsumer = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"our own": {
			reason: "the trap of a scope that is open to all",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.IgnoreConsumerOrg = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"no supplier": {
			reason: "the customer's own token",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.OmitSupplier = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"two scopes": {
			reason: "the APIs want exactly one",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.TwoScopes = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"another issuer": {
			reason: "another issuer's token",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.WrongIssuer = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"unknown signer": {
			reason: "a key that is not the issuer's",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.UnknownSigningKey = true }), want: ClassTokenMismatch,
			kind: conclusion.Violation,
		},
		"just expired": {
			reason: "our clock or theirs, within a minute",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.ExpiredTokens = true }), want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"expired before": {
			reason: "more than a minute is no matter of clocks",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.ExpiredTokens = true }), config: nineAhead,
			want: ClassTokenMismatch, kind: conclusion.Violation,
		},
		"own system user": {
			reason: "a plain token, although the request was by system user",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.IgnoreAuthorizationDetails = true }),
			world:  (*responseWorld).approve, request: bySystemUser, want: ClassTokenMismatch, kind: conclusion.Violation,
		},
		"another's user": {
			reason: "another customer's system user",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.WrongConsumer = true }), world: (*responseWorld).
				approve, request: bySystemUser, want: ClassTokenMismatch, kind: conclusion.Violation,
		},
		"another system": {
			reason: "a user of another system",
			faults: spoilt(func(f *simmaskinporten.AnswerFaults) { f.WrongSystemID = true }), world: (*responseWorld).
				approve, request: bySystemUser, want: ClassTokenMismatch, kind: conclusion.Violation,
		},
		"unreadable token": {
			reason: "success without a JWT, by hand",
			instead: says(200, "application/json",
				`{"access_token":"a","token_type":"Bearer","expires_in":9}`), want: ClassBadResponse, kind: conclusion.Outage,
		},
		"MP-251 of another": {
			reason: "a refusal of another customer, by hand",
			instead: says(403, "application/json",
				aboutAnother), want: ClassTokenMismatch, kind: conclusion.Violation, code: "MP-251",
		},
		"token":            {reason: "all is well"},
		"token, ourselves": {reason: "for ourselves too", request: Request{Scope: testScope}},
		"token, by user":   {reason: "and by a system user", world: (*responseWorld).approve, request: bySystemUser},
		"token, old claims": {
			reason: "with claims as in old examples",
			faults: setting{Readings: simmaskinporten.Readings{ClientOrgnoClaim: true, DelegationSourceWithoutSlash: true}},
		},
		"token, aud": {
			reason: "with the audience of old examples",
			faults: setting{Readings: simmaskinporten.Readings{UnspecifiedAudience: true}},
		},
		"token, aud, by user": {
			reason: "also by a system user",
			faults: setting{Readings: simmaskinporten.Readings{UnspecifiedAudience: true}}, world: (*responseWorld).
				approve, request: bySystemUser,
		},
	}
	maps.Copy(rows, goodKeys(t))
	return rows
}

const aboutAnother = `{"error":"forbidden","error_description":"Consumer 310702641 has not delegated access to the scope ` +
	testScope + ` to supplier 897757222.","error_uri":"https://test.maskinporten.no/errors/MP-251"}`

// goodKeys are the ways to sign a grant that is accepted.
func goodKeys(t *testing.T) map[string]responseRow {
	t.Helper()
	chain := certificates(t, ourKey())
	data := set(jwk(t, issuerKey(), "new", "", ""), jwk(t, ourKey(), answerKeyID, "", ""))
	keys, err := ParseKeys(KeyMaterial{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	rotation := func(c *Config) { c.Keys = keys }
	propagating := func(c *simmaskinporten.Client) {
		c.JWKS.Keys = append(c.JWKS.Keys, jose.JSONWebKey{Key: issuerKey().Public(), KeyID: "new"})
		c.KeysKnownFrom = map[string]time.Time{"new": testStart.Add(2 * time.Minute)}
	}
	neither := func(c *simmaskinporten.Client) { c.JWKS.Keys[0].KeyID = "another" }
	rows := map[string]responseRow{
		"token, certificate": {
			reason: "by a certificate", client: withoutKeys, world: trust(t, chain),
			config: certified(t, chain),
		},
		"token, new key": {
			reason: "the new key is not known everywhere, so the old one signs", client: propagating,
			config: rotation, grants: 2,
		},
		"rotation, neither": {
			reason: "neither key is known", client: neither, config: rotation, want: ClassKeyUnknown,
			kind: conclusion.OwnFault, grants: 2,
		},
		"rotation, withdrawn": {
			reason: "the answer to the second grant is the answer", client: propagating, config: rotation,
			world: (*responseWorld).withdraw, want: ClassNotDelegated, kind: conclusion.Answer, code: "MP-251", grants: 2,
		},
	}
	for _, algorithm := range []string{"RS256", "RS384", "RS512"} {
		key := parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), KeyID: answerKeyID, Algorithm: algorithm})
		rows["token, "+algorithm] = responseRow{
			reason: "all three are accepted",
			config: func(c *Config) { c.Keys = []*SigningKey{key} },
		}
	}
	return rows
}

// nineAhead sets a clock that differs from Maskinporten's by nine of the ten seconds that Maskinporten tolerates.
func nineAhead(c *Config) { c.Now = func() time.Time { return testStart.Add(9 * time.Second) } }
