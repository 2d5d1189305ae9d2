package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

const (
	agent         = "313876144"
	otherClient   = "314240979"
	agentRequests = altinnRequests + "/agent"
)

// withAgent registers the system and a client that may list parties, and has the agent create an agent system user with
// clients.
func (w *world) withAgent(clients ...string) {
	w.t.Helper()
	w.withSystem()
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.Scopes = []string{scope, sickPay, requestWrite, requestRead, registerWrite, accesstoken.AuthorizedPartiesScope}
	})))
	w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber, u.Agent, u.Clients = agent, true, clients })
}

// agentToken requests a token of an organization's system user.
func (w *world) agentToken(owner, scope string) reply {
	w.t.Helper()
	org := claims{"systemuser_org": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + owner}}
	return w.ask(systemUser(org), claims{"scope": scope})
}

// exchanged returns a token of Altinn in exchange for a token of the agent's system user.
func (w *world) exchanged() reply {
	w.t.Helper()
	token := w.agentToken(agent, accesstoken.AuthorizedPartiesScope).AccessToken
	return w.mustSend(w.altinnRequest(http.MethodGet, "/exchange/maskinporten", "", token))
}

// parties returns the list of parties of the agent's system user, and their numbers.
func (w *world) parties(query string) (reply, []string) {
	w.t.Helper()
	return w.partiesBy(strings.Trim(string(w.exchanged().raw), `"`), query)
}

func (w *world) partiesBy(token, query string) (reply, []string) {
	w.t.Helper()
	request := w.altinnRequest(http.MethodGet, "", "", token)
	request.URL.Path, request.URL.RawQuery = "/accessmanagement/api/v1/enduser/authorizedparties", query
	got := w.mustSend(request)
	numbers := []string{}
	if got.status == http.StatusOK {
		data, _ := rawJSON(w.t, got.raw)["data"].([]any)
		for _, one := range data {
			party, _ := one.(map[string]any)
			number, _ := party["organizationNumber"].(string)
			numbers = append(numbers, number)
		}
	}
	return got, numbers
}

func agentBody(change ...map[string]any) string {
	body := map[string]any{"partyOrgNo": agent, "rights": nil, "accessPackages": packages(payrollPackage)}
	return requestBody(append([]map[string]any{body}, change...)...)
}

// TestAgentRequest requests an agent system user, and has the agent approve it.
func TestAgentRequest(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	got := w.post(agentRequests, agentBody(map[string]any{"rights": rightsTo("nav_other")}))
	diff(t, "created, without regard to rights", 201, got.status)
	link, _ := rawJSON(t, got.raw)["confirmUrl"].(string)
	diff(t, "the page of agent requests", true, strings.Contains(link, "/systemuser/agentrequest?id="+got.ID))
	diff(t, "the same again", got.ID, w.post(agentRequests, agentBody()).ID)
	for name, path := range map[string]string{
		"by id": "/" + got.ID, "by reference": "/byexternalref/" + systemID + "/" + agent + "/" + agent,
	} {
		diff(t, name, got.ID, w.read(agentRequests+path).ID)
		checkAltinnProblem(t, name+", of another system user", 404, "AUTH-00010", w.read(altinnRequests+path))
	}
	diff(t, "in its list", 1, len(w.read(agentRequests+"/bysystem/"+systemID).Data))
	diff(t, "not in the other", 0, len(w.read(altinnRequests+"/bysystem/"+systemID).Data))
	checkAltinnProblem(t, "none", 404, "AUTH-00030", w.read(agentRequests+"/"+correlation))
	_, err := w.sim.Altinn.ApproveRequest(agent)
	w.must(err)
	diff(t, "an agent", any("agent"), w.users("").Data[0]["userType"])
	checkAltinnProblem(t, "it exists", 400, "AUTH-00004", w.post(agentRequests, agentBody()))
	diff(t, "deleted by the vendor", 202, w.remove(altinnRequests+"/"+got.ID).status)
}

// TestAgentRequestRefuses sends requests that Altinn refuses.
func TestAgentRequestRefuses(t *testing.T) {
	w := newWorld(t)
	w.withSystem()
	cases := map[string]struct {
		reason string
		change map[string]any
		want   string
	}{
		"no packages": {
			reason: "rights alone are not enough",
			change: map[string]any{"accessPackages": nil, "rights": rightsTo(sickNotes)}, want: "AUTH-00058",
		},
		"other package": {
			reason: "not registered on the system",
			change: map[string]any{"accessPackages": packages("urn:altinn:accesspackage:skatt")}, want: "AUTH-00063",
		},
		"other system": {
			reason: "not the vendor's", change: map[string]any{"systemId": otherSystemID}, want: "AUTH-00011",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			diff(t, tc.reason, tc.want, w.post(agentRequests, agentBody(tc.change)).Code)
		})
	}
}

// TestAgentTokens requests tokens of an agent system user: its owner's number finds it, a client's never does.
func TestAgentTokens(t *testing.T) {
	w := newWorld(t)
	w.withAgent(consumer)
	w.token(w.agentToken(agent, sickPay))
	diff(t, "a client's number", 400, w.agentToken(consumer, sickPay).status)
	diff(t, "the client has none", "invalid_altinn_customer_configuration", w.agentToken(consumer, sickPay).Error)
}

// TestParties lists the organizations that an agent system user acts for.
func TestParties(t *testing.T) {
	w := newWorld(t)
	w.withAgent(consumer, otherClient)
	list := func(query string) []string {
		_, numbers := w.parties(query)
		return numbers
	}
	diff(t, "its clients, and not itself", []string{consumer, otherClient}, list(""))
	diff(t, "by a resource of its package", []string{consumer, otherClient}, list("anyOfResourceIds="+sickNotes))
	diff(t, "by an unknown resource", []string{}, list("anyOfResourceIds=nav_other"))
	packagesIn := func(query string) bool {
		got, _ := w.parties(query)
		return strings.Contains(string(got.raw), `"authorizedAccessPackages":["`+strings.TrimPrefix(payrollPackage,
			"urn:altinn:accesspackage:")+`"]`)
	}
	diff(t, "packages are listed on request", []bool{false, true, true}, []bool{
		packagesIn(""), packagesIn("includeAccessPackages=true"),
		packagesIn("includeAccessPackages=true&anyOfResourceIds=" + sickNotes),
	})
	_, err := w.sim.Altinn.RemoveClient(agent, consumer)
	w.must(err)
	diff(t, "without one that was removed", []string{otherClient}, list(""))
	w.must(w.sim.Altinn.RegisterSystem(system(func(s *simaltinn.System) {
		s.PackageResources = map[string][]string{payrollPackage: {applications}}
	})))
	diff(t, "by a resource that the package lacks", []string{}, list("anyOfResourceIds="+sickNotes))
	maskinportens := w.agentToken(agent, accesstoken.AuthorizedPartiesScope).AccessToken
	got, _ := w.partiesBy(maskinportens, "")
	diff(t, "a token that was not exchanged", 401, got.status)
	token := string(w.exchanged().raw)
	_, err = w.sim.Altinn.WithdrawSystemUser(agent)
	w.must(err)
	got, _ = w.partiesBy(token, "")
	diff(t, "of a system user that is gone", 401, got.status)
}

// TestClientsRefuse adds and removes clients that Altinn does not accept.
func TestClientsRefuse(t *testing.T) {
	w := newWorld(t)
	w.withAgent(consumer)
	own := w.createUser()
	cases := map[string]struct {
		reason string
		change func() (simaltinn.SystemUser, error)
		want   string
	}{
		"twice": {
			reason: "it is one", change: func() (simaltinn.SystemUser, error) { return w.sim.Altinn.AddClient(agent, consumer) },
			want: "already a client",
		},
		"no client": {
			reason: "it is none",
			change: func() (simaltinn.SystemUser, error) { return w.sim.Altinn.RemoveClient(agent, otherClient) },
			want:   "is no client",
		},
		"no number": {
			reason: "modulus 11", change: func() (simaltinn.SystemUser, error) { return w.sim.Altinn.AddClient(agent, "1") },
			want: "client:",
		},
		"no agent": {
			reason: "a system user of one's own",
			change: func() (simaltinn.SystemUser, error) { return w.sim.Altinn.AddClient(own.ID, otherClient) },
			want:   "no agent system user",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := tc.change(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

// agentFaultRows are the faults and readings of agent system users.
func agentFaultRows() map[string]faultRow {
	reading := func(r simaltinn.Readings, observe func(*testing.T, *world)) faultRow {
		return faultRow{readings(simulator.Readings{AltinnReadings: r}), observe}
	}
	refused := func(r simaltinn.Refuses, observe func(*testing.T, *world)) faultRow {
		return faultRow{refuses(r), observe}
	}
	return map[string]faultRow{
		"readings.altinnNoAgentTokens": reading(simaltinn.Readings{NoAgentTokens: true}, func(t *testing.T, w *world) {
			w.withAgent(consumer)
			diff(t, "no token", 400, w.agentToken(agent, sickPay).status)
		}),
		"readings.altinnMissingAgentRequestHasSameCode": reading(simaltinn.Readings{MissingAgentRequestHasSameCode: true},
			func(t *testing.T, w *world) {
				w.withSystem()
				checkAltinnProblem(t, "none", 404, "AUTH-00010", w.read(agentRequests+"/"+correlation))
			}),
		"readings.altinnAgentReadsLinkToRequest": reading(simaltinn.Readings{AgentReadsLinkToRequest: true},
			func(t *testing.T, w *world) {
				w.withSystem()
				got := w.read(agentRequests + "/" + w.post(agentRequests, agentBody()).ID)
				link, _ := rawJSON(t, got.raw)["confirmUrl"].(string)
				diff(t, "the wrong page", true, strings.Contains(link, "/systemuser/request?id="))
			}),
		"readings.altinnExchangeQuotes": reading(simaltinn.Readings{ExchangeQuotes: true}, func(t *testing.T, w *world) {
			w.withAgent(consumer)
			diff(t, "quotes", true, strings.HasPrefix(string(w.exchanged().raw), `"`))
		}),
		"readings.altinnPartiesAreNested": reading(simaltinn.Readings{PartiesAreNested: true},
			func(t *testing.T, w *world) {
				w.withAgent(consumer)
				got, _ := w.parties("")
				diff(t, "a list in a list", true, strings.Contains(string(got.raw), `"data":[[{`))
			}),
		"readings.altinnPartyPackagesAreURNs": reading(simaltinn.Readings{PartyPackagesAreURNs: true},
			func(t *testing.T, w *world) {
				w.withAgent(consumer)
				got, _ := w.parties("includeAccessPackages=true")
				diff(t, "a URN", true, strings.Contains(string(got.raw), `"authorizedAccessPackages":["`+payrollPackage+`"]`))
			}),
		"altinnData.emptyPartyList": {
			simulator.Faults{AltinnData: simaltinn.Faults{EmptyPartyList: true}},
			func(t *testing.T, w *world) {
				w.withAgent(consumer)
				got, numbers := w.parties("")
				diff(t, "none", []any{200, 0}, []any{got.status, len(numbers)})
			},
		},
		"altinnRefuses.exchange": refused(simaltinn.Refuses{Exchange: "Bare401"}, func(t *testing.T, w *world) {
			w.withAgent(consumer)
			diff(t, "refused", 401, w.exchanged().status)
		}),
		"altinnRefuses.parties": refused(simaltinn.Refuses{Parties: "Empty403"}, func(t *testing.T, w *world) {
			w.withAgent(consumer)
			got, _ := w.parties("")
			diff(t, "refused", 403, got.status)
		}),
	}
}
