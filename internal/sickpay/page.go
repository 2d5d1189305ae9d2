package sickpay

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// PageRows is how many rows of a unit NAV looks at for one list. NAV leaves out rows that are not for employers after that
// limit, so a list may be short, or empty, although later rows have documents (navikt/sykepenger-im-lps-api,
// SoeknadService.kt).
const PageRows = 1000

// readPage reads a page while it comes: no more than one document of it is held. What NAV promises of a page is checked,
// because the cursor rests on it: documents of this unit alone, in ascending order. It returns how many documents had a
// sequence number.
func readPage(from io.Reader, kind Kind, f Filter, each func(Document) error) (int, error) {
	const doing = "reading documents from NAV"
	decoder := json.NewDecoder(from)
	if err := expect(decoder, '['); err != nil {
		return 0, unreadable(doing, err)
	}
	n, last := 0, f.After
	for decoder.More() {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return n, unreadable(doing, err)
		}
		d, err := parseDocument(kind, raw)
		if err == nil {
			err = d.checkPlace(f.Unit, last)
		}
		if err != nil {
			return n, runreport.Errorf(runreport.NAVError, "%s: %w", doing, err)
		}
		if err := each(d); err != nil {
			return n, err
		}
		if d.SequenceNumber > 0 {
			n, last = n+1, d.SequenceNumber
		}
	}
	if err := expect(decoder, ']'); err != nil {
		return n, unreadable(doing, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return n, unreadable(doing, cmp.Or(err, errors.New("something follows it")))
	}
	return n, nil
}

// checkPlace checks that a document belongs where it came: to the unit, after the last one.
func (d Document) checkPlace(unit orgnumber.Number, last int64) error {
	switch {
	case d.Problem == nil && d.Unit != unit:
		return errors.New("a document is another unit's")
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
		return errors.New("it is no list")
	}
	return nil
}

// unreadable is the error of a body that could not be read. A decoder's own words quote what came.
func unreadable(doing string, err error) error {
	failed, ok := errors.AsType[*outbound.Error](err)
	switch {
	case !ok:
		return runreport.Errorf(runreport.NAVError, "%s: the body is not what was asked for", doing)
	case failed.Kind == outbound.Unreachable || failed.Kind == outbound.Truncated:
		return runreport.Errorf(runreport.NAVUnreachable, "%s: %w", doing, failed)
	default:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, failed)
	}
}
