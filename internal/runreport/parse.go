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

// Parse reads a termination message. It takes nothing that Encode would not write,
// but for white space, order, and numbers that are left out: what is read has come
// from a pod, which anybody may have started. Its errors quote nothing of it.
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
		"openUnknown": &r.OpenUnknown, "setAside": &r.SetAside, "hiddenPages": &r.HiddenPages, "volumes": &r.Volumes,
	}
}

// UnmarshalJSON reads volumes as strictly as Parse reads a report.
func (v *Volumes) UnmarshalJSON(text []byte) error {
	return decode(json.NewDecoder(bytes.NewReader(text)), map[string]any{
		"plansSent": &v.PlansSent, "generalPractitionersNotReached": &v.GeneralPractitionersNotReached,
		"documentsStored": &v.DocumentsStored, "pdfsStored": &v.PDFsStored,
	})
}

// decode reads one object field by field: json.Unmarshal takes names in any case, and
// twice. It takes the fields that it has read out of missing.
func decode(from *json.Decoder, missing map[string]any) error {
	if token, err := from.Token(); err != nil || token != json.Delim('{') {
		return errForm
	}
	for from.More() {
		token, err := from.Token()
		if err != nil {
			return errForm
		}
		name, _ := token.(string)
		field, ok := missing[name]
		if !ok || decodeValue(from, field) != nil {
			return errForm
		}
		delete(missing, name)
	}
	if _, err := from.Token(); err != nil { // the closing brace
		return errForm
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return errForm
	}
	return nil
}

// decodeValue reads a value that is not null, which would leave the field as it is.
func decodeValue(from *json.Decoder, field any) error {
	var raw json.RawMessage
	if err := from.Decode(&raw); err != nil {
		return err
	}
	if string(raw) == "null" {
		return errForm
	}
	return json.Unmarshal(raw, field)
}
