package hrmstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// walk takes random steps with a tenant, and the same steps with a simple model of it that keeps everything and reads
// everything each time.
type walk struct {
	t      *testing.T
	random *rand.Rand
	clock  *clock
	path   string
	store  *Store
	tenant *Tenant

	plans  []*modelPlan // in the order of finishing
	claims []*modelClaim
	cursor map[hrmapi.Kind]int64
	stored map[string]int64 // kind and id of a document → its number
	pdfs   map[string]bool
	want   bool
	// undecided counts the plans that became so.
	undecided int64
}

type modelPlan struct {
	id     string
	state  State
	holder *modelClaim // who has it, or had it when it became unknown
	until  time.Time
	// refusedFirst is when NAV first refused it, refusals is how often.
	refusedFirst time.Time
	refusals     int
}

type modelClaim struct {
	id, call uuid.UUID
	plan     *modelPlan
	taken    []hrmapi.Settlement
}

// TestWalks compares all visible data after each step, also after the file was opened again.
func TestWalks(t *testing.T) {
	t.Parallel()
	var undecided atomic.Int64
	t.Cleanup(func() {
		if undecided.Load() == 0 {
			t.Error("no plan became undecided in any walk")
		}
	})
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &walk{
				t: t, random: rand.New(rand.NewPCG(seed, 0)), clock: newClock(), path: filepath.Join(t.TempDir(), "hrm.db"),
				cursor: map[hrmapi.Kind]int64{}, stored: map[string]int64{}, pdfs: map[string]bool{},
			}
			w.open()
			steps := []func(){
				w.offer, w.claim, w.claim, w.claimAgain, w.send, w.send, w.send, w.settle, w.settle, w.settle,
				w.pass, w.hours, w.outage, w.person, w.decide, w.page, w.page, w.wantPDFs, w.pdf, w.reopen,
			}
			for range 200 {
				steps[w.random.IntN(len(steps))]()
				w.compare()
			}
			undecided.Add(w.undecided)
		})
	}
}

func (w *walk) open() {
	w.store = open(w.t, w.path, w.clock.Now)
	w.tenant = w.store.Tenant("tiger")
}

func (w *walk) reopen() {
	must(w.t, w.store.Close())
	w.open()
}

func pick[T any](w *walk, from []T) (picked T) {
	if len(from) == 0 {
		return picked
	}
	return from[w.random.IntN(len(from))]
}

// agree fails unless a step was refused if the model refuses it, and succeeded otherwise.
func (w *walk) agree(step string, err error, refused bool) {
	w.t.Helper()
	if refused != errors.Is(err, ErrConflict) || !refused && err != nil {
		w.t.Fatalf("%s: got %v, want a refusal: %t", step, err, refused)
	}
}

func (w *walk) offer() {
	id := fmt.Sprintf("plan-%d", len(w.plans))
	offerPlans(w.t, w.tenant, id)
	w.plans = append(w.plans, &modelPlan{id: id, state: Offered})
}

func (w *walk) claim() {
	c := &modelClaim{id: uuid.New()}
	for _, refused := range []bool{false, true} {
		for _, p := range w.plans {
			if c.plan == nil && p.state == Offered && (p.refusals > 0) == refused {
				c.plan = p
				p.state, p.holder, p.until = Claimed, c, w.clock.now.Add(time.Minute)
				w.claims = append(w.claims, c)
			}
		}
	}
	got, counted, err := w.tenant.Claim(c.id, time.Minute)
	w.agree("claim", err, false)
	var open Waiting
	for _, p := range w.plans {
		if p.state == Unknown {
			open.Unknown++
		}
		if p.state == Undecided {
			open.Undecided++
		}
	}
	diff(w.t, "open", open, counted)
	if (got == nil) != (c.plan == nil) || got != nil && got.ID != c.plan.id {
		w.t.Fatalf("claimed %+v, want %+v", got, c.plan)
	}
}

func (w *walk) claimAgain() {
	c := pick(w, w.claims)
	if c == nil {
		return
	}
	got, _, err := w.tenant.Claim(c.id, time.Hour)
	valid := c.plan.holder == c && c.plan.state == Claimed
	w.agree("claim again", err, !valid)
	if valid && (got.ID != c.plan.id || !got.Until.Equal(c.plan.until)) {
		w.t.Fatalf("got %+v, want %+v", got, c.plan)
	}
}

func (w *walk) send() {
	if c := pick(w, w.claims); c != nil {
		w.sendClaimed(c)
	}
}

func (w *walk) sendClaimed(c *modelClaim) {
	call := uuid.New()
	if w.random.IntN(3) == 0 {
		call = c.call
	}
	err := w.tenant.Announce(c.id, call, 90*time.Second)
	switch {
	case c.plan.holder == c && c.plan.state == Claimed:
		w.agree("sending", err, false)
		c.call, c.plan.state, c.plan.until = call, Sending, w.clock.now.Add(90*time.Second)
	case c.plan.holder == c && c.plan.state == Sending && c.call == call:
		w.agree("sending again", err, false)
	default:
		w.agree("sending in vain", err, true)
	}
}

func (w *walk) settle() {
	s := pick(w, []hrmapi.Settlement{
		sentA, sentB, byNAV, byWorker, noAnswer, serverError, notSent, refusedNow,
		refusedNow,
	})
	if c := pick(w, w.claims); c != nil {
		w.settleClaimed(c, s)
	}
}

func (w *walk) settleClaimed(c *modelClaim, s hrmapi.Settlement) {
	err := w.tenant.Settle(c.id, s)
	p := c.plan
	allowed := map[State][]hrmapi.Settlement{
		Claimed: {byWorker, notSent},
		Sending: {sentA, sentB, byNAV, byWorker, noAnswer, serverError, notSent, refusedNow},
		Unknown: {sentA, sentB, byNAV, byWorker, noAnswer, serverError, refusedNow},
	}
	if slices.Contains(c.taken, s) {
		w.agree("settle again", err, false)
		return
	}
	if p.holder != c || !slices.Contains(allowed[p.state], s) {
		w.agree("settle in vain", err, true)
		return
	}
	w.agree("settle", err, false)
	c.taken = append(c.taken, s)
	p.state = map[hrmapi.SettledState]State{
		hrmapi.SettledStateSent: Sent, hrmapi.SettledStateRejected: Rejected, hrmapi.SettledStateUnknown: Unknown,
		hrmapi.SettledStateNotSent: Offered,
		hrmapi.SettledStateRefused: Refused,
	}[s.State]
	if p.state == Refused {
		w.refuse(p)
	}
	if p.state == Offered {
		p.holder = nil
	}
}

// refuse counts a refusal: the waits of the contract's table, and 72 hours.
func (w *walk) refuse(p *modelPlan) {
	waits := []int{1, 2, 4, 8, 16, 24}
	if p.refusals == 0 {
		p.refusedFirst = w.clock.now
	}
	p.refusals++
	p.until = w.clock.now.Add(time.Duration(waits[min(p.refusals, len(waits))-1]) * time.Hour)
	if !w.clock.now.Before(p.refusedFirst.Add(72 * time.Hour)) {
		p.state = Undecided
		w.undecided++
	}
}

// outage has NAV refuse all offered plans for four days, now and then.
func (w *walk) outage() {
	if w.random.IntN(4) > 0 {
		return
	}
	for range 4 {
		for before := -1; before < len(w.claims); {
			before = len(w.claims)
			w.claim()
			if len(w.claims) > before {
				w.sendClaimed(w.claims[before])
				w.settleClaimed(w.claims[before], refusedNow)
			}
		}
		w.passes(25 * time.Hour)
	}
}

func (w *walk) decide() {
	p := pick(w, w.plans)
	if p == nil {
		return
	}
	d := pick(w, []Decision{OfferAgain, OfferAgain, Abandon})
	can := p.state == Refused || p.state == Undecided
	w.agree("decide", w.tenant.Decide(p.id, d), !can)
	switch {
	case can && d == OfferAgain:
		p.state, p.holder, p.refusals = Offered, nil, 0
	case can:
		p.state, p.holder = Abandoned, nil
	}
}

func (w *walk) pass() { w.passes(time.Duration(w.random.IntN(60)) * time.Second) }

func (w *walk) hours() { w.passes(time.Duration(w.random.IntN(30)) * time.Hour) }

func (w *walk) passes(d time.Duration) {
	w.clock.now = w.clock.now.Add(d)
	for _, p := range w.plans {
		if w.clock.now.Before(p.until) {
			continue
		}
		switch p.state {
		case Claimed, Refused:
			p.state, p.holder = Offered, nil
		case Sending:
			p.state = Unknown
		case Offered, Sent, Rejected, Unknown, Undecided, Abandoned:
		}
	}
}

func (w *walk) person() {
	p := pick(w, w.plans)
	if p == nil {
		return
	}
	received := pick(w, []uuid.UUID{{}, uuid.New()})
	err := w.tenant.SettleByPerson(p.id, received)
	w.agree("person", err, p.state != Unknown)
	if p.state != Unknown {
		return
	}
	p.state, p.holder = Sent, nil
	if received == uuid.Nil {
		p.state, p.refusals = Offered, 0
	}
}

// documentIDs are few, so that the same documents come again.
var documentIDs = []uuid.UUID{{1}, {2}, {3}, {4}, {5}}

func (w *walk) page() {
	kind := pick(w, []hrmapi.Kind{hrmapi.SickNotes, hrmapi.SickPayApplications})
	page := hrmapi.Page{PreviousCursor: w.cursor[kind], Cursor: w.cursor[kind] + w.random.Int64N(3)}
	stale := w.random.IntN(4) == 0
	if stale {
		page.PreviousCursor++
	}
	for range w.random.IntN(4) {
		number := w.random.Int64N(page.Cursor + 2)
		page.Documents = append(page.Documents, hrmapi.Document{
			ID: pick(w, documentIDs), SequenceNumber: number, Document: json.RawMessage(fmt.Sprintf("{ \"n\": %d }", number)),
		})
	}
	w.agree("page", w.tenant.StorePage(unit, kind, page), stale)
	if stale {
		return
	}
	w.cursor[kind] = page.Cursor
	for _, d := range page.Documents {
		name := string(kind) + d.ID.String()
		if known, there := w.stored[name]; !there || d.SequenceNumber > known {
			w.stored[name] = d.SequenceNumber
		}
	}
}

func (w *walk) wantPDFs() {
	w.want = w.random.IntN(3) > 0
	must(w.t, w.tenant.WantPDFs(w.want))
}

func (w *walk) pdf() {
	id := pick(w, documentIDs)
	name := string(hrmapi.SickNotes) + id.String()
	_, there := w.stored[name]
	err := w.tenant.StorePDF(unit, hrmapi.SickNotes, id, []byte("%PDF-"))
	if there != (err == nil) || !there && !errors.Is(err, ErrNotFound) {
		w.t.Fatalf("a PDF of %s, which is there: %t: %v", name, there, err)
	}
	if there {
		w.pdfs[name] = true
	}
}
