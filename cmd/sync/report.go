package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/4human/integration-operator/internal/runreport"
)

// leave writes the termination message and gives the exit code: 0 if the run succeeded, else 1. A run that nobody hears
// of has not succeeded.
func leave(ctx context.Context, log *slog.Logger, path string, report runreport.Report) int {
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
