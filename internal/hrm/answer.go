package hrm

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// Answers of a HRM solution that are no errors of its own. They are wrapped.
var (
	// ErrConflict means that somebody else was faster: a claim has ended, or a cursor is elsewhere. Nothing was changed.
	ErrConflict = errors.New("somebody else was faster (status 409)")
	// ErrNotFound means that the HRM solution does not know the unit or the document, or offers no such thing.
	ErrNotFound = errors.New("the HRM solution does not know it (status 404)")
	// ErrRefused means that the HRM system does not accept what it was sent: 400, 413 or 422. Nothing was changed.
	ErrRefused = errors.New("the HRM system refuses what it was sent")
)

// ErrUnreadable means that an answer of success has a body that is too large or not the JSON of the contract. It is wrapped.
var ErrUnreadable = errors.New("the body is not the JSON that was asked for")

// failure is why a call did not give what it should.
type failure struct {
	reason runreport.Reason
	// passing means that the same call may go better soon.
	passing bool
	err     error
}

// error is the error of a run that ends with it.
func (f *failure) error(doing string) error {
	return runreport.Errorf(f.reason, "%s: %w", doing, f.err)
}

// judge decides what is wrong with an answer: nothing if it has the status that means success. What is no clear word of
// the HRM solution's is a bad response.
func judge(status, success int) *failure {
	switch {
	case status == success:
		return nil
	case status == http.StatusConflict:
		return &failure{reason: runreport.HRMBadResponse, err: ErrConflict}
	case status == http.StatusNotFound:
		return &failure{reason: runreport.HRMBadResponse, err: ErrNotFound}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &failure{reason: runreport.HRMUnauthorized, err: fmt.Errorf("the token is not accepted (status %d)", status)}
	case status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge || status == http.StatusUnprocessableEntity:
		return &failure{reason: runreport.HRMBadResponse, err: fmt.Errorf("%w (status %d)", ErrRefused, status)}
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return &failure{reason: runreport.HRMBadResponse, err: fmt.Errorf("redirects are not followed (status %d)", status)}
	default:
		return &failure{
			reason:  runreport.HRMBadResponse,
			passing: status >= http.StatusInternalServerError || status == http.StatusTooManyRequests,
			err:     fmt.Errorf("status %d instead of %d", status, success),
		}
	}
}

// broken decides what is wrong with a call that gave no answer, or none that can be read. Nothing of what came is shown.
func broken(err error) *failure {
	failed, ok := errors.AsType[*outbound.Error](err)
	switch {
	case errors.Is(err, errForeign):
		return &failure{reason: runreport.HRMBadResponse, passing: true, err: errForeign}
	case !ok:
		return &failure{reason: runreport.HRMBadResponse, err: ErrUnreadable}
	case failed.Kind == outbound.AddressNotAllowed:
		return &failure{reason: runreport.HRMAddressNotAllowed, err: failed}
	case failed.Kind == outbound.Unreachable:
		return &failure{reason: runreport.HRMUnreachable, passing: true, err: failed}
	case failed.Kind == outbound.TooLarge:
		return &failure{reason: runreport.HRMBadResponse, err: fmt.Errorf("%w: %w", ErrUnreadable, failed)}
	default:
		return &failure{reason: runreport.HRMBadResponse, err: failed}
	}
}
