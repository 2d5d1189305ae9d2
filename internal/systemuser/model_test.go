package systemuser

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// world is an Authority in memory, for one customer. Its Altinn has requests and perhaps a system user, and its
// Maskinporten returns tokens for what Altinn has. It follows one of the readings of the sources.
type world struct {
	reads readings

	users    map[string]*user // by reference
	requests []*asked         // for a system user, oldest first
	changes  []*asked
	made     int // how many ids were given

	altinnDown, maskinportenDown, clientMissing bool
	// The register may be wrong in a way of its own: it takes our system for another vendor's, its look-up finds no user,
	// or its list is empty, or breaks off.
	foreign, findsNobody, emptyList, listBreaks bool
	handMade                                    bool // once, a system user was made by hand

	// callsLeft is how many calls this negotiation may make before the process ends. 0: no limit.
	callsLeft int
	crashed   bool

	// What the customer has answered no to since a person last prompted.
	refused map[string]bool
	// What this negotiation did.
	tokenFor string   // the reference that a token was given for
	failed   bool     // a call met an outage
	created  []*asked // requests that were new
}

// readings select between sources that contradict each other.
type readings struct {
	pendingIsError  bool // repeating an open request is an error
	answeredIsError bool // repeating a decided request is an error
	keepsRequest    bool // the request of a system user that was deleted stays
}

type user struct {
	id     string
	rights []string
	byHand bool // only the customer knows its rights
}

// asked is a request to the customer.
type asked struct {
	altinn.Request
	of *user // of a change
}

var errOutage = errors.New("no answer")

func newWorld(reads readings) *world {
	return &world{reads: reads, users: map[string]*user{}, refused: map[string]bool{}}
}

func (w *world) id() string {
	w.made++
	return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, w.made)).String()
}

func (w *world) out(down bool) error {
	if w.callsLeft == 1 {
		w.crashed = true
	}
	if w.callsLeft > 1 {
		w.callsLeft--
	}
	if down || w.crashed {
		w.failed = true
		return errOutage
	}
	return nil
}

func (w *world) Token(_ context.Context, ref string) error {
	if err := w.out(w.maskinportenDown); err != nil {
		return err
	}
	if w.users[ref] == nil || w.clientMissing {
		return errMissing
	}
	w.tokenFor = ref
	return nil
}

// Clients is not called: the customer has no agent.
func (w *world) Clients(context.Context, string, string) ([]orgnumber.Number, error) {
	panic("the customer has no agent")
}

// PeerToken is for a customer whose system user is never touched.
func (w *world) PeerToken(context.Context, Peer) error {
	if err := w.out(w.maskinportenDown); err != nil {
		return err
	}
	if w.clientMissing {
		return errMissing
	}
	return nil
}

// SystemUsers lists one on a page, the untouched one first.
func (w *world) SystemUsers(_ context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	all := []altinn.SystemUser{userOf(firstPeer.Owner, firstPeer.ExternalRef)}
	for _, ref := range refs(w) {
		all = append(all, altinn.SystemUser{ID: w.users[ref].id, Owner: testOwner, ExternalRef: ref})
	}
	at := len(page)
	if err := w.out(w.altinnDown || w.listBreaks && at > 0); err != nil {
		return altinn.Page[altinn.SystemUser]{}, err
	}
	if w.foreign {
		return altinn.Page[altinn.SystemUser]{}, w.fault(altinn.ClassSystemNotFound)
	}
	if w.emptyList || at >= len(all) {
		return altinn.Page[altinn.SystemUser]{}, nil
	}
	return altinn.Page[altinn.SystemUser]{Items: all[at : at+1], Next: page + "x"}, nil
}

// Listed has the customer's system users and open requests.
func (w *world) Listed(context.Context, orgnumber.Number) (Listed, error) {
	if err := w.out(w.altinnDown || w.listBreaks); err != nil {
		return Listed{}, err
	}
	if w.foreign {
		return Listed{}, w.fault(altinn.ClassSystemNotFound)
	}
	var l Listed
	for _, ref := range refs(w) {
		if !w.emptyList {
			l.Users = append(l.Users, altinn.SystemUser{ID: w.users[ref].id, Owner: testOwner, ExternalRef: ref})
		}
	}
	for _, r := range w.requests {
		if r.Status == altinn.StatusNew && !r.TimedOut {
			l.Requests = append(l.Requests, r.Request)
		}
	}
	return l, nil
}

// fault is a response that says nothing about the customer.
func (w *world) fault(class altinn.Class) error {
	w.failed = true
	return refused(class)
}

func (w *world) SystemUser(_ context.Context, owner orgnumber.Number, ref string) (altinn.SystemUser, error) {
	if err := w.out(w.altinnDown); err != nil {
		return altinn.SystemUser{}, err
	}
	if w.foreign {
		return altinn.SystemUser{}, w.fault(altinn.ClassSystemNotFound)
	}
	u := w.users[ref]
	if u == nil || w.findsNobody {
		return altinn.SystemUser{}, errGone
	}
	return altinn.SystemUser{ID: u.id, Owner: owner, ExternalRef: ref}, nil
}

func (w *world) find(all []*asked, is func(*asked) bool) (altinn.Request, error) {
	if err := w.out(w.altinnDown); err != nil {
		return altinn.Request{}, err
	}
	for _, r := range slices.Backward(all) {
		if is(r) {
			return r.Request, nil
		}
	}
	return altinn.Request{}, errNoRequest
}

func (w *world) Request(_ context.Context, id string) (altinn.Request, error) {
	return w.find(w.requests, func(r *asked) bool { return r.ID == id })
}

func (w *world) Change(_ context.Context, id string) (altinn.Request, error) {
	return w.find(w.changes, func(r *asked) bool { return r.ID == id })
}

func (w *world) RequestByExternalRef(_ context.Context, _ orgnumber.Number, ref string) (altinn.Request, error) {
	return w.find(w.requests, func(r *asked) bool { return r.ExternalRef == ref })
}

func (w *world) DeleteRequest(_ context.Context, id string) error {
	if err := w.out(w.altinnDown); err != nil {
		return err
	}
	before := len(w.requests)
	w.requests = slices.DeleteFunc(w.requests, func(r *asked) bool { return r.ID == id })
	if len(w.requests) == before {
		return errNoRequest
	}
	return nil
}

func (w *world) IsEscalated(context.Context, string) (bool, error) { return false, nil }

func (w *world) CreateRequest(_ context.Context, n altinn.NewRequest) (altinn.Request, error) {
	if err := w.out(w.altinnDown); err != nil {
		return altinn.Request{}, err
	}
	if w.foreign {
		return altinn.Request{}, w.fault(altinn.ClassSystemNotFound)
	}
	if w.users[n.ExternalRef] != nil {
		return altinn.Request{}, refused(altinn.ClassAlreadyExists)
	}
	for _, old := range slices.Backward(w.requests) {
		if old.ExternalRef == n.ExternalRef {
			return w.again(old.Request)
		}
	}
	r := &asked{Request: altinn.Request{
		ID: w.id(), ExternalRef: n.ExternalRef, Owner: n.Owner, Status: altinn.StatusNew, ConfirmURL: testURL,
		Rights: n.Rights,
	}}
	w.requests, w.created = append(w.requests, r), append(w.created, r)
	return r.Request, nil
}

// again responds to a repeated request.
func (w *world) again(old altinn.Request) (altinn.Request, error) {
	errs := map[altinn.Status]altinn.Class{}
	if w.reads.pendingIsError {
		errs[altinn.StatusNew] = altinn.ClassPending
	}
	if w.reads.answeredIsError {
		errs[altinn.StatusAccepted] = altinn.ClassAlreadyAccepted
		errs[altinn.StatusRejected] = altinn.ClassRejected
	}
	if class := errs[old.Status]; class != "" {
		return altinn.Request{}, refused(class)
	}
	return old, nil
}

func (w *world) CreateChange(ctx context.Context, n altinn.NewChange) (altinn.Request, error) {
	old, err := w.Change(ctx, n.ID)
	if altinn.ClassOf(err) != altinn.ClassRequestNotFound {
		return old, err
	}
	for ref, u := range w.users {
		if u.id == n.SystemUserID {
			r := &asked{of: u, Request: altinn.Request{
				ID: n.ID, ExternalRef: ref, Owner: testOwner, Status: altinn.StatusNew, ConfirmURL: testURL, Rights: n.Rights,
				SystemUserID: u.id,
			}}
			w.changes, w.created = append(w.changes, r), append(w.created, r)
			return r.Request, nil
		}
	}
	return altinn.Request{}, errGone
}

// live returns the requests that wait for the customer. A change that has timed out does not: there is another one.
func (w *world) live() []*asked {
	var all []*asked
	for _, r := range slices.Concat(w.requests, w.changes) {
		if r.Status == altinn.StatusNew && (r.of == nil || w.has(r.of) && !r.TimedOut) {
			all = append(all, r)
		}
	}
	return all
}

// waiting counts the requests that wait for the customer. One that has timed out does not count, although an approval
// of it may still work.
func (w *world) waiting() int {
	return len(slices.DeleteFunc(w.live(), func(r *asked) bool { return r.TimedOut }))
}

func (w *world) has(u *user) bool {
	for _, there := range w.users {
		if there == u {
			return true
		}
	}
	return false
}

// What the customer may do.

// timeOut advances the clock by half a year. The customer may still answer.
func (w *world) timeOut(r *asked) { r.TimedOut = true }

// takeBack deletes a system user. A rejected change of it that was not recorded before a crash cannot be found any
// more, because changes are found by the system user's id.
func (w *world) takeBack(ref string) {
	for _, r := range w.changes {
		if r.of == w.users[ref] && r.Status == altinn.StatusRejected {
			for _, right := range r.Rights {
				delete(w.refused, right)
			}
		}
	}
	delete(w.users, ref)
	if !w.reads.keepsRequest {
		w.requests = slices.DeleteFunc(w.requests, func(r *asked) bool {
			return r.ExternalRef == ref && r.Status == altinn.StatusAccepted
		})
	}
}

// answer sets the status of a request that waits.
func (w *world) answer(r *asked, status altinn.Status) {
	r.Status, r.ConfirmURL, r.TimedOut = status, "", false
	switch {
	case status == altinn.StatusRejected:
		for _, right := range r.Rights {
			w.refused[right] = true
		}
	case status == altinn.StatusAccepted && r.of != nil:
		r.of.rights = append(r.of.rights, r.Rights...)
	case status == altinn.StatusAccepted:
		w.users[r.ExternalRef] = &user{id: w.id(), rights: slices.Clone(r.Rights)}
	}
}

// makeByHand makes a system user with all rights.
func (w *world) makeByHand(ref string, rights []string) {
	if w.users[ref] == nil {
		w.users[ref] = &user{id: w.id(), rights: slices.Clone(rights), byHand: true}
		w.handMade, w.refused = true, map[string]bool{} // a yes after all
	}
}
