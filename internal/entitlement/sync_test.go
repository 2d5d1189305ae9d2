package entitlement

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// may means that there is no reason: sync is allowed.
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
	got, reason := MaySync(w.supplier, w.customer, w.stop, c.service)
	if reason != c.want || got != (c.want == may) {
		t.Errorf("%s: %t, %q; want %q", c.reason, got, reason, c.want)
	}
}

// TestMaySync has every reason for which sync is not allowed, except those of the access.
func TestMaySync(t *testing.T) {
	const (
		notSyncing = v1alpha1.ReasonNotSyncing
		pending    = v1alpha1.ReasonVerificationPending
		noHost     = v1alpha1.ReasonHRMEndpointNotAllowed
		notOffered = v1alpha1.ReasonServiceNotOffered
	)
	elsewhere, refused := endpoint("https://hrm.evil.example"), known(plans, v1alpha1.AuthorizationWithdrawn,
		v1alpha1.ReasonDelegationWithdrawn)
	cases := map[string]syncCase{
		"granted": {reason: "the everyday case", service: plans, want: may},
		"enabled": {
			reason: "it is the default, written down", changes: []change{syncEnabled}, service: plans,
			want: may,
		},
		"simulated": {reason: "a simulator says yes", changes: []change{simulated}, service: plans, want: may},
		"granted-of-two": {
			reason:  "a service that is granted runs although another waits",
			changes: []change{wants(sickNotes, plans), offers(sickNotes, plans)}, service: plans, want: may,
		},
		"other-of-two": {
			reason:  "and the other waits",
			changes: []change{wants(sickNotes, plans), offers(sickNotes, plans)}, service: sickNotes, want: pending,
		},
		"deleted": {
			reason: "a customer that goes is done with", changes: []change{deleted}, service: plans,
			want: notSyncing,
		},
		"deleted-orphan": {
			reason: "also when its Supplier went first", changes: []change{missing, deleted}, service: plans,
			want: notSyncing,
		},
		"disabled": {
			reason: "verify and report only", changes: []change{syncDisabled}, service: plans,
			want: notSyncing,
		},
		"not-listed": {
			reason:  "nothing flows that is not listed, whatever was granted",
			changes: []change{wants(sickNotes)}, service: plans, want: notSyncing,
		},
		"nothing-listed":  {reason: "likewise", changes: []change{wants()}, service: plans, want: notSyncing},
		"unknown-service": {reason: "a name that is no service's", service: "Payroll", want: notSyncing},
		"disabled-first": {
			reason:  "what a person chose goes before what is wrong",
			changes: []change{isTheSupplier, suspends, syncDisabled}, service: plans, want: notSyncing,
		},
		"suspended": {
			reason: "the customer's switch", changes: []change{suspends}, service: plans,
			want: v1alpha1.ReasonSuspended,
		},
		"stopped": {
			reason: "the emergency stop", changes: []change{stops}, service: plans, want: v1alpha1.ReasonEmergencyStop,
		},
		"supplier-suspend": {
			reason: "the kill switch", changes: []change{supplierSuspends}, service: plans,
			want: v1alpha1.ReasonSuspended,
		},
		"no-supplier": {
			reason: "a Supplier was deleted", changes: []change{missing}, service: plans,
			want: v1alpha1.ReasonSupplierNotFound,
		},
		"namespace": {
			reason: "a namespace was taken off the list", changes: []change{allows("others")},
			service: plans, want: v1alpha1.ReasonSupplierNotAllowed,
		},
		"ourselves": {
			reason: "an organization cannot delegate to itself", changes: []change{isTheSupplier},
			service: plans, want: v1alpha1.ReasonOrganizationIsSupplier,
		},
		"block-first": {
			reason:  "what blocks a customer goes before what is wrong with a service",
			changes: []change{supplierSuspends, offers(), elsewhere, refused}, service: plans, want: v1alpha1.ReasonSuspended,
		},
		"not-offered": {
			reason: "the Supplier took the service off its list", changes: []change{offers(sickNotes)},
			service: plans, want: notOffered,
		},
		"offered-first": {
			reason:  "what is not offered needs no host",
			changes: []change{offers(sickNotes), elsewhere, refused}, service: plans, want: notOffered,
		},
		"host": {
			reason: "the Supplier took the host off its list", changes: []change{elsewhere}, service: plans,
			want: noHost,
		},
		"no-host": {
			reason: "an object from before the field", changes: []change{endpoint("")}, service: plans,
			want: noHost,
		},
		"no-host, none used": {
			reason:  "the Supplier says that the jobs do not use the HRM system",
			changes: []change{usesHRM(v1alpha1.JobSecretNone), endpoint("")}, service: plans, want: may,
		},
		"no-host, used again": {
			reason:  "the Supplier has changed its mind",
			changes: []change{usesHRM(v1alpha1.JobSecretPerCustomer), endpoint("")}, service: plans, want: noHost,
		},
		"no-host, used by default": {
			reason: "PerCustomer is the default", changes: []change{usesHRM(""), endpoint("")}, service: plans, want: noHost,
		},
		"host, none used": {
			reason:  "data does not go there",
			changes: []change{usesHRM(v1alpha1.JobSecretNone), elsewhere}, service: plans, want: may,
		},
		"host-first": {
			reason: "data that may go nowhere needs no access", changes: []change{elsewhere, refused},
			service: plans, want: noHost,
		},
		"other-issuer": {
			reason: "the Supplier was made anew in another environment", changes: []change{inTest},
			service: plans, want: pending,
		},
		"other-simulator": {
			reason: "it asks another simulator now", changes: []change{simulated, simulatorReplaced},
			service: plans, want: pending,
		},
		"other-supplier": {
			reason: "the Supplier was made anew for another organization", changes: []change{otherSupplier},
			service: plans, want: pending,
		},
		"outdated": {
			reason: "etcd was restored, and the access may have been withdrawn since",
			changes: []change{
				verified(noon.Add(-time.Hour)),
				interrupted(noon),
			}, service: plans, want: v1alpha1.ReasonOperatorInterrupted,
		},
		"verified-since": {
			reason:  "it was verified after that",
			changes: []change{verified(noon.Add(time.Second)), interrupted(noon)}, service: plans, want: may,
		},
		"verified-in-the-same-second": {
			reason:  "times are whole seconds, and it may have been verified before",
			changes: []change{verified(noon), interrupted(noon)}, service: plans, want: v1alpha1.ReasonOperatorInterrupted,
		},
		"outdated-refused": {
			reason: "what was refused before is still refused",
			changes: []change{
				refused, verified(noon.Add(-time.Hour)),
				interrupted(noon),
			}, service: plans, want: v1alpha1.ReasonDelegationWithdrawn,
		},
		"unknown-issuer": {
			reason: "a status without an issuer proves nothing", changes: []change{issuerUnknown},
			service: plans, want: pending,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

// TestMaySyncNeedsAccess verifies that sync is allowed in one state of the access only.
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
		"granted": {reason: "the access was proved", state: granted, why: v1alpha1.ReasonDelegated, want: may},
		"granted-before": {
			reason: "it was proved before the service was not offered for a while", state: granted,
			why: v1alpha1.ReasonServiceNotOffered, want: may,
		},
		"granted-mute": {reason: "the state decides, not its reason", state: granted, want: may},
		"not-granted": {
			reason: "the customer's turn", state: notGranted, why: v1alpha1.ReasonNotDelegated,
			want: v1alpha1.ReasonNotDelegated,
		},
		"scope-refused": {
			reason: "NAV's turn", state: notGranted, why: v1alpha1.ReasonScopeNotGranted,
			want: v1alpha1.ReasonScopeNotGranted,
		},
		"not-granted-mute": {
			reason: "a state without a reason is as good as none", state: notGranted,
			want: v1alpha1.ReasonVerificationPending,
		},
		"not-granted-lying": {
			reason: "the state decides, not its reason", state: notGranted, why: v1alpha1.ReasonDelegated,
			want: v1alpha1.ReasonDelegated,
		},
		"withdrawn": {
			reason: "the customer took it back", state: withdrawn, why: v1alpha1.ReasonDelegationWithdrawn,
			want: v1alpha1.ReasonDelegationWithdrawn,
		},
		"withdrawn-refused": {
			reason: "a withdrawal survives what is said later", state: withdrawn,
			why: v1alpha1.ReasonScopeNotGranted, want: v1alpha1.ReasonScopeNotGranted,
		},
		"unavailable": {
			reason: "never known, and no answer", state: unknown, why: v1alpha1.ReasonAuthorityUnavailable,
			want: v1alpha1.ReasonAuthorityUnavailable,
		},
		"supplier-fault": {
			reason: "never known, for a fault of ours", state: unknown,
			why: v1alpha1.ReasonSupplierNotReady, want: v1alpha1.ReasonSupplierNotReady,
		},
		"rejected": {
			reason: "Maskinporten refuses the request", state: unknown, why: v1alpha1.ReasonRequestRejected,
			want: v1alpha1.ReasonRequestRejected,
		},
		"awaiting-approval": {
			reason: "the customer has not answered", state: "AwaitingApproval",
			why: v1alpha1.ReasonAwaitingApproval, want: v1alpha1.ReasonAwaitingApproval,
		},
		"rejected-approval": {
			reason: "the customer has said no", state: "Rejected", why: v1alpha1.ReasonApprovalRejected,
			want: v1alpha1.ReasonApprovalRejected,
		},
		"pending": {
			reason: "not verified yet", state: unknown, why: v1alpha1.ReasonVerificationPending,
			want: v1alpha1.ReasonVerificationPending,
		},
		"no-state": {reason: "a state that was never written", want: v1alpha1.ReasonVerificationPending},
		"other-state": {
			reason: "a state of a later version", state: "Expected", why: v1alpha1.ReasonNotDelegated,
			want: v1alpha1.ReasonNotDelegated,
		},
		"state-misspelled": {
			reason: "only the very word counts", state: "granted", why: v1alpha1.ReasonDelegated,
			want: v1alpha1.ReasonDelegated,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			syncCase{reason: c.reason, changes: []change{known(plans, c.state, c.why)}, service: plans, want: c.want}.check(t)
		})
	}
	t.Run("never-asked", func(t *testing.T) {
		syncCase{
			reason: "nothing is known", changes: []change{neverAsked}, service: plans,
			want: v1alpha1.ReasonVerificationPending,
		}.check(t)
	})
}
