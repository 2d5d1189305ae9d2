package systemuser

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// withAgents has customers with an agent system user, which acts for their clients and is never their own.
func withAgents() map[string]conversation {
	const old, own = "cust-42", testNumber + ownSuffix
	agent := func(ref string) altinn.SystemUser {
		user := userOf(testOwner, ref)
		user.Agent, user.Created = true, testNow.Add(-time.Hour)
		return user
	}
	listed := func(users ...altinn.SystemUser) Listed { return Listed{Users: users} }
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	after := func(more ...step) []step { return append(slices.Clone(gone), more...) }
	atRef := []step{token(testNumber, errMissing), userIsAgent(testNumber)}
	beside := func(f Finding) Finding {
		f.HasAgent = true
		return f
	}
	still := waits
	still.HasAgent = true
	witnessAgent := userOf(firstPeer.Owner, firstPeer.ExternalRef)
	witnessAgent.Agent = true
	proves := has
	proves.Peers = peers(firstPeer)
	return map[string]conversation{
		"agent": {
			reason: "its own is requested, by a reference of its own",
			steps:  append(slices.Clone(atRef), ask(own, with(request(altinn.StatusNew), testID, own))),
			want:   beside(refIs(own, found(awaiting, forUser, testID, testURL))),
		},
		"agent, with a token": {
			reason: "Maskinporten returns tokens for it, which do not act for the customer",
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userIsAgent(testNumber),
				ask(own, with(request(altinn.StatusNew), testID, own)),
			},
			want: beside(refIs(own, found(awaiting, forUser, testID, testURL))),
		},
		"agent, with a token, not looked up": {
			reason: "the list shows its type", listed: listed(agent(testNumber)),
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userFails(testNumber, errGone),
				ask(own, with(request(altinn.StatusNew), testID, own)),
			},
			want: beside(refIs(own, found(awaiting, forUser, testID, testURL))),
		},
		"agent, with a token, nowhere": {
			reason: "nothing is granted to a system user of unknown type",
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userFails(testNumber, errGone),
			},
			want: faulty("", errAny, plain(v1alpha1.AuthorizationUnknown)),
		},
		"agent, with a token, refused": {
			reason: "it undoes no withdrawal", known: tookBack,
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userIsAgent(testNumber),
			},
			want: plain(withdrawn),
		},
		"agent, listed": {
			reason: "also if only the list has it", listed: listed(agent(testNumber)),
			steps: after(ask(own, with(request(altinn.StatusNew), testID, own))),
			want:  beside(refIs(own, found(awaiting, forUser, testID, testURL))),
		},
		"agent, other reference": {
			reason: "it is not taken over", listed: listed(agent(old)),
			steps: after(ask(testNumber, request(altinn.StatusNew))),
			want:  beside(found(awaiting, forUser, testID, testURL)),
		},
		"agent, and its own": {
			reason: "its own is taken over", listed: listed(agent(testNumber), userOf(testOwner, old)),
			steps: after(token(old, nil), findFails(old, errNoRequest)), want: refIs(old, plain(granted)),
		},
		"agent, waiting": {
			reason: "the state keeps it while its own is awaited", known: still,
			steps: []step{look(testID, request(altinn.StatusNew))}, want: beside(found(awaiting, forUser, testID, testURL)),
		},
		"agent, approved": {
			reason: "and not longer", known: still,
			steps: []step{look(testID, request(altinn.StatusAccepted)), token(testNumber, nil)},
			want:  found(granted, forUser, testID, ""),
		},
		"agent, own deleted": {
			reason: "an agent in the list does not keep access", known: has, steps: after(lists(agent(old))),
			want: plain(withdrawn),
		},
		"agent, own replaced": {
			reason: "nor does one in its place", known: has, steps: append(slices.Clone(atRef), lists(agent(testNumber))),
			want: plain(withdrawn),
		},
		"agent, change": {
			reason: "no change of it is requested",
			steps: []step{
				token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay)), userIsAgent(testNumber),
			},
			want: faulty("", errAny, plain(v1alpha1.AuthorizationUnknown)),
		},
		"agent of a witness": {
			reason: "it proves no list", known: proves, steps: after(peerToken(firstPeer, nil), lists(witnessAgent)),
			want: faulty("", errAny, found(granted, forUser, testID, "")),
		},
	}
}
