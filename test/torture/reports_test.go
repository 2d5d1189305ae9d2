package torture

import (
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/navreports"
)

const (
	// reportsEvery is how many documents there are for each settlement report.
	reportsEvery = 10
	reportKind   = "settlement-reports"
)

// addReports has NAV make settlement reports, most of them for main units. Of some, NAV pays last year. A person
// archives some.
func (l *load) addReports(n int) error {
	for range n {
		c := l.world.customers[l.random.IntN(len(l.world.customers))]
		report := navreports.Report{Organization: c.number}
		if l.random.IntN(4) == 0 {
			report.Organization = c.unit
		}
		if l.random.IntN(4) == 0 {
			report.ValueDate = time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
		}
		report.Archived = l.random.IntN(4) == 0
		if _, err := l.world.sim.Reports.Add(report); err != nil {
			return err
		}
		l.reports++
	}
	return nil
}

// addReports adds NAV's settlement reports of a customer, as the HRM system must have them: without bank account,
// and with their CSV files.
func (l *ledger) addReports(w *world, c *customer) {
	for _, unit := range []string{c.number, c.unit} {
		for _, r := range w.sim.Reports.Reports(unit) {
			id := uuid.UUID{6: 8 << 4}
			binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(r.ID))
			d := document{
				customer: c.number, unit: unit, kind: reportKind, id: id.String(), sequence: r.ID, sum: sumOf(listed(r)),
				csv: sumOf(navreports.CSV(r)),
			}
			if refuses(id) {
				l.unfit = append(l.unfit, d)
				continue
			}
			l.held = append(l.held, d)
		}
	}
}

// listed returns what the worker sends of a report, with the fields in the order of their names.
func listed(r navreports.Report) []byte {
	text, err := json.Marshal(map[string]any{
		"id": r.ID, "orgnr": r.Organization, "orgNavn": "SYNTETISK BEDRIFT AS", "type": r.Type, "datoValutert": r.ValueDate,
		"opprettet": r.Created.UTC().Format(time.RFC3339Nano), "arkivert": r.Archived,
	})
	if err != nil {
		panic(err) // texts and numbers
	}
	return text
}
