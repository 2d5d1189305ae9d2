package verification

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestSystemUserUnderEveryReading follows a system user's life under each reading of the documentation, and under all
// of them together: it is the same.
func TestSystemUserUnderEveryReading(t *testing.T) {
	t.Parallel()
	type state = v1alpha1.AuthorizationState
	const (
		awaits    = v1alpha1.AuthorizationAwaitingApproval
		granted   = v1alpha1.AuthorizationGranted
		withdrawn = v1alpha1.AuthorizationWithdrawn
		rejected  = v1alpha1.AuthorizationRejected
	)
	want := [][2]state{
		{awaits, ""},
		{granted, ""},
		{granted, awaits},
		{granted, granted},
		{withdrawn, withdrawn},
		{awaits, awaits},
		{rejected, rejected},
		{awaits, awaits},
		{granted, granted},
	}
	for name, readings := range allReadings(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, inMemory(t))
			l.must(l.simulator.SetFaults(simulator.Faults{Readings: readings}))
			if diff := cmp.Diff(want, l.wholeLife()); diff != "" {
				t.Errorf("another life (-want +got):\n%s", diff)
			}
			if n := len(l.simulator.Altinn.SystemUserRequests()); n != 4 {
				t.Errorf("%d requests, want three for a system user and one for a change", n)
			}
		})
	}
}

// wholeLife returns the states of both services after each step of a system user's life.
func (l *loop) wholeLife() [][2]v1alpha1.AuthorizationState {
	l.t.Helper()
	key := l.customerOf(tiger, notes)
	var states [][2]v1alpha1.AuthorizationState
	for _, step := range []func(){
		func() {},
		func() { l.approve(tiger) },
		func() { l.wants(key, notes, applications); l.wake(key) },
		func() { l.approve(tiger) },
		func() { l.deleteSystemUser(tiger); l.clock.Set(l.clock.Now().Add(2 * grantedInterval)) },
		func() { l.prompt(key, "first") },
		func() { _, err := l.simulator.Altinn.RejectRequest(tiger); l.must(err) },
		func() { l.prompt(key, "second") },
		func() { l.approve(tiger) },
	} {
		step()
		l.run(time.Minute)
		states = append(states, [2]v1alpha1.AuthorizationState{l.access(key, notes).State, l.access(key, applications).State})
	}
	return states
}

// allReadings are each reading by itself, none, and all together.
func allReadings(t *testing.T) map[string]simulator.Readings {
	t.Helper()
	every := map[string]bool{}
	all := map[string]simulator.Readings{"none": {}}
	for _, name := range readingNames(t) {
		every[name] = true
		all[name] = readingsOf(t, map[string]bool{name: true})
	}
	all["all"] = readingsOf(t, every)
	return all
}

func readingsOf(t *testing.T, set map[string]bool) (r simulator.Readings) {
	t.Helper()
	if err := json.Unmarshal(marshal(t, set), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// readingNames are those of the fields of Readings in JSON, as the admin API has them.
func readingNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, s := range simulator.FaultSwitches() {
		if name, ok := strings.CutPrefix(s.Name, "readings."); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatal("the simulator tells of no readings")
	}
	return names
}

// TestSystemUserUnderLookupLag approves and deletes a system user while Maskinporten sees at once, or late, what
// customers do in Altinn. The customer is granted and withdrawn either way, and the Supplier never reports a fault.
func TestSystemUserUnderLookupLag(t *testing.T) {
	t.Parallel()
	for _, lag := range []time.Duration{0, 30 * time.Second, 5 * time.Minute} {
		t.Run(lag.String(), func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, inMemory(t))
			l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{LookupLag: simwire.Duration(lag)}}))
			key := l.customerOf(tiger, notes)
			l.run(time.Minute)
			l.has(key, notes, "AwaitingApproval AwaitingApproval")
			said := map[string]bool{}
			becomes := func(state v1alpha1.AuthorizationState) {
				t.Helper()
				l.until(string(state), lag+2*grantedInterval, func() bool {
					said[says(l.current().Status.Conditions, v1alpha1.ConditionReady)] = true
					return l.access(key, notes).State == state
				})
			}
			l.approve(tiger)
			becomes(v1alpha1.AuthorizationGranted)
			l.deleteSystemUser(tiger)
			becomes(v1alpha1.AuthorizationWithdrawn)
			if diff := cmp.Diff(map[string]bool{"True CredentialsProved": true}, said); diff != "" {
				t.Errorf("the Supplier's Ready (-want +got):\n%s", diff)
			}
		})
	}
}
