package systemuser

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

var (
	firstPeer  = Peer{Owner: orgnumber.MustParse("310330701"), ExternalRef: "310330701"}
	secondPeer = Peer{Owner: orgnumber.MustParse("310702641"), ExternalRef: "310702641"}
	thirdPeer  = Peer{Owner: orgnumber.MustParse("313876144"), ExternalRef: "x"}
	fourthPeer = Peer{Owner: orgnumber.MustParse("215649202"), ExternalRef: "215649202"}
)

func peers(all ...Peer) func() ([]Peer, error) {
	return func() ([]Peer, error) { return all, nil }
}

// withPeers has customers that neither Maskinporten nor the register's look-up finds, while other customers have
// access.
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
			reason: "another customer's is found, and the whole list has that one and not this",
			known:  amongOthers,
			steps:  after(witness, lists(listed)),
			want:   plain(withdrawn),
		},
		"proved, pages": {
			reason: "however long the list is",
			known:  amongOthers,
			steps: after(witness, listPage("", "2", userOf(fourthPeer.Owner, "y")), listPage("2", "3", listed),
				listPage("3", "")),
			want: plain(withdrawn),
		},
		"proved by another": {
			reason: "one that is gone too is no witness",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errMissing), peerToken(secondPeer, nil), lists(userOf(secondPeer.Owner, "z"))),
			want:   plain(withdrawn),
		},
		"all refused": {
			reason: "what everybody is refused is about us",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errMissing), peerToken(secondPeer, errMissing), peerToken(thirdPeer, errMissing)),
			want:   clientMissing,
		},
		"proved by another, outage": {
			reason: "one whose token request fails is no witness",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errMPDown), peerToken(secondPeer, nil), lists(userOf(secondPeer.Owner, "z"))),
			want:   plain(withdrawn),
		},
		"proved by another, rejected": {
			reason: "nor one whose number Maskinporten rejects",
			known:  amongOthers,
			steps: after(
				peerToken(firstPeer, errRejected), peerToken(secondPeer, errMismatch), peerToken(thirdPeer, nil),
				lists(userOf(thirdPeer.Owner, "z")),
			),
			want: plain(withdrawn),
		},
		"no witness yet": {
			reason: "without a witness an outage leaves all as it was",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errMissing), peerToken(secondPeer, errMPDown), peerToken(thirdPeer, errMissing)),
			want:   faulty("", errMPDown, still),
		},
		"no witness, two causes": {
			reason: "the first cause is reported",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errMPDown), peerToken(secondPeer, errRejected), peerToken(thirdPeer, errMissing)),
			want:   faulty("", errMPDown, still),
		},
		"key expired": {
			reason: "an error about us ends the search",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errKeyExpired)),
			want:   faulty("", errKeyExpired, still),
		},
		"held": {
			reason: "no request was sent, and none would be for another witness",
			known:  amongOthers,
			steps:  after(peerToken(firstPeer, errHeld)),
			want:   faulty("", errHeld, still),
		},
		"peers not known": {
			reason: "who else has access is not known at the moment",
			known:  unlisted,
			steps:  gone,
			want:   faulty("", errHeld, still),
		},
		"listed": {
			reason: "the list has what the look-up does not find",
			known:  amongOthers,
			steps:  after(witness, lists(listed, userOf(testOwner, testNumber))),
			want:   clientMissing,
		},
		"listed, alone": {
			reason: "also if there is no other customer",
			known:  has,
			steps:  after(lists(userOf(testOwner, testNumber))),
			want:   clientMissing,
		},
		"listed, last page": {
			reason: "also on the last page",
			known:  amongOthers,
			steps:  after(witness, listPage("", "2", listed), listPage("2", "", userOf(testOwner, testNumber))),
			want:   clientMissing,
		},
		"replaced": {
			reason: "the customer has made another one in its place: it is taken over",
			known:  amongOthers,
			steps:  after(witness, lists(listed, userOf(testOwner, "made-by-hand")), token("made-by-hand", nil)),
			want:   refIs("made-by-hand", plain(granted)),
		},
		"replaced, not found": {
			reason: "Maskinporten does not find that one either",
			known:  amongOthers,
			steps:  after(witness, lists(listed, userOf(testOwner, "made-by-hand")), token("made-by-hand", errMissing)),
			want:   clientMissing,
		},
		"empty list": {
			reason: "a list without those for whom there are tokens is not whole",
			known:  amongOthers,
			steps:  after(witness, lists()),
			want:   nothing,
		},
		"partial list": {
			reason: "nor is one whose next page is not to be had",
			known:  amongOthers,
			steps:  after(witness, listPage("", "2", listed), listFails("2", refused(altinn.ClassServerError))),
			want:   nothing,
		},
		"endless list": {
			reason: "nor one that does not end",
			known:  amongOthers,
			steps:  after(witness, listPage("", "2", listed), listPage("2", "3", listed), listPage("3", "2", listed)),
			want:   nothing,
		},
		"not our list": {
			reason: "a register that does not know our system knows nothing of its users",
			known:  amongOthers,
			steps:  after(witness, listFails("", refused(altinn.ClassSystemNotFound))),
			want:   faulty(v1alpha1.ReasonSystemNotRegistered, errAny, still),
		},
		"list refused": {
			reason: "nor one that does not let us look",
			known:  amongOthers,
			steps:  after(witness, listFails("", refused(altinn.ClassForbidden))),
			want:   nothing,
		},
	}
}
