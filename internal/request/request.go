package request

import (
	"crypto/sha256"
	"encoding/hex"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// MaxRequest is how long a value of the annotation the status can hold (lastHandledReconcileAt).
const MaxRequest = 256

// Of returns the value of the annotation that asks for a verification now, or else the one that was recorded as
// pending, "" if both have been handled. A value that the status could not hold is stood for by its hash.
func Of(o client.Object, handled, pending string) string {
	v := o.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt]
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

// Record returns what a status says of a request: the value that was handled last, and the one that is pending.
// Somebody may remove the annotation before it is handled, such as a GitOps engine for which it is drift. A value that
// replaces a pending one is recorded only if that may be written now: a storm of them is no storm of writes.
func Record(requested string, isHandled bool, handled, pending string, mayReplace bool) (lastHandled, stillPending string) {
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
