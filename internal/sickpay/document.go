package sickpay

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// errNoDocument is the error of an element of a page that is no document of NAV's.
var errNoDocument = errors.New("an element of the page has neither a document's id nor its loepenr")

// parseDocument parses a document and ignores unknown fields. A document with an unreadable field has a Problem. An
// element that is no document of the kind is an error, which does not quote it.
func parseDocument(kind Kind, raw json.RawMessage) (navapi.Document, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return navapi.Document{}, errNoDocument
	}
	d := navapi.Document{Raw: raw, Times: map[string]time.Time{}}
	if json.Unmarshal(fields["loepenr"], &d.SequenceNumber) != nil || d.SequenceNumber <= 0 {
		d.SequenceNumber, d.Problem = 0, errors.New("a document has no loepenr")
	}
	if json.Unmarshal(fields[kind.id], &d.ID) != nil || d.ID == uuid.Nil {
		d.ID, d.Problem = uuid.Nil, errors.New("a document has no id")
	}
	if d.SequenceNumber == 0 && d.ID == uuid.Nil {
		return navapi.Document{}, errNoDocument
	}
	if d.Problem == nil {
		d.Problem = readFields(&d, kind, fields)
	}
	return d, nil
}

func readFields(d *navapi.Document, kind Kind, fields map[string]json.RawMessage) error {
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

// layouts are the layouts in which kotlinx writes a LocalDateTime. It leaves out seconds that are zero. time.Parse
// accepts fractions of seconds with either layout.
var layouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

// parseTime parses a time without zone as a time in zone. A time that exists twice in autumn may become either.
func parseTime(value json.RawMessage, zone *time.Location) (time.Time, error) {
	var text string
	if json.Unmarshal(value, &text) == nil {
		for _, layout := range layouts {
			if at, err := time.ParseInLocation(layout, text, zone); err == nil {
				return at, nil
			}
		}
	}
	return time.Time{}, errors.New("a document has an unreadable time")
}
