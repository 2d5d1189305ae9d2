package torture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// sumOf returns the checksum of a document's bytes.
func sumOf(document []byte) string {
	s := sha256.Sum256(document)
	return hex.EncodeToString(s[:8])
}

// collect reads the records of NAV and of the HRM systems.
func (w *world) collect(causes []cause) (ledger, error) {
	l := ledger{causes: causes}
	for _, p := range w.sim.NAVPlans.Plans() {
		owner, id, _ := strings.Cut(p.AdditionalInformation, "/")
		l.submissions = append(l.submissions,
			submission{
				customer: p.Employer, planID: id, owner: owner, uuid: p.UUID.String(), callID: p.CallID, received: p.Received,
			})
	}
	for _, c := range w.customers {
		tenant, err := w.sim.HRM.Tenant(c.tenant)
		if err != nil {
			return l, err
		}
		if err := l.addTenant(c, tenant); err != nil {
			return l, err
		}
		for _, kind := range kinds {
			l.addRows(w, c, kind)
		}
		l.addReports(w, c)
		if err := l.addLetters(w, c, tenant); err != nil {
			return l, err
		}
	}
	return l, nil
}

// addRows adds NAV's documents of a kind for a customer. Documents behind a page of hidden rows are late: the worker
// fetches them on the next day.
func (l *ledger) addRows(w *world, c *customer, kind string) {
	hidden, behind := 0, false
	for _, row := range w.sim.SickPay.Rows(kind, c.unit) {
		if row.NotForEmployer {
			hidden++
			behind = behind || hidden >= pageRows
			continue
		}
		hidden = 0
		d := document{
			customer: c.number,
			unit:     c.unit,
			kind:     kind,
			id:       row.ID.String(),
			sequence: row.Number,
			sum:      sumOf(w.sim.SickPay.Document(kind, row)),
			late:     behind || row.Visible.After(row.Sent),
		}
		if row.Unreadable || refuses(row.ID) {
			l.unfit = append(l.unfit, d)
			continue
		}
		l.held = append(l.held, d)
	}
}

func (l *ledger) addTenant(c *customer, tenant *hrmstore.Tenant) error {
	plans, err := tenant.Plans()
	if err != nil {
		return err
	}
	for i := range plans {
		l.plans = append(l.plans, recordOf(c, &plans[i]))
	}
	places, err := tenant.Places()
	if err != nil {
		return err
	}
	for _, p := range places {
		l.cursors = append(l.cursors, cursorRecord{customer: c.number, unit: p.Unit, kind: string(p.Kind), values: p.Moves})
		for _, d := range p.SetAside {
			l.aside = append(l.aside, document{
				customer: c.number, unit: p.Unit, kind: string(p.Kind), id: d.ID.String(),
				sequence: d.SequenceNumber,
			})
		}
	}
	var stored []hrmstore.Document
	if err := tenant.Each(func(d hrmstore.Document) error {
		stored = append(stored, d)
		return nil
	}); err != nil {
		return err
	}
	for _, d := range stored {
		at := document{
			customer: c.number, unit: d.Unit, kind: string(d.Kind), id: d.ID.String(),
			sequence: d.SequenceNumber, sum: sumOf(d.Content),
		}
		if d.HasCSV {
			csv, err := tenant.CSV(d.Unit, d.Kind, d.ID)
			if err != nil {
				return err
			}
			at.csv = sumOf(csv)
		}
		l.stored = append(l.stored, at)
	}
	return nil
}

func recordOf(c *customer, p *hrmstore.Plan) planRecord {
	r := planRecord{
		customer: c.number, id: p.ID, state: string(p.State), settledByPerson: p.ByPerson, invalid: strings.HasPrefix(p.ID,
			invalidPrefix),
	}
	if p.Settlement != nil && p.Settlement.Sent != nil {
		r.uuid = p.Settlement.Sent.NAVUUID.String()
	}
	var sending time.Time
	for i, h := range p.History {
		r.history += fmt.Sprintf(" %s %s by %s in call %s;", h.Time.Format(clock), h.State, h.By, h.CallID)
		if i > 0 && p.History[i-1].State == hrmstore.Undecided && h.By != hrmstore.Person {
			r.resumed = true
		}
		switch h.State {
		case hrmstore.Sending:
			sending = h.Time
		case hrmstore.Unknown:
			r.unknowns = append(r.unknowns, unknown{callID: h.CallID.String(), from: sending, to: h.Time})
		case hrmstore.Refused:
			r.refusals++
		case hrmstore.Undecided:
			r.refusals++
			r.undecided++
		case hrmstore.Offered, hrmstore.Claimed, hrmstore.Sent, hrmstore.Rejected, hrmstore.Abandoned:
		}
	}
	return r
}

// setBack sets the day of the last overlap back by one, at the HRM system.
func setBack(tenant *hrmstore.Tenant, unit, kind string) error {
	place, err := tenant.Place(unit, hrmapi.Kind(kind))
	if err != nil {
		return err
	}
	return tenant.StorePage(unit, hrmapi.Kind(kind), hrmapi.Page{
		PreviousCursor: place.Cursor, Cursor: place.Cursor, LastOverlap: &types.Date{Time: time.Now().AddDate(0, 0, -1)},
	})
}
