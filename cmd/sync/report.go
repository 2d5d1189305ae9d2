package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/4human/integration-operator/internal/runreport"
)

// writeReport writes the termination message and returns the exit code: 0 if the run succeeded and the report was
// written, otherwise 1.
func writeReport(ctx context.Context, log *slog.Logger, path string, report runreport.Report) int {
	message, err := report.Encode()
	if err == nil {
		err = os.WriteFile(path, message, 0o600)
	}
	if err != nil {
		log.ErrorContext(ctx, "Failed to write the termination message", "err", err)
		return 1
	}
	if report.Outcome != runreport.Succeeded {
		return 1
	}
	return 0
}
