package systemuser

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

var (
	firstPeer  = Peer{orgnumber.MustParse("310330701"), "310330701"}
	secondPeer = Peer{orgnumber.MustParse("310702641"), "310702641"}
	thirdPeer  = Peer{orgnumber.MustParse("313876144"), "x"}
	fourthPeer = Peer{orgnumber.MustParse("215649202"), "215649202"}
)

func peers(all ...Peer) func() ([]Peer, error) {
	return func() ([]Peer, error) { return all, nil }
}

// withPeers has customers with access whom neither Maskinporten nor the register's look-up finds, among others.
func withPeers() map[string]conversation {
	amongOthers := has
	amongOthers.Peers = peers(firstPeer, secondPeer, thirdPeer, fourthPeer)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	after := func(more ...step) []step { return append(slices.Clone(gone), more...) }
	witness := peerToken(firstPeer, nil)
	listed := userOf(firstPeer.Owner, firstPeer.ExternalRef)
	unlisted := has
	unlisted.Peers = func() ([]Peer, error) { return nil, errHeld }
	still := found(granted, forUser, testID, "")
	clientMissing := faulty(v1alpha1.ReasonSystemClientMissing, errMissing, still)
	nothing := faulty("", errAny, still)
	return map[string]conversation{
		"proved": {
			"another customer's is found, and the whole list has that one and not this", amongOthers, "",
			after(witness, lists(listed)), plain(withdrawn),
		},
		"proved, pages": {
			"however long the list is", amongOthers, "",
			after(witness, listPage("", "2", userOf(fourthPeer.Owner, "y")), listPage("2", "3", listed), listPage("3", "")), plain(withdrawn),
		},
		"proved by another": {
			"one that is gone too is no witness", amongOthers, "",
			after(peerToken(firstPeer, errMissing), peerToken(secondPeer, nil), lists(userOf(secondPeer.Owner, "z"))), plain(withdrawn),
		},
		"all refused": {
			"what everybody is refused is about us", amongOthers, "",
			after(peerToken(firstPeer, errMissing), peerToken(secondPeer, errMissing), peerToken(thirdPeer, errMissing)), clientMissing,
		},
		"proved by another, outage": {
			"one whose token request fails is no witness", amongOthers, "",
			after(peerToken(firstPeer, errMPDown), peerToken(secondPeer, nil), lists(userOf(secondPeer.Owner, "z"))), plain(withdrawn),
		},
		"proved by another, rejected": {
			"nor one whose number Maskinporten rejects", amongOthers, "",
			after(
				peerToken(firstPeer, errRejected), peerToken(secondPeer, errMismatch), peerToken(thirdPeer, nil),
				lists(userOf(thirdPeer.Owner, "z")),
			),
			plain(withdrawn),
		},
		"no witness yet": {
			"without a witness an outage leaves all as it was", amongOthers, "",
			after(peerToken(firstPeer, errMissing), peerToken(secondPeer, errMPDown), peerToken(thirdPeer, errMissing)),
			faulty("", errMPDown, still),
		},
		"no witness, two causes": {
			"the first cause is reported", amongOthers, "",
			after(peerToken(firstPeer, errMPDown), peerToken(secondPeer, errRejected), peerToken(thirdPeer, errMissing)),
			faulty("", errMPDown, still),
		},
		"key expired": {
			"an error about us ends the search", amongOthers, "",
			after(peerToken(firstPeer, errKeyExpired)), faulty("", errKeyExpired, still),
		},
		"held": {
			"no request was sent, and none would be for another witness", amongOthers, "",
			after(peerToken(firstPeer, errHeld)), faulty("", errHeld, still),
		},
		"peers not known": {
			"who else has access is not known at the moment", unlisted, "", gone, faulty("", errHeld, still),
		},
		"listed": {
			"the list has what the look-up does not find", amongOthers, "",
			after(witness, lists(listed, userOf(testOwner, testNumber))), clientMissing,
		},
		"listed, alone": {
			"also if there is no other customer", has, "",
			after(lists(userOf(testOwner, testNumber))), clientMissing,
		},
		"listed, last page": {
			"also on the last page", amongOthers, "",
			after(witness, listPage("", "2", listed), listPage("2", "", userOf(testOwner, testNumber))), clientMissing,
		},
		"replaced": {
			"the customer has made another one in its place: it is taken over", amongOthers, "",
			after(witness, lists(listed, userOf(testOwner, "made-by-hand")), token("made-by-hand", nil)),
			refIs("made-by-hand", plain(granted)),
		},
		"replaced, not found": {
			"Maskinporten does not find that one either", amongOthers, "",
			after(witness, lists(listed, userOf(testOwner, "made-by-hand")), token("made-by-hand", errMissing)), clientMissing,
		},
		"empty list": {
			"a list without those for whom there are tokens is not whole", amongOthers, "",
			after(witness, lists()), nothing,
		},
		"partial list": {
			"nor is one whose next page is not to be had", amongOthers, "",
			after(witness, listPage("", "2", listed), listFails("2", refused(altinn.ClassServerError))), nothing,
		},
		"endless list": {
			"nor one that does not end", amongOthers, "",
			after(witness, listPage("", "2", listed), listPage("2", "3", listed), listPage("3", "2", listed)), nothing,
		},
		"not our list": {
			"a register that does not know our system knows nothing of its users", amongOthers, "",
			after(witness, listFails("", refused(altinn.ClassSystemNotFound))),
			faulty(v1alpha1.ReasonSystemNotRegistered, errAny, still),
		},
		"list refused": {
			"nor one that does not let us look", amongOthers, "",
			after(witness, listFails("", refused(altinn.ClassForbidden))), nothing,
		},
	}
}
