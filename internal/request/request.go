// Package request reads requests for a verification from an annotation and records them in a status.
package request

import (
	"crypto/sha256"
	"encoding/hex"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// MaxRequest is the maximum length of a value in a status.
const MaxRequest = 256

// Of returns the value of an annotation that requests something, or else the pending one, "" if both have been handled.
// A value that is too long for the status is replaced by its hash.
func Of(o client.Object, annotation, handled, pending string) string {
	v := o.GetAnnotations()[annotation]
	if len(v) > MaxRequest {
		sum := sha256.Sum256([]byte(v))
		v = "sha256:" + hex.EncodeToString(sum[:])
	}
	for _, v := range []string{v, pending} {
		if v != "" && v != handled {
			return v
		}
	}
	return ""
}

// Record returns what a status records of a request: the last handled value and the pending one. The annotation may be
// removed before it is handled, such as by a GitOps engine that sees drift. A value that replaces a pending one is
// recorded only if mayReplace is true, so that a storm of requests is no storm of writes.
func Record(
	requested string, isHandled bool, handled, pending string, mayReplace bool,
) (lastHandled, stillPending string) {
	switch {
	case requested == "":
		return handled, ""
	case isHandled:
		return requested, ""
	case pending == "" || pending == handled || mayReplace:
		return handled, requested
	default:
		return handled, pending
	}
}
