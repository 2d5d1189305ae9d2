package sickpay

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// PageRows is how many rows of a unit NAV reads for one page. Afterwards it leaves out rows that are not for employers.
// A page may therefore be short or empty although later rows have documents (navikt/sykepenger-im-lps-api,
// SoeknadService.kt).
const PageRows = 1000

// readPage yields the documents of a page as it reads them. It holds one document at a time. The cursor depends on
// NAV's order, so readPage checks that the documents are the unit's and in ascending order. It returns nil if yield
// returns false.
func readPage(from io.Reader, kind Kind, f navapi.Filter, yield func(navapi.Document) bool) error {
	const doing = "reading documents from NAV"
	decoder := json.NewDecoder(from)
	if err := expect(decoder, '['); err != nil {
		return navapi.BodyError(doing, err)
	}
	last := f.After
	for decoder.More() {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return navapi.BodyError(doing, err)
		}
		d, err := parseDocument(kind, raw)
		if err == nil {
			err = checkPlace(d, f.Unit, last)
		}
		if err != nil {
			return runreport.Errorf(runreport.NAVError, "%s: %w", doing, err)
		}
		if !yield(d) {
			return nil
		}
		last = max(last, d.SequenceNumber)
	}
	if err := expect(decoder, ']'); err != nil {
		return navapi.BodyError(doing, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return navapi.BodyError(doing, cmp.Or(err, errors.New("data follows the page")))
	}
	return nil
}

func checkPlace(d navapi.Document, unit orgnumber.Number, last int64) error {
	switch {
	case d.Problem == nil && d.Unit != unit:
		return errors.New("a document belongs to another unit")
	case d.SequenceNumber > 0 && d.SequenceNumber <= last:
		return errors.New("the documents are not in ascending order")
	}
	return nil
}

func expect(decoder *json.Decoder, want json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return errors.New("the page is no list")
	}
	return nil
}
