package settlement

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Kind is the reports' kind in the HRM contract.
const Kind = hrmapi.SettlementReports

// bankAccount is the field that the HRM system does not receive. Each report's content has it already.
const bankAccount = "bankkonto"

// parseList parses a list without reports up to f.After, those before f.From, and those of other organizations, which
// have lists of their own. Its errors do not quote the list.
func parseList(body []byte, f navapi.Filter) ([]navapi.Document, error) {
	var list []json.RawMessage
	if json.Unmarshal(body, &list) != nil || list == nil {
		return nil, errors.New("the body is no list of reports")
	}
	reports := make([]navapi.Document, 0, len(list))
	for _, raw := range list {
		d, err := parseReport(raw)
		if err != nil {
			return nil, err
		}
		isOf := d.Problem != nil || d.Unit == f.Unit && !d.SentBefore(f.From)
		if isOf && d.SequenceNumber > f.After {
			reports = append(reports, d)
		}
	}
	return reports, nil
}

// parseReport parses a report and ignores unknown fields. A report without an organization number has a Problem. An
// element without a number is an error.
func parseReport(raw json.RawMessage) (navapi.Document, error) {
	var fields map[string]json.RawMessage
	var number int64
	if json.Unmarshal(raw, &fields) != nil || json.Unmarshal(fields["id"], &number) != nil {
		return navapi.Document{}, errors.New("an element of the list has no id")
	}
	id, ok := idOf(number)
	if !ok {
		return navapi.Document{}, errors.New("an element of the list has an impossible id")
	}
	d := navapi.Document{ID: id, SequenceNumber: number, Times: map[string]time.Time{}}
	var unit, valueDate string
	if json.Unmarshal(fields["orgnr"], &unit) == nil {
		d.Unit, _ = orgnumber.Parse(unit) // an invalid one is a problem
	}
	if d.Unit.String() != unit || unit == "" {
		problem := errors.New("a report has no organization number")
		return navapi.Document{ID: id, SequenceNumber: number, Problem: problem}, nil
	}
	if json.Unmarshal(fields["datoValutert"], &valueDate) == nil {
		d.Sent, _ = navapi.StartOf(valueDate) // without it, the report belongs to any start date
	}
	delete(fields, bankAccount)
	var err error
	if d.Raw, err = json.Marshal(fields); err != nil {
		return navapi.Document{}, errors.New("an element of the list cannot be encoded")
	}
	return d, nil
}

// maxNumber is the greatest number that fits into an id.
const maxNumber = 1<<62 - 1

// idOf returns the id of a report in the HRM contract, which has UUIDs: one of version 8 (RFC 9562) whose last 62 bits
// are NAV's number.
func idOf(number int64) (id uuid.UUID, ok bool) {
	if number < 1 || number > maxNumber {
		return uuid.Nil, false
	}
	id[6] = 8 << 4
	binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(number))
	return id, true
}

// numberOf returns NAV's number of a report. It reports false for an id of another document.
func numberOf(id uuid.UUID) (number int64, ok bool) {
	number = int64(binary.BigEndian.Uint64(id[8:]) & maxNumber)
	made, ok := idOf(number)
	return number, ok && made == id
}
