package hrm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/admin"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

func (t *contract) keepsLetters(unit string, kind hrmapi.LetterKind) bool {
	return slices.Contains(t.tenant.units, unit) && kind.Valid()
}

func (t *contract) ListLetters(
	_ context.Context, r hrmapi.ListLettersRequestObject,
) (hrmapi.ListLettersResponseObject, error) {
	if !t.keepsLetters(r.Unit, r.LetterKind) {
		return hrmapi.ListLetters404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	var after uuid.UUID
	if r.Params.After != nil {
		after = *r.Params.After
	}
	found, more, err := t.data.Letters(r.Unit, r.LetterKind, r.Params.CreatedFrom, after)
	if err != nil {
		return nil, err
	}
	list := hrmapi.ListLetters200JSONResponse{Letters: []hrmapi.LetterEntry{}, More: more}
	for i := range found {
		list.Letters = append(list.Letters, hrmapi.LetterEntry{
			ID: found[i].ID, LinkID: found[i].LinkID, ContentWanted: found[i].Content == nil,
		})
	}
	until, err := t.data.LettersComplete(r.Unit, r.LetterKind)
	if !until.IsZero() {
		list.CompleteUntil = &until
	}
	return list, err
}

func (t *contract) PutLettersComplete(
	_ context.Context, r hrmapi.PutLettersCompleteRequestObject,
) (hrmapi.PutLettersCompleteResponseObject, error) {
	if !t.keepsLetters(r.Unit, r.LetterKind) {
		return hrmapi.PutLettersComplete404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.PutLettersComplete204Response{},
		t.data.SetLettersComplete(r.Unit, r.LetterKind, r.Body.CompleteUntil)
}

func (t *contract) PutLetter(
	_ context.Context, r hrmapi.PutLetterRequestObject,
) (hrmapi.PutLetterResponseObject, error) {
	if !t.keepsLetters(r.Unit, r.LetterKind) {
		return hrmapi.PutLetter404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.PutLetter204Response{}, t.data.StoreLetter(r.Unit, r.LetterKind, r.LetterID, *r.Body)
}

func (t *contract) DeleteLetter(
	_ context.Context, r hrmapi.DeleteLetterRequestObject,
) (hrmapi.DeleteLetterResponseObject, error) {
	if !t.keepsLetters(r.Unit, r.LetterKind) {
		return hrmapi.DeleteLetter404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.DeleteLetter204Response{}, t.data.DeleteLetter(r.Unit, r.LetterKind, r.LetterID)
}

func (t *contract) PutLetterContent(
	_ context.Context, r hrmapi.PutLetterContentRequestObject,
) (hrmapi.PutLetterContentResponseObject, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	err = hrmstore.ErrNotFound
	if t.keepsLetters(r.Unit, r.LetterKind) {
		err = t.data.StoreLetterContent(r.Unit, r.LetterKind, r.LetterID, content)
	}
	if errors.Is(err, hrmstore.ErrNotFound) {
		return hrmapi.PutLetterContent404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.PutLetterContent204Response{}, err
}

// LetterView is a letter without its content.
type LetterView struct {
	Unit    string    `json:"unit"`
	Kind    string    `json:"kind"`
	ID      uuid.UUID `json:"id"`
	Created time.Time `json:"created"`
	// Content reports that its content is stored.
	Content bool `json:"content"`
}

func getLetters(w http.ResponseWriter, _ *http.Request, t *hrmstore.Tenant) error {
	views := []LetterView{}
	err := t.EachLetter(func(l hrmstore.Letter) error {
		views = append(views, LetterView{l.Unit, string(l.Kind), l.ID, l.Created, l.Content != nil})
		return nil
	})
	if err != nil {
		return err
	}
	admin.WriteJSON(w, views)
	return nil
}
