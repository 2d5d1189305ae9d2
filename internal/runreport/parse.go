package runreport

import (
	"errors"
	"fmt"

	"sigs.k8s.io/json"
)

// MaxSize bounds a termination message that Parse reads, in bytes. Kubernetes keeps up to 4096 bytes of a container's
// message, and fewer if a pod has many containers.
const MaxSize = 2 << 10

var errForm = errors.New("it is not one JSON object with the fields of a report")

// Parse reads a termination message, which comes from a pod and is not trusted. A field that is absent or null is zero.
// Parse skips fields that this version does not know: a newer worker may have written them. Errors quote nothing of the
// message.
func Parse(message string) (Report, error) {
	if len(message) > MaxSize {
		return Report{}, fmt.Errorf("reading a run's report: it is longer than %d bytes", MaxSize)
	}
	var r Report
	strict, err := json.UnmarshalStrict([]byte(message), &r, json.DisallowDuplicateFields)
	if len(strict) > 0 || err != nil {
		return Report{}, fmt.Errorf("reading a run's report: %w", errForm)
	}
	r.Cause = knownCause(r.Cause) // a newer worker may know more
	if err := r.Check(); err != nil {
		return Report{}, fmt.Errorf("reading a run's report: %w", err)
	}
	return r, nil
}
