package sickpay

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// readPage reads a page while it comes: no more than one document of it is held. What NAV promises of a page is checked,
// for the cursor rests on it: documents of this unit alone, in ascending order.
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
		switch {
		case err != nil:
			return n, runreport.Errorf(runreport.NAVError, "%s: %w", doing, err)
		case d.Unit != f.Unit:
			return n, runreport.Errorf(runreport.NAVError, "%s: a document is another unit's", doing)
		case d.SequenceNumber <= last:
			return n, runreport.Errorf(runreport.NAVError, "%s: the documents are not in ascending order", doing)
		}
		if err := each(d); err != nil {
			return n, err
		}
		n, last = n+1, d.SequenceNumber
	}
	if err := expect(decoder, ']'); err != nil {
		return n, unreadable(doing, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return n, unreadable(doing, cmp.Or(err, errors.New("something follows it")))
	}
	return n, nil
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
