package customerintegration

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
)

// TestVendorReport verifies that the image of a custom service cannot blame NAV, even after the service was removed.
func TestVendorReport(t *testing.T) {
	name := fixture.NetRegistration().Name
	refused := runreport.Report{Outcome: runreport.Failed, Reason: runreport.NAVError, RefusedByRegisters: 9}
	cases := map[string]struct {
		reason string
		pass   customerBuilder
		want   runreport.Reason
	}{
		"custom": {
			reason: "the reason is not in the contract", want: runreport.NoReport,
			pass: makeCustomer().custom().granted(0).inPlaceOf(name).ranOf(name, "1", refused),
		},
		"removed": {
			reason: "no Supplier declares the name", want: runreport.NoReport,
			pass: makeCustomer().custom().granted(0).inPlaceOf(name).ranOf(name, "1", refused).
				with(func(s *scope) { s.supplier.Spec.Services = nil }),
		},
		"built-in": {
			reason: "our worker sends plans to NAV", want: runreport.NAVError,
			pass: makeCustomer().granted(0).inPlace().ran("1", refused),
		},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			run := c.pass.s.verdict().Services[0].Sync.LastRun
			if run.Reason != string(c.want) || (run.RefusedByRegisters > 0) != (c.want == runreport.NAVError) {
				t.Errorf("%s: %+v, want %s", c.reason, run, c.want)
			}
		})
	}
}

// TestScopeMessage verifies which owner of a scope the message names.
func TestScopeMessage(t *testing.T) {
	declared := fixture.Settlements()
	custom, _ := services.Declared(declared.Name, declared.Custom)
	const sent = "the owner of the scope nav:utbetaling/oppgjorsrapporter has not granted it to Tiger. " +
		"Ask the owner to grant it."
	if got := scopeMessage(custom, "Tiger"); got != sent {
		t.Errorf("a custom service: %s", got)
	}
	if got := scopeMessage(fixture.Service(fixture.FollowUpPlans), "Tiger"); !strings.HasPrefix(got, "NAV has not") {
		t.Errorf("a built-in service: %s", got)
	}
}
