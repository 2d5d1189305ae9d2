package simulator_test

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// TestExternalReference tests each reading of when a grant needs the external reference of the system user.
func TestExternalReference(t *testing.T) {
	w := newWorld(t)
	requiredIfGiven := simulator.Readings{AltinnReadings: simaltinn.Readings{ExternalRefRequiredIfGiven: true}}
	onlyForSeveral := simulator.Readings{AltinnReadings: simaltinn.Readings{ExternalRefOnlyForSeveral: true}}
	const none = "" // created without a reference
	cases := map[string]struct {
		reason   string
		readings simulator.Readings
		users    []string
		asked    any
		found    int // which of the users, from 1
	}{
		"NoneNone":        {reason: "the default", users: []string{none}, found: 1},
		"NoneDefault":     {reason: "the default written down", users: []string{none}, asked: consumer, found: 1},
		"NoneOther":       {reason: "there is no such reference", users: []string{none}, asked: "a"},
		"GivenNone":       {reason: "a missing reference stands for the number", users: []string{"a"}},
		"GivenGiven":      {reason: "its reference", users: []string{"a"}, asked: "a", found: 1},
		"GivenDefault":    {reason: "created with what is the default", users: []string{consumer}, found: 1},
		"SeveralNone":     {reason: "the one without a reference", users: []string{"a", none}, found: 2},
		"SeveralGiven":    {reason: "its reference", users: []string{"a", none, "b"}, asked: "b", found: 3},
		"NotText":         {reason: "a reference is a text", users: []string{none}, asked: 7, found: -1},
		"Null":            {reason: "null is none", users: []string{none}, asked: nil, found: 1},
		"RequiredDefault": {reason: "it was created with one", readings: requiredIfGiven, users: []string{consumer}},
		"RequiredGiven": {
			reason: "it was created with one", readings: requiredIfGiven, users: []string{consumer},
			asked: consumer, found: 1,
		},
		"RequiredNone": {
			reason: "it was created without one", readings: requiredIfGiven, users: []string{none},
			found: 1,
		},
		"OnlyForSeveralNone": {reason: "there is one only", readings: onlyForSeveral, users: []string{"a"}, found: 1},
		"OnlyForSeveralTwo":  {reason: "there are two", readings: onlyForSeveral, users: []string{"a", none}},
		"OnlyForSeveralGiven": {
			reason: "its reference", readings: onlyForSeveral, users: []string{"a", "b"}, asked: "b",
			found: 2,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			w.setFaults(readings(tc.readings))
			ids := []any{}
			for _, reference := range tc.users {
				ids = append(ids, w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = reference }).ID)
			}
			change := claims{}
			if tc.asked != nil || name == "Null" {
				change["externalRef"] = tc.asked
			}
			got := w.askForSystemUser(change)
			switch tc.found {
			case 0:
				checkRefusal(t, tc.reason, refused{
					status: 400, err: "invalid_altinn_customer_configuration", description: consumer, code: "MP-303",
				}, got)
			case -1:
				checkRefusal(t, tc.reason, malformed, got)
			default:
				diff(t, tc.reason, any([]any{ids[tc.found-1]}), detailsIn(w.token(got))["systemuser_id"])
			}
		})
	}
}

// detailsIn returns the first of a token's authorization details.
func detailsIn(token claims) map[string]any {
	details, _ := token["authorization_details"].([]any)
	if len(details) == 0 {
		return nil
	}
	first, _ := details[0].(map[string]any)
	return first
}

func TestSystemUserNeedsTheSystemsClient(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	w.createUser()
	w.token(w.askForSystemUser())
	w.must(w.sim.Altinn.RegisterSystem(system(func(s *simaltinn.System) { s.ClientIDs = []string{"another"} })))
	diff(t, "the client is missing in the system register", "MP-303", w.askForSystemUser().code())
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.ClientID, c.OrganizationNumber, c.Scopes = "another", otherVendor, []string{sickPay}
	})))
	diff(t, "another owner's client", "MP-303", w.askForSystemUser(claims{}).code())
	theirs := w.ask(systemUser(), claims{"scope": sickPay, "iss": "another"})
	diff(t, "the id is on the system, but the client is another organization's", "MP-303", theirs.code())
}

func TestDecisionsRefuse(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	id := w.created()
	w.created(map[string]any{"externalRef": secondReference})
	_, err := w.sim.Altinn.ApproveRequest(consumer)
	wantError(t, err, consumer+" has several open requests, name one: "+id)
	_, err = w.sim.Altinn.ApproveRequest("314240979")
	wantError(t, err, "there is no open request of 314240979")
	_, err = w.sim.Altinn.RejectRequest(id)
	w.must(err)
	_, err = w.sim.Altinn.ApproveRequest(id)
	wantError(t, err, "there is no open request of "+id)
	approved, err := w.sim.Altinn.ApproveRequest(consumer) // the other one
	w.must(err)
	diff(t, "which", secondReference, approved.ExternalRef)
	_, err = w.sim.Altinn.WithdrawSystemUser("314240979")
	wantError(t, err, "there is no system user of 314240979")

	user := w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = "314240979" })
	w.post(changePath(correlation, user.ID), changeBody())
	_, err = w.sim.Altinn.WithdrawSystemUser(user.ID)
	w.must(err)
	_, err = w.sim.Altinn.ApproveRequest(correlation)
	wantError(t, err, "system user "+user.ID+" is gone")
	w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = "310702641" })
	_, err = w.sim.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: "310702641"})
	wantError(t, err, "310702641 has such a user of system "+systemID+" already")
}

func TestApprovalMeetsAUser(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	w.created()
	w.createUser() // the customer was faster
	_, err := w.sim.Altinn.ApproveRequest(consumer)
	wantError(t, err, consumer+" has such a user of system "+systemID+" already")
}

func wantError(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("got error %v, want one with %q", err, part)
	}
}

func TestRegisterSystemRefuses(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	cases := map[string]struct {
		change func(*simaltinn.System)
		want   string
	}{
		"NoID": {
			change: func(s *simaltinn.System) { s.SystemID = "" }, want: "a system id is the vendor's organization number",
		},
		"OddID": {
			change: func(s *simaltinn.System) { s.SystemID = supplier + "_a/b" },
			want:   "a system id is the vendor's organization number",
		},
		"OtherVendorID": {
			change: func(s *simaltinn.System) { s.OrganizationNumber = otherVendor },
			want:   "must begin with its vendor's organization number, " + otherVendor,
		},
		"NoVendor": {
			change: func(s *simaltinn.System) { s.OrganizationNumber = "" }, want: "organization number of the system",
		},
		"OddClient": {
			change: func(s *simaltinn.System) { s.ClientIDs = []string{"a/b"} }, want: `"a/b" is not a client id`,
		},
		"OthersClient": {
			change: func(s *simaltinn.System) { s.SystemID = supplier + "_second" }, want: "belongs to system " + systemID,
		},
		"Schema": {
			change: func(s *simaltinn.System) { s.Rights = []string{"nav-maskinportenschemaid-8"} },
			want:   "is delegated as a scope of Maskinporten's",
		},
		"Scope": {
			change: func(s *simaltinn.System) { s.Rights = []string{scope} },
			want:   "is delegated as a scope of Maskinporten's",
		},
		"OddRight": {
			change: func(s *simaltinn.System) { s.Rights = []string{"A"} }, want: `"A" is not the id of a resource`,
		},
		"OddPackage": {
			change: func(s *simaltinn.System) { s.AccessPackages = []string{"lonn"} },
			want:   `access package "lonn" must begin with urn:altinn:accesspackage:`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { wantError(t, w.sim.Altinn.RegisterSystem(system(tc.change)), tc.want) })
	}
	diff(t, "nothing has changed", system(), w.sim.Altinn.Systems()[1])
}

func TestCreateSystemUserRefuses(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	good := simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: consumer}
	cases := map[string]struct {
		change func(*simaltinn.SystemUser)
		want   string
	}{
		"NoSystem": {change: func(u *simaltinn.SystemUser) { u.SystemID = "" }, want: `system "" is not registered`},
		"NoOwner":  {change: func(u *simaltinn.SystemUser) { u.OrganizationNumber = "1" }, want: "owner: "},
		"Right": {
			change: func(u *simaltinn.SystemUser) { u.Rights = []string{"nav_other"} },
			want:   `right "nav_other" is not registered on the system`,
		},
		"Package": {
			change: func(u *simaltinn.SystemUser) { u.AccessPackages = []string{"x"} },
			want:   `access package "x" is not registered on the system`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			user := good
			tc.change(&user)
			_, err := w.sim.Altinn.CreateSystemUser(user)
			wantError(t, err, tc.want)
			diff(t, "no user", 0, len(w.sim.Altinn.SystemUsers()))
		})
	}
	created := w.createUser()
	diff(t, "everything, if nothing is named", [][]string{{sickNotes, applications}, {payrollPackage}},
		[][]string{created.Rights, created.AccessPackages})
	created.Rights[0] = "changed"
	diff(t, "the result is a copy", sickNotes, w.sim.Altinn.SystemUsers()[0].Rights[0])
}

// TestRemovedSystem removes a system: its users and requests are removed, those of others are not.
func TestRemovedSystem(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	w.createUser()
	w.created(map[string]any{"externalRef": secondReference})
	theirs := w.createUser(func(u *simaltinn.SystemUser) { u.SystemID = otherSystemID })
	w.sim.Altinn.RemoveSystem(systemID)
	diff(t, "users", []simaltinn.SystemUser{theirs}, w.sim.Altinn.SystemUsers())
	diff(t, "requests", 0, len(w.sim.Altinn.SystemUserRequests()))
	diff(t, "tokens", "MP-303", w.askForSystemUser().code())
	w.must(w.sim.Altinn.RegisterSystem(system()))
	w.created(map[string]any{"externalRef": secondReference})
}
