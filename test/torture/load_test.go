package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/navsickpay"
)

// employee is the synthetic person of all plans.
const employee = "01447842099"

// load adds plans at the HRM systems and documents at NAV, little by little.
type load struct {
	world            *world
	random           *rand.Rand
	plans, documents int
	offered, added   int
	letters, reports int // that were added
	over             time.Duration
}

// plan returns a plan that names its owner and its id.
func plan(owner, id string) json.RawMessage {
	text, err := json.Marshal(map[string]any{
		"employeeIdentificationNumber": employee, "typicalWorkday": "Syntetisk", "tasksThatCanStillBeDone": "",
		"tasksThatCanNotBeDone": "",
		"previousFacilitation":  "", "plannedFacilitation": "", "followUp": "", "evaluationDate": "2026-12-15",
		"sendPlanToNav":                 true,
		"sendPlanToGeneralPractitioner": false, "contactPersonFullName": "Syntetisk Leder", "contactPersonPhoneNumber": "",
		"contactPersonEmail":           "",
		"employeeHasContributedToPlan": true, "additionalInformation": owner + "/" + id,
	})
	if err != nil {
		panic(err)
	}
	return text
}

// One of invalidEvery plans is invalid, and its id begins with invalidPrefix.
const (
	invalidEvery  = 25
	invalidPrefix = "invalid-"
)

const ticks = 100

// run adds plans and documents in equal portions.
func (l *load) run(ctx context.Context) error {
	tick := time.NewTicker(max(l.over/ticks, time.Millisecond))
	defer tick.Stop()
	for n := 1; n <= ticks; n++ {
		if err := l.offer(l.plans*n/ticks - l.offered); err != nil {
			return err
		}
		if err := l.add(l.documents*n/ticks - l.added); err != nil {
			return err
		}
		if err := l.addLetters(l.documents/lettersEvery*n/ticks - l.letters); err != nil {
			return err
		}
		if err := l.addReports(l.documents/reportsEvery*n/ticks - l.reports); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// offer adds plans of all customers in turn.
func (l *load) offer(n int) error {
	byCustomer := map[*customer]map[string]json.RawMessage{}
	for range n {
		c := l.world.customers[l.offered%len(l.world.customers)]
		if byCustomer[c] == nil {
			byCustomer[c] = map[string]json.RawMessage{}
		}
		id := fmt.Sprintf("plan-%d", l.offered)
		text := plan(c.number, id)
		if l.offered%invalidEvery == 0 {
			id, text = invalidPrefix+id, json.RawMessage(`{"employeeIdentificationNumber":"x"}`)
		}
		byCustomer[c][id] = text
		l.offered++
	}
	for c, plans := range byCustomer {
		tenant, err := l.world.sim.HRM.Tenant(c.tenant)
		if err != nil {
			return err
		}
		if err := tenant.Offer(plans); err != nil {
			return err
		}
	}
	return nil
}

// late bounds the time until a document becomes visible.
const late = 3 * time.Second

const (
	// pageRows is how many rows NAV reads for a page.
	pageRows = 1000
	// walls is how often a customer receives more hidden rows in a row than a page holds.
	walls = 3
)

// refuses reports whether HRM systems refuse a document: one in 512.
func refuses(id uuid.UUID) bool { return id[15] == 7 && id[14]%2 == 0 }

// wall adds more hidden rows than a page holds, all for one customer.
func (l *load) wall() error {
	c := l.world.customers[l.random.IntN(len(l.world.customers))]
	row := navsickpay.Row{Unit: c.unit, Sent: time.Now(), NotForEmployer: true}
	_, err := l.world.sim.SickPay.AddMany("sick-pay-applications", row, pageRows+1+l.random.IntN(2*pageRows),
		l.random.Uint64())
	return err
}

// add adds documents of both kinds at NAV. Some become visible late, of which some were sent long ago. Some are hidden
// at first, some are sent again under their id, and some are unreadable. Now and then it adds a wall.
func (l *load) add(n int) error {
	for range n {
		if l.added%max(l.documents/walls, 1) == l.documents/(2*walls) {
			if err := l.wall(); err != nil {
				return err
			}
		}
		c := l.world.customers[l.random.IntN(len(l.world.customers))]
		kind, row := "sick-notes", navsickpay.Row{Unit: c.unit, Sent: time.Now()}
		row.Visible = row.Sent
		if l.random.IntN(3) == 0 {
			kind = "sick-pay-applications"
			row.ID, row.NotForEmployer = l.again(c, kind)
		}
		row.Unreadable = l.random.IntN(400) == 0
		if l.random.IntN(50) == 0 {
			row.Visible = row.Sent.Add(time.Duration(l.random.Int64N(int64(late))))
			if l.random.IntN(2) == 0 { // as after NAV stood still
				row.Sent = row.Sent.AddDate(0, 0, -10)
			}
		}
		if _, err := l.world.sim.SickPay.Add(kind, row); err != nil {
			return err
		}
		l.added++
	}
	return nil
}

// again sometimes returns the id of an application to send again. Otherwise it returns uuid.Nil and whether the new one
// is hidden.
func (l *load) again(c *customer, kind string) (id uuid.UUID, notForEmployer bool) {
	rows := l.world.sim.SickPay.Rows(kind, c.unit)
	if len(rows) > 0 && l.random.IntN(10) == 0 {
		return rows[l.random.IntN(len(rows))].ID, false
	}
	return uuid.Nil, l.random.IntN(10) == 0
}
