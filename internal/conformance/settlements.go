package conformance

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

func settlementChecks() []check {
	return []check{
		documentCheck("settlement-report", "components > schemas > Document > properties > id > description",
			"Theirs is a UUID of version 8 (RFC 9562) whose last 62 bits are that number.", checkSettlementReport),
		documentCheck("settlement-report-of-main-unit", "components > parameters > Unit > description",
			"For settlement reports also the customer's own number", checkSettlementReportOfMainUnit),
		documentCheck("wanted-csvs", "paths > /v1/units/{unit}/{kind}/wanted-csvs > get > description",
			"List a report until its CSV file is stored.", checkWantedCSVs),
		documentCheck("csv-of-no-document", "components > responses > UnknownUnit > description",
			"The HRM system does not have the unit, the document or the letter.",
			func(ctx context.Context, p *probe) { checkContentOfNoDocument(ctx, p, csvs, p.settlements(ctx, "")) }),
		documentCheck("big-csv", placeInfo, "A CSV file has at most 16 MiB.", checkBigCSV),
	}
}

// smallCSV is a CSV file of one payment in NAV's form and encoding, of a synthetic person.
var smallCSV = []byte("8020;310330701;310330701;H;" + sickPerson +
	";20260112;12345678900;Syntetisk Person \xc6\xd8\xc5      ;20260131;0001234550 ;0000000000 ;00000000\r\n")

// settlementReport makes a report as the worker sends it (navikt/sokos-oppgjorsrapporter: the list's elements).
func settlementReport(unit string, number int64) hrmapi.Document {
	id := uuid.UUID{6: 8 << 4}
	binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(max(number, 0)))
	report := mustEncode(map[string]any{
		"id": number, "orgnr": unit, "orgNavn": "Syntetisk Bedrift", "type": "ref-arbg", "datoValutert": "2026-01-15",
		"opprettet": documentsAt, "arkivert": false,
	})
	return hrmapi.Document{ID: id, SequenceNumber: number, Times: map[string]time.Time{}, Document: report}
}

// settlements returns the settlement reports of a unit. If the HRM system does not support them, it skips the check.
func (p *probe) settlements(ctx context.Context, unit string) shelf {
	first := shelf{p.someUnits(ctx, 1)[0], hrmapi.SettlementReports}
	if got := p.send("GET "+first.path()+"/cursor", getCursor(ctx, first)); got.status == http.StatusNotFound {
		p.skip("the HRM system does not support settlement reports", "Nothing, unless it is to support settlement reports.")
	}
	if unit == "" {
		return first
	}
	return shelf{unit, hrmapi.SettlementReports}
}

func (p *probe) storeSettlementReport(ctx context.Context, s shelf) {
	cursor, _ := p.cursor(ctx, s)
	p.storeNext(ctx, s, cursor, cursor+1, settlementReport(s.unit, cursor+1))
	p.expectCursor(ctx, s, cursor+1, "Store a settlement report like any document, and move the cursor.")
}

func checkSettlementReport(ctx context.Context, p *probe) {
	p.storeSettlementReport(ctx, p.settlements(ctx, ""))
}

func checkSettlementReportOfMainUnit(ctx context.Context, p *probe) {
	s := p.settlements(ctx, p.suite.config.Customer.String())
	const do = "Know the customer's own organization number as a unit, for settlement reports."
	p.want(p.send("GET "+s.path()+"/cursor", getCursor(ctx, s)), do, http.StatusOK)
	p.storeSettlementReport(ctx, s)
}

// checkWantedCSVs passes also if no CSV file is wanted.
func checkWantedCSVs(ctx context.Context, p *probe) {
	s := p.settlements(ctx, "")
	checkWanted(ctx, p, csvs, s, func() { p.storeSettlementReport(ctx, s) })
}

// checkBigCSV passes also if no CSV file is wanted.
func checkBigCSV(ctx context.Context, p *probe) {
	s := p.settlements(ctx, "")
	p.storeWanted(ctx, csvs, s, true)
	p.storeSettlementReport(ctx, s)
	for _, id := range p.listWanted(ctx, csvs, s) {
		p.putContent(ctx, csvs, s, id, bytes.Repeat(smallCSV, maxPage/len(smallCSV)), false)
		return
	}
}
