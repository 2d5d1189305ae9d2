package pacing

import (
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/authority"
)

// jitterShare is how far an interval is stretched or shortened at most.
const jitterShare = 0.1

// Jitter returns d, longer or shorter by up to a tenth: by the same share for the same object, so that a restart
// changes nothing, and by different shares for different objects, so that they are not due together.
func Jitter(d time.Duration, uid types.UID) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(uid))
	share := float64(h.Sum64()%2001)/1000 - 1 // -1 to 1
	return d + time.Duration(float64(d)*jitterShare*share)
}

// RetryAfter returns how long to wait after a request without a response, with jitter.
func RetryAfter(interval time.Duration, uid types.UID) time.Duration {
	return Jitter(authority.RetryInterval(interval), uid)
}
