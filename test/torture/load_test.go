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

// employee is a synthetic person: every plan is about the same.
const employee = "01447842099"

// load has customers finish plans, and NAV receive documents, bit by bit, until there are as many as are wanted.
type load struct {
	world            *world
	random           *rand.Rand
	plans, documents int
	offered, added   int
	over             time.Duration
}

// plan writes a plan that can be known again: whose it is stands in it.
func plan(owner, id string) json.RawMessage {
	text, err := json.Marshal(map[string]any{
		"employeeIdentificationNumber": employee, "typicalWorkday": "Syntetisk", "tasksThatCanStillBeDone": "", "tasksThatCanNotBeDone": "",
		"previousFacilitation": "", "plannedFacilitation": "", "followUp": "", "evaluationDate": "2026-12-15", "sendPlanToNav": true,
		"sendPlanToGeneralPractitioner": false, "contactPersonFullName": "Syntetisk Leder", "contactPersonPhoneNumber": "", "contactPersonEmail": "",
		"employeeHasContributedToPlan": true, "additionalInformation": owner + "/" + id,
	})
	if err != nil {
		panic(err)
	}
	return text
}

// One of invalidEvery plans is one that the worker's check rejects, and is named so.
const (
	invalidEvery  = 25
	invalidPrefix = "invalid-"
)

const ticks = 100

// run loads, in equal portions.
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
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// offer has customers, in turn, finish plans.
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

// late is how much later than its number a document may become visible.
const late = 3 * time.Second

const (
	// pageRows is how many rows NAV looks at for a page.
	pageRows = 1000
	// walls is how many times a customer gets more rows in a row that are not for employers than a page holds.
	walls = 3
)

// refuses reports whether HRM solutions refuse a document: one in some hundreds.
func refuses(id uuid.UUID) bool { return id[15] == 7 && id[14]%2 == 0 }

// wall has NAV receive a page and more of rows that are not for employers, all for one customer.
func (l *load) wall() error {
	c := l.world.customers[l.random.IntN(len(l.world.customers))]
	row := navsickpay.Row{Unit: c.unit, Sent: time.Now(), NotForEmployer: true}
	_, err := l.world.sim.SickPay.AddMany("sick-pay-applications", row, pageRows+1+l.random.IntN(2*pageRows), l.random.Uint64())
	return err
}

// add has NAV receive documents: of both kinds, some visible late, of which some were sent long ago, some not for employers at first, some again under
// their old id, some unreadable, and now and then a wall.
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
			if l.random.IntN(2) == 0 { // NAV catches up after it stood still
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

// again gives the id of an application that comes again, now and then, and else says whether a new one is not for
// employers.
func (l *load) again(c *customer, kind string) (id uuid.UUID, notForEmployer bool) {
	rows := l.world.sim.SickPay.Rows(kind, c.unit)
	if len(rows) > 0 && l.random.IntN(10) == 0 {
		return rows[l.random.IntN(len(rows))].ID, false
	}
	return uuid.Nil, l.random.IntN(10) == 0
}
