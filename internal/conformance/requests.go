package conformance

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// call is one request of the contract.
type call func(hrmapi.ClientInterface) (*http.Response, error)

func getOrganization(ctx context.Context) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) { return api.GetOrganization(ctx) }
}

func getUnits(ctx context.Context) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) { return api.ListUnits(ctx) }
}

func putClaim(ctx context.Context, id uuid.UUID, lease int) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutClaim(ctx, id, hrmapi.ClaimRequest{LeaseSeconds: lease})
	}
}

func putSending(ctx context.Context, claimID, navCallID uuid.UUID, deadline int) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutSending(ctx, claimID, hrmapi.Sending{NAVCallID: navCallID, DeadlineSeconds: deadline})
	}
}

func putSettlement(ctx context.Context, claimID uuid.UUID, s hrmapi.Settlement) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) { return api.PutSettlement(ctx, claimID, s) }
}

func getCursor(ctx context.Context, s shelf) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) { return api.GetCursor(ctx, s.unit, s.kind) }
}

func postPage(ctx context.Context, s shelf, page hrmapi.Page) call {
	if page.Documents == nil {
		page.Documents = []hrmapi.Document{}
	}
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.StorePage(ctx, s.unit, s.kind, page)
	}
}

func getWantedPDFs(ctx context.Context, s shelf) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.ListWantedPDFs(ctx, s.unit, s.kind)
	}
}

func getWantedCSVs(ctx context.Context, s shelf) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.ListWantedCSVs(ctx, s.unit, s.kind)
	}
}

func putPDF(ctx context.Context, s shelf, id uuid.UUID, pdf []byte) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutPDFWithBody(ctx, s.unit, s.kind, id, "application/pdf", bytes.NewReader(pdf))
	}
}

func putCSV(ctx context.Context, s shelf, id uuid.UUID, csv []byte) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutCSVWithBody(ctx, s.unit, s.kind, id, "text/csv", bytes.NewReader(csv))
	}
}

func getLetters(ctx context.Context, s letterShelf, after *uuid.UUID) call {
	return getLettersFrom(ctx, s, documentsAt, after)
}

func getLettersFrom(ctx context.Context, s letterShelf, from time.Time, after *uuid.UUID) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.ListLetters(ctx, s.unit, s.kind, &hrmapi.ListLettersParams{CreatedFrom: from, After: after})
	}
}

func putLetter(ctx context.Context, s letterShelf, l letter) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutLetter(ctx, s.unit, s.kind, l.id, l.Letter)
	}
}

func putLetterContent(ctx context.Context, s letterShelf, id uuid.UUID, content []byte) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutLetterContentWithBody(ctx, s.unit, s.kind, id, "application/pdf", bytes.NewReader(content))
	}
}

func deleteLetter(ctx context.Context, s letterShelf, id uuid.UUID) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.DeleteLetter(ctx, s.unit, s.kind, id)
	}
}

func putLettersComplete(ctx context.Context, s letterShelf, until time.Time) call {
	return func(api hrmapi.ClientInterface) (*http.Response, error) {
		return api.PutLettersComplete(ctx, s.unit, s.kind, hrmapi.LettersComplete{CompleteUntil: until})
	}
}
