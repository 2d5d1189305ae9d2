package systemuser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// The owner of the tests is the agent here, and this one its client.
var testClient = orgnumber.MustParse("315587336")

const (
	clientsRef = testNumber + clientsSuffix
	ownRef     = "accounting"

	payrollPackage = "urn:altinn:accesspackage:lonn"
)

func throughWanted(promptValue string) Wanted {
	w := wanted(promptValue)
	w.Client, w.AllRights = testClient, nil
	return w
}

// askAgent requests an agent system user, without rights.
func askAgent(r altinn.Request) step {
	return step{call: "ask " + testNumber + " " + clientsRef + " for , pkg, https://back.example", r: r}
}

func clientsOf(ref string, clients ...orgnumber.Number) step {
	return step{call: "clients " + ref + " " + sickNotes, clients: clients}
}

// clientsWith returns the step of listing the clients for whom an agent system user has an access package.
func clientsWith(ref string, clients ...orgnumber.Number) step {
	return step{call: "clients " + ref + " " + payrollPackage, clients: clients}
}

func agentUser(ref string) altinn.SystemUser {
	user := userOf(testOwner, ref)
	user.Agent = true
	return user
}

// throughAgents has customers that grant access through an agent.
func throughAgents() map[string]conversation {
	other, agentRequest := firstPeer.Owner, with(request(altinn.StatusNew), testID, clientsRef)
	accepted := with(request(altinn.StatusAccepted), testID, clientsRef)
	at := func(state v1alpha1.AuthorizationState) Known {
		return Known{State: state, RequestID: testID, RequestKind: forUser, ExternalRef: clientsRef}
	}
	is := func(state v1alpha1.AuthorizationState, url string) Finding {
		return refIs(clientsRef, found(state, forUser, testID, url))
	}
	bare := func(state v1alpha1.AuthorizationState) Finding { return refIs(clientsRef, plain(state)) }
	gone := []step{token(clientsRef, errMissing), userFails(clientsRef, errGone)}
	after := func(more ...step) []step { return append(slices.Clone(gone), more...) }
	known := at(granted)
	known.Clients = func(string) ([]orgnumber.Number, error) { return []orgnumber.Number{other}, nil }
	alone := at(granted)
	alone.Clients = func(string) ([]orgnumber.Number, error) { return nil, nil }
	unlisted := at(granted)
	unlisted.Clients = func(string) ([]orgnumber.Number, error) { return nil, errHeld }
	proves := at(granted)
	proves.Peers = peers(firstPeer)
	removed := at(withdrawn)
	removed.RequestID, removed.RequestKind = "", ""
	return map[string]conversation{
		"new": {
			reason: "one agent system user is requested, by a reference that all its clients share",
			steps:  after(askAgent(agentRequest)), want: is(awaiting, testURL),
		},
		"second client": {
			reason: "the request of the first one is found", steps: after(askAgent(agentRequest)), want: is(awaiting, testURL),
		},
		"second client, approved": {
			reason: "and nothing is requested, once it was approved",
			steps:  []step{token(clientsRef, nil), clientsOf(clientsRef, testClient)}, want: bare(granted),
		},
		"second client, rejected": {
			reason: "the agent has said no to all of them",
			steps:  after(askAgent(with(request(altinn.StatusRejected), testID, clientsRef))), want: is(rejected, ""),
		},
		"awaits": {
			reason: "the agent has not answered", known: at(awaiting),
			steps: []step{token(clientsRef, errMissing), look(testID, agentRequest)}, want: is(awaiting, testURL),
		},
		"approved, not a client": {
			reason: "the agent has to add the customer", known: at(awaiting),
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, other)}, want: is(notYet, ""),
		},
		"approved, a client": {
			reason: "the agent has done both", known: at(awaiting),
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, other, testClient)}, want: is(granted, ""),
		},
		"approved, unseen": {
			reason: "Maskinporten does not know it yet", known: at(awaiting),
			steps: []step{
				token(clientsRef, errMissing), look(testID, accepted),
				{call: "user " + clientsRef, user: testUser, agent: true, created: testNow.Add(-time.Minute)},
			},
			want: is(awaiting, ""),
		},
		"client added": {
			reason: "the list has it", known: at(notYet),
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, testClient)}, want: is(granted, ""),
		},
		"verified": {
			reason: "by a token and a list", known: at(granted),
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, testClient)}, want: is(granted, ""),
		},
		"removed": {
			reason: "the list has others that were known", known: known,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, other)}, want: bare(withdrawn),
		},
		"removed, alone": {
			reason: "no other is known, so the list may be wrong as a whole", known: at(granted),
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef)}, want: faulty("", errAny, is(granted, "")),
		},
		"removed, none known": {
			reason: "no other has access, so the list may be wrong as a whole", known: alone,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, other)}, want: faulty("", errAny, is(granted, "")),
		},
		"list without the known": {
			reason: "the list may be wrong as a whole", known: known,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef)}, want: faulty("", errAny, is(granted, "")),
		},
		"others unknown": {
			reason: "what others have is not known now", known: unlisted,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef)}, want: faulty("", errHeld, is(granted, "")),
		},
		"still removed": {
			reason: "it stays withdrawn", known: removed,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef)}, want: bare(withdrawn),
		},
		"restored": {
			reason: "the agent has added it again", known: removed,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef, testClient)}, want: bare(granted),
		},
		"removed, prompted": {
			reason: "a person has the agent asked; nothing is requested", known: removed, prompt: prompt,
			steps: []step{token(clientsRef, nil), clientsOf(clientsRef)}, want: prompted(bare(notYet)),
		},
		"moved": {
			reason: "to another agent system user of the agent", known: at(granted), listed: Listed{
				Users: []altinn.SystemUser{userOf(testOwner, testNumber), agentUser(clientsRef), agentUser(ownRef)},
			},
			steps: []step{
				token(clientsRef, nil), clientsOf(clientsRef), token(ownRef, nil), clientsOf(ownRef, testClient),
			},
			want: refIs(ownRef, found(granted, forUser, testID, "")),
		},
		"another, unseen": {
			reason: "one that Maskinporten does not know is passed over", known: at(notYet),
			listed: Listed{Users: []altinn.SystemUser{agentUser(ownRef)}},
			steps:  []step{token(clientsRef, nil), clientsOf(clientsRef), token(ownRef, errMissing)}, want: is(notYet, ""),
		},
		"made by the agent": {
			reason: "it is taken over", listed: Listed{Users: []altinn.SystemUser{agentUser(ownRef)}},
			steps: after(token(ownRef, nil), findFails(ownRef, errNoRequest), clientsOf(ownRef, testClient)),
			want:  refIs(ownRef, plain(granted)),
		},
		"agent's own": {
			reason: "a system user of the agent itself is not for its clients",
			listed: Listed{Users: []altinn.SystemUser{userOf(testOwner, testNumber)}},
			steps:  after(askAgent(agentRequest)), want: is(awaiting, testURL),
		},
		"deleted by the agent": {
			reason: "as any other: proved by another owner's token and the whole list", known: proves,
			steps: after(peerToken(firstPeer, nil),
				lists(userOf(firstPeer.Owner, firstPeer.ExternalRef), userOf(testOwner, testNumber))),
			want: bare(withdrawn),
		},
		"deleted while a client was awaited": {
			reason: "no other request is sent without a prompt", known: at(notYet), steps: after(lists()), want: bare(withdrawn),
		},
		"deleted, not proved": {
			reason: "the list has it", known: proves,
			steps: after(peerToken(firstPeer, nil),
				lists(userOf(firstPeer.Owner, firstPeer.ExternalRef), agentUser(clientsRef))),
			want: faulty(v1alpha1.ReasonSystemClientMissing, errMissing, is(granted, "")),
		},
		"request deleted by another client, no successor": {
			reason: "the agent has not withdrawn anything, so it is requested again", known: at(awaiting),
			steps: []step{
				token(clientsRef, errMissing),
				{call: "request " + testID, err: errNoRequest},
				userFails(clientsRef, errGone),
				findFails(clientsRef, errNoRequest),
				askAgent(with(request(altinn.StatusNew), otherID, clientsRef)),
			},
			want: refIs(clientsRef, found(awaiting, forUser, otherID, testURL)),
		},
		"request deleted by another client": {
			reason: "which has timed out; its successor is found", known: at(awaiting),
			steps: []step{
				token(clientsRef, errMissing),
				{call: "request " + testID, err: errNoRequest},
				userFails(clientsRef, errGone),
				find(clientsRef, with(request(altinn.StatusNew), otherID, clientsRef)),
			},
			want: refIs(clientsRef, found(awaiting, forUser, otherID, testURL)),
		},
	}
}

// TestEachRightOfAnAgent has a service that needs a resource and an access package, or a package alone.
func TestEachRightOfAnAgent(t *testing.T) {
	other := firstPeer.Owner
	known := Known{
		State: granted, ExternalRef: clientsRef, Now: testNow,
		Clients: func(string) ([]orgnumber.Number, error) { return []orgnumber.Number{other}, nil },
	}
	both, alone := []string{sickNotes, payrollPackage}, []string{payrollPackage}
	cases := map[string]struct {
		reason string
		rights []string
		known  Known
		steps  []step
		want   v1alpha1.AuthorizationState
	}{
		"both": {
			reason: "the client is in both lists", rights: both, want: granted,
			steps: []step{clientsOf(clientsRef, other, testClient), clientsWith(clientsRef, testClient)},
		},
		"no package": {
			reason: "the client lacks the package", rights: both, want: notYet,
			steps: []step{clientsOf(clientsRef, testClient), clientsWith(clientsRef, other)},
		},
		"package alone":    {reason: "it decides", rights: alone, want: granted, steps: []step{clientsWith(clientsRef, testClient)}},
		"no package alone": {reason: "it decides", rights: alone, want: notYet, steps: []step{clientsWith(clientsRef)}},
		"package taken back": {
			reason: "another that was known still has it", rights: alone, known: known, want: withdrawn,
			steps: []step{clientsWith(clientsRef, other)},
		},
		"packages not listed": {
			reason: "no other that was known has it either, so the list may be wrong as a whole", rights: both, known: known,
			steps: []step{clientsOf(clientsRef, other, testClient), clientsWith(clientsRef)}, want: granted,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, steps: append([]step{token(clientsRef, nil)}, tc.steps...)}
			w := throughWanted("")
			w.Rights, tc.known.Now = tc.rights, testNow
			if got := Negotiate(t.Context(), s, tc.known, w).State; got != tc.want || s.next != len(s.steps) {
				t.Errorf("%s: %s after %d calls, want %s after %d", tc.reason, got, s.next, tc.want, len(s.steps))
			}
		})
	}
}

// TestNegotiateThroughAgent compares the calls of each case, and the finding.
func TestNegotiateThroughAgent(t *testing.T) {
	for name, tc := range throughAgents() {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, steps: tc.steps, listed: tc.listed, listedErr: tc.listedErr}
			tc.known.Now = testNow
			got := Negotiate(t.Context(), s, tc.known, throughWanted(tc.prompt))
			if s.next != len(s.steps) {
				t.Errorf("%s: ended after %d calls, want %d", tc.reason, s.next, len(s.steps))
			}
			if got.Err != nil && errors.Is(tc.want.Err, errAny) {
				got.Err = errAny
			}
			if diff := cmp.Diff(tc.want, got, compare...); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// agentOracle is an Authority that returns the same response to each request of a kind.
type agentOracle struct {
	oracle
	clients    []orgnumber.Number
	clientsErr error
}

func (o *agentOracle) Clients(context.Context, string, string) ([]orgnumber.Number, error) {
	return o.clients, o.clientsErr
}

// TestNoFaultRemovesAClient has a customer with access through an agent meet every response of Maskinporten with every
// list, and every list of clients. Access ends only if the list of clients lacks the customer and has another known
// one, or if the agent's system user is proved to be gone.
func TestNoFaultRemovesAClient(t *testing.T) {
	other := firstPeer.Owner
	lists := map[string][]orgnumber.Number{
		"none": nil, "other": {other}, "client": {testClient}, "both": {other, testClient},
	}
	known := Known{
		State: granted, ExternalRef: clientsRef, Now: testNow, Peers: peers(firstPeer),
		Clients: func(string) ([]orgnumber.Number, error) { return []orgnumber.Number{other}, nil },
	}
	ended := map[string]int{}
	for _, tokenErr := range tokenResponses() {
		for _, list := range listResponses() {
			for name, clients := range lists {
				for _, err := range append(altinnFailures(), nil) {
					o := &agentOracle{oracle{token: tokenErr, query: errGone, list: list}, clients, err}
					f := Negotiate(t.Context(), o, known, throughWanted(""))
					removed := tokenErr == nil && err == nil && name == "other" && list.err == nil
					deleted := isMissing(tokenErr) && list.whole && list.hasPeer // the customers of the lists have no agent's
					if f.State != granted && !removed && !deleted {
						t.Fatalf("token %v, list %s, clients %s, %v: %+v", tokenErr, list.name, name, err, f)
					}
					if f.State == withdrawn {
						ended[fmt.Sprint("removed ", removed)]++
					}
				}
			}
		}
	}
	if ended["removed true"] == 0 || ended["removed false"] == 0 {
		t.Errorf("ended %v", ended)
	}
}
