package hrm

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxLetters is the contract's bound of a list of letters.
	maxLetters = 1000
	// maxLetterLists bounds the lists that Letters requests.
	maxLetterLists = 1000
)

// Letters returns the letters of a unit and kind that the HRM system has, created at a time or later.
func (c *Client) Letters(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, createdFrom time.Time,
) (hrmapi.Letters, error) {
	const doing = "listing the letters of the HRM system"
	var all hrmapi.Letters
	params := hrmapi.ListLettersParams{CreatedFrom: createdFrom.UTC()}
	for range maxLetterLists {
		got, err := c.letterList(ctx, doing, unit, kind, params)
		if err != nil {
			return hrmapi.Letters{}, err
		}
		all.CompleteUntil = got.CompleteUntil
		for _, entry := range got.Letters {
			if params.After != nil && bytes.Compare(entry.ID[:], params.After[:]) <= 0 {
				return hrmapi.Letters{}, runreport.Errorf(runreport.HRMBadResponse,
					"%s: they are not in the order of their ids", doing)
			}
			params.After = &entry.ID
		}
		all.Letters = append(all.Letters, got.Letters...)
		if !got.More {
			return all, nil
		}
		if len(got.Letters) == 0 {
			return hrmapi.Letters{}, runreport.Errorf(runreport.HRMBadResponse, "%s: an empty list is not the last one", doing)
		}
	}
	return hrmapi.Letters{}, runreport.Errorf(runreport.HRMBadResponse, "%s: the list does not end", doing)
}

func (c *Client) letterList(
	ctx context.Context, doing string, unit orgnumber.Number, kind hrmapi.LetterKind, params hrmapi.ListLettersParams,
) (hrmapi.Letters, error) {
	got, err := callRepeatedly(ctx, c, doing, http.StatusOK,
		func(ctx context.Context) (*hrmapi.ListLettersResponse, error) {
			return c.api.ListLettersWithResponse(ctx, unit.String(), kind, &params)
		})
	if err != nil {
		return hrmapi.Letters{}, err
	}
	if got.JSON200 == nil {
		return hrmapi.Letters{}, noJSON(doing)
	}
	if len(got.JSON200.Letters) > maxLetters {
		return hrmapi.Letters{}, runreport.Errorf(runreport.HRMBadResponse, "%s: more than %d", doing, maxLetters)
	}
	return *got.JSON200, checkLetters(doing, got.Body)
}

// checkLetters checks the required members of a list of letters. An entry without contentWanted would never be fetched.
func checkLetters(doing string, body []byte) error {
	if err := checkMembers(doing, body, "letters", "more"); err != nil {
		return err
	}
	var list struct {
		Letters []json.RawMessage `json:"letters"`
	}
	if json.Unmarshal(body, &list) != nil {
		return noJSON(doing)
	}
	for _, entry := range list.Letters {
		if err := checkMembers(doing, entry, "id", "linkID", "contentWanted"); err != nil {
			return err
		}
	}
	return nil
}

// StoreLetter stores a letter without its content. ErrRefused means that the HRM system does not accept it.
func (c *Client) StoreLetter(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID, letter hrmapi.Letter,
) error {
	const doing = "storing a letter at the HRM system"
	body, err := encode(letter)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "%s: the letter cannot be encoded", doing)
	}
	_, err = callRepeatedly(ctx, c, doing, http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutLetterResponse, error) {
			return c.api.PutLetterWithBodyWithResponse(ctx, unit.String(), kind, id, "application/json",
				bytes.NewReader(body))
		})
	return err
}

// StoreLetterContent stores the content of a letter. ErrNotFound means that the HRM system does not have the letter.
func (c *Client) StoreLetterContent(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID, content []byte,
) error {
	_, err := callRepeatedly(ctx, c, "storing the content of a letter at the HRM system", http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutLetterContentResponse, error) {
			return c.api.PutLetterContentWithBodyWithResponse(ctx, unit.String(), kind, id, "application/pdf",
				bytes.NewReader(content))
		})
	return err
}

// DeleteLetter deletes a letter, also if the HRM system does not have it.
func (c *Client) DeleteLetter(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, id uuid.UUID,
) error {
	_, err := callRepeatedly(ctx, c, "deleting a letter at the HRM system", http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.DeleteLetterResponse, error) {
			return c.api.DeleteLetterWithResponse(ctx, unit.String(), kind, id)
		})
	return err
}

// SetLettersComplete records the time until which no letter of a unit and kind is missing.
func (c *Client) SetLettersComplete(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.LetterKind, until time.Time,
) error {
	_, err := callRepeatedly(ctx, c, "recording complete letters at the HRM system", http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutLettersCompleteResponse, error) {
			return c.api.PutLettersCompleteWithResponse(ctx, unit.String(), kind,
				hrmapi.LettersComplete{CompleteUntil: until.UTC()})
		})
	return err
}
