package verification

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// oneFault is one fault of an outside service, or one reading of its documentation.
type oneFault struct {
	name   string
	faults simulator.Faults
	// breaks and mends are for what is wrong outside of the simulator's faults; nil for nothing.
	breaks, mends func(l *loop)
	// slow says that answers take longer than the clients wait.
	slow bool
	// then are faults that follow, each met by a new leader, before all is mended.
	then []oneFault
}

// meansIt lists the faults that are explicit refusals: the service states that the customer of the request has
// withdrawn its access. TestAnswersThatMeanIt verifies that each of them takes access away.
var meansIt = map[string]string{
	"refuseWith=MP-251 customers": "Maskinporten says of each customer by its number that it has not delegated the " +
		"scope to us, and grants us our own tokens",
	"refuseAllWith=MP-251 customers": "the same, before anything in the request is looked at",
}

// namesCustomers lists the faults that state something else about each customer: the reason of a customer without
// access may change, and no access may.
var namesCustomers = map[string]string{
	"refuseWith=MP-250 customers": "Maskinporten says that the owner of the scope has not granted it to this " +
		"consumer, and grants us ours",
	"refuseAllWith=MP-250 customers":        "the same, before anything in the request is looked at",
	"altinn refuses all AUTH-00000":         "Altinn says that it does not know the customer's organization number",
	"hidden, altinn refuses all AUTH-00000": "the same, while Maskinporten finds no system user",
	"hidden, byQuery=AUTH-00000":            "the same, of the look at the system user alone",
}

// namesCustomersOfCustom lists further faults of this kind for customers of custom services, and the state and reason
// of a customer that has not delegated.
var namesCustomersOfCustom = map[string]struct{ reason, becomes string }{
	"refuseAllWith=MP-250": {
		reason: "the owner of a delegated custom scope grants it to customers, so MP-250 in the place of our own token " +
			"proves our credentials, and that of a customer is this customer's (ADR 13)",
		becomes: "NotGranted ScopeNotHeld",
	},
}

// namesCustomers reports whether a fault is one of namesCustomers, or of namesCustomersOfCustom for custom services.
func (o offer) namesCustomers(f oneFault) bool {
	_, ofCustom := namesCustomersOfCustom[f.name]
	return namesCustomers[f.name] != "" || ofCustom && o != asBuiltIn
}

// faultsOfCustom lists the faults that are walked over custom services, which have rules of their own for them:
// Maskinporten's refusals, and scopes that our client lacks. Outages are the same for all services.
func faultsOfCustom(t *testing.T, customers []string) []oneFault {
	t.Helper()
	var alone, together []oneFault
	for _, f := range simulatorFaults(t, customers) {
		switch {
		case meansIt[f.name] != "":
		case asCustom.namesCustomers(f):
			alone = append(alone, f)
		case strings.HasPrefix(f.name, "refuse"):
			together = append(together, f)
		}
	}
	ofScopes := slices.DeleteFunc(ofOurs(), func(f oneFault) bool { return !strings.HasPrefix(f.name, lacksScope) })
	return slices.Concat(alone, chained(together), ofScopes)
}

// walkedFaults lists all faults that are walked: those of the simulator without meansIt.
func walkedFaults(t *testing.T, customers []string) []oneFault {
	t.Helper()
	var all, together []oneFault
	for _, f := range simulatorFaults(t, customers) {
		switch {
		case meansIt[f.name] != "":
		case isOneOfMany(f) && namesCustomers[f.name] == "":
			together = append(together, f)
		default:
			all = append(all, f)
		}
	}
	return slices.Concat(all, chained(together), chained(elsewhere(t)), everyEndpoint(), altinnAnswers(t), ofOurs())
}

// isOneOfMany reports whether a fault is ended together with others: a reading breaks nothing, and TestRecovery
// verifies the end of each refusal, and of each fault that only requests on customers' behalf meet.
func isOneOfMany(f oneFault) bool {
	return strings.HasPrefix(f.name, "readings.") || strings.HasPrefix(f.name, "refuse") ||
		strings.HasSuffix(f.name, " customers")
}

// simulatorFaults are the faults of Maskinporten and Altinn, one by one, from the simulator's own list, so that a new
// one is walked too. Faults of a response are made for all requests, and for those on a customer's behalf alone.
func simulatorFaults(t *testing.T, customers []string) []oneFault {
	t.Helper()
	var all []oneFault
	for _, s := range simulator.FaultSwitches() {
		// What Altinn refuses is walked by altinnAnswers: of all endpoints at once, and of each that takes access away.
		if isElsewhere(s) || strings.HasPrefix(s.Name, "altinnRefuses.") {
			continue
		}
		for _, value := range valuesOf(s) {
			f := faultAt(t, s.Name, value)
			all = append(all, f)
			if s.Limitable {
				all = append(all, limitedTo(f, customers))
			}
		}
	}
	return all
}

// isElsewhere reports whether a fault is one of services that the controllers do not call.
func isElsewhere(s simulator.FaultSwitch) bool {
	service, _, _ := strings.Cut(s.Name, ".")
	return slices.Contains([]string{
		"nav", "navPlans", "sickPay", "sickPayData", "letters", "letterData", "reports", "reportData", "hrm",
	}, service)
}

// elsewhere are the faults of NAV and the HRM system. All have the same fault at the same time.
func elsewhere(t *testing.T) []oneFault {
	t.Helper()
	sets := map[string]map[string]any{}
	for _, s := range simulator.FaultSwitches() {
		if !isElsewhere(s) {
			continue
		}
		_, fault, _ := strings.Cut(s.Name, ".")
		for _, value := range valuesOf(s) {
			name := fault + "=" + value
			if sets[name] == nil {
				sets[name] = map[string]any{}
			}
			maps.Copy(sets[name], setting(s.Name, value))
		}
	}
	var all []oneFault
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		all = append(all, oneFault{name: "NAV and HRM system " + name, faults: faultsAsSet(t, sets[name])})
	}
	return all
}

// valuesOf lists the values that a switch is walked with.
func valuesOf(s simulator.FaultSwitch) []string {
	switch {
	case slices.Equal(s.Values, []string{"NUMBER"}):
		return []string{"1"}
	case s.Name == "clockOffset":
		return []string{"1m", "-1m"}
	case slices.Equal(s.Values, []string{"DURATION"}):
		return []string{"100ms"}
	case slices.Equal(s.Values, []string{"URL"}):
		return []string{"http://other.example/"}
	}
	return s.Values
}

// setting is one switch, as JSON has it.
func setting(name, value string) map[string]any {
	var set any = value
	if value == "true" {
		set = true
	}
	for _, part := range slices.Backward(strings.Split(name, ".")) {
		set = map[string]any{part: set}
	}
	return set.(map[string]any)
}

func faultsAsSet(t *testing.T, set map[string]any) (f simulator.Faults) {
	t.Helper()
	if err := json.Unmarshal(marshal(t, set), &f); err != nil {
		t.Fatalf("%v: %v", set, err)
	}
	return f
}

// faultAt sets one switch, as the command line does.
func faultAt(t *testing.T, name, value string) oneFault {
	t.Helper()
	f := oneFault{name: name + "=" + value, faults: faultsAsSet(t, setting(name, value))}
	switch name[strings.LastIndex(name, ".")+1:] {
	case "retryAfter": // says something only beside an outage
		f.faults.AnswerFaults.Outage = simwire.OutageTooManyRequests
		f.faults.Altinn.Outage = simwire.OutageTooManyRequests
	case "latency", "latencyAfter", "worksOn":
		f.slow = true
	}
	f.slow = f.slow || strings.HasSuffix(f.name, string(simwire.OutageSlowDrip))
	return f
}

// limitedTo limits a fault to the requests on customers' behalf: our own tokens are issued.
func limitedTo(f oneFault, customers []string) oneFault {
	f.name += " customers"
	f.faults = simulator.Faults{
		Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
			Consumers:    customers,
			AnswerFaults: f.faults.AnswerFaults,
		}}},
	}
	return f
}

// everyEndpoint breaks all endpoints of Maskinporten in each way, its metadata and keys too.
func everyEndpoint() []oneFault {
	var all []oneFault
	for _, outage := range simwire.Outages() {
		all = append(all, oneFault{
			name: "everyEndpoint " + string(outage),
			faults: simulator.Faults{
				Faults: simmaskinporten.Faults{EveryEndpoint: true, AnswerFaults: simmaskinporten.AnswerFaults{Outage: outage}},
			},
			slow: outage == simwire.OutageSlowDrip,
		})
	}
	return all
}

// altinnAnswers are all responses of Altinn while Maskinporten finds no system user, when Altinn's register decides,
// and all its refusals while Maskinporten finds them.
func altinnAnswers(t *testing.T) []oneFault {
	t.Helper()
	var alone, together []oneFault
	for _, s := range simulator.FaultSwitches() {
		if name, isData := strings.CutPrefix(s.Name, "altinnData."); isData {
			f := faultAt(t, s.Name, valuesOf(s)[0])
			f.name, f.faults.HideSystemUsers = "hidden, "+name, true
			alone = append(alone, f)
		}
	}
	for _, f := range slices.Concat(outagesWhileHiding(), altinnRefusals()) {
		if namesCustomers[f.name] != "" {
			alone = append(alone, f)
			continue
		}
		together = append(together, f)
	}
	return append(alone, chained(together)...)
}

// hidingUsers makes Maskinporten find no system user although all exist.
func hidingUsers() simulator.Faults {
	return simulator.Faults{
		Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{HideSystemUsers: true}},
	}
}

func outagesWhileHiding() []oneFault {
	var all []oneFault
	for _, outage := range simwire.Outages() {
		f := oneFault{
			name: "hidden, altinn.outage=" + string(outage), faults: hidingUsers(),
			slow: outage == simwire.OutageSlowDrip,
		}
		f.faults.Altinn.Outage = outage
		all = append(all, f)
	}
	return all
}

// altinnRefusals are each refusal instead of every response, of the look-up of one system user, and of the lists that
// must agree with it.
func altinnRefusals() []oneFault {
	var all []oneFault
	add := func(name string, f simulator.Faults, refuses simaltinn.Refuses) {
		f.AltinnRefuses = refuses
		all = append(all, oneFault{name: name, faults: f})
	}
	untold := hidingUsers()
	untold.WithoutErrorURI = true
	none := []simaltinn.Refusal{"AUTH-00015", "Bare404", "Empty404"}
	for i, r := range simaltinn.Refusals() {
		no := none[i%len(none)]
		add("altinn refuses all "+string(r), simulator.Faults{}, refusesAll(r))
		add("hidden, altinn refuses all "+string(r), hidingUsers(), refusesAll(r))
		add("hidden, byQuery="+string(r), untold, simaltinn.Refuses{ByQuery: r})
		add(fmt.Sprintf("hidden, byQuery=%s, lists=%s", no, r), hidingUsers(),
			simaltinn.Refuses{ByQuery: no, Users: r, Requests: r})
	}
	return all
}

// chained makes faults follow one another, so that not each of the hundreds is ended by itself.
func chained(faults []oneFault) []oneFault {
	const length = 12
	var chains []oneFault
	for some := range slices.Chunk(faults, length) {
		first := some[0]
		first.name, first.then = first.name+" and so on", some[1:]
		chains = append(chains, first)
	}
	return chains
}

func refusesAll(r simaltinn.Refusal) simaltinn.Refuses {
	return simaltinn.Refuses{
		ByQuery: r, Users: r, Request: r, Requests: r, Create: r, Delete: r, Change: r, CreateChange: r,
	}
}

// lacksScope begins the names of faults of our client's scopes.
const lacksScope = "our client lacks the scope "

// ofOurs are faults of our own registrations, at Maskinporten and in Altinn's system register.
func ofOurs() []oneFault {
	foreign := simaltinn.Refuses{ // our system is another vendor's: what Altinn's code answers then
		ByQuery: "Bare404", Users: "AUTH-00011", Request: "AUTH-00011", Requests: "AUTH-00011", Create: "AUTH-00011",
		Delete: "AUTH-00011", Change: "AUTH-00011", CreateChange: "Bare401",
	}
	coded := foreign
	coded.ByQuery = "AUTH-00015"
	hidden := simmaskinporten.AnswerFaults{HideSystemUsers: true}
	system := func(clients ...string) func(l *loop) {
		return func(l *loop) {
			s := registeredSystem()
			s.ClientIDs = clients
			l.must(l.simulator.Altinn.RegisterSystem(s))
		}
	}
	all := []oneFault{
		{
			name:   "our system is another vendor's",
			faults: simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: hidden}, AltinnRefuses: foreign},
		},
		{
			name:   "our system is another vendor's, coded",
			faults: simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: hidden}, AltinnRefuses: coded},
		},
		{name: "our client is off the system", breaks: system(), mends: system(clientID)},
	}
	for i, missing := range allScopes() {
		all = append(all, oneFault{name: lacksScope + missing, breaks: func(l *loop) {
			l.registerClient(slices.Delete(allScopes(), i, i+1)...)
		}})
	}
	for _, byQuery := range []simaltinn.Refusal{"Bare404", "Empty404", "AUTH-00015"} {
		all = append(all, oneFault{
			name: fmt.Sprintf("our client is off the system, and Altinn looks none up: %s",
				byQuery), breaks: system(), mends: system(clientID),
			faults: simulator.Faults{AltinnRefuses: simaltinn.Refuses{ByQuery: byQuery}},
		})
	}
	return all
}
