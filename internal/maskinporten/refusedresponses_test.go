package maskinporten

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// envelopes are the forms of Maskinporten's refusals. The code is in error_uri and nowhere else.
var envelopes = map[string]struct {
	reason string
	set    func(*setting)
	coded  bool
}{
	"with error_uri":    {reason: "as they are now", set: func(*setting) {}, coded: true},
	"without error_uri": {reason: "by its text alone", set: func(f *setting) { f.WithoutErrorURI = true }},
	"legacy":            {reason: "in the old form", set: func(f *setting) { f.LegacyCorrelationID = true }},
}

// refusedResponses are the documented refusals, in each envelope.
func refusedResponses(t *testing.T) map[string]responseRow {
	t.Helper()
	rows := map[string]responseRow{}
	for name, row := range refusedRows(t) {
		row.refusal, _, _ = strings.Cut(name, ", ")
		for form, envelope := range envelopes {
			row := row
			row.reason += ", " + envelope.reason
			envelope.set(&row.faults)
			if envelope.coded && strings.HasPrefix(row.refusal, "MP-") {
				row.code = row.refusal
			}
			rows[name+", "+form] = row
		}
	}
	return rows
}

// refusing makes the simulator refuse requests with a refusal that a correct client does not meet.
func refusing(with string) setting {
	return setting{Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{RefuseWith: with}}}
}

func ahead(d time.Duration) setting {
	return setting{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(d)}}
}

// refusedRows has a row for each refusal of the simulator, by its name, and for the other reading where the
// documentation contradicts itself.
func refusedRows(t *testing.T) map[string]responseRow {
	t.Helper()
	rows := refusedGrants()
	maps.Copy(rows, refusedCertificates(t))
	maps.Copy(rows, refusedRequests())
	return rows
}

// refusedGrants are refusals of the client, its key or its clock.
func refusedGrants() map[string]responseRow {
	malformed, future := refusing("MP-011"), ahead(-time.Minute)
	malformed.Readings.MalformedGrantIsInvalidGrant = true
	future.Readings.FutureIssueTimeIsInvalidRequest = true
	asInCode := func(offset time.Duration) setting {
		s := ahead(offset)
		s.Readings.TimesAsInCode = true
		return s
	}
	anotherKey := func(c *simmaskinporten.Client) { c.JWKS.Keys[0].Key = issuerKey().Public() }
	anotherID := func(c *simmaskinporten.Client) { c.JWKS.Keys[0].KeyID = "another" }
	later := func(c *simmaskinporten.Client) {
		c.KeysKnownFrom = map[string]time.Time{answerKeyID: testStart.Add(time.Minute)}
	}
	return map[string]responseRow{
		"MP-011": {
			reason: "a parameter is malformed", faults: refusing("MP-011"),
			want: ClassRequestRejected, kind: conclusion.CustomerFault,
		},
		"MP-011, invalid_grant": {
			reason: "the other reading of it", faults: malformed, want: ClassRequestRejected,
			kind: conclusion.CustomerFault,
		},
		"MP-011, for ourselves": {
			reason: "no customer is to blame", faults: refusing("MP-011"),
			request: Request{Scope: testScope}, want: ClassClientRejected, kind: conclusion.OwnFault,
		},
		"InvalidAssertion": {
			reason: "the grant is malformed", faults: refusing("InvalidAssertion"),
			want: ClassRequestRejected, kind: conclusion.CustomerFault,
		},
		"InvalidRequest": {
			reason: "the form is malformed", faults: refusing("InvalidRequest"),
			want: ClassRequestRejected, kind: conclusion.CustomerFault,
		},
		"UnsupportedGrantType": {
			reason: "another grant type is wanted", faults: refusing("UnsupportedGrantType"),
			want: ClassClientRejected, kind: conclusion.OwnFault,
		},
		"MP-012": {
			reason: "the grant was used before", before: replay, want: ClassGrantReplayed,
			kind: conclusion.OwnFault, grants: 2,
		},
		"MP-100": {
			reason: "no such client", config: func(c *Config) { c.ClientID = "unknown" },
			want: ClassClientUnknown, kind: conclusion.OwnFault,
		},
		"MP-110": {
			reason: "meant for another issuer", faults: refusing("MP-110"),
			want: ClassAudienceRejected, kind: conclusion.OwnFault,
		},
		"MP-121": {
			reason: "the key was registered a year ago",
			faults: setting{Faults: simmaskinporten.Faults{KeysExpired: true}}, want: ClassKeyExpired,
			kind: conclusion.OwnFault,
		},
		"MP-124": {
			reason: "another key has our kid", client: anotherKey, want: ClassSignatureRejected,
			kind: conclusion.OwnFault,
		},
		"MP-130": {
			reason: "our clock is behind", faults: ahead(time.Minute), want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"IssuedInTheFuture": {
			reason: "our clock is ahead", faults: ahead(-time.Minute), want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"IssuedInTheFuture, 6749": {
			reason: "the other reading of it", faults: future, want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"MP-130, as in code": {
			reason: "our clock is far behind", faults: asInCode(2 * time.Minute), want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"IssuedInTheFuture, as in code": {
			reason: "our clock is ahead", faults: asInCode(-time.Minute), want: ClassClockSkewed,
			kind: conclusion.OwnFault,
		},
		"UnknownKeyID": {
			reason: "the kid is not registered", client: anotherID, want: ClassKeyUnknown,
			kind: conclusion.OwnFault,
		},
		"UnknownKeyID, yet": {
			reason: "or not everywhere yet", client: later, want: ClassKeyUnknown,
			kind: conclusion.OwnFault,
		},
	}
}

// replay makes all grants of a client have the same id, and sends the first.
func replay(c *Client) {
	id := c.newID()
	c.newID = func() string { return id }
	_, _ = c.Token(context.Background(), testRequest)
}

// refusedCertificates are refusals of the enterprise certificate.
func refusedCertificates(t *testing.T) map[string]responseRow {
	t.Helper()
	chain := certificates(t, ourKey())
	ours := certified(t, chain)
	anothers := func(c *simmaskinporten.Client) {
		withoutKeys(c)
		c.OrganizationNumber = "889640782"
	}
	return map[string]responseRow{
		"MP-120": {
			reason: "the certificate is not trusted", client: withoutKeys, config: ours,
			want: ClassCertificateRejected, kind: conclusion.OwnFault,
		},
		"MP-122": {
			reason: "the client is another organization's", client: anothers, world: trust(t, chain),
			config: ours, want: ClassCertificateRejected, kind: conclusion.OwnFault,
		},
		"MP-123": {
			reason: "x5c is no array, which ours always is", faults: refusing("MP-123"),
			want: ClassCertificateRejected, kind: conclusion.OwnFault,
		},
		"MissingKeyID": {
			reason: "the client has registered keys, so a certificate does not do", config: ours,
			want: ClassKeyUnknown, kind: conclusion.OwnFault,
		},
	}
}

// refusedRequests are refusals of the request.
func refusedRequests() map[string]responseRow {
	own := refusing("OwnConsumerOrg")
	own.Readings.OwnConsumerOrgIsInvalidGrant = true
	hidden := setting{Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{HideSystemUsers: true}}}
	unknownIsInvalid := setting{Readings: simmaskinporten.Readings{UnknownConsumerIsInvalidRequest: true}}
	unknown := func(w *responseWorld) {
		w.withdraw()
		w.altinn.isUnknown = true
	}
	ungranted := func(w *responseWorld) {
		scope := scopeForAll(testScope)
		scope.AccessibleForAll = false
		w.must(w.sim.RegisterScope(scope))
	}
	return map[string]responseRow{
		"MP-200": {
			reason: "the scope is not on the client",
			client: func(c *simmaskinporten.Client) { c.Scopes = []string{testSickPay} }, want: ClassScopeNotRegistered,
			kind: conclusion.OwnFault,
		},
		"MP-201": {
			reason: "the client is not one of Maskinporten",
			client: func(c *simmaskinporten.Client) { c.IntegrationType = "idporten" }, want: ClassScopeNotRegistered,
			kind: conclusion.OwnFault,
		},
		"MP-250": {
			reason: "the scope's owner has not granted it", world: ungranted,
			want: ClassScopeNotGranted, kind: conclusion.Answer,
		},
		"MP-250, for ourselves": {
			reason: "nor to us", world: ungranted, request: Request{Scope: testScope},
			want: ClassScopeNotGranted, kind: conclusion.Answer,
		},
		"MP-250, by system user": {
			reason: "the consumer of such a token is the supplier: it is us who lack the scope",
			faults: refusing("MP-250"), world: (*responseWorld).
				approve, request: bySystemUser, want: ClassClientRejected, kind: conclusion.OwnFault,
		},
		"MP-251": {
			reason: "the customer has not delegated", world: (*responseWorld).withdraw,
			want: ClassNotDelegated, kind: conclusion.Answer,
		},
		"MP-251, unknown": {
			reason: "nor has one that Altinn does not know", world: unknown,
			want: ClassNotDelegated, kind: conclusion.Answer,
		},
		"MP-011, unknown": {
			reason: "the other reading of it", faults: unknownIsInvalid, world: unknown,
			want: ClassRequestRejected, kind: conclusion.CustomerFault,
		},
		"MP-301": {
			reason: "the type of the details is unknown, which ours is not",
			faults: refusing("MP-301"), world: (*responseWorld).
				approve, request: bySystemUser, want: ClassClientRejected, kind: conclusion.OwnFault,
		},
		"MP-302": {
			reason: "a field of the details is unknown, which ours are not",
			faults: refusing("MP-302"), world: (*responseWorld).
				approve, request: bySystemUser, want: ClassClientRejected, kind: conclusion.OwnFault,
		},
		"MP-303": {
			reason: "the customer has no system user", request: bySystemUser,
			want: ClassSystemUserMissing, kind: conclusion.Answer,
		},
		"MP-303, hidden": {
			reason: "or it is not found", faults: hidden, world: (*responseWorld).approve,
			request: bySystemUser, want: ClassSystemUserMissing, kind: conclusion.Answer,
		},
		"MP-303, unasked": {
			reason: "the request was not by system user", faults: refusing("MP-303"),
			want: ClassRequestRejected, kind: conclusion.CustomerFault,
		},
		"OwnConsumerOrg": {
			reason: "the consumer is the supplier, which we do not send",
			faults: refusing("OwnConsumerOrg"), want: ClassConsumerIsSupplier, kind: conclusion.CustomerFault,
		},
		"OwnConsumerOrg, invalid_grant": {
			reason: "the other reading of it", faults: own, want: ClassConsumerIsSupplier,
			kind: conclusion.CustomerFault,
		},
	}
}
