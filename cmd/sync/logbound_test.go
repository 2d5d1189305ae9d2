package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// TestLogIsBounded has a run log without end. What is more than the bound is dropped, which is said once, also of loggers made
// of the first. The run's own end is logged.
func TestLogIsBounded(t *testing.T) {
	logged := &bytes.Buffer{}
	r := &run{log: logger(logged, slog.LevelInfo)}
	for range maxLogLines {
		r.calls().Debug("Of a level that is not logged")
	}
	for range maxLogLines {
		r.calls().With("call", "x").WithGroup("g").Info("NAV answered")
		r.calls().Info("HRM solution answered")
	}
	r.log.Info("Run ended")
	if lines := strings.Count(logged.String(), "\n"); lines != maxLogLines+2 {
		t.Errorf("%d lines are logged, want %d", lines, maxLogLines+2)
	}
	for _, want := range []string{"Log is full", "Run ended"} {
		if n := strings.Count(logged.String(), want); n != 1 {
			t.Errorf("%q is logged %d times", want, n)
		}
	}
}
