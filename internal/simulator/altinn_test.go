package simulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestSystemUserFromNothing requests, approves and uses a system user over HTTP. The admin API acts for people.
func TestSystemUserFromNothing(t *testing.T) {
	w := newWorld(t)
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.Scopes = []string{
			sickPay,
			requestWrite, requestRead,
		}
	})))
	w.mustCall(200, http.MethodPut, "/altinn/systems/"+systemID,
		`{"organizationNumber":"897757222","clientIDs":["`+clientID+`"],"rights":["`+sickNotes+`","`+applications+`"]}`)
	diff(t, "not approved", "MP-303", w.askForSystemUser().code())

	own := func(scope string) string {
		return w.ask(claims{"consumer_org": nil, "scope": scope}).AccessToken
	}
	body := requestBody(map[string]any{"redirectUrl": nil})
	got := w.sendAltinn(w.altinnRequest(http.MethodPost, altinnRequests, body, own(requestWrite)))
	diff(t, "a new request", 201, got.status)
	diff(t, "an open request is no access", "MP-303", w.askForSystemUser().code())
	w.mustCall(200, http.MethodPost, "/altinn/requests/310330701/approve", "")
	read := w.sendAltinn(w.altinnRequest(http.MethodGet, altinnRequests+"/"+got.ID, "", own(requestRead)))
	diff(t, "status", any("Accepted"), rawJSON(t, read.raw)["status"])

	var users []simaltinn.SystemUser
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/altinn/system-users", "")), &users))
	token := w.token(w.askForSystemUser())
	details, _ := token["authorization_details"].([]any)
	first, _ := details[0].(map[string]any)
	diff(t, "the token names the user", any([]any{users[0].ID}), first["systemuser_id"])
	if got.ID == users[0].ID {
		t.Error("request and user have one id")
	}

	change := w.sendAltinn(w.altinnRequest(http.MethodPost, changePath(correlation, users[0].ID), changeBody(),
		own(requestWrite)))
	diff(t, "a change request", 201, change.status)
	w.mustCall(200, http.MethodPost, "/altinn/requests/"+correlation+"/approve", "")
	diff(t, "more rights", []string{sickNotes, applications}, w.sim.Altinn.SystemUsers()[0].Rights)

	w.mustCall(200, http.MethodDelete, "/altinn/system-users/310330701", "")
	diff(t, "withdrawn", "MP-303", w.askForSystemUser().code())
	diff(t, "counted", map[string]int{"Created": 2, "OK": 1}, w.sim.Recorder.Report().Counts["altinn"])
	diff(t, "whom it was about", simwire.Call{
		Time: w.clock.Now(), Endpoint: "altinn", Operation: "GET systemuser/request/vendor/{requestId}",
		Organization: consumer, Status: 200, Outcome: "OK",
	}, w.sim.Recorder.Report().RecentCalls[1])
	diff(t, "whom the token was for", consumer, w.sim.Recorder.Report().Recent[0].Consumer)
}

func TestAltinnDocuments(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	created := w.post(altinnRequests, requestBody(map[string]any{
		"integrationTitle": "Sick notes", "accessPackages": packages(payrollPackage), "unheardOf": true,
		"rights": []any{map[string]any{
			"action":   "access",
			"resource": []any{map[string]any{"id": "urn:altinn:resource", "value": sickNotes}},
		}},
	}))
	diff(t, "Location", "https://platform.altinn.example/authentication/api/v1/systemuser/request/"+created.ID,
		created.header.Get("Location"))
	simulatortest.Golden(t, "altinn-request", masked(t, created))
	simulatortest.Golden(t, "altinn-problem", masked(t, w.read(altinnRequests+"/"+correlation)))
	simulatortest.Golden(t, "altinn-invalid", masked(t, w.read(altinnRequests+"/abc")))
	simulatortest.Golden(t, "altinn-no-such-user", masked(t, w.byQuery("system-id="+systemID+"&orgno="+consumer)))

	_, err := w.sim.Altinn.ApproveRequest(created.ID)
	w.must(err)
	user := w.sim.Altinn.SystemUsers()[0]
	simulatortest.Golden(t, "altinn-system-user", masked(t, w.byQuery("system-id="+systemID+"&orgno="+consumer)))
	change := w.post(changePath(correlation, user.ID),
		changeBody(map[string]any{"unwantedAccessPackages": packages(payrollPackage)}))
	simulatortest.Golden(t, "altinn-change-request", masked(t, change))

	token := w.token(w.askForSystemUser())
	token["jti"] = "<43 characters>"
	details, _ := token["authorization_details"].([]any)
	first, _ := details[0].(map[string]any)
	first["systemuser_id"] = []string{"<id>"}
	simulatortest.Golden(t, "system-user-token", token)
}

func TestAltinnRefusesTokens(t *testing.T) {
	w := newWorld(t)
	cases := map[string]struct {
		reason  string
		token   func() string
		status  int
		outcome string
	}{
		"NoToken": {reason: "a token is needed", token: func() string { return "" }, status: 401, outcome: "NoToken"},
		"NotAJWT": {
			reason: "a token of Maskinporten's is needed", token: func() string { return "abc" }, status: 401,
			outcome: "NotAJWT",
		},
		"BadSignature": {
			reason: "another key", token: func() string { return changeClaims(w.vendorToken(requestRead)) }, status: 401,
			outcome: "BadSignature",
		},
		"WrongIssuer": {
			reason: "of this Maskinporten",
			token:  func() string { return w.forge(claims{"iss": "https://other.example/"}) },
			status: 401, outcome: "WrongIssuer",
		},
		"Expired": {
			reason: "still good", token: func() string { return w.forge(claims{"exp": w.clock.Now().Unix()}) }, status: 401,
			outcome: "ExpiredToken",
		},
		"NoExpiry": {
			reason: "that ends", token: func() string { return w.forge(claims{"exp": nil}) }, status: 401,
			outcome: "NoExpiry",
		},
		"OtherScope": {
			reason: "reading is not writing", token: func() string { return w.vendorToken(requestWrite) }, status: 403,
			outcome: "WrongScope",
		},
		"ScopesPrefix": {
			reason: "the whole scope counts", token: func() string { return w.vendorToken(requestRead + "er") },
			status:  403,
			outcome: "WrongScope",
		},
		"NoScope": {
			reason: "a scope is needed", token: func() string { return w.forge(claims{"scope": nil}) }, status: 403,
			outcome: "WrongScope",
		},
		"AmongOthers": {
			reason: "one of several scopes is enough", token: func() string { return w.vendorToken("a:b " + requestRead) },
			status: 404, outcome: "AUTH-00010",
		},
		"WithoutVendor": {
			reason: "whose token is it?",
			token:  func() string { return w.forge(claims{"scope": requestRead, "consumer": nil}) }, status: 401,
			outcome: "NoConsumer",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			got := w.sendAltinn(w.altinnRequest(http.MethodGet, altinnRequests+"/"+correlation, "", tc.token()))
			diff(t, tc.reason, tc.status, got.status)
			diff(t, "counted as", map[string]int{tc.outcome: 1}, w.sim.Recorder.Report().Counts["altinn"])
			if (tc.outcome != "AUTH-00010" && tc.outcome != "NoConsumer") && len(got.raw) > 0 {
				t.Errorf("%s: the body is %s, want none", tc.reason, got.raw)
			}
		})
	}
}

func changeClaims(token string) string {
	changed := part(token, 1)
	changed["consumer"] = claims{"ID": "0192:" + otherVendor}
	return replacePart(token, 1, encode(changed))
}

func TestAltinnPaths(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	cases := map[string]struct {
		reason, method, path string
		status               int
		outcome              string
	}{
		"Root": {reason: "there is nothing", method: http.MethodGet, status: 404, outcome: "NotFound"},
		"TooShort": {
			reason: "there is nothing", method: http.MethodGet, path: "/systemuser/request", status: 404,
			outcome: "NotFound",
		},
		"NoID": {
			reason: "a part is missing", method: http.MethodGet, path: "/systemuser/request/vendor/byexternalref/a/b/",
			status:  404,
			outcome: "NotFound",
		},
		"Put": {
			reason: "nothing is put", method: http.MethodPut, path: altinnRequests, status: 405,
			outcome: "MethodNotAllowed",
		},
		"AnyCase": {
			reason: "ASP.NET does not mind", method: http.MethodGet, path: "/SystemUser/Request/Vendor/" + correlation,
			status:  404,
			outcome: "AUTH-00010",
		},
		"EscapedValue": {
			reason: "a value may hold anything", method: http.MethodGet,
			path: "/systemuser/request/vendor/byexternalref/" + systemID + "/" + consumer + "/a%2Fb", status: 404,
			outcome: "AUTH-00010",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.sim.Recorder.Reset()
			got := w.sendAltinn(w.altinnRequest(tc.method, tc.path, "", w.vendorToken(requestRead)))
			diff(t, tc.reason, []any{tc.status, map[string]int{tc.outcome: 1}},
				[]any{got.status, w.sim.Recorder.Report().Counts["altinn"]})
		})
	}
	w.t = t
	allow := w.sendAltinn(w.altinnRequest(http.MethodDelete, altinnRequests, "", "")).header.Get("Allow")
	diff(t, "what there is instead", http.MethodPost, allow)
}

func TestByQuery(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	w.createUser()
	w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = secondReference })
	theirs := w.createUser(func(u *simaltinn.SystemUser) { u.SystemID = otherSystemID })
	cases := map[string]struct {
		reason, query string
		status        int
		outcome       string
	}{
		"Default": {
			reason: "the reference is the organization's number", query: "system-id=" + systemID + "&orgno=" + consumer,
			status:  200,
			outcome: "OK",
		},
		"Written": {
			reason: "the default may be written down",
			query:  "system-id=" + systemID + "&orgno=" + consumer + "&external-ref=" + consumer, status: 200, outcome: "OK",
		},
		"Second": {
			reason: "each by its reference", query: "system-id=" + systemID + "&orgno=" + consumer + "&external-ref=second",
			status: 200, outcome: "OK",
		},
		"OtherRef": {
			reason: "no such reference", query: "system-id=" + systemID + "&orgno=" + consumer + "&external-ref=third",
			status:  404,
			outcome: "NoSystemUser",
		},
		"OtherParty": {
			reason: "no such user", query: "system-id=" + systemID + "&orgno=314240979", status: 404,
			outcome: "NoSystemUser",
		},
		"OtherVendor": {
			reason: "another vendor's is none", query: "system-id=" + otherSystemID + "&orgno=" + consumer, status: 404,
			outcome: "NoSystemUser",
		},
		"UnknownSystem": {
			reason: "no such system", query: "system-id=897757222_x&orgno=" + consumer, status: 404,
			outcome: "NoSystemUser",
		},
		"NoSystem": {reason: "which system?", query: "orgno=" + consumer, status: 400, outcome: "InvalidRequest"},
		"NoParty":  {reason: "whose?", query: "system-id=" + systemID, status: 400, outcome: "InvalidRequest"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.sim.Recorder.Reset()
			got := w.byQuery(tc.query)
			diff(t, tc.reason, []any{tc.status, map[string]int{tc.outcome: 1}},
				[]any{got.status, w.sim.Recorder.Report().Counts["altinn"]})
		})
	}
	w.t = t
	diff(t, "their own vendor finds it", theirs.ID,
		w.byQuery("system-id="+otherSystemID+"&orgno="+consumer, otherVendor).ID)
}

// TestPages reads lists of three pages. It uses only the token of the links, because their host does not exist.
func TestPages(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	for range 2*50 + 1 {
		number := w.nextOrganization()
		w.created(map[string]any{"partyOrgNo": number})
		w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = number })
	}
	lists := map[string]struct{ path, scope string }{
		"Requests": {path: "/systemuser/request/vendor/bysystem/" + systemID, scope: requestRead},
		"Users":    {path: "/systemuser/vendor/bysystem/" + systemID, scope: registerWrite},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			w.t = t
			seen := map[any]bool{}
			var sizes []int
			query := ""
			for {
				got := w.sendAltinn(w.altinnRequest(http.MethodGet, list.path+query, "", w.vendorToken(list.scope)))
				sizes = append(sizes, len(got.Data))
				for _, element := range got.Data {
					seen[element["id"]] = true
				}
				if got.Links.Next == nil {
					break
				}
				host, token, _ := strings.Cut(*got.Links.Next, list.path+"?token=")
				diff(t, "a host within Altinn", "http://platform-authentication.internal/authentication/api/v1", host)
				query = "?token=" + token
			}
			diff(t, "pages", []int{50, 50, 1}, sizes)
			diff(t, "each once", 101, len(seen))

			refused := w.sendAltinn(w.altinnRequest(http.MethodGet, list.path+"?token=%25", "", w.vendorToken(list.scope)))
			checkAltinnProblem(t, "no token of ours", 400, "", refused)
			other := w.sendAltinn(w.altinnRequest(http.MethodGet, list.path, "", w.vendorToken(list.scope, otherVendor)))
			checkAltinnProblem(t, "another vendor's system is none", 404, "AUTH-00011", other)
			nobodys := w.forge(claims{"scope": list.scope, "consumer": nil})
			diff(t, "whose token is it?", 401, w.sendAltinn(w.altinnRequest(http.MethodGet, list.path, "", nobodys)).status)
		})
	}
}

// nextOrganization returns another organization number on each call.
func (w *world) nextOrganization() string {
	for {
		w.organizations++
		digits := 31000000 + w.organizations
		sum := 0
		for weight, rest := range [8]int{2, 3, 4, 5, 6, 7, 2, 3} {
			place := digits
			for range weight {
				place /= 10
			}
			sum += rest * (place % 10)
		}
		if control := (11 - sum%11) % 11; control < 10 {
			return itoa(digits) + itoa(control)
		}
	}
}

// TestRequestsTimeOut advances the clock by half a year. Altinn has no status for that: the request stays New, with a
// flag, and prevents another request until the vendor deletes it.
func TestRequestsTimeOut(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	first := w.created()
	state := func(got altinnReply) []any {
		document := rawJSON(t, got.raw)
		return []any{got.status, document["id"], document["status"], document["timedOut"]}
	}
	w.clock.Step(180*24*time.Hour - time.Second)
	diff(t, "not yet", []any{200, first, "New", false}, state(w.read(altinnRequests+"/"+first)))
	w.clock.Step(time.Second)
	old := []any{200, first, "New", true}
	diff(t, "half a year has passed", old, state(w.read(altinnRequests+"/"+first)))
	diff(t, "asking again", old, state(w.post(altinnRequests, requestBody())))
	w.setFaults(readings(simulator.Readings{AltinnReadings: simaltinn.Readings{RefusesOldRequests: true}}))
	_, err := w.sim.Altinn.ApproveRequest(first)
	wantError(t, err, "is older than 180 days")
	w.setFaults(simulator.Faults{})

	diff(t, "deleted", 202, w.remove(altinnRequests+"/"+first).status)
	checkAltinnProblem(t, "gone", 404, "AUTH-00010", w.read(altinnRequests+"/"+first))
	second := w.created()
	byReference := "/systemuser/request/vendor/byexternalref/" + systemID + "/" + consumer + "/"
	diff(t, "the new one is found by its reference", second, w.read(byReference+consumer).ID)
	w.clock.Step(180 * 24 * time.Hour)
	_, err = w.sim.Altinn.ApproveRequest(second)
	w.must(err)
	diff(t, "an old request can still be approved", []any{200, second, "Accepted", true},
		state(w.read(altinnRequests+"/"+second)))
}

// TestDeleteRequest deletes requests in every state. System users and changes that came of them stay.
func TestDeleteRequest(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	id := w.created()
	checkAltinnProblem(t, "another vendor's system is none", 404, "AUTH-00011",
		w.remove(altinnRequests+"/"+id, otherVendor))
	_, err := w.sim.Altinn.ApproveRequest(id)
	w.must(err)
	got := w.remove(altinnRequests + "/" + id)
	diff(t, "an accepted one", []any{202, ""}, []any{got.status, string(got.raw)})
	w.token(w.askForSystemUser())
	checkAltinnProblem(t, "once", 404, "AUTH-00010", w.remove(altinnRequests+"/"+id))
	diff(t, "no list has it", 0, len(w.read("/systemuser/request/vendor/bysystem/"+systemID).Data))
	checkAltinnProblem(t, "the user is in the way of another", 400, "AUTH-00004", w.post(altinnRequests, requestBody()))
}

// TestEscalatedIsReadFromTheListAlone forwards a request to an access manager: only the list of requests reports it.
func TestEscalatedIsReadFromTheListAlone(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	id := w.created()
	_, err := w.sim.Altinn.EscalateRequest(consumer)
	w.must(err)
	byReference := "/systemuser/request/vendor/byexternalref/" + systemID + "/" + consumer + "/" + consumer
	diff(t, "by its id", any(false), rawJSON(t, w.read(altinnRequests+"/"+id).raw)["escalated"])
	diff(t, "by its reference", any(false), rawJSON(t, w.read(byReference).raw)["escalated"])
	diff(t, "in the list", any(true), w.read("/systemuser/request/vendor/bysystem/" + systemID).Data[0]["escalated"])
	user := w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = secondReference })
	w.post(changePath(correlation, user.ID), changeBody())
	_, err = w.sim.Altinn.EscalateRequest(correlation)
	wantError(t, err, "cannot be forwarded")
}
