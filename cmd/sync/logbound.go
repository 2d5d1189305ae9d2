package main

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// maxLogLines bounds the records that a run logs about its calls. Its steps and its end are logged in addition.
const maxLogLines = 5000

// callLogger returns the logger of the run's calls. It drops records after maxLogLines.
func (r *run) callLogger() *slog.Logger {
	if r.callLog == nil {
		r.callLog = slog.New(limitRecords(r.log.Handler(), maxLogLines))
	}
	return r.callLog
}

// boundedHandler is a slog.Handler that drops records after a number of them.
type boundedHandler struct {
	slog.Handler

	left *atomic.Int64
}

// limitRecords returns a handler that passes on a number of records, then logs once that it drops the others.
func limitRecords(h slog.Handler, records int64) slog.Handler {
	left := &atomic.Int64{}
	left.Store(records)
	return boundedHandler{h, left}
}

// Handle passes a record on, or drops it.
func (h boundedHandler) Handle(ctx context.Context, r slog.Record) error {
	switch left := h.left.Add(-1); {
	case left >= 0:
		return h.Handler.Handle(ctx, r)
	case left == -1:
		return h.Handler.Handle(ctx, slog.NewRecord(r.Time, slog.LevelWarn, "Dropped further records of this run", r.PC))
	default:
		return nil
	}
}

// WithAttrs returns a handler that shares the limit.
func (h boundedHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return boundedHandler{h.Handler.WithAttrs(attrs), h.left}
}

// WithGroup returns a handler that shares the limit.
func (h boundedHandler) WithGroup(name string) slog.Handler {
	return boundedHandler{h.Handler.WithGroup(name), h.left}
}
