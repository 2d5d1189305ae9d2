package navsickpay

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// documentKind is a kind of documents.
type documentKind struct {
	// title is the name in the HRM contract, name NAV's.
	title, name, listPath, resource string
	// hasMovedPDF reports that its PDFs have an old path.
	hasMovedPDF bool
	// isReplaced reports that a document may come again under another number.
	isReplaced bool

	// NAV's words for it in errors.
	errorName, oneErrorName, listErrorName   string
	errorTitle, oneTitle, listTitle, idField string

	// document returns the content of a row.
	document func(*Row) any
}

var documentKinds = []*documentKind{
	{
		title: "sick-notes", name: "sykmelding", listPath: "/v1/sykmeldinger", resource: "nav_sykepenger_sykmelding",
		hasMovedPDF: true,
		errorName:   "SYKMELDING", oneErrorName: "SYKMELDING", listErrorName: "SYKMELDINGER",
		errorTitle: "Sykmelding", oneTitle: "sykmelding", listTitle: "sykmeldinger", idField: "sykmeldingId",
		document: func(r *Row) any { return r.sickNote() },
	},
	{
		title: "sick-pay-applications", name: "sykepengesoeknad", listPath: "/v1/sykepengesoeknader",
		resource: "nav_sykepenger_soeknad", isReplaced: true,
		errorName: "SOEKNAD", oneErrorName: "SYKEPENGESOEKNAD", listErrorName: "SYKEPENGESOEKNADER",
		errorTitle: "Søknad", oneTitle: "sykepengesøknad", listTitle: "sykepengesøknader", idField: "soeknadId",
		document: func(r *Row) any { return r.application() },
	},
}

func kindOf(title string) *documentKind {
	for _, kind := range documentKinds {
		if kind.title == title {
			return kind
		}
	}
	return nil
}

// render returns a document as NAV sends it.
func (k *documentKind) render(row Row) []byte {
	var body bytes.Buffer
	k.renderInto(&body, &row)
	return body.Bytes()
}

// renderAll writes a list.
func (k *documentKind) renderAll(rows []Row) []byte {
	var list bytes.Buffer
	list.WriteByte('[')
	for i := range rows {
		if i > 0 {
			list.WriteByte(',')
		}
		k.renderInto(&list, &rows[i])
	}
	list.WriteByte(']')
	return list.Bytes()
}

// renderInto writes JSON as Kotlin does, without escaping < and &.
func (k *documentKind) renderInto(body *bytes.Buffer, row *Row) {
	encoder := json.NewEncoder(body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(k.document(row)); err != nil {
		// The documents are the simulator's own structs.
		panic("simulator: cannot write JSON: " + err.Error())
	}
	body.Truncate(body.Len() - 1) // the encoder's line break
}

// period is from one day to another, both of them included.
type period struct {
	From string `json:"fom"`
	To   string `json:"tom"`
}

// employer is the unit, with its name as the doctor wrote it.
type employer struct {
	Name   *string `json:"navn"`
	Number string  `json:"orgnr"`
}

// kotlinDouble is written with a fraction, also if it is a whole number.
type kotlinDouble float64

// MarshalJSON writes 37.5, and 100.0.
func (d kotlinDouble) MarshalJSON() ([]byte, error) {
	if d == kotlinDouble(int64(d)) {
		return strconv.AppendFloat(nil, float64(d), 'f', 1, 64), nil
	}
	return strconv.AppendFloat(nil, float64(d), 'f', -1, 64), nil
}
