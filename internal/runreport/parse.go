package runreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxSize bounds a termination message that is read, in bytes. Kubernetes keeps up
// to 4096 of a container's, and fewer where a pod has many.
const MaxSize = 2 << 10

// Parse reads a termination message, which comes from a pod and is not trusted. White
// space, the order of fields and numbers that are left out do not matter. Fields that
// this version does not know are skipped, so that it can read the report of a newer
// worker. Everything else must be as Encode writes it. Errors quote nothing of the
// message.
func Parse(message string) (Report, error) {
	if len(message) > MaxSize {
		return Report{}, fmt.Errorf("reading a run's report: it is longer than %d bytes", MaxSize)
	}
	var r Report
	if err := decode(json.NewDecoder(strings.NewReader(message)), fieldsOf(&r)); err != nil {
		return Report{}, fmt.Errorf("reading a run's report: %w", err)
	}
	if err := r.Check(); err != nil {
		return Report{}, fmt.Errorf("reading a run's report: %w", err)
	}
	return r, nil
}

var errForm = errors.New("it is not one JSON object with the fields of a report")

// fieldsOf gives where the values of a report's fields go, by their names.
func fieldsOf(r *Report) map[string]any {
	return map[string]any{
		"outcome": &r.Outcome, "reason": &r.Reason, "rejected": &r.Rejected, "unknown": &r.Unknown,
		"refused": &r.Refused, "refusedByRegisters": &r.RefusedByRegisters, "openUnknown": &r.OpenUnknown, "openUndecided": &r.OpenUndecided,
		"setAside": &r.SetAside, "hiddenPages": &r.HiddenPages, "volumes": &r.Volumes,
	}
}

// UnmarshalJSON reads volumes by the rules of Parse.
func (v *Volumes) UnmarshalJSON(text []byte) error {
	return decode(json.NewDecoder(bytes.NewReader(text)), map[string]any{
		"plansSent": &v.PlansSent, "generalPractitionersNotReached": &v.GeneralPractitionersNotReached,
		"documentsStored": &v.DocumentsStored, "pdfsStored": &v.PDFsStored,
	})
}

// decode reads one object into fields, field by field: json.Unmarshal takes names in any
// case, and twice. It skips names that are not in fields.
func decode(from *json.Decoder, fields map[string]any) error {
	if token, err := from.Token(); err != nil || token != json.Delim('{') {
		return errForm
	}
	seen := map[string]bool{}
	for from.More() {
		token, err := from.Token()
		if err != nil {
			return errForm
		}
		name, _ := token.(string)
		if seen[name] || decodeValue(from, fields[name]) != nil {
			return errForm
		}
		seen[name] = true
	}
	if _, err := from.Token(); err != nil { // the closing brace
		return errForm
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return errForm
	}
	return nil
}

// decodeValue reads a value into field, or skips it if field is nil. null is an error: it would leave the field unchanged.
func decodeValue(from *json.Decoder, field any) error {
	var raw json.RawMessage
	if err := from.Decode(&raw); err != nil || field == nil {
		return err
	}
	if string(raw) == "null" {
		return errForm
	}
	return json.Unmarshal(raw, field)
}
