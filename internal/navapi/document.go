package navapi

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Filter selects numbered documents.
type Filter struct {
	Unit orgnumber.Number
	// From is the first date on which the employer received the document, "" for no limit.
	From string
	// After is the sequence number after which the page begins.
	After int64
}

// Document is a numbered document of NAV's, with the fields that the worker reads.
type Document struct {
	ID uuid.UUID
	// SequenceNumber is NAV's number. It ascends over all documents of a kind, of all employers.
	SequenceNumber int64
	Unit           orgnumber.Number
	// Times are the document's times, with their zones, by field.
	Times map[string]time.Time
	// Sent is when the employer received the document. It is zero if the document does not have that time.
	Sent time.Time
	// Raw is the document as NAV sent it, or what the HRM system may have of it.
	Raw json.RawMessage
	// Problem is why the document is unreadable, or nil. It does not quote the document. With a Problem, only ID and
	// SequenceNumber are valid, and one of them may be zero.
	Problem error
}

// SentBefore reports whether the employer received the document before a date in Oslo. It returns false if the document
// does not have that time, or date is "".
func (d Document) SentBefore(date string) bool {
	return date != "" && !d.Sent.IsZero() && d.Sent.In(Oslo).Format(time.DateOnly) < date
}
