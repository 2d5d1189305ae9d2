package systemuser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

const (
	testNumber = "314240979"
	testUser   = "33a0911a-5459-456f-bc57-3d37ef9a016c"
	testID     = "7c1d7b47-0d5b-4a6e-9a5e-6a1d0f4f7f10"
	otherID    = "8f0d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	testURL    = "https://am.ui.altinn.no/request?id=x"
	sickNotes  = "nav_sykepenger_sykmelding"
	sickPay    = "nav_sykepenger_soeknad"
)

var testNow = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

var testOwner = orgnumber.MustParse(testNumber)

// What the authorities may refuse with.
var (
	errMissing = &maskinporten.Error{Class: maskinporten.ClassSystemUserMissing, Status: 400, Code: "MP-303"}
	errMPDown  = fmt.Errorf("for the customer: %w",
		&maskinporten.Error{Class: maskinporten.ClassServerError, Status: 503})
	errRejected = &maskinporten.Error{
		Class: maskinporten.ClassClientRejected,
		Err:   &maskinporten.UnconfirmedError{Class: maskinporten.ClassRequestRejected},
	}
	errMismatch   = &maskinporten.Error{Class: maskinporten.ClassTokenMismatch, Status: 200}
	errKeyExpired = &maskinporten.Error{Class: maskinporten.ClassKeyExpired, Status: 400}
	errGone       = refused(altinn.ClassSystemUserNotFound)
	errNoRequest  = refused(altinn.ClassRequestNotFound)
	errHeld       = errors.New("not asked while something stands")
)

func refused(c altinn.Class) error { return &altinn.Error{Class: c} }

// step is an expected call with its result.
type step struct {
	call    string
	err     error
	r       altinn.Request
	user    string    // id of the system user that is given
	created time.Time // of the system user
	agent   bool      // the system user acts for the customer's clients
	page    altinn.Page[altinn.SystemUser]
	clients []orgnumber.Number
}

// script is an Authority that expects exactly its steps, in order.
type script struct {
	t     *testing.T
	steps []step
	next  int
	// escalated is the id of a request that was, and escalatedErr what keeps it from being known.
	escalated    string
	escalatedErr error
	// listed is what Altinn's lists have of the customer, and listedErr what keeps it from being known.
	listed    Listed
	listedErr error
}

func (s *script) Listed(context.Context, orgnumber.Number) (Listed, error) {
	return s.listed, s.listedErr
}

func (s *script) play(format string, args ...any) step {
	call := fmt.Sprintf(format, args...)
	if s.next >= len(s.steps) {
		s.t.Fatalf("call %d: %s, and nothing was expected", s.next+1, call)
	}
	expected := s.steps[s.next]
	if expected.call != call {
		s.t.Fatalf("call %d: %s, want %s", s.next+1, call, expected.call)
	}
	s.next++
	return expected
}

func (s *script) Token(_ context.Context, ref string) error { return s.play("token %s", ref).err }

func (s *script) PeerToken(_ context.Context, p Peer) error {
	return s.play("peer %s %s", p.Owner, p.ExternalRef).err
}

func (s *script) Clients(_ context.Context, ref, right string) ([]orgnumber.Number, error) {
	got := s.play("clients %s %s", ref, right)
	return got.clients, got.err
}

func (s *script) SystemUsers(_ context.Context, page string) (altinn.Page[altinn.SystemUser], error) {
	got := s.play("users %s", page)
	return got.page, got.err
}

func (s *script) DeleteRequest(_ context.Context, id string) error {
	return s.play("delete %s", id).err
}

func (s *script) IsEscalated(_ context.Context, id string) (bool, error) {
	return id == s.escalated, s.escalatedErr
}

func (s *script) SystemUser(_ context.Context, owner orgnumber.Number, ref string) (altinn.SystemUser, error) {
	got := s.play("user %s", ref)
	return altinn.SystemUser{ID: got.user, Owner: owner, ExternalRef: ref, Created: got.created, Agent: got.agent}, got.err
}

func (s *script) Request(_ context.Context, id string) (altinn.Request, error) {
	got := s.play("request %s", id)
	return got.r, got.err
}

func (s *script) RequestByExternalRef(_ context.Context, owner orgnumber.Number, ref string) (altinn.Request, error) {
	got := s.play("request of %s %s", owner, ref)
	return got.r, got.err
}

func (s *script) CreateRequest(_ context.Context, n altinn.NewRequest) (altinn.Request, error) {
	got := s.play("ask %s %s for %s, %s, %s", n.Owner, n.ExternalRef, strings.Join(n.Rights, "+"),
		strings.Join(n.AccessPackages, "+"), n.RedirectURL)
	return got.r, got.err
}

func (s *script) Change(_ context.Context, id string) (altinn.Request, error) {
	got := s.play("change %s", id)
	return got.r, got.err
}

func (s *script) CreateChange(_ context.Context, n altinn.NewChange) (altinn.Request, error) {
	got := s.play("ask %s for change %s to %s, %s, %s", n.SystemUserID, n.ID, strings.Join(n.Rights, "+"),
		strings.Join(n.AccessPackages, "+"), n.RedirectURL)
	return got.r, got.err
}

// Steps.

func token(ref string, err error) step { return step{call: "token " + ref, err: err} }

func userIs(ref string) step { return step{call: "user " + ref, user: testUser} }

// userIsNew returns the step of looking up a system user that was created some time before now.
func userIsNew(ref string, age time.Duration) step {
	return step{call: "user " + ref, user: testUser, created: testNow.Add(-age)}
}

func userIsAgent(ref string) step { return step{call: "user " + ref, user: testUser, agent: true} }

func userFails(ref string, err error) step { return step{call: "user " + ref, err: err} }

// lists returns the step of listing all system users, on one page.
func lists(users ...altinn.SystemUser) step { return listPage("", "", users...) }

func listPage(page, next string, users ...altinn.SystemUser) step {
	return step{call: "users " + page, page: altinn.Page[altinn.SystemUser]{Items: users, Next: next}}
}

func listFails(page string, err error) step { return step{call: "users " + page, err: err} }

func userOf(owner orgnumber.Number, ref string) altinn.SystemUser {
	return altinn.SystemUser{ID: testUser, Owner: owner, ExternalRef: ref}
}

func peerToken(p Peer, err error) step {
	return step{call: "peer " + p.Owner.String() + " " + p.ExternalRef, err: err}
}

func deletes(id string) step { return step{call: "delete " + id} }

func look(id string, r altinn.Request) step { return step{call: "request " + id, r: r} }

func find(ref string, r altinn.Request) step {
	return step{call: "request of " + testNumber + " " + ref, r: r}
}

func findFails(ref string, err error) step {
	return step{call: "request of " + testNumber + " " + ref, err: err}
}

func ask(ref string, r altinn.Request) step {
	return step{call: "ask " + testNumber + " " + ref + " for " + sickPay + "+" + sickNotes +
		", pkg, https://back.example", r: r}
}

func askFails(ref string, err error) step {
	failed := ask(ref, altinn.Request{})
	failed.err = err
	return failed
}

func lookChange(id string, r altinn.Request) step { return step{call: "change " + id, r: r} }

func askChange(id string, r altinn.Request) step {
	return step{call: "ask " + testUser + " for change " + id + " to " + sickPay + "+" + sickNotes +
		", pkg, https://back.example", r: r}
}

func askChangeFails(id string, err error) step {
	failed := askChange(id, altinn.Request{})
	failed.err = err
	return failed
}

// request is one for both resources unless others are named.
func request(status altinn.Status, rights ...string) altinn.Request {
	r := altinn.Request{ID: testID, ExternalRef: testNumber, Owner: testOwner, Status: status, Rights: rights}
	if rights == nil {
		r.Rights = []string{sickPay, sickNotes}
	}
	if status == altinn.StatusNew {
		r.ConfirmURL = testURL
	}
	return r
}

func timedOut(r altinn.Request) altinn.Request {
	r.TimedOut = true
	return r
}

func with(r altinn.Request, id, ref string) altinn.Request {
	r.ID, r.ExternalRef = id, ref
	return r
}

func ofUser(id string, r altinn.Request) altinn.Request {
	r.SystemUserID = id
	return r
}
