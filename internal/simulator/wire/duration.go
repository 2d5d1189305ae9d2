package wire

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that is written like "1m30s" in JSON.
type Duration time.Duration

// MarshalText writes the duration in Go's notation.
func (d Duration) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}

// UnmarshalText reads a duration in Go's notation. The empty text is zero.
func (d *Duration) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration, write it like 500ms, 30s or -1m", text)
	}
	*d = Duration(parsed)
	return nil
}
