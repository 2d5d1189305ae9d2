package main

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// maxLogLines bounds what a run logs of its calls, in records. The steps of a run and its end are logged besides.
const maxLogLines = 5000

// calls returns the logger of the calls that a run makes. It drops what is more than maxLogLines.
func (r *run) calls() *slog.Logger {
	if r.callLog == nil {
		r.callLog = slog.New(bound(r.log.Handler(), maxLogLines))
	}
	return r.callLog
}

// boundedHandler is a slog.Handler that drops records after some.
type boundedHandler struct {
	slog.Handler

	left *atomic.Int64
}

// bound returns a handler that hands on so many records, and then one that says that the others are dropped.
func bound(h slog.Handler, records int64) slog.Handler {
	left := &atomic.Int64{}
	left.Store(records)
	return boundedHandler{h, left}
}

// Handle hands a record on, or drops it.
func (h boundedHandler) Handle(ctx context.Context, r slog.Record) error {
	switch left := h.left.Add(-1); {
	case left >= 0:
		return h.Handler.Handle(ctx, r)
	case left == -1:
		return h.Handler.Handle(ctx, slog.NewRecord(r.Time, slog.LevelWarn, "Log is full; dropping further records of this run", r.PC))
	default:
		return nil
	}
}

// WithAttrs shares the bound.
func (h boundedHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return boundedHandler{h.Handler.WithAttrs(attrs), h.left}
}

// WithGroup shares the bound.
func (h boundedHandler) WithGroup(name string) slog.Handler {
	return boundedHandler{h.Handler.WithGroup(name), h.left}
}
