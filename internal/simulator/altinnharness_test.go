package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

const (
	systemID        = supplier + "_4human_hrm"
	sickPay         = "nav:helseytelser/sykepenger"
	requestWrite    = "altinn:authentication/systemuser.request.write"
	requestRead     = "altinn:authentication/systemuser.request.read"
	registerWrite   = "altinn:authentication/systemregister.write"
	sickNotes       = "nav_sykepenger_sykmelding"
	applications    = "nav_sykepenger_soeknad"
	payrollPackage  = "urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori"
	redirect        = "https://hrm.example/done"
	altinnRequests  = "/systemuser/request/vendor"
	altinnChanges   = "/systemuser/changerequest/vendor"
	correlation     = "6f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	otherVendor     = "889640782"
	otherSystemID   = otherVendor + "_their_hrm"
	secondReference = "second"
)

// system returns a system with two rights and a package.
func system(change ...func(*simaltinn.System)) simaltinn.System {
	s := simaltinn.System{
		SystemID: systemID, OrganizationNumber: supplier, Name: "4human HRM", ClientIDs: []string{clientID},
		Rights: []string{sickNotes, applications}, AccessPackages: []string{payrollPackage},
		AllowedRedirectURLs: []string{redirect},
	}
	for _, f := range change {
		f(&s)
	}
	return s
}

// withSystem registers the system, another vendor's system, and a client that may request tokens of all kinds.
func (w *world) withSystem() {
	w.t.Helper()
	w.must(w.sim.Altinn.RegisterSystem(system()))
	w.must(w.sim.Altinn.RegisterSystem(simaltinn.System{
		SystemID: otherSystemID, OrganizationNumber: otherVendor, Rights: []string{sickNotes},
	}))
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.Scopes = []string{scope, sickPay, requestWrite, requestRead, registerWrite}
	})))
}

func (w *world) createUser(change ...func(*simaltinn.SystemUser)) simaltinn.SystemUser {
	w.t.Helper()
	user := simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: consumer}
	for _, f := range change {
		f(&user)
	}
	created, err := w.sim.Altinn.CreateSystemUser(user)
	w.must(err)
	return created
}

// askForSystemUser requests a token of the consumer's system user.
func (w *world) askForSystemUser(change ...claims) reply {
	w.t.Helper()
	return w.ask(systemUser(change...), claims{"scope": sickPay})
}

// vendorToken returns a token for Altinn, of the supplier or of another organization.
func (w *world) vendorToken(scope string, organizationNumber ...string) string {
	owner := append(organizationNumber, supplier)[0]
	return w.forge(claims{"scope": scope, "consumer": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + owner}})
}

// altinnReply is Altinn's response: a problem, or something else.
type altinnReply struct {
	reply

	Code   string              `json:"code"`
	Title  string              `json:"title"`
	Status any                 `json:"status"`
	Errors map[string][]string `json:"errors"`
	ID     string              `json:"id"`
	Data   []map[string]any    `json:"data"`
	Links  struct {
		Next *string `json:"next"`
	} `json:"links"`
}

func (w *world) altinnRequest(method, path, body, token string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.altinn.URL+"/authentication/api/v1"+path,
		strings.NewReader(body))
	w.must(err)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func (w *world) sendAltinn(request *http.Request) altinnReply {
	w.t.Helper()
	got := altinnReply{reply: w.mustSend(request)}
	if strings.Contains(got.header.Get("Content-Type"), "json") {
		raw := got.reply
		w.must(json.Unmarshal(got.raw, &got))
		got.reply = raw
	}
	return got
}

func (w *world) post(path, body string, vendor ...string) altinnReply {
	w.t.Helper()
	return w.sendAltinn(w.altinnRequest(http.MethodPost, path, body, w.vendorToken(requestWrite, vendor...)))
}

func (w *world) read(path string, vendor ...string) altinnReply {
	w.t.Helper()
	return w.sendAltinn(w.altinnRequest(http.MethodGet, path, "", w.vendorToken(requestRead, vendor...)))
}

func (w *world) remove(path string, vendor ...string) altinnReply {
	w.t.Helper()
	return w.sendAltinn(w.altinnRequest(http.MethodDelete, path, "", w.vendorToken(requestWrite, vendor...)))
}

func (w *world) users(query string) altinnReply {
	w.t.Helper()
	return w.sendAltinn(w.altinnRequest(http.MethodGet, "/systemuser/vendor/bysystem/"+systemID+query, "",
		w.vendorToken(registerWrite)))
}

func (w *world) byQuery(query string, vendor ...string) altinnReply {
	w.t.Helper()
	return w.sendAltinn(w.altinnRequest(http.MethodGet, "/systemuser/vendor/byquery?"+query, "",
		w.vendorToken(requestWrite, vendor...)))
}

// requestBody is a request for the right to sick notes, with changes.
func requestBody(change ...map[string]any) string {
	body := map[string]any{
		"systemId": systemID, "partyOrgNo": consumer, "rights": rightsTo(sickNotes), "redirectUrl": redirect,
	}
	return jsonWith(body, change)
}

func changeBody(change ...map[string]any) string {
	return jsonWith(map[string]any{"requiredRights": rightsTo(applications)}, change)
}

func jsonWith(body map[string]any, change []map[string]any) string {
	for _, c := range change {
		for name, value := range c {
			body[name] = value
			if value == nil {
				delete(body, name)
			}
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func rightsTo(resources ...string) []any {
	var rights []any
	for _, resource := range resources {
		rights = append(rights, map[string]any{"resource": []any{map[string]any{
			"id":    "urn:altinn:resource",
			"value": resource,
		}}})
	}
	return rights
}

func packages(urns ...string) []any {
	var list []any
	for _, urn := range urns {
		list = append(list, map[string]any{"urn": urn})
	}
	return list
}

func changePath(correlationID, userID string) string {
	return fmt.Sprintf("%s?correlation-id=%s&system-user-id=%s", altinnChanges, correlationID, userID)
}

// created requests a system user and returns the new request. It fails if Altinn returns an old one.
func (w *world) created(change ...map[string]any) string {
	w.t.Helper()
	got := w.post(altinnRequests, requestBody(change...))
	if got.status != http.StatusCreated {
		w.t.Fatalf("got %d %s, want 201", got.status, got.raw)
	}
	return got.ID
}

// masked replaces what differs from run to run by its kind.
func masked(t *testing.T, got altinnReply) map[string]any {
	t.Helper()
	document := rawJSON(t, got.raw)
	for _, field := range []string{"id", "systemUserId", "traceId"} {
		id, _ := document[field].(string)
		if id == "" {
			continue
		}
		document[field] = "<" + field + ">"
		if link, isText := document["confirmUrl"].(string); isText {
			document["confirmUrl"] = strings.ReplaceAll(link, id, "<"+field+">")
		}
	}
	return map[string]any{"status": got.status, "content-type": got.header.Get("Content-Type"), "body": document}
}

func checkAltinnProblem(t *testing.T, reason string, status int, code string, got altinnReply) {
	t.Helper()
	diff(t, reason, []any{status, code, any(float64(status)), "application/problem+json; charset=utf-8"},
		[]any{got.status, got.Code, got.Status, got.header.Get("Content-Type")})
	if got.Title == "" {
		t.Errorf("%s: a problem without its title: %s", reason, got.raw)
	}
}

func itoa(number int) string { return strconv.Itoa(number) }
