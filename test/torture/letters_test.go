package torture

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/navletters"
)

// lettersEvery is how many documents there are for each letter.
const lettersEvery = 10

// letter is a letter of NAV's, and what became of it.
type letter struct {
	// unit is "" for a letter that only the HRM system of the customer has.
	customer, unit, id string
	withdrawn          bool
	// fetched counts how often NAV returned its content.
	fetched int
	// stored and content report that the HRM system has the letter, and its content. deleted reports that a worker deleted
	// it there.
	stored, content, deleted bool
}

// addLetters adds letters at NAV. Some pairs have the same time, and some become visible late. For each few letters,
// NAV withdraws one that it sent before.
func (l *load) addLetters(n int) error {
	for range n {
		c := l.world.customers[l.random.IntN(len(l.world.customers))]
		sent := navletters.Letter{Unit: c.unit, Type: navletters.TypeDialogueMeeting, Created: time.Now()}
		if l.random.IntN(10) == 0 {
			sent.Visible = sent.Created.Add(time.Duration(l.random.Int64N(int64(late))))
		}
		pair := 1 + l.random.IntN(2)
		for range pair {
			if _, err := l.world.sim.Letters.Add(sent); err != nil {
				return err
			}
		}
		l.letters++
		known := l.world.sim.Letters.Letters(c.unit, navletters.TypeDialogueMeeting)
		if l.random.IntN(6) > 0 {
			continue
		}
		if _, err := l.world.sim.Letters.Withdraw(known[l.random.IntN(len(known))].ID); err != nil {
			return err
		}
	}
	return nil
}

// withdrawLetters withdraws one in seven of a customer's letters, which the HRM system has.
func (w *world) withdrawLetters(c *customer) error {
	for i, sent := range w.sim.Letters.Letters(c.unit, navletters.TypeDialogueMeeting) {
		if i%7 > 0 {
			continue
		}
		if _, err := w.sim.Letters.Withdraw(sent.ID); err != nil {
			return err
		}
	}
	return nil
}

// fetchPartially fetches letters while NAV's lists leave out some.
func fetchPartially(ctx context.Context, w *world, team *workers) error {
	lagging := registersUp
	lagging.LetterData.PartialLists = true
	if err := w.sim.SetFaults(lagging); err != nil {
		return err
	}
	for _, c := range w.customers {
		if err := gentle(ctx, w, team, run{customer: c, service: meetingLetters}); err != nil {
			return err
		}
	}
	return w.sim.SetFaults(registersUp)
}

// addLetters adds NAV's letters to a customer, with what the HRM system has of them. A letter that only the HRM system
// has is another customer's.
func (l *ledger) addLetters(w *world, c *customer, tenant *hrmstore.Tenant) error {
	deleted, err := tenant.DeletedLetters(c.unit, hrmapi.DialogueMeetingLetters)
	if err != nil {
		return err
	}
	stored := map[uuid.UUID]hrmstore.Letter{}
	if err := tenant.EachLetter(func(s hrmstore.Letter) error {
		stored[s.ID] = s
		return nil
	}); err != nil {
		return err
	}
	for _, sent := range w.sim.Letters.Letters(c.unit, navletters.TypeDialogueMeeting) {
		at, isStored := stored[sent.ID]
		l.letters = append(l.letters, letter{
			customer: c.number, unit: c.unit, id: sent.ID.String(), withdrawn: sent.Withdrawn, fetched: sent.Fetched,
			stored: isStored, content: bytes.Equal(at.Content, navletters.Content(sent.ID)),
			deleted: slices.Contains(deleted, sent.ID),
		})
		delete(stored, sent.ID)
	}
	for id := range stored {
		l.letters = append(l.letters, letter{customer: c.number, id: id.String(), stored: true})
	}
	return nil
}

func checkLetters(l ledger) []finding {
	var all []finding
	for _, sent := range l.letters {
		found := func(name string) { all = append(all, finding{name: name, detail: fmt.Sprintf("%+v", sent)}) }
		isOf := func(c cause) bool { return c.customer == sent.customer }
		switch {
		case sent.unit == "":
			found(findForeign)
		case sent.withdrawn && sent.stored:
			found(findLetterKept)
		case !sent.withdrawn && (!sent.stored || !sent.content):
			found(findLetterMissing)
		case !sent.withdrawn && sent.deleted:
			found(findLetterDeleted)
		case sent.fetched > 1 && !slices.ContainsFunc(l.causes, isOf):
			found(findLetterAgain)
		}
	}
	return all
}

func summarizeLetters(l ledger) string {
	withdrawn, stored, deleted, again := 0, 0, 0, 0
	for _, sent := range l.letters {
		for count, is := range map[*int]bool{
			&withdrawn: sent.withdrawn, &stored: sent.stored, &deleted: sent.deleted, &again: sent.fetched > 1,
		} {
			if is {
				*count++
			}
		}
	}
	return fmt.Sprintf("%d letters at NAV, %d of them withdrawn; %d at the HRM systems, %d deleted there, "+
		"%d fetched again after a fault", len(l.letters), withdrawn, stored, deleted, again)
}
