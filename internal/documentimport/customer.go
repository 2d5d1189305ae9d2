package documentimport

import (
	"context"
	"log/slog"
	"time"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Customer is the customer whose documents a run carries, and what every run needs.
type Customer struct {
	Tokens brokerclient.Tokens
	// Units are the sub-units. If there are none, the HRM system names them.
	Units []orgnumber.Number
	// StartDate is the first date of documents, by when the employer received them or NAV created them. "" means no limit.
	StartDate string
	Now       func() time.Time
	// Pause waits. If the context ends first, it returns the context's error.
	Pause func(ctx context.Context, d time.Duration) error
	Log   *slog.Logger
}
