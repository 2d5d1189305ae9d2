package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// TestLogIsBounded checks that records after the bound are dropped, also those of derived loggers, that this is logged
// once, and that the run's end is logged.
func TestLogIsBounded(t *testing.T) {
	logged := &bytes.Buffer{}
	r := &run{log: logger(logged, slog.LevelInfo)}
	for range maxLogLines {
		r.callLogger().Debug("Not logged")
	}
	for range maxLogLines {
		r.callLogger().With("call", "x").WithGroup("g").Info("NAV responded")
		r.callLogger().Info("HRM system responded")
	}
	r.log.Info("Run ended")
	if lines := strings.Count(logged.String(), "\n"); lines != maxLogLines+2 {
		t.Errorf("%d lines in the log, want %d", lines, maxLogLines+2)
	}
	for _, want := range []string{"Dropped further records", "Run ended"} {
		if n := strings.Count(logged.String(), want); n != 1 {
			t.Errorf("%q is logged %d times", want, n)
		}
	}
}
