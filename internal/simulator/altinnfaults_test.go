package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func altinnFaults(f simwire.Faults) simulator.Faults { return simulator.Faults{Altinn: f} }

// goodAltinn sends the requests of a good client to Altinn.
func (w *world) goodAltinn() *http.Request {
	w.t.Helper()
	return w.altinnRequest(http.MethodPost, altinnRequests, requestBody(), w.vendorToken(requestWrite))
}

func altinnFaultRows() map[string]faultRow {
	unavailable := simwire.Faults{Outage: simwire.OutageServiceUnavailable}
	later := simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds}
	slow := simwire.Faults{Latency: simwire.Duration(time.Hour)}
	return map[string]faultRow{
		"altinn.outage": {
			faults: altinnFaults(unavailable),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				diff(t, "Altinn fails", 503, w.mustSend(w.goodAltinn()).status)
				diff(t, "whom it hit", consumer, w.sim.Recorder.Report().RecentCalls[0].Organization)
				nav, hrm := w.good()
				diff(t, "NAV does not", 200, w.mustSend(nav).status)
				diff(t, "the HRM system does not", 200, w.mustSend(hrm).status)
				w.token(w.askForSystemUser())
			},
		},
		"altinn.retryAfter": {
			faults: altinnFaults(later),
			observe: func(t *testing.T, w *world) {
				diff(t, "Retry-After", "30", w.mustSend(w.goodAltinn()).header.Get("Retry-After"))
			},
		},
		"altinn.worksOn": {
			faults: altinnFaults(simwire.Faults{Latency: simwire.Duration(time.Hour), WorksOn: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.leaveWith(t, "altinn", "Created,CallerGone", w.goodAltinn())
			},
		},
		"altinn.latencyAfter": {
			faults: altinnFaults(simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}),
			observe: func(t *testing.T, w *world) {
				request, began := w.goodAltinn(), time.Now()
				w.mustSend(request)
				diff(t, "late", true, time.Since(began) >= 50*time.Millisecond)
			},
		},
		"altinn.latency": {
			faults: altinnFaults(slow), observe: func(t *testing.T, w *world) { w.leave(t, "altinn", w.goodAltinn()) },
		},
	}
}

// altinnDataFaultRows make the register return wrong data.
func altinnDataFaultRows() map[string]faultRow {
	const query = "system-id=" + systemID + "&orgno=" + consumer
	data := func(f simaltinn.Faults) simulator.Faults { return simulator.Faults{AltinnData: f} }
	return map[string]faultRow{
		"altinnData.foreignSystem": {
			faults: data(simaltinn.Faults{ForeignSystem: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				diff(t, "not found", 404, w.byQuery(query).status)
				checkAltinnProblem(t, "nor its list", 404, "AUTH-00011", w.users(""))
				checkAltinnProblem(t, "nor its requests", 404, "AUTH-00011",
					w.read("/systemuser/request/vendor/bysystem/"+systemID))
				w.token(w.askForSystemUser())
			},
		},
		"altinnData.queryFindsNobody": {
			faults: data(simaltinn.Faults{QueryFindsNobody: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				diff(t, "not found", 404, w.byQuery(query).status)
				diff(t, "listed", 1, len(w.users("").Data))
			},
		},
		"altinnData.emptyUserList": {
			faults: data(simaltinn.Faults{EmptyUserList: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				diff(t, "found", 200, w.byQuery(query).status)
				diff(t, "not listed", []any{200, 0}, []any{w.users("").status, len(w.users("").Data)})
			},
		},
		"altinnData.listsEndEarly": {
			faults: data(simaltinn.Faults{ListsEndEarly: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				for range 51 {
					w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = w.nextOrganization() })
				}
				list := w.users("")
				diff(t, "one is not told of", []any{50, true}, []any{len(list.Data), list.Links.Next == nil})
			},
		},
	}
}

func systemUserFaultRows() map[string]faultRow {
	limited := func(f simmaskinporten.AnswerFaults) simulator.Faults {
		return simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{{Consumers: []string{consumer}, AnswerFaults: f}},
			},
		}
	}
	return map[string]faultRow{
		"ignoreAuthorizationDetails": {
			faults: limited(simmaskinporten.AnswerFaults{IgnoreAuthorizationDetails: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem() // there is not even a system user
				token := w.token(w.askForSystemUser())
				diff(t, "the supplier's own", []any{"0192:" + supplier, nil},
					[]any{organization(token, "consumer"), token["authorization_details"]})
				diff(t, "others are not hit", "MP-303", w.askForSystemUser(partyClaim("314240979")).code())
			},
		},
		"hideSystemUsers": {
			faults: limited(simmaskinporten.AnswerFaults{HideSystemUsers: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				w.createUser(func(u *simaltinn.SystemUser) { u.OrganizationNumber = "314240979" })
				diff(t, "as if there were none", "MP-303", w.askForSystemUser().code())
				diff(t, "Altinn knows better", 200, w.byQuery("system-id="+systemID+"&orgno="+consumer).status)
				w.token(w.askForSystemUser(partyClaim("314240979")))
				w.token(w.ask()) // delegated scopes are not hit
			},
		},
		"lookupLag": {
			faults: simulator.Faults{Faults: simmaskinporten.Faults{LookupLag: simwire.Duration(time.Minute)}},
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				user := w.createUser()
				diff(t, "the delegation is not seen yet", "MP-251", w.ask().code())
				diff(t, "nor the system user", "MP-303", w.askForSystemUser().code())
				diff(t, "which Altinn has", 200, w.byQuery("system-id="+systemID+"&orgno="+consumer).status)
				w.clock.Step(time.Minute)
				w.token(w.ask())
				w.token(w.askForSystemUser())
				w.must(w.sim.Maskinporten.Withdraw(consumer, supplier, scope))
				_, err := w.sim.Altinn.WithdrawSystemUser(user.ID)
				w.must(err)
				w.token(w.ask())
				w.token(w.askForSystemUser())
				w.clock.Step(time.Minute)
				diff(t, "the withdrawal is seen", "MP-251", w.ask().code())
				diff(t, "and the deletion", "MP-303", w.askForSystemUser().code())
				w.clock.Step(-2 * time.Minute) // the other rows share the clock
				w.delegate(consumer)
			},
		},
		"wrongSystemID": {
			faults: limited(simmaskinporten.AnswerFaults{WrongSystemID: true}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser()
				diff(t, "another system", any(supplier+"_somebody_elses"), detailsIn(w.token(w.askForSystemUser()))["system_id"])
				w.token(w.ask())
			},
		},
	}
}

func partyClaim(number string) claims {
	return claims{"systemuser_org": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + number}}
}

// TestTokenFaultsOfSystemUsers verifies the faults that apply to every kind of token.
func TestTokenFaultsOfSystemUsers(t *testing.T) {
	w := newWorld(t)
	cases := map[string]struct {
		faults  simmaskinporten.AnswerFaults
		observe func(t *testing.T, token claims)
	}{
		"WrongConsumer": {
			faults: simmaskinporten.AnswerFaults{WrongConsumer: true},
			observe: func(t *testing.T, token claims) {
				party, _ := detailsIn(token)["systemuser_org"].(map[string]any)
				diff(t, "another owner, of the same vendor", []any{"0192:310702641", "0192:" + supplier},
					[]any{party["ID"], organization(token, "consumer")})
			},
		},
		"TwoScopes": {
			faults: simmaskinporten.AnswerFaults{TwoScopes: true},
			observe: func(t *testing.T, token claims) {
				diff(t, "two different scopes", any(sickPay+" "+scope), token["scope"])
			},
		},
		"OmitSupplier": {
			faults: simmaskinporten.AnswerFaults{OmitSupplier: true},
			observe: func(t *testing.T, token claims) {
				diff(t, "there never is one", nil, token["supplier"])
			},
		},
		"WrongIssuer": {
			faults: simmaskinporten.AnswerFaults{WrongIssuer: true},
			observe: func(t *testing.T, token claims) {
				diff(t, "iss", any("https://another-issuer.example/"), token["iss"])
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.withSystem()
			w.createUser()
			w.setFaults(answerFaults(tc.faults))
			tc.observe(t, w.token(w.askForSystemUser()))
		})
	}
}

func systemUserReadingRows() map[string]faultRow {
	return map[string]faultRow{
		// What each reading of the reference means for every grant is TestExternalReference's matter.
		"readings.externalRefRequiredIfGiven": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{ExternalRefRequiredIfGiven: true}}),
			observe: func(t *testing.T, w *world) {
				w.withSystem()
				w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = consumer })
				diff(t, "created with one", "MP-303", w.askForSystemUser().code())
			},
		},
		"readings.externalRefOnlyForSeveral": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{ExternalRefOnlyForSeveral: true}}),
			observe: func(_ *testing.T,
				w *world,
			) {
				w.withSystem()
				w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = secondReference })
				w.token(w.askForSystemUser())
			},
		},
		"readings.altinnRefusesKnownRequests": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{RefusesKnownRequests: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				w.created()
				checkAltinnProblem(t, "pending", 400, "AUTH-00007", w.post(altinnRequests, requestBody()))
			},
		},
		"readings.altinnRefusesOldRequests": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{RefusesOldRequests: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				w.created()
				_, err := w.sim.Altinn.TimeOutRequest(consumer)
				w.must(err)
				_, err = w.sim.Altinn.ApproveRequest(consumer)
				wantError(t, err, "is older than 180 days")
			},
		},
		"readings.altinnKeepsRequestOfUser": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{KeepsRequestOfUser: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				id := w.created()
				_, err := w.sim.Altinn.ApproveRequest(id)
				w.must(err)
				_, err = w.sim.Altinn.WithdrawSystemUser(consumer)
				w.must(err)
				diff(t, "still there", any("Accepted"), rawJSON(t, w.read(altinnRequests+"/"+id).raw)["status"])
			},
		},
		"readings.altinnMissingUserHasCode": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{MissingUserHasCode: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				checkAltinnProblem(t, "no such user", 404, "AUTH-00015", w.byQuery("system-id="+systemID+"&orgno="+consumer))
				checkAltinnProblem(t, "no system of ours", 404, "AUTH-00015",
					w.byQuery("system-id="+otherSystemID+"&orgno="+consumer))
			},
		},
		"readings.altinnBareStatusIsEmpty": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{BareStatusIsEmpty: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				user := w.createUser()
				none := w.byQuery("system-id=" + systemID + "&orgno=314240979")
				diff(t, "no such user", []any{404, 0}, []any{none.status, len(none.raw)})
				others := w.post(changePath(correlation, user.ID), changeBody(), otherVendor)
				diff(t, "not the vendor", []any{401, 0}, []any{others.status, len(others.raw)})
				diff(t, "codes stay", "AUTH-00010", w.read(altinnRequests+"/"+correlation).Code)
			},
		},
		"readings.altinnNextHasPublicHost": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{NextHasPublicHost: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				for range 51 {
					w.created(map[string]any{"partyOrgNo": w.nextOrganization()})
				}
				next := w.read("/systemuser/request/vendor/bysystem/" + systemID).Links.Next
				if next == nil || !strings.HasPrefix(*next, w.altinn.URL) {
					t.Fatalf("the next page is at %v", next)
				}
				second := w.read(strings.TrimPrefix(*next, w.altinn.URL+"/authentication/api/v1"))
				diff(t, "the link can be followed", 1, len(second.Data))
			},
		},
		"readings.altinnListOmitsReferences": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{ListOmitsReferences: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				w.createUser(func(u *simaltinn.SystemUser) { u.ExternalRef = "cust-42" })
				diff(t, "the list has no reference", any(""), w.users("").Data[0]["externalRef"])
			},
		},
		"readings.altinnQueryOmitsAgents": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{QueryOmitsAgents: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				w.createUser(func(u *simaltinn.SystemUser) { u.Agent = true })
				diff(t, "the list has it", any("agent"), w.users("").Data[0]["userType"])
				diff(t, "the look-up has not", 404, w.byQuery("system-id="+systemID+"&orgno=314240979").status)
			},
		},
		"readings.altinnReusesRequestIDs": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{ReusesRequestIDs: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				id := w.created()
				_, err := w.sim.Altinn.ApproveRequest(id)
				w.must(err)
				diff(t, "one id for both", id, w.sim.Altinn.SystemUsers()[0].ID)
			},
		},
		"readings.altinnComparesChanges": {
			faults: readings(simulator.Readings{AltinnReadings: simaltinn.Readings{ComparesChanges: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.withSystem()
				user := w.createUser(func(u *simaltinn.SystemUser) { u.Rights = []string{sickNotes} })
				has := changeBody(map[string]any{
					"requiredRights": rightsTo(sickNotes), "unwantedRights": rightsTo(applications),
					"unwantedAccessPackages": packages(payrollPackage),
				})
				got := w.post(changePath(correlation, user.ID), has)
				diff(t, "nothing to do", []any{200, "NoChangeNeeded"}, []any{got.status, rawJSON(t, got.raw)["status"]})
				lacks := changeBody(map[string]any{"requiredRights": nil, "unwantedRights": rightsTo(sickNotes)})
				diff(t, "something to do", 201, w.post(changePath(correlation, user.ID), lacks).status)
			},
		},
	}
}
