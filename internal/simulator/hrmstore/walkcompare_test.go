package hrmstore

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

func (w *walk) compare() {
	w.t.Helper()
	w.comparePlans()
	got, missing := map[string]int64{}, []uuid.UUID{}
	must(w.t, w.tenant.Each(func(d Document) error {
		name := string(d.Kind) + d.ID.String()
		got[name] = d.SequenceNumber
		same, err := w.tenant.Document(d.Unit, d.Kind, d.ID)
		must(w.t, err)
		diff(w.t, "the same by its name", d, same)
		diff(w.t, "content", fmt.Sprintf("{ \"n\": %d }", d.SequenceNumber), string(d.Content))
		diff(w.t, "its PDF is there", w.pdfs[name], d.HasPDF)
		if w.want && d.Kind == hrmapi.SickNotes && !d.HasPDF {
			missing = append(missing, d.ID)
		}
		return nil
	}))
	diff(w.t, "documents", w.stored, got)
	wanted, err := w.tenant.WantedPDFs(unit, hrmapi.SickNotes)
	must(w.t, err)
	diff(w.t, "wanted", missing, wanted)
	places, err := w.tenant.Places()
	must(w.t, err)
	for _, p := range places {
		diff(w.t, "cursor", w.cursor[p.Kind], p.Cursor)
		diff(w.t, "it has never gone back", true, slices.IsSorted(p.Moves) && p.Moves[len(p.Moves)-1] == p.Cursor)
	}
}

func (w *walk) comparePlans() {
	w.t.Helper()
	plans, err := w.tenant.Plans()
	must(w.t, err)
	type seen struct {
		ID    string
		State State
		Claim uuid.UUID
	}
	var want, got []seen
	for _, p := range w.plans {
		s := seen{ID: p.id, State: p.state, Claim: uuid.Nil}
		if p.holder != nil {
			s.Claim = p.holder.id
		}
		want = append(want, s)
	}
	for i, p := range plans {
		s := seen{ID: p.ID, State: p.State, Claim: p.ClaimID}
		if p.ByPerson {
			s.Claim = uuid.Nil // the model has no claim
		}
		got = append(got, s)
		checkHistory(w.t, &plans[i])
	}
	diff(w.t, "plans", want, got)
}

// after has the states that may follow a state, and who may cause that: the contract's first table.
var after = map[State]map[State][]Actor{
	Offered: {Claimed: {Worker}},
	Claimed: {Sending: {Worker}, Rejected: {Worker}, Offered: {Worker, Time}},
	Sending: {
		Sent: {Worker}, Rejected: {Worker}, Offered: {Worker}, Unknown: {Worker, Time}, Refused: {Worker},
		Undecided: {Worker},
	},
	Unknown: {
		Sent: {Worker, Person}, Rejected: {Worker}, Unknown: {Worker}, Offered: {Person}, Refused: {Worker},
		Undecided: {Worker},
	},
	Refused: {Offered: {Time, Person}, Abandoned: {Person}}, Undecided: {Offered: {Person}, Abandoned: {Person}},
}

func checkHistory(t *testing.T, p *Plan) {
	t.Helper()
	last := p.History[len(p.History)-1]
	diff(t, "the history's end", p.State, last.State)
	if p.History[0].State != Offered || p.History[0].By != Person {
		t.Fatalf("plan %s began as %+v", p.ID, p.History[0])
	}
	for i := 1; i < len(p.History); i++ {
		from, to := p.History[i-1], p.History[i]
		if !slices.Contains(after[from.State][to.State], to.By) || cmp.Compare(to.Time.UnixNano(), from.Time.UnixNano()) < 0 {
			t.Fatalf("plan %s went from %+v to %+v", p.ID, from, to)
		}
	}
}
