package sickpay

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Document is a sick note or an application, as much of it as is looked at.
type Document struct {
	// ID is NAV's.
	ID uuid.UUID
	// SequenceNumber is NAV's number (loepenr): ascending over all documents of a kind, of all employers.
	SequenceNumber int64
	// Unit is the sub-unit whose document it is.
	Unit orgnumber.Number
	// Times are those of the document, with their zones, by their names.
	Times map[string]time.Time
	// Sent is when the employer was given the document; the zero time if it does not say.
	Sent time.Time
	// Raw is the document as it came.
	Raw json.RawMessage
	// Problem is why the document cannot be read, nil if it can. It quotes nothing of the document. With a Problem, only
	// ID and SequenceNumber may be used: each is its zero value if it could not be read either, but never both.
	Problem error
}

// errNotNAVs is the error of an element of a list that nothing marks as a document of NAV's.
var errNotNAVs = errors.New("an element of the list has neither a document's id nor its loepenr")

// parseDocument reads a document. Fields that it does not know may come. A document with a field that cannot be read has a
// Problem. What is no document of the kind is an error, which quotes nothing of it.
func parseDocument(kind Kind, raw json.RawMessage) (Document, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return Document{}, errNotNAVs
	}
	d := Document{Raw: raw, Times: map[string]time.Time{}}
	if json.Unmarshal(fields["loepenr"], &d.SequenceNumber) != nil || d.SequenceNumber <= 0 {
		d.SequenceNumber, d.Problem = 0, errors.New("a document has no loepenr")
	}
	if json.Unmarshal(fields[kind.id], &d.ID) != nil || d.ID == uuid.Nil {
		d.ID, d.Problem = uuid.Nil, errors.New("a document has no id")
	}
	if d.SequenceNumber == 0 && d.ID == uuid.Nil {
		return Document{}, errNotNAVs
	}
	if d.Problem == nil {
		d.Problem = readFields(&d, kind, fields)
	}
	return d, nil
}

// readFields reads a document's employer and times.
func readFields(d *Document, kind Kind, fields map[string]json.RawMessage) error {
	var employer struct {
		Number string `json:"orgnr"`
	}
	if json.Unmarshal(fields["arbeidsgiver"], &employer) != nil {
		return errors.New("a document has no employer")
	}
	var err error
	if d.Unit, err = orgnumber.Parse(employer.Number); err != nil {
		return errors.New("a document's employer has no organization number")
	}
	for name, zone := range kind.times {
		at, err := parseTime(fields[name], zone)
		if err != nil {
			return err
		}
		d.Times[name] = at
	}
	d.Sent = d.Times[kind.sent]
	return nil
}

// Before reports whether the employer was given the document before a date, in Oslo; false if it does not say when, or
// there is no date.
func (d Document) Before(date string) bool {
	return date != "" && !d.Sent.IsZero() && d.Sent.In(oslo).Format(time.DateOnly) < date
}

// layouts are how kotlinx writes a LocalDateTime: without seconds if they are zero, and with fractions if there are some,
// which Go's parser takes by itself.
var layouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

// parseTime reads a time without a zone as one of zone. In the hour that an autumn has twice, it is either.
func parseTime(value json.RawMessage, zone *time.Location) (time.Time, error) {
	var text string
	if json.Unmarshal(value, &text) == nil {
		for _, layout := range layouts {
			if at, err := time.ParseInLocation(layout, text, zone); err == nil {
				return at, nil
			}
		}
	}
	return time.Time{}, errors.New("a document's time cannot be read")
}
