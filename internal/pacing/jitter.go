package pacing

import (
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/authority"
)

// jitterShare is the maximum share by which an interval is changed.
const jitterShare = 0.1

// Jitter lengthens or shortens d by up to a tenth. The share is constant for an object, so that a restart changes nothing, and
// differs between objects, so that they are not due together.
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
