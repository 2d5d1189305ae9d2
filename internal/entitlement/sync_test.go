package entitlement

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// may stands for no reason at all: data may flow.
const may = ""

// syncCase is what may flow for one service of a customer.
type syncCase struct {
	reason  string
	changes []change
	service v1alpha1.ServiceName
	want    string // the reason why not
}

func (c syncCase) check(t *testing.T) {
	t.Helper()
	w := makeWorld(c.changes...)
	got, reason := MaySync(w.supplier, w.customer, c.service)
	if reason != c.want || got != (c.want == may) {
		t.Errorf("%s: %t, %q; want %q", c.reason, got, reason, c.want)
	}
}

// TestMaySync has every reason for which nothing may flow, but for those of the access.
func TestMaySync(t *testing.T) {
	const (
		notSyncing = v1alpha1.ReasonNotSyncing
		pending    = v1alpha1.ReasonVerificationPending
		noHost     = v1alpha1.ReasonHRMEndpointNotAllowed
		notOffered = v1alpha1.ReasonServiceNotOffered
	)
	elsewhere, refused := endpoint("https://hrm.evil.example"), known(plans, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn)
	cases := map[string]syncCase{
		"granted":          {"the everyday case", nil, plans, may},
		"enabled":          {"it is the default, written down", []change{syncEnabled}, plans, may},
		"simulated":        {"a simulator says yes", []change{simulated}, plans, may},
		"granted-of-two":   {"a service that is granted runs although another waits", []change{wants(sickNotes, plans), offers(sickNotes, plans)}, plans, may},
		"other-of-two":     {"and the other waits", []change{wants(sickNotes, plans), offers(sickNotes, plans)}, sickNotes, pending},
		"deleted":          {"a customer that goes is done with", []change{deleted}, plans, notSyncing},
		"deleted-orphan":   {"also when its Supplier went first", []change{missing, deleted}, plans, notSyncing},
		"disabled":         {"verify and report only", []change{syncDisabled}, plans, notSyncing},
		"not-listed":       {"nothing flows that is not listed, whatever was granted", []change{wants(sickNotes)}, plans, notSyncing},
		"nothing-listed":   {"likewise", []change{wants()}, plans, notSyncing},
		"unknown-service":  {"a name that is no service's", nil, "Payroll", notSyncing},
		"disabled-first":   {"what a person chose goes before what is wrong", []change{isTheSupplier, suspends, syncDisabled}, plans, notSyncing},
		"suspended":        {"the customer's switch", []change{suspends}, plans, v1alpha1.ReasonSuspended},
		"supplier-suspend": {"the kill switch", []change{supplierSuspends}, plans, v1alpha1.ReasonSuspended},
		"no-supplier":      {"a Supplier was deleted", []change{missing}, plans, v1alpha1.ReasonSupplierNotFound},
		"namespace":        {"a namespace was taken off the list", []change{allows("others")}, plans, v1alpha1.ReasonSupplierNotAllowed},
		"ourselves":        {"an organization cannot delegate to itself", []change{isTheSupplier}, plans, v1alpha1.ReasonOrganizationIsSupplier},
		"block-first":      {"what blocks a customer goes before what is wrong with a service", []change{supplierSuspends, offers(), elsewhere, refused}, plans, v1alpha1.ReasonSuspended},
		"not-offered":      {"the Supplier took the service off its list", []change{offers(sickNotes)}, plans, notOffered},
		"offered-first":    {"what is not offered needs no host", []change{offers(sickNotes), elsewhere, refused}, plans, notOffered},
		"host":             {"the Supplier took the host off its list", []change{elsewhere}, plans, noHost},
		"no-host":          {"an object from before the field", []change{endpoint("")}, plans, noHost},
		"host-first":       {"data that may go nowhere needs no access", []change{elsewhere, refused}, plans, noHost},
		"other-issuer":     {"the Supplier was made anew in another environment", []change{inTest}, plans, pending},
		"other-simulator":  {"it asks another simulator now", []change{simulated, simulatorReplaced}, plans, pending},
		"other-supplier":   {"the Supplier was made anew for another organization", []change{otherSupplier}, plans, pending},
		"outdated":         {"etcd was restored, and the access may have been withdrawn since", []change{verified(noon.Add(-time.Hour)), interrupted(noon)}, plans, v1alpha1.ReasonOperatorInterrupted},
		"verified-since":   {"it was verified after that", []change{verified(noon.Add(time.Second)), interrupted(noon)}, plans, may},
		"verified-at-once": {"times are whole seconds", []change{verified(noon), interrupted(noon)}, plans, may},
		"outdated-refused": {"what was refused before is still refused", []change{refused, verified(noon.Add(-time.Hour)), interrupted(noon)}, plans, v1alpha1.ReasonDelegationWithdrawn},
		"unknown-issuer":   {"a status without an issuer proves nothing", []change{issuerUnknown}, plans, pending},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

// TestMaySyncNeedsAccess lets data flow in one state of the access only.
func TestMaySyncNeedsAccess(t *testing.T) {
	const (
		granted    = v1alpha1.AuthorizationGranted
		notGranted = v1alpha1.AuthorizationNotGranted
		withdrawn  = v1alpha1.AuthorizationWithdrawn
		unknown    = v1alpha1.AuthorizationUnknown
	)
	cases := map[string]struct {
		reason string
		state  v1alpha1.AuthorizationState
		why    string
		want   string
	}{
		"granted":           {"the access was proved", granted, v1alpha1.ReasonDelegated, may},
		"granted-before":    {"it was proved before the service was not offered for a while", granted, v1alpha1.ReasonServiceNotOffered, may},
		"granted-mute":      {"the state decides, not its reason", granted, "", may},
		"not-granted":       {"the customer's turn", notGranted, v1alpha1.ReasonNotDelegated, v1alpha1.ReasonNotDelegated},
		"scope-refused":     {"NAV's turn", notGranted, v1alpha1.ReasonScopeNotGranted, v1alpha1.ReasonScopeNotGranted},
		"not-granted-mute":  {"a state without a reason is as good as none", notGranted, "", v1alpha1.ReasonVerificationPending},
		"not-granted-lying": {"the state decides, not its reason", notGranted, v1alpha1.ReasonDelegated, v1alpha1.ReasonDelegated},
		"withdrawn":         {"the customer took it back", withdrawn, v1alpha1.ReasonDelegationWithdrawn, v1alpha1.ReasonDelegationWithdrawn},
		"withdrawn-refused": {"a withdrawal survives what is said later", withdrawn, v1alpha1.ReasonScopeNotGranted, v1alpha1.ReasonScopeNotGranted},
		"unavailable":       {"never known, and no answer", unknown, v1alpha1.ReasonAuthorityUnavailable, v1alpha1.ReasonAuthorityUnavailable},
		"supplier-fault":    {"never known, for a fault of ours", unknown, v1alpha1.ReasonSupplierNotReady, v1alpha1.ReasonSupplierNotReady},
		"rejected":          {"Maskinporten refuses the request", unknown, v1alpha1.ReasonRequestRejected, v1alpha1.ReasonRequestRejected},
		"awaiting-approval": {"the customer has not answered", "AwaitingApproval", v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonAwaitingApproval},
		"rejected-approval": {"the customer has said no", "Rejected", v1alpha1.ReasonApprovalRejected, v1alpha1.ReasonApprovalRejected},
		"pending":           {"not asked yet", unknown, v1alpha1.ReasonVerificationPending, v1alpha1.ReasonVerificationPending},
		"no-state":          {"a state that was never written", "", "", v1alpha1.ReasonVerificationPending},
		"other-state":       {"a state of a later version", "Expected", v1alpha1.ReasonNotDelegated, v1alpha1.ReasonNotDelegated},
		"state-misspelled":  {"only the very word counts", "granted", v1alpha1.ReasonDelegated, v1alpha1.ReasonDelegated},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			syncCase{c.reason, []change{known(plans, c.state, c.why)}, plans, c.want}.check(t)
		})
	}
	t.Run("never-asked", func(t *testing.T) {
		syncCase{"nothing is known", []change{neverAsked}, plans, v1alpha1.ReasonVerificationPending}.check(t)
	})
}
