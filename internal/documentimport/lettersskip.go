package documentimport

import (
	"errors"

	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
)

// letterSkips decides which errors of single letters a loop skips.
type letterSkips struct {
	// failed counts the failures in a row that may be an outage.
	failed int
}

// allow reports whether the loop may continue with the next letter after an error of one, nil for success. It may
// always continue after an error that only this letter has. After maxFailed errors in a row that may be an outage, it
// may not.
func (s *letterSkips) allow(err error) bool {
	switch {
	case err == nil || isOfOneLetter(err):
		s.failed = 0
		return true
	case mayBeOutage[runreport.ReasonOf(err)]:
		s.failed++
		return s.failed < maxFailed
	}
	return false
}

// isOfOneLetter reports whether an error is about one letter, and shows that the service works.
func isOfOneLetter(err error) bool {
	for _, single := range []error{navapi.ErrNotFound, navapi.ErrUnusable, hrm.ErrNotFound, hrm.ErrRefused} {
		if errors.Is(err, single) {
			return true
		}
	}
	return false
}

// mayBeOutage are the reasons of errors that a single letter may cause, or an outage.
var mayBeOutage = map[runreport.Reason]bool{
	runreport.NAVError: true, runreport.NAVUnreachable: true, runreport.HRMBadResponse: true,
	runreport.HRMUnreachable: true,
}

// rotated returns a list from a position on, and then the part before. A loop that ends early thus reaches other
// letters in the next run.
func rotated[T any](list []T, position int64) []T {
	if len(list) == 0 {
		return nil
	}
	n := int(position % int64(len(list)))
	return append(append(make([]T, 0, len(list)), list[n:]...), list[:n]...)
}
