package wire

import (
	"fmt"
	"slices"
	"time"
)

// Faults break every response of an endpoint.
type Faults struct {
	// Outage is how the endpoint fails.
	Outage Outage `json:"outage,omitempty" help:"how the endpoint fails"`
	// RetryAfter is the form of the Retry-After header of TooManyRequests and ServiceUnavailable. Default: no such header.
	RetryAfter RetryAfter `json:"retryAfter,omitempty" help:"the Retry-After header of TooManyRequests and ServiceUnavailable"`
	// Latency is the wait before the request is processed.
	Latency Duration `json:"latency,omitzero" help:"time that passes before the response: 2s"`
	// WorksOn processes a request even if its caller has gone during the latency, as many services do.
	WorksOn bool `json:"worksOn,omitzero" help:"the work is done even if the caller has gone during the latency"`
	// LatencyAfter is the wait between processing and the response.
	LatencyAfter Duration `json:"latencyAfter,omitzero" help:"time that passes between the work and the response: 2s"`
}

// Check reports an unknown outage or form of Retry-After, or a negative latency.
func (f Faults) Check() error {
	if f.Outage != "" && !slices.Contains(Outages(), f.Outage) {
		return fmt.Errorf("outage %q is unknown, use one of %v", f.Outage, Outages())
	}
	if f.RetryAfter != "" && !slices.Contains(RetryAfters(), f.RetryAfter) {
		return fmt.Errorf("retryAfter %q is unknown, use one of %v", f.RetryAfter, RetryAfters())
	}
	if time.Duration(f.Latency) < 0 {
		return fmt.Errorf("latency %s is negative", time.Duration(f.Latency))
	}
	if time.Duration(f.LatencyAfter) < 0 {
		return fmt.Errorf("latencyAfter %s is negative", time.Duration(f.LatencyAfter))
	}
	return nil
}
