package documentimport

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/outbound"
)

// deleteWithdrawn deletes letters at the HRM system that NAV has withdrawn. NAV leaves them out of its list without
// notice. A letter that the list lacks is only suspect: NAV must say that it is no longer available.
func (u *letterUnit) deleteWithdrawn(ctx context.Context) error {
	for _, entry := range u.entries {
		if u.listed[entry.ID] {
			continue
		}
		err := u.call(ctx, func(token outbound.Bearer) error { return u.NAV.Check(ctx, token, entry.LinkID) })
		switch {
		case errors.Is(err, letters.ErrWithdrawn):
			if err := u.delete(ctx, entry.ID); err != nil {
				return err
			}
		case errors.Is(err, letters.ErrNotFound):
			u.Log.WarnContext(ctx, "NAV does not have a stored letter",
				"unit", u.unit.String(), "documentID", entry.ID.String())
		case err != nil:
			return err
		}
	}
	return nil
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
