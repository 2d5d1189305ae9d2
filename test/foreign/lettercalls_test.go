package foreign

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

func letterCalls() map[string]call {
	try := func(contentType, body string, do func(context.Context, *letters.Client, outbound.Bearer) error) call {
		return plain(success{status: 200, contentType: contentType, body: body}, "",
			func(ctx context.Context, t *testing.T, url string) error {
				t.Helper()
				c, err := letters.New(navapi.Config{BaseURL: url, Calls: caller(), Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				return do(ctx, c, bearer(t))
			})
	}
	const item = `{"documentId":"` + note + `","linkId":"` + user + `","type":"DIALOGMOTE","orgNumber":"` + unit +
		`","status":"COMPLETED","created":"2026-08-20T08:12:31.123456Z"}`
	filter := letters.Filter{Unit: orgnumber.MustParse(unit), Kind: letters.DialogueMeetings}
	return map[string]call{
		"letters: list": try(typeJSON, `{"items":[`+item+`],"meta":{"hasMore":false}}`,
			func(ctx context.Context, c *letters.Client, token outbound.Bearer) error {
				_, err := c.List(ctx, token, filter)
				return err
			}),
		"letters: check": try(typeJSON, item,
			func(ctx context.Context, c *letters.Client, token outbound.Bearer) error {
				return c.Check(ctx, token, uuid.MustParse(user))
			}),
		"letters: content": try("application/pdf", "%PDF-1.4",
			func(ctx context.Context, c *letters.Client, token outbound.Bearer) error {
				_, err := c.Content(ctx, token, uuid.MustParse(user))
				return err
			}),
	}
}
