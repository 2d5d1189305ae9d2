package authority

import (
	"testing"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestProof follows the states of a Proof.
func TestProof(t *testing.T) {
	const other = "another scope"
	refused := func(c maskinporten.Class) error { return &maskinporten.Error{Class: c} }
	var p Proof
	for i, step := range []struct {
		reason       string
		act          func()
		all, one     maskinporten.Class // what holds back all requests, and those for scope
		succeeded    bool
		otherIsFault bool
	}{
		{reason: "nothing is known", act: func() {}},
		{
			reason: "an outage", act: func() { p.fail(refused(maskinporten.ClassServerError)) },
			all: maskinporten.ClassServerError, one: maskinporten.ClassServerError, otherIsFault: true,
		},
		{
			reason: "MP-251 of ourselves means that our client is refused",
			act:    func() { p.fail(refused(maskinporten.ClassNotDelegated)) }, all: maskinporten.ClassClientRejected,
			one: maskinporten.ClassClientRejected, otherIsFault: true,
		},
		{
			reason: "a token, but for one scope", succeeded: true, one: maskinporten.ClassScopeNotRegistered,
			act: func() { p.succeed(map[string]error{scope: refused(maskinporten.ClassScopeNotRegistered)}) },
		},
		{
			reason: "an outage says nothing about single scopes", act: func() { p.fail(refused(maskinporten.ClassUnreachable)) },
			all: maskinporten.ClassUnreachable, one: maskinporten.ClassUnreachable, otherIsFault: true,
		},
		{reason: "all is well", succeeded: true, act: func() {
			before := p.succeed(nil)
			if before.of(scope) != maskinporten.ClassUnreachable {
				t.Errorf("before: %q", before.of(scope))
			}
		}},
	} {
		step.act()
		if p.Fault() != step.all || p.faultOf(scope) != step.one || p.HasSucceeded() != step.succeeded ||
			p.faultOf(other) != "" != step.otherIsFault {
			t.Errorf("step %d: %s: all %q, scope %q, other %q, succeeded %t", i, step.reason, p.Fault(), p.faultOf(scope),
				p.faultOf(other), p.HasSucceeded())
		}
	}
}
