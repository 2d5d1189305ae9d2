package hrm

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/hrmconnection"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// Errors that the methods of Client wrap.
var (
	// ErrConflict means that a claim has ended, or that the cursor is at another number. The HRM system changed nothing.
	ErrConflict = errors.New("the claim has ended or the cursor has moved (status 409)")
	// ErrNotFound means that the HRM system does not have the unit or the document, or does not support the operation.
	ErrNotFound = errors.New("the HRM system does not have it (status 404)")
	// ErrRefused means that the HRM system does not accept the request: 400, 413 or 422. It changed nothing.
	ErrRefused = errors.New("the HRM system refused the request")
	// ErrUnreadable means that a success has a body that is too large or not the contract's JSON.
	ErrUnreadable = errors.New("the body is not the contract's JSON")
)

// failure is why a call failed.
type failure struct {
	reason runreport.Reason
	// transient means that the same call may succeed soon.
	transient bool
	err       error
}

// error returns the error of a method of Client.
func (f *failure) error(doing string) error {
	return runreport.Errorf(f.reason, "%s: %w", doing, f.err)
}

// failureOfStatus returns the failure that a status means, nil for success.
func failureOfStatus(status, success int) *failure {
	switch {
	case status == success:
		return nil
	case status == http.StatusConflict:
		return &failure{reason: runreport.HRMBadResponse, err: ErrConflict}
	case status == http.StatusNotFound:
		return &failure{reason: runreport.HRMBadResponse, err: ErrNotFound}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &failure{
			reason: runreport.HRMUnauthorized,
			err:    fmt.Errorf("the HRM system does not accept the token (status %d)", status),
		}
	case status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge ||
		status == http.StatusUnprocessableEntity:
		return &failure{reason: runreport.HRMBadResponse, err: fmt.Errorf("%w (status %d)", ErrRefused, status)}
	case outbound.IsRedirect(status):
		return &failure{reason: runreport.HRMBadResponse, err: fmt.Errorf("%w (status %d)", outbound.ErrRedirect, status)}
	default:
		return &failure{
			reason:    runreport.HRMBadResponse,
			transient: status >= http.StatusInternalServerError || status == http.StatusTooManyRequests,
			err:       fmt.Errorf("status %d instead of %d", status, success),
		}
	}
}

// failureOfError returns the failure of a call without a readable response. It does not quote the response.
func failureOfError(err error) *failure {
	failed, ok := errors.AsType[*outbound.Error](err)
	switch {
	case errors.Is(err, errForeign):
		return &failure{reason: runreport.HRMBadResponse, transient: true, err: errForeign}
	case !ok:
		return &failure{reason: runreport.HRMBadResponse, err: ErrUnreadable}
	case failed.Kind == outbound.TooLarge:
		return &failure{reason: hrmconnection.ReasonOf(failed), err: fmt.Errorf("%w: %w", ErrUnreadable, failed)}
	default:
		return &failure{
			reason: hrmconnection.ReasonOf(failed), transient: failed.Kind == outbound.Unreachable, err: failed,
		}
	}
}
