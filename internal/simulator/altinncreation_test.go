package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

func TestAskForSystemUserRefuses(t *testing.T) {
	w := newWorld(t)
	with := func(name string, value any) string { return requestBody(map[string]any{name: value}) }
	cases := map[string]struct {
		reason  string
		arrange func(*world)
		body    string
		vendor  string
		status  int
		code    string
		field   string
	}{
		"UserExists": {
			reason: "there is one", arrange: func(w *world) { w.createUser() }, body: requestBody(),
			status: 400, code: "AUTH-00004",
		},
		"UserWithRef": {
			reason: "a reference makes another user", arrange: func(w *world) { w.createUser() },
			body: with("externalRef", "x"), status: 201,
		},
		"UnknownSystem": {reason: "no such system", body: with("systemId", "897757222_x"), status: 404, code: "AUTH-00011"},
		"OthersSystem": {
			reason: "not the vendor's", body: with("systemId", otherSystemID), status: 404, code: "AUTH-00011",
		},
		"OthersRequest": {
			reason: "not even the request that is there", arrange: func(w *world) { w.created() },
			body: requestBody(), vendor: otherVendor, status: 404, code: "AUTH-00011",
		},
		"UnknownParty": {
			reason:  "Altinn does not know the customer",
			arrange: func(w *world) { w.must(w.sim.Altinn.SetUnknownOrganization(consumer, true)) },
			body:    requestBody(), status: 400, code: "AUTH-00000",
		},
		"PartyNoNumber": {reason: "modulus 11", body: with("partyOrgNo", "310330702"), status: 400, code: "AUTH-00000"},
		"OtherRedirect": {
			reason: "not registered", body: with("redirectUrl", redirect+"2"), status: 400,
			code: "AUTH-00021",
		},
		"RedirectNoURL": {reason: "not a URL", body: with("redirectUrl", "done"), status: 400, code: "AUTH-00021"},
		"RedirectCase":  {reason: "hosts have no case", body: with("redirectUrl", "https://HRM.example/done"), status: 201},
		"NoRedirect":    {reason: "it is optional", body: with("redirectUrl", nil), status: 201},
		"Nothing": {
			reason: "something must be asked for", body: with("rights", nil), status: 400,
			code: "AUTH-00059",
		},
		"OtherRight": {
			reason: "not registered on the system", body: with("rights", rightsTo(sickNotes, "nav_other")),
			status: 400, code: "AUTH-00001",
		},
		"RightToNothing": {
			reason: "no resource in it", body: with("rights", []any{map[string]any{}}), status: 400,
			code: "AUTH-00001",
		},
		"OtherPackage": {
			reason: "not registered on the system",
			body:   with("accessPackages", packages("urn:altinn:accesspackage:skatt")), status: 400, code: "AUTH-00063",
		},
		"PackagesOnly": {
			reason: "packages are enough",
			body:   requestBody(map[string]any{"rights": nil, "accessPackages": packages(payrollPackage)}), status: 201,
		},
		"BlanksAround": {reason: "they are taken away", body: with("partyOrgNo", " "+consumer+" "), status: 201},
		"NamesOfAnyCase": {
			reason: "ASP.NET does not mind",
			body:   strings.Replace(requestBody(), "partyOrgNo", "PartyOrgNo", 1), status: 201,
		},
		"NoSystem":        {reason: "it is required", body: with("systemId", nil), status: 400, field: "SystemId"},
		"NoParty":         {reason: "it is required", body: with("partyOrgNo", " "), status: 400, field: "PartyOrgNo"},
		"NoBody":          {reason: "there must be one", status: 400, field: ""},
		"NotJSON":         {reason: "it is JSON", body: "{", status: 400, field: "$"},
		"NumberForNumber": {reason: "texts are not numbers", body: with("partyOrgNo", 310330701), status: 400, field: "$"},
		"FarTooLong": {
			reason: "bodies are bounded", body: with("integrationTitle", strings.Repeat("a", 65<<10)),
			status: 413,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			if tc.arrange != nil {
				tc.arrange(w)
			}
			before := len(w.sim.Altinn.SystemUserRequests())
			got := w.post(altinnRequests, tc.body, append([]string{}, nonEmpty(tc.vendor)...)...)
			if tc.status == 400 || tc.status == 404 {
				checkAltinnProblem(t, tc.reason, tc.status, tc.code, got)
				_, names := got.Errors[tc.field]
				diff(t, "names the field", tc.code == "", names)
			}
			diff(t, tc.reason, tc.status, got.status)
			diff(t, "kept", tc.status == 201, len(w.sim.Altinn.SystemUserRequests()) > before)
		})
	}
	w.reset(t)
	nobodys := w.forge(claims{"scope": requestWrite, "consumer": nil})
	checkAltinnProblem(t, "whose token is it?", 401, "AUTH-00023",
		w.sendAltinn(w.altinnRequest(http.MethodPost, altinnRequests, requestBody(), nobodys)))
	form := w.altinnRequest(http.MethodPost, altinnRequests, requestBody(), w.vendorToken(requestWrite))
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	checkAltinnProblem(t, "JSON says that it is", 415, "", w.sendAltinn(form))
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// TestAskAgain repeats a request in every status, under both readings.
func TestAskAgain(t *testing.T) {
	w := newWorld(t)
	decide := func(decision func(*simaltinn.Service, string) (simaltinn.SystemUserRequest, error)) func(*world, string) {
		return func(w *world, id string) {
			_, err := decision(w.sim.Altinn, id)
			w.must(err)
		}
	}
	cases := map[string]struct {
		reason string
		then   func(w *world, id string)
		status string // "" if the request is made anew
		code   string // under the other reading
	}{
		"New": {
			reason: "the open request is the request", then: func(*world, string) {}, status: "New", code: "AUTH-00007",
		},
		"Rejected": {
			reason: "a no stays", then: decide((*simaltinn.Service).RejectRequest), status: "Rejected", code: "AUTH-00009",
		},
		"Denied": {
			reason: "so does the other no", then: decide((*simaltinn.Service).DenyRequest), status: "Denied",
			code: "AUTH-00008",
		},
		"TimedOut": {
			reason: "half a year changes nothing", then: decide((*simaltinn.Service).TimeOutRequest), status: "New",
			code: "AUTH-00007",
		},
		"Withdrawn": {
			reason: "the request goes with its user",
			then: func(w *world, id string) {
				decide((*simaltinn.Service).ApproveRequest)(w, id)
				_, err := w.sim.Altinn.WithdrawSystemUser(consumer)
				w.must(err)
			}, code: "",
		},
		"Accepted": {
			reason: "or stays when the user is gone",
			then: func(w *world, id string) {
				w.setFaults(readings(simulator.Readings{AltinnReadings: simaltinn.Readings{KeepsRequestOfUser: true}}))
				decide((*simaltinn.Service).ApproveRequest)(w, id)
				_, err := w.sim.Altinn.WithdrawSystemUser(consumer)
				w.must(err)
			}, status: "Accepted", code: "AUTH-00006",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			id := w.created()
			tc.then(w, id)
			if tc.status == "" {
				if again := w.created(); again == id {
					t.Errorf("%s: the old request has come back", tc.reason)
				}
				return
			}
			got := w.post(altinnRequests, requestBody())
			diff(t, tc.reason, []any{200, id, tc.status}, []any{got.status, got.ID, rawJSON(t, got.raw)["status"]})
			w.setFaults(readings(simulator.Readings{AltinnReadings: simaltinn.Readings{RefusesKnownRequests: true}}))
			checkAltinnProblem(t, "the documented alternative", 400, tc.code, w.post(altinnRequests, requestBody()))
		})
	}
}

func TestFindRequests(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	id := w.created()
	byReference := "/systemuser/request/vendor/byexternalref/" + systemID + "/" + consumer + "/"
	cases := map[string]struct {
		reason, path, vendor string
		status               int
		code                 string
	}{
		"ByID": {reason: "its id", path: altinnRequests + "/" + id, vendor: supplier, status: 200},
		"UpperCase": {
			reason: "UUIDs have no case", path: altinnRequests + "/" + strings.ToUpper(id), vendor: supplier, status: 200,
		},
		"ByReference": {reason: "its reference", path: byReference + consumer, vendor: supplier, status: 200},
		"NoSuchID": {
			reason: "there is none", path: altinnRequests + "/" + correlation, vendor: supplier, status: 404,
			code: "AUTH-00010",
		},
		"NoReference": {
			reason: "there is none", path: byReference + "x", vendor: supplier, status: 404, code: "AUTH-00010",
		},
		"NotAnID": {reason: "an id is a UUID", path: altinnRequests + "/x", vendor: supplier, status: 400},
		"OthersByID": {
			reason: "another vendor's system is none", path: altinnRequests + "/" + id, vendor: otherVendor, status: 404,
			code: "AUTH-00011",
		},
		"OthersByRef": {
			reason: "another vendor's system is none", path: byReference + consumer, vendor: otherVendor, status: 404,
			code: "AUTH-00011",
		},
		"AmongChanges": {
			reason: "changes are another list", path: altinnChanges + "/" + id, vendor: supplier, status: 404,
			code: "AUTH-00010",
		},
		"ChangeNotAnID": {reason: "an id is a UUID", path: altinnChanges + "/x", vendor: supplier, status: 400},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			got := w.read(tc.path, tc.vendor)
			if tc.status == 200 {
				diff(t, tc.reason, []any{200, id}, []any{got.status, got.ID})
				return
			}
			checkAltinnProblem(t, tc.reason, tc.status, tc.code, got)
		})
	}
	w.t = t
	nobodys := w.forge(claims{"scope": requestRead, "consumer": nil})
	diff(t, "whose token is it?", 401,
		w.sendAltinn(w.altinnRequest(http.MethodGet, byReference+consumer, "", nobodys)).status)
}
