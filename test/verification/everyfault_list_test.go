package verification

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator"
)

// oneFault is one way in which an outside service breaks, or reads its own documentation.
type oneFault struct {
	name   string
	faults simulator.Faults
	// breaks and mends are for what is wrong outside of the simulator's faults; nil for nothing.
	breaks, mends func(l *loop)
	// slow says that answers take longer than the clients wait.
	slow bool
}

// meansIt lists the faults that are a customer's own word: the service says in so many words that this customer has taken its
// access back, and says it of a customer that it was asked about. TestAnswersThatMeanIt sees that each of them does take access.
var meansIt = map[string]string{
	"refuseWith=MP-251":                 "Maskinporten says of each customer by its number that it has not delegated the scope to us",
	"refuseWith=MP-251 customers":       "the same",
	"refuseAllWith=MP-251 customers":    "the same: a client that does everything right meets no other refusal before it",
	"refuseAllWith=MP-251":              "the same, and our own requests name no customer",
	"readings=all refuseAllWith MP-251": "the same under every reading",
}

// everyFault lists all faults that the simulator can make, one by one, as its own list has them: a new one is walked by itself.
// Faults of an answer are made to all requests, and to those on a customer's behalf alone. What breaks Maskinporten's word about
// system users is walked together with everything that Altinn can answer.
func everyFault(t *testing.T, customers []string) []oneFault {
	t.Helper()
	var all []oneFault
	for _, s := range simulator.FaultSwitches() {
		if strings.HasPrefix(s.Name, "altinnRefuses.") {
			continue // walked by altinnAnswers, of all endpoints at once and of each that takes access away
		}
		for _, value := range valuesOf(s) {
			f := faultAt(t, s.Name, value)
			all = append(all, f)
			if s.Limitable {
				all = append(all, limitedTo(f, customers))
			}
		}
	}
	all = append(all, everyEndpoint()...)
	all = append(all, altinnAnswers()...)
	all = append(all, ofOurs()...)
	return slices.DeleteFunc(all, func(f oneFault) bool { return meansIt[f.name] != "" })
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
		return []string{"http://somebody-else.example/"}
	}
	return s.Values
}

// faultAt sets one switch, as the command line does.
func faultAt(t *testing.T, name, value string) oneFault {
	t.Helper()
	var set any = value
	if value == "true" {
		set = true
	}
	path := strings.Split(name, ".")
	for _, part := range slices.Backward(path) {
		set = map[string]any{part: set}
	}
	f := oneFault{name: name + "=" + value}
	if err := json.Unmarshal(marshal(t, set), &f.faults); err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	switch path[len(path)-1] {
	case "retryAfter": // says something only beside an outage
		f.faults.AnswerFaults.Outage = simulator.OutageTooManyRequests
		f.faults.Altinn.Outage = simulator.OutageTooManyRequests
	case "latency", "latencyAfter", "worksOn":
		f.slow = true
	}
	f.slow = f.slow || strings.HasSuffix(f.name, string(simulator.OutageSlowDrip))
	return f
}

// limitedTo has a fault hit the requests on customers' behalf alone: our own tokens are given.
func limitedTo(f oneFault, customers []string) oneFault {
	f.name += " customers"
	f.faults = simulator.Faults{
		Limited: []simulator.LimitedFaults{{Consumers: customers, AnswerFaults: f.faults.AnswerFaults}},
	}
	return f
}

// everyEndpoint has all of Maskinporten fail in each way, its metadata and keys too.
func everyEndpoint() []oneFault {
	var all []oneFault
	for _, outage := range simulator.Outages() {
		all = append(all, oneFault{
			name: "everyEndpoint " + string(outage),
			faults: simulator.Faults{
				EveryEndpoint: true, AnswerFaults: simulator.AnswerFaults{Outage: outage},
			},
			slow: outage == simulator.OutageSlowDrip,
		})
	}
	return all
}

// noSystemUser are the ways in which Maskinporten finds no system user although all are there.
func noSystemUser() map[string]simulator.Faults {
	hidden := simulator.AnswerFaults{HideSystemUsers: true}
	return map[string]simulator.Faults{
		"":                {},
		"hidden ":         {AnswerFaults: hidden},
		"hidden, no URI ": {AnswerFaults: hidden, WithoutErrorURI: true},
	}
}

// altinnAnswers are all that Altinn can answer: while Maskinporten finds the system users, and while it finds none, which is
// when Altinn's word decides.
func altinnAnswers() []oneFault {
	var all []oneFault
	for _, hidden := range slices.Sorted(maps.Keys(noSystemUser())) {
		add := func(name string, change func(*simulator.Faults)) {
			f := oneFault{name: hidden + name, faults: noSystemUser()[hidden]}
			change(&f.faults)
			f.slow = f.faults.Altinn.Outage == simulator.OutageSlowDrip
			all = append(all, f)
		}
		for _, outage := range simulator.Outages() {
			add("altinn.outage="+string(outage), func(f *simulator.Faults) { f.Altinn.Outage = outage })
		}
		for _, r := range simulator.AltinnRefusals() {
			add("altinn refuses all "+string(r), func(f *simulator.Faults) { f.AltinnRefuses = refusesAll(r) })
		}
		if hidden != "hidden " {
			continue
		}
		for _, r := range simulator.AltinnRefusals() {
			add("no user, lists "+string(r), func(f *simulator.Faults) {
				f.AltinnRefuses = simulator.AltinnRefuses{ByQuery: "AUTH-00015", Users: r, Requests: r}
			})
			add("altinnRefuses.byQuery="+string(r), func(f *simulator.Faults) { f.AltinnRefuses.ByQuery = r })
			add("altinnRefuses.users="+string(r), func(f *simulator.Faults) {
				f.AltinnRefuses = simulator.AltinnRefuses{ByQuery: "Bare404", Users: r}
			})
			add("altinnRefuses.requests="+string(r), func(f *simulator.Faults) {
				f.AltinnRefuses = simulator.AltinnRefuses{ByQuery: "Empty404", Requests: r}
			})
		}
	}
	return all
}

func refusesAll(r simulator.AltinnRefusal) simulator.AltinnRefuses {
	return simulator.AltinnRefuses{
		ByQuery: r, Users: r, Request: r, Requests: r, Create: r, Delete: r, Change: r, CreateChange: r,
	}
}

// ofOurs are faults of our own registrations, at Maskinporten and in Altinn's system register.
func ofOurs() []oneFault {
	foreign := simulator.AltinnRefuses{ // our system is another vendor's: what Altinn's code answers then
		ByQuery: "Bare404", Users: "AUTH-00011", Request: "AUTH-00011", Requests: "AUTH-00011", Create: "AUTH-00011",
		Delete: "AUTH-00011", Change: "AUTH-00011", CreateChange: "Bare401",
	}
	coded := foreign
	coded.ByQuery = "AUTH-00015"
	hidden := simulator.AnswerFaults{HideSystemUsers: true}
	system := func(clients ...string) func(l *loop) {
		return func(l *loop) {
			s := registeredSystem()
			s.ClientIDs = clients
			l.must(l.simulator.RegisterSystem(s))
		}
	}
	all := []oneFault{
		{name: "our system is another vendor's", faults: simulator.Faults{AnswerFaults: hidden, AltinnRefuses: foreign}},
		{name: "our system is another vendor's, coded", faults: simulator.Faults{AnswerFaults: hidden, AltinnRefuses: coded}},
		{name: "our client is off the system", breaks: system(), mends: system(clientID)},
		{name: "our client has no scope of Altinn's", breaks: func(l *loop) { l.registerClient(systemUserScopes()[:2]...) }},
		{name: "our client has only Altinn's scopes", breaks: func(l *loop) { l.registerClient(systemUserScopes()[2:]...) }},
	}
	for _, byQuery := range []simulator.AltinnRefusal{"Bare404", "Empty404", "AUTH-00015"} {
		all = append(all, oneFault{
			name: fmt.Sprintf("our client is off the system, and Altinn looks none up: %s", byQuery), breaks: system(), mends: system(clientID),
			faults: simulator.Faults{AltinnRefuses: simulator.AltinnRefuses{ByQuery: byQuery}},
		})
	}
	return all
}
