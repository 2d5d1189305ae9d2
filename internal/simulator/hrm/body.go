package hrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// maxBody bounds pages, PDFs and CSV files, in bytes: the contract's limit. maxSmallBody bounds all other bodies.
	maxBody      = 16 << 20
	maxSmallBody = 64 << 10
)

// bodyRule is the contract's rule for a body.
type bodyRule struct {
	contentType string
	maxBytes    int64
	// check finds missing fields, which the generated types read as zero values.
	check func(content []byte) error
}

// bodyRules has a rule for each path of the contract with a body.
var bodyRules = map[string]bodyRule{
	"PUT /v1/claims/{claimID}":            {wire.ContentTypeJSON, maxSmallBody, hasFields("leaseSeconds")},
	"PUT /v1/claims/{claimID}/sending":    {wire.ContentTypeJSON, maxSmallBody, hasFields("navCallID", "deadlineSeconds")},
	"PUT /v1/claims/{claimID}/settlement": {wire.ContentTypeJSON, maxSmallBody, checkSettlementBody},
	"POST /v1/units/{unit}/{kind}/pages":  {wire.ContentTypeJSON, maxBody, checkPageBody},
	"PUT /v1/units/{unit}/{kind}/{documentID}/pdf": {
		wire.ContentTypePDF, maxBody, func([]byte) error { return nil },
	},
	"PUT /v1/units/{unit}/{kind}/{documentID}/csv": {
		wire.ContentTypeCSV, maxBody, func([]byte) error { return nil },
	},
	"PUT /v1/letters/{unit}/{letterKind}/{letterID}":     {wire.ContentTypeJSON, maxSmallBody, checkLetterBody},
	"PUT /v1/letters/{unit}/{letterKind}/complete-until": {wire.ContentTypeJSON, maxSmallBody, hasFields("completeUntil")},
	"PUT /v1/letters/{unit}/{letterKind}/{letterID}/content": {
		wire.ContentTypePDF, maxBody, func([]byte) error { return nil },
	},
}

// requestBody is the body of a request.
type requestBody struct {
	rule        bodyRule
	wanted      bool
	contentType string
	content     []byte
	broken      error
}

// readBody reads at most one byte more than the contract allows.
func readBody(r *http.Request, pattern string) requestBody {
	var b requestBody
	if b.rule, b.wanted = bodyRules[pattern]; !b.wanted {
		return b
	}
	b.contentType, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type"))
	b.content, b.broken = io.ReadAll(io.LimitReader(r.Body, b.rule.maxBytes+1))
	return b
}

// refusal returns the response to a body that the contract does not allow.
func (b requestBody) refusal() (wire.Response, bool) {
	if !b.wanted {
		return wire.Response{}, false
	}
	switch {
	case b.broken != nil:
		return problemResponse(http.StatusBadRequest, "BrokenBody", "The body did not come whole"), true
	case int64(len(b.content)) > b.rule.maxBytes:
		return problemResponse(http.StatusRequestEntityTooLarge, "TooLarge",
			fmt.Sprintf("The body has more than %d bytes", b.rule.maxBytes)), true
	case b.contentType != b.rule.contentType:
		return problemResponse(http.StatusUnsupportedMediaType, "OtherType", "The body must be "+b.rule.contentType), true
	}
	if err := b.rule.check(b.content); err != nil {
		return problemResponse(http.StatusBadRequest, "BadRequest", err.Error()), true
	}
	return wire.Response{}, false
}

// errNoObject does not quote the body.
var errNoObject = errors.New("the body, or something in it, is no JSON object where the contract has one")

func hasFields(names ...string) func([]byte) error {
	return func(content []byte) error {
		_, err := fieldsOf(content, names...)
		return err
	}
}

// fieldsOf reads a JSON object and fails if one of the fields is missing, or null.
func fieldsOf(content []byte, names ...string) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(content, &fields); err != nil || fields == nil {
		return nil, errNoObject
	}
	for _, name := range names {
		if value, there := fields[name]; !there || string(value) == "null" {
			return nil, fmt.Errorf("%s is missing", name)
		}
	}
	return fields, nil
}

func checkSettlementBody(content []byte) error {
	fields, err := fieldsOf(content, "state")
	if err != nil {
		return err
	}
	for name, required := range map[string][]string{
		"sent": {"navUUID", "sentToNAV", "generalPractitioner"}, "rejected": {"by", "type", "message"}, "unknown": {"cause"},
		"refused": {"type", "message"},
	} {
		part, there := fields[name]
		if !there {
			continue
		}
		if _, err := fieldsOf(part, required...); err != nil {
			return err
		}
	}
	return nil
}

func checkLetterBody(content []byte) error {
	fields, err := fieldsOf(content, "linkID", "created", "letter")
	if err == nil {
		_, err = fieldsOf(fields["letter"])
	}
	return err
}

func checkPageBody(content []byte) error {
	fields, err := fieldsOf(content, "previousCursor", "cursor", "documents")
	if err != nil {
		return err
	}
	var documents []json.RawMessage
	if err := json.Unmarshal(fields["documents"], &documents); err != nil {
		return errors.New("documents is no list")
	}
	for _, d := range documents {
		fields, err := fieldsOf(d, "id", "sequenceNumber", "times", "document")
		if err != nil {
			return err
		}
		if _, err := fieldsOf(fields["document"]); err != nil {
			return err
		}
	}
	return nil
}
