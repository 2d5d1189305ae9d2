package simulator_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

const noRightBody = `{"feilkode":"IKKE_TILGANG_TIL_RESSURS","feilmelding":"Ikke tilgang til ressurs","referanseId":null}`

func checkNoRight(t *testing.T, reason string, got reply) {
	t.Helper()
	diff(t, reason, []any{401, "application/json", noRightBody},
		[]any{got.status, got.header.Get("Content-Type"), string(got.raw)})
}

// userDetails returns the authorization details of a token, with a change.
func userDetails(id any, owner string) []claims {
	return []claims{{
		"type": "urn:altinn:systemuser", "systemuser_id": []any{id}, "system_id": systemID,
		"systemuser_org": claims{"authority": "iso6523-actorid-upis", "ID": owner},
	}}
}

// TestSickPayToken sends tokens that are not good: 401 without a body.
func TestSickPayToken(t *testing.T) {
	w := newWorld(t)
	w.mayRead()
	user := w.sim.Altinn.SystemUsers()[0].ID
	good := claims{
		"scope": sickPay, "authorization_details": userDetails(user, "0192:"+consumer),
		"consumer": claims{"ID": "0192:" + supplier},
	}
	cases := map[string]struct {
		reason  string
		change  claims
		outcome string
	}{
		"Good": {
			reason: "the audience is not looked at", change: claims{"aud": "https://other.example", "sub": nil},
			outcome: "OK",
		},
		"OfAnother": {
			reason:  "nor is the owner compared with that in Altinn",
			change:  claims{"authorization_details": userDetails(user, "0192:315339138")},
			outcome: "OK",
		},
		"BadCheckDigit": {
			reason: "numbers are nine digits, no more", change: claims{"consumer": claims{"ID": "0192:123456789"}},
			outcome: "OK",
		},
		"WrongIssuer": {
			reason: "of this Maskinporten", change: claims{"iss": "https://other.example/"}, outcome: "WrongIssuer",
		},
		"IssuerNoSlash": {reason: "to the letter", change: claims{"iss": issuer[:len(issuer)-1]}, outcome: "WrongIssuer"},
		"Expired":       {reason: "still good", change: claims{"exp": w.clock.Now().Unix()}, outcome: "ExpiredToken"},
		"NoExpiry":      {reason: "that ends", change: claims{"exp": nil}, outcome: "NoExpiry"},
		"NoIssueTime":   {reason: "that began", change: claims{"iat": nil}, outcome: "NoIssueTime"},
		"OtherScope":    {reason: "plans are something else", change: claims{"scope": scope}, outcome: "WrongScope"},
		"TwoScopes": {
			reason: "the scope is the whole claim", change: claims{"scope": sickPay + " " + scope}, outcome: "WrongScope",
		},
		"NoScope": {reason: "a scope is needed", change: claims{"scope": nil}, outcome: "WrongScope"},
		"Delegated": {
			reason:  "a token of a delegation has no system user",
			change:  claims{"authorization_details": nil},
			outcome: "NoSystemUser",
		},
		"NoDetails": {
			reason: "nor has this", change: claims{"authorization_details": []claims{}}, outcome: "NoSystemUser",
		},
		"DetailsNoList": {reason: "nor this", change: claims{"authorization_details": claims{}}, outcome: "NoSystemUser"},
		"OwnerEightDigit": {
			reason:  "numbers have nine digits",
			change:  claims{"authorization_details": userDetails(user, "0192:12345678")},
			outcome: "NoSystemUser",
		},
		"NoConsumer": {reason: "a vendor is needed", change: claims{"consumer": nil}, outcome: "NoConsumer"},
		"ConsumerNoDigit": {
			reason: "numbers are digits", change: claims{"consumer": claims{"ID": "0192:12345678x"}}, outcome: "NoConsumer",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.sim.Recorder.Reset()
			got := w.list(sickNotesPath, w.forge(good, tc.change))
			diff(t, "counted as", map[string]int{tc.outcome: 1}, w.sim.Recorder.Report().Counts["sickpay"])
			if tc.outcome == "OK" {
				diff(t, tc.reason, []int64{}, numbers(t, got))
				return
			}
			diff(t, tc.reason, []any{401, "", "", ""},
				[]any{got.status, string(got.raw), got.header.Get("Content-Type"), got.header.Get("WWW-Authenticate")})
		})
	}
	for name, token := range map[string]string{
		"strange key": w.sign(w.tokenClaims(good), signing{key: strangeKey()}),
		"no JWT":      "x.y.z",
	} {
		diff(t, name, []any{401, ""}, []any{w.list(sickNotesPath, token).status, string(w.list(sickNotesPath, token).raw)})
	}
}

// TestSickPayRights verifies what Altinn decides by: the system user, the right and the unit.
func TestSickPayRights(t *testing.T) {
	const stranger = "315339138"
	rights := func(rights ...string) func(*simaltinn.SystemUser) {
		return func(u *simaltinn.SystemUser) { u.Rights = rights }
	}
	packageAlone := func(u *simaltinn.SystemUser) { u.AccessPackages = []string{payrollPackage} }
	cases := map[string]struct {
		reason                  string
		user                    func(*simaltinn.SystemUser)
		mainUnit                string // of the sub-unit; the customer by default
		reading                 simulator.Readings
		notes, applications     bool
		mainUnitToo, strangeToo bool
	}{
		"All": {
			reason: "both rights", user: rights(sickNotes, applications), notes: true, applications: true,
			mainUnitToo: true,
		},
		"Notes":        {reason: "one right opens one kind", user: rights(sickNotes), notes: true, mainUnitToo: true},
		"Applications": {reason: "and the other", user: rights(applications), applications: true},
		"Package": {
			reason: "the package has both rights in it", user: packageAlone, notes: true, applications: true,
			mainUnitToo: true,
		},
		"PackageAlone": {
			reason: "or, as others read it, none", user: packageAlone,
			reading: simulator.Readings{SickPayReadings: navsickpay.Readings{PackageGivesNothing: true}},
		},
		"NotItsUnit": {
			reason: "another employer's unit", user: rights(sickNotes, applications), mainUnit: stranger,
			mainUnitToo: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.withSystem()
			w.createUser(tc.user)
			w.setFaults(readings(tc.reading))
			owner := consumer
			if tc.mainUnit != "" {
				owner = tc.mainUnit
			}
			w.must(w.sim.SickPay.RegisterUnit(subUnit, owner))
			token := w.askForSystemUser().AccessToken
			note, application := w.add(sickNotesKind, 1)[0].ID.String(), w.add(applicationsKind, 1)[0].ID.String()
			check := func(what string, want bool, got reply) {
				t.Helper()
				if want {
					diff(t, tc.reason+": "+what, 200, got.status)
					return
				}
				checkNoRight(t, tc.reason+": "+what, got)
			}
			check("notes", tc.notes, w.list(sickNotesPath, token))
			check("a note", tc.notes, w.getSickPay("/v1/sykmelding/"+note, token))
			check("its PDF", tc.notes, w.getSickPay("/v1/sykmelding/"+note+"/pdf", token))
			check("applications", tc.applications, w.list(sickApplicationsPath, token))
			check("an application", tc.applications, w.getSickPay("/v1/sykepengesoeknad/"+application, token))
			check("the customer itself", tc.mainUnitToo,
				w.sickPaySend(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+consumer+`"}`))
			check("a stranger", tc.strangeToo, w.sickPaySend(http.MethodPost, sickNotesPath, token, `{"orgnr":"`+stranger+`"}`))
		})
	}
}

// TestSickPayOrder verifies the order of the checks: the filter before the right, and the existence of a document
// before the right.
func TestSickPayOrder(t *testing.T) {
	w := newWorld(t)
	token := w.mayRead()
	note := w.add(sickNotesKind, 1)[0]
	path := "/v1/sykmelding/" + note.ID.String()
	diff(t, "while the system user is there", 200, w.getSickPay(path, token).status)
	_, err := w.sim.Altinn.WithdrawSystemUser(consumer)
	w.must(err)
	checkNoRight(t, "the system user is gone, the token is still good", w.list(sickNotesPath, token))
	checkNoRight(t, "the same of one document", w.getSickPay(path, token))
	diff(t, "a filter that is none is refused as such", 400,
		w.sickPaySend(http.MethodPost, sickNotesPath, token, "{}").status)
	diff(t, "an id that is none, too", 400, w.getSickPay("/v1/sykmelding/x", token).status)
	diff(t, "404 comes before the right", 404, w.getSickPay("/v1/sykmelding/"+uuid.NewString(), token).status)
	diff(t, "and that it has moved", 410, w.getSickPay(path+".pdf", token).status)
	w.createUser()
	checkNoRight(t, "another system user is not that of the token", w.list(sickNotesPath, token))
	diff(t, "a new token is for the new one", []int64{1},
		numbers(t, w.list(sickNotesPath, w.askForSystemUser().AccessToken)))
}
