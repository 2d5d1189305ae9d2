package authority

import "time"

const (
	minRetry = 5 * time.Second
	maxRetry = time.Minute
)

// RetryInterval returns how long after a request without an answer the next one is sent, at a verification interval:
// half of it, at least 5 s and at most a minute. It is the same for every fault, because a retry costs one request.
func RetryInterval(verification time.Duration) time.Duration {
	return min(max(verification/2, minRetry), maxRetry)
}
