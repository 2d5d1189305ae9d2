package foreign

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
)

// navPlanCalls returns the calls of NAV's API for plans.
func navPlanCalls() map[string]call {
	try := func(contentType, body string, do func(context.Context, *nav.Client, outbound.Bearer) error) call {
		return plain(success{status: 200, contentType: contentType, body: body}, "",
			func(ctx context.Context, t *testing.T, url string) error {
				t.Helper()
				c, err := nav.New(navapi.Config{BaseURL: url, Calls: caller(), Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				return do(ctx, c, bearer(t))
			})
	}
	return map[string]call{
		"plans: verify": try("text/plain", "Integration is up and running",
			func(ctx context.Context, c *nav.Client, token outbound.Bearer) error {
				return c.VerifyIntegration(ctx, token)
			}),
		"plans: submit": try(typeJSON, `{"uuid":"`+request+
			`","isSentToGeneralPractitionerStatus":null,"isSentToNavStatus":true}`, submit),
	}
}

// submit submits a plan. Its error is an outage only if NAV may have the plan.
func submit(ctx context.Context, c *nav.Client, token outbound.Bearer) error {
	got := c.Submit(ctx, nav.Plan{
		AccessToken: token, CallID: uuid.MustParse(note), Body: "{}",
		NotAfter: time.Now().Add(time.Minute),
	})
	switch got.State {
	case nav.Accepted:
		return nil
	case nav.Ambiguous:
		return got.Err
	default:
		return fmt.Errorf("the plan is %s", got.State)
	}
}
