package foreign

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/settlement"
)

func reportCalls() map[string]call {
	try := func(contentType, body string, do func(context.Context, *settlement.Client, outbound.Bearer) error) call {
		return plain(success{status: 200, contentType: contentType, body: body}, "",
			func(ctx context.Context, t *testing.T, url string) error {
				t.Helper()
				c, err := settlement.New(navapi.Config{BaseURL: url, Calls: caller(), Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				return do(ctx, c, bearer(t))
			})
	}
	return map[string]call{
		"settlement reports: list": try(typeJSON,
			`[{"id":1,"orgnr":"`+unit+`","type":"ref-arbg","datoValutert":"2026-08-14","opprettet":"2026-08-14T09:30:00Z"}]`,
			func(ctx context.Context, c *settlement.Client, token outbound.Bearer) error {
				for _, err := range c.List(ctx, token, navapi.Filter{Unit: orgnumber.MustParse(unit)}) {
					if err != nil {
						return err
					}
				}
				return nil
			}),
		"settlement reports: PDF": try("application/pdf", "%PDF-1.4",
			func(ctx context.Context, c *settlement.Client, token outbound.Bearer) error {
				_, err := c.PDF(ctx, token, uuid.MustParse("00000000-0000-8000-8000-000000000001"))
				return err
			}),
		"settlement reports: CSV file": try("text/csv", "8020;310330701\r\n",
			func(ctx context.Context, c *settlement.Client, token outbound.Bearer) error {
				_, err := c.CSV(ctx, token, uuid.MustParse("00000000-0000-8000-8000-000000000001"))
				return err
			}),
	}
}
