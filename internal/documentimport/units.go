package documentimport

import (
	"context"
	"errors"
	"slices"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxFailing is how many units in a row fail before the run ends: the units are then not the cause.
const maxFailing = 3

// partialError is the error of single documents of a unit whose others were carried.
type partialError struct{ error }

func (e *partialError) Unwrap() error { return e.error }

// unitLister is the HRM system's list of units.
type unitLister interface {
	Units(ctx context.Context) ([]orgnumber.Number, error)
}

// eachUnit calls do with each unit, once: with the main unit unless it is zero, and with the customer's units, or else
// with those that the HRM system lists. The error is the context's or a *runreport.Error. An error that concerns all
// units ends the run. If single units fail, eachUnit continues with the next one, and returns their first error that is
// not RightMissing. After a *partialError it always continues, so that units with bad documents do not end the run.
func eachUnit(
	ctx context.Context, hrm unitLister, c Customer, mainUnit orgnumber.Number,
	do func(context.Context, orgnumber.Number) error,
) error {
	units := c.Units
	if len(units) == 0 {
		var err error
		if units, err = hrm.Units(ctx); err != nil {
			return err
		}
	}
	if (mainUnit != orgnumber.Number{}) {
		units = slices.Concat([]orgnumber.Number{mainUnit}, units)
	}
	var first error
	failing := 0
	done := map[orgnumber.Number]bool{}
	for _, unit := range units {
		if done[unit] {
			continue
		}
		done[unit] = true
		err := do(ctx, unit)
		_, isPartial := errors.AsType[*partialError](err)
		switch {
		case err == nil:
			failing = 0
			continue
		case ctx.Err() == nil && isPartial:
			failing = 0
		case ctx.Err() != nil || concernsAll[runreport.ReasonOf(err)]:
			return err
		case runreport.ReasonOf(err) != runreport.RightMissing:
			failing++
		}
		c.Log.WarnContext(ctx, "Failed to import a unit", "unit", unit.String(), "err", err)
		if first == nil || runreport.ReasonOf(first) == runreport.RightMissing {
			first = err
		}
		if failing == maxFailing {
			break
		}
	}
	return first
}

var concernsAll = map[runreport.Reason]bool{
	runreport.AccessRefused: true, runreport.BrokerUnavailable: true, runreport.ConfigurationInvalid: true,
	runreport.HRMAddressNotAllowed: true, runreport.HRMUnauthorized: true, runreport.HRMUnreachable: true,
	runreport.InternalError: true, runreport.NAVTokenRejected: true, runreport.NAVUnreachable: true,
}
