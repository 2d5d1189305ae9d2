package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPause waits to the end, and until the context ends.
func TestPause(t *testing.T) {
	if err := Pause(t.Context(), time.Millisecond); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context's end: %v", err)
	}
}
