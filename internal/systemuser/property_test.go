package systemuser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// oracle is an Authority whose responses never change.
type oracle struct {
	token, peer, query error
	list               listResponse
	request            requestResponse
}

type listResponse struct {
	name  string
	pages []altinn.Page[altinn.SystemUser]
	err   error // after the pages
	// Of a list that ends: whether it has the customer, and the peer.
	whole, hasCustomer, hasPeer bool
}

type requestResponse struct {
	name string
	r    altinn.Request
	err  error
}

func (o *oracle) Token(context.Context, string) error { return o.token }

// Clients is not called: the customer has no agent.
func (o *oracle) Clients(context.Context, string, string) ([]orgnumber.Number, error) {
	panic("the customer has no agent")
}

func (o *oracle) PeerToken(context.Context, Peer) error { return o.peer }

func (o *oracle) SystemUser(context.Context, orgnumber.Number, string) (altinn.SystemUser, error) {
	return userOf(testOwner, testNumber), o.query
}

func (o *oracle) SystemUsers(_ context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	if at := len(page); at < len(o.list.pages) {
		return o.list.pages[at], nil
	}
	if o.list.err == nil { // a list that does not end
		return o.list.pages[len(o.list.pages)-1], nil
	}
	return altinn.Page[altinn.SystemUser]{}, o.list.err
}

// Listed has the customer if the list of system users has, and fails if that does.
func (o *oracle) Listed(context.Context, orgnumber.Number) (Listed, error) {
	var l Listed
	for _, page := range o.list.pages {
		for _, user := range page.Items {
			if user.Owner == testOwner {
				l.Users = append(l.Users, user)
			}
		}
	}
	return l, o.list.err
}

func (o *oracle) Request(context.Context, string) (altinn.Request, error) {
	return o.request.r, o.request.err
}

func (o *oracle) RequestByExternalRef(context.Context, orgnumber.Number, string) (altinn.Request, error) {
	return o.request.r, o.request.err
}

func (o *oracle) CreateRequest(context.Context, altinn.NewRequest) (altinn.Request, error) {
	return o.request.r, o.request.err
}
func (o *oracle) DeleteRequest(context.Context, string) error       { return o.request.err }
func (o *oracle) IsEscalated(context.Context, string) (bool, error) { return false, o.request.err }
func (o *oracle) Change(context.Context, string) (altinn.Request, error) {
	return o.request.r, o.request.err
}

func (o *oracle) CreateChange(context.Context, altinn.NewChange) (altinn.Request, error) {
	return o.request.r, o.request.err
}

// tokenResponses are the results of a token request, nil for a token.
func tokenResponses() []error {
	all := []error{nil, errHeld, errMPDown, context.DeadlineExceeded}
	for _, c := range maskinporten.Classes() {
		all = append(all, &maskinporten.Error{Class: c})
	}
	return all
}

// altinnFailures are the errors of a call to Altinn, and of the request for its token.
func altinnFailures() []error {
	all := []error{
		errHeld, errMPDown, context.DeadlineExceeded,
		&maskinporten.Error{Class: maskinporten.ClassScopeNotRegistered},
	}
	for _, c := range altinn.Classes() {
		all = append(all, refused(c))
	}
	return all
}

// listResponses are the results of the list of system users: whole lists, and lists that break off at any page with
// each error.
func listResponses() []listResponse {
	peer, own, other := userOf(firstPeer.Owner, firstPeer.ExternalRef), userOf(testOwner, testNumber), userOf(testOwner,
		"other")
	stranger := userOf(fourthPeer.Owner, "z")
	page := func(next string, users ...altinn.SystemUser) altinn.Page[altinn.SystemUser] {
		return altinn.Page[altinn.SystemUser]{Items: users, Next: next}
	}
	type pages = []altinn.Page[altinn.SystemUser]
	all := []listResponse{
		{name: "empty", pages: pages{page("")}, whole: true},
		{name: "strangers", pages: pages{page("", stranger)}, whole: true},
		{name: "peer", pages: pages{page("", peer)}, whole: true, hasPeer: true},
		{
			name: "peer, pages", pages: pages{page("x", stranger), page("xx", peer), page("", stranger)}, whole: true,
			hasPeer: true,
		},
		{name: "customer", pages: pages{page("", own)}, whole: true, hasCustomer: true},
		{name: "both", pages: pages{page("", peer, own)}, whole: true, hasCustomer: true, hasPeer: true},
		{name: "both, pages", pages: pages{page("x", peer), page("", own)}, whole: true, hasCustomer: true, hasPeer: true},
		{
			name: "another of the customer's", pages: pages{page("x", peer), page("", other)}, whole: true, hasCustomer: true,
			hasPeer: true,
		},
		{name: "endless", pages: pages{page("x", peer), page("x", stranger)}},
		{name: "round", pages: pages{page("x", peer), page("xx", stranger), page("x", stranger)}},
	}
	for _, err := range altinnFailures() {
		name := fmt.Sprint(altinn.ClassOf(err), err)
		all = append(all,
			listResponse{name: "no list: " + name, err: err},
			listResponse{name: "one page: " + name, pages: pages{page("x", peer)}, err: err},
			listResponse{name: "two pages: " + name, pages: pages{page("x", peer), page("xx", stranger)}, err: err})
	}
	return all
}

// requestResponses are Altinn's responses about requests.
func requestResponses() []requestResponse {
	all := []requestResponse{
		{name: "timed out", r: timedOut(request(altinn.StatusNew))},
		{name: "of others", r: request(altinn.StatusAccepted, sickPay)},
	}
	for _, status := range []altinn.Status{
		altinn.StatusNew, altinn.StatusAccepted, altinn.StatusRejected,
		altinn.StatusDenied, altinn.StatusNoChangeNeeded,
	} {
		all = append(all, requestResponse{name: string(status), r: request(status)})
	}
	for _, err := range altinnFailures() {
		all = append(all, requestResponse{name: fmt.Sprint(altinn.ClassOf(err)), err: err})
	}
	return all
}

// provedGone reports whether an oracle's responses prove that the customer has deleted its system user.
func (o *oracle) provedGone(withPeer bool) bool {
	return isMissing(o.token) && altinn.ClassOf(o.query) == altinn.ClassSystemUserNotFound &&
		o.list.whole && !o.list.hasCustomer && (!withPeer || o.peer == nil && o.list.hasPeer)
}

// TestNoFaultTakesAccessAway has a customer with access meet every response of Maskinporten, to it and to another
// customer, with every response of the register's look-up and list. Access ends only if all that proves the withdrawal
// is there.
func TestNoFaultTakesAccessAway(t *testing.T) {
	all, queries := listResponses(), append(altinnFailures(), nil)
	peerResponses := []error{nil, errMissing, errMPDown, errHeld}
	knowns := map[string]Known{
		"granted": has, "granted, no request": {State: granted},
		"granted, by another reference": {State: granted, ExternalRef: promptRef},
	}
	tried, gone := 0, 0
	for name, known := range knowns {
		t.Run(name, func(t *testing.T) {
			for _, withPeer := range []bool{false, true} {
				if known.Peers = nil; withPeer {
					known.Peers = peers(firstPeer)
				}
				for _, tokenErr := range tokenResponses() {
					lists := all[:3]
					if isMissing(tokenErr) { // else the register is of no interest
						lists = all
					}
					for _, query := range queries {
						for _, peer := range peerResponses {
							for _, list := range lists {
								for _, p := range []string{"", prompt} {
									tried++
									o := &oracle{
										token: tokenErr, query: query, peer: peer, list: list, request: requestResponse{err: errNoRequest},
									}
									gone += checkGranted(t, o, name, known, p)
								}
							}
						}
					}
				}
			}
		})
	}
	t.Logf("%d combinations, %d withdrawals", tried, gone)
	if gone == 0 || tried < 100_000 {
		t.Errorf("%d withdrawals in %d combinations", gone, tried)
	}
}

// checkGranted returns 1 if the access was withdrawn.
func checkGranted(t *testing.T, o *oracle, name string, known Known, p string) int {
	t.Helper()
	f := Negotiate(t.Context(), o, known, wanted(p))
	proved := o.provedGone(known.Peers != nil)
	switch {
	case f.State == withdrawn && proved && f.IsConclusive():
		return 1
	case f.State != granted || proved:
		t.Fatalf("%s: token %v, peer %v, look-up %v, list %s: %+v", name, o.token, o.peer, o.query, o.list.name, f)
	case f.IsConclusive() != (o.token == nil):
		t.Fatalf("%s: token %v, peer %v, look-up %v, list %s: nothing can be learnt, and %+v", name, o.token, o.peer, o.query,
			o.list.name, f)
	}
	return 0
}

// TestNothingIsConcludedWithoutProof has customers in every state meet every response of Maskinporten with every
// response about requests, and some of the register. Access is granted only by a token, withdrawn only by proof, and
// rejected only by the customer's own request.
func TestNothingIsConcludedWithoutProof(t *testing.T) {
	telling := slices.DeleteFunc(listResponses(), func(l listResponse) bool { return l.err != nil })
	queries := []error{nil, errGone, refused(altinn.ClassSystemNotFound), refused(altinn.ClassBlocked)}
	knowns := map[string]Known{
		"nothing": {}, "unknown": {State: unknown}, "not granted": {State: notYet}, "waits": waits,
		"waits for more": waitsMore,
		"said no":        saidNo, "said no to more": saidNoTo, "took back": tookBack,
	}
	for name, known := range knowns {
		t.Run(name, func(t *testing.T) {
			known.Peers = peers(firstPeer)
			for _, tokenErr := range tokenResponses() {
				for _, query := range queries {
					for _, list := range telling {
						for _, r := range requestResponses() {
							for _, p := range []string{"", prompt} {
								o := &oracle{token: tokenErr, query: query, list: list, request: r}
								checkConclusion(t, o, name, known, Negotiate(t.Context(), o, known, wanted(p)))
							}
						}
					}
				}
			}
		})
	}
}

func checkConclusion(t *testing.T, o *oracle, name string, known Known, f Finding) {
	t.Helper()
	before := cmp.Or(known.State, unknown)
	said := fmt.Sprintf("%s: token %v, look-up %v, list %s, request %s: %+v", name, o.token, o.query, o.list.name,
		o.request.name, f)
	no := isRejected(o.request.r) && o.request.err == nil
	switch {
	case !f.IsConclusive() && f.State != before:
		t.Fatalf("nothing was learnt: %s", said)
	case f.State == before:
	case f.State == granted && o.token != nil:
		t.Fatalf("granted without a token: %s", said)
	case f.State == withdrawn && !o.provedGone(true):
		t.Fatalf("withdrawn without proof: %s", said)
	case f.State == rejected && !no:
		t.Fatalf("rejected without a no: %s", said)
	}
}

// TestEscalated varies the known escalation of a request that waits. The finding always has a state.
func TestEscalated(t *testing.T) {
	before := waits
	before.Escalated = true
	cases := map[string]struct {
		reason    string
		known     Known
		escalated string
		err       error
		request   altinn.Request
		want      bool
	}{
		"no": {reason: "it waits for the customer", known: waits, request: request(altinn.StatusNew)},
		"yes": {
			reason: "it waits for the access manager", known: waits, escalated: testID,
			request: request(altinn.StatusNew), want: true,
		},
		"other": {reason: "another one does", known: waits, escalated: otherID, request: request(altinn.StatusNew)},
		"outage": {
			reason: "nothing is known", known: waits, err: errors.New("no answer"),
			request: request(altinn.StatusNew),
		},
		"known": {reason: "it is not taken back", known: before, request: request(altinn.StatusNew), want: true},
		"known, outage": {
			reason: "nor forgotten", known: before, err: errors.New("no answer"),
			request: request(altinn.StatusNew), want: true,
		},
		"answered": {
			reason: "it waits no more", known: before, escalated: testID,
			request: request(altinn.StatusRejected),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, steps: []step{look(tc.request.ID, tc.request)}, escalated: tc.escalated, escalatedErr: tc.err}
			got := Negotiate(t.Context(), s, tc.known, wanted(""))
			if got.Escalated != tc.want || !got.IsConclusive() {
				t.Errorf("%s: %+v", tc.reason, got)
			}
		})
	}
}
