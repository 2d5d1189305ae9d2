package altinn

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

// TestAgentRequestsLinkToTheirPage reads requests for agent system users whose link Altinn writes in two ways.
func TestAgentRequestsLinkToTheirPage(t *testing.T) {
	const page = "http://am.ui.example/accessmanagement/ui/systemuser/agentrequest?id=" + testID + "&DONTCHOOSEREPORTEE=true"
	cases := map[string]struct {
		reason string
		body   string
	}{
		"own page":   {reason: "it stays", body: strings.Replace(requestBody("New", ""), testConfirm, page, 1)},
		"other page": {reason: "which does not know the request", body: requestBody("New", "")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, outboundtest.Says(http.StatusOK, tc.body)).Agents().Request(t.Context(), testID)
			if err != nil || got.ConfirmURL != page {
				t.Errorf("%s: %q, %v", tc.reason, got.ConfirmURL, err)
			}
		})
	}
}

// TestMissingAgentRequest reads the code of a missing request for an agent system user.
func TestMissingAgentRequest(t *testing.T) {
	body := refusal(http.StatusNotFound, "AUTH-00030", "The Id does not refer to an AgentRequest in our system.")
	_, err := serve(t, outboundtest.Says(http.StatusNotFound, body)).Agents().Request(t.Context(), testID)
	if ClassOf(err) != ClassRequestNotFound {
		t.Errorf("%v, want %s", err, ClassRequestNotFound)
	}
}

const (
	exchangedToken = "hush-exchanged"
	resource       = "nav_sykepenger_sykmelding"
	payroll        = packageURN + "lonn"
)

// lister is an Altinn that exchanges tokens and lists parties.
type lister struct {
	exchange, parties http.HandlerFunc
	query             string
	bearers           []string
}

func (l *lister) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.bearers = append(l.bearers, r.Header.Get("Authorization"))
	if strings.HasSuffix(r.URL.Path, "/authentication/api/v1/exchange/maskinporten") {
		l.exchange(w, r)
		return
	}
	l.query = r.URL.Path + "?" + r.URL.RawQuery
	l.parties(w, r)
}

func (l *lister) clients(t *testing.T, right string) ([]string, error) {
	t.Helper()
	bearer, err := outbound.NewBearer(testToken)
	if err != nil {
		t.Fatal(err)
	}
	got, err := serve(t, l.ServeHTTP).Clients(context.Background(), bearer, right)
	numbers := []string{}
	for _, number := range got {
		numbers = append(numbers, number.String())
	}
	return numbers, err
}

// TestClients lists the clients of an agent system user.
func TestClients(t *testing.T) {
	const tiger, bear, unit = "310330701", "314240979", "315587336"
	party := func(number, more string) string {
		return `{"partyUuid":"` + testID + `","name":"X","organizationNumber":"` + number + `","type":"Organization"` + more + `}`
	}
	list := func(parties ...string) string {
		return `{"links":{"next":null},"data":[` + strings.Join(parties, ",") + `]}`
	}
	const packages = `,"authorizedAccessPackages":`
	cases := map[string]struct {
		reason   string
		exchange string // "": the token
		right    string // "": a resource
		body     string
		want     []string
	}{
		"package": {
			reason: "by its name, as Altinn's code writes it", right: payroll,
			body: list(party(tiger, packages+`["lonn"]`), party(bear, packages+`["a-ordning","lonn-personopplysninger"]`)),
			want: []string{tiger},
		},
		"package by URN": {
			reason: "as in Altinn's documentation", right: payroll,
			body: list(party(tiger, packages+`["`+payroll+`"]`), party(bear, packages+`[]`)), want: []string{tiger},
		},
		"packages not listed": {
			reason: "who has them is not said", right: payroll, body: list(party(tiger, ""), party(bear, packages+"null")),
			want: []string{},
		},
		"package of a sub-unit": {
			reason: "the main unit lacks it", right: payroll, want: []string{unit},
			body: list(party(tiger, packages+`[],"subunits":[`+party(unit, packages+`["lonn"]`)+`]`)),
		},
		"clients": {reason: "each", body: list(party(tiger, ""), party(bear, "")), want: []string{tiger, bear}},
		"none":    {reason: "it acts for no organization", body: list(), want: []string{}},
		"nested": {
			reason: "as in Altinn's documentation", body: list("[" + party(tiger, "") + "]"), want: []string{tiger},
		},
		"quoted token": {
			reason: "a JSON string", exchange: `"` + exchangedToken + `"`, body: list(party(tiger, "")), want: []string{tiger},
		},
		"hierarchy": {
			reason: "a main unit may be listed for its sub-unit alone",
			body:   list(party(tiger, `,"onlyHierarchyElementWithNoAccess":true,"subunits":[`+party(unit, "")+`]`)),
			want:   []string{unit},
		},
		"deleted": {reason: "it is no organization now", body: list(party(tiger, `,"isDeleted":true`)), want: []string{}},
		"person": {
			reason: "a client may be a person", body: list(party("", ""), party(bear, "")), want: []string{bear},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			token := tc.exchange
			if token == "" {
				token = exchangedToken + "\n"
			}
			l := &lister{
				exchange: outboundtest.Says(http.StatusOK, token), parties: outboundtest.Says(http.StatusOK, tc.body),
			}
			right, query := resource, "anyOfResourceIds="+resource
			if tc.right != "" {
				right, query = tc.right, "includeAccessPackages=true"
			}
			got, err := l.clients(t, right)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff([]string{"Bearer " + testToken, "Bearer " + exchangedToken}, l.bearers); diff != "" {
				t.Errorf("bearers (-want +got):\n%s", diff)
			}
			if want := "/accessmanagement/api/v1/enduser/authorizedparties?" + query; l.query != want {
				t.Errorf("query %s, want %s", l.query, want)
			}
		})
	}
}

// TestClientsFail sends responses that say nothing about an agent's clients.
func TestClientsFail(t *testing.T) {
	says := outboundtest.Says
	good := says(http.StatusOK, exchangedToken)
	cases := map[string]struct {
		reason            string
		exchange, parties http.HandlerFunc
		want              Class
	}{
		"exchange 401": {
			reason:   "Altinn says so if its register is down, too",
			exchange: says(http.StatusUnauthorized, ""), want: ClassBlocked,
		},
		"exchange 429": {reason: "too many", exchange: says(http.StatusTooManyRequests, ""), want: ClassRateLimited},
		"exchange page": {
			reason: "no token", exchange: says(http.StatusOK, "<html>\nhello"), want: ClassBadResponse,
		},
		"exchange empty": {reason: "no token", exchange: says(http.StatusOK, ""), want: ClassBadResponse},
		"parties 403": {
			reason: "another part of Altinn; the rest may work", parties: says(http.StatusForbidden, ""), want: ClassBlocked,
		},
		"parties 404": {
			reason:  "even with a code that is an answer elsewhere",
			parties: says(http.StatusNotFound, refusal(http.StatusNotFound, "AUTH-00015", "x")), want: ClassBlocked,
		},
		"parties 500":  {reason: "down", parties: says(http.StatusInternalServerError, ""), want: ClassServerError},
		"parties page": {reason: "a proxy's", parties: says(http.StatusOK, "<html>"), want: ClassBadResponse},
		"not a list":   {reason: "an object", parties: says(http.StatusOK, `{"data":{}}`), want: ClassBadResponse},
		"data missing": {reason: "no list", parties: says(http.StatusOK, `{"links":{}}`), want: ClassBadResponse},
		"another page": {
			reason:  "a part of the list is not the list",
			parties: says(http.StatusOK, `{"links":{"next":"https://x?token=y"},"data":[]}`), want: ClassBadResponse,
		},
		"cut off": {reason: "a part", parties: outboundtest.CutOff(http.StatusOK, `{"links":{},"data":[`), want: ClassBadResponse},
		"reset":   {reason: "nothing", parties: outboundtest.Abort, want: ClassUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := &lister{exchange: good, parties: says(http.StatusOK, `{"links":{},"data":[]}`)}
			if tc.exchange != nil {
				l.exchange = tc.exchange
			}
			if tc.parties != nil {
				l.parties = tc.parties
			}
			_, err := l.clients(t, resource)
			if ClassOf(err) != tc.want || tc.want.Kind() != conclusion.Outage {
				t.Errorf("%s: %v, want %s", tc.reason, err, tc.want)
			}
			outboundtest.CheckHides(t, err, "", testToken, exchangedToken)
		})
	}
}
