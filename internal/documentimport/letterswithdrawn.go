package documentimport

import (
	"context"
	"errors"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
)

// deleteWithdrawn deletes letters at the HRM system that NAV has withdrawn. For each letter that NAV's list lacks, it
// checks whether NAV responds that the letter is no longer available. It leaves out letters that may have expired at
// NAV. It skips a letter that fails, and ends if maxFailed in a row may have failed by an outage.
func (u *letterUnit) deleteWithdrawn(ctx context.Context) error {
	var skips letterSkips
	for _, entry := range rotated(u.entries, u.position) {
		if u.listed[entry.ID] || !u.kept[entry.ID] {
			continue
		}
		err := u.deleteIfWithdrawn(ctx, entry)
		switch {
		case !skips.allow(err):
			return u.giveUp(err)
		case errors.Is(err, navapi.ErrNotFound):
			u.Log.WarnContext(ctx, "NAV does not have a stored letter",
				"unit", u.unit.String(), "documentID", entry.ID.String())
		case err != nil:
			u.Log.WarnContext(ctx, "Failed to check a stored letter",
				"unit", u.unit.String(), "documentID", entry.ID.String(), "err", err)
			u.fail(err)
		}
	}
	return nil
}

func (u *letterUnit) deleteIfWithdrawn(ctx context.Context, entry hrmapi.LetterEntry) error {
	err := u.call(ctx, func(token outbound.Bearer) error { return u.NAV.Check(ctx, token, entry.LinkID) })
	if errors.Is(err, letters.ErrWithdrawn) {
		return u.delete(ctx, entry.ID)
	}
	return err
}

func (u *letterUnit) delete(ctx context.Context, id uuid.UUID) error {
	u.withdrawn[id] = true
	if err := u.HRM.DeleteLetter(ctx, u.unit, u.Kind.Name, id); err != nil {
		return err
	}
	u.Log.InfoContext(ctx, "Deleted a letter that NAV has withdrawn",
		"unit", u.unit.String(), "kind", string(u.Kind.Name), "documentID", id.String())
	return nil
}
