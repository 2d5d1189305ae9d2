package outbound

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter bounds a Retry-After.
const maxRetryAfter = time.Hour

// retryAfter parses a Retry-After header (RFC 9110, 10.2.3): seconds or a date. It returns 0 if it is neither.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if date, err := http.ParseTime(header); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	seconds, err := strconv.ParseUint(header, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
}
