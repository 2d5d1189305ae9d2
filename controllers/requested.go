package controllers

import (
	"crypto/sha256"
	"encoding/hex"

	"sigs.k8s.io/controller-runtime/pkg/client"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// maxRequest is how long a value of the annotation the status can hold (lastHandledReconcileAt).
const maxRequest = 256

// requestOf gives the value of the annotation that asks for a verification now, "" if it is there no longer or has been
// handled. A value that the status could not hold is stood for by its hash.
func requestOf(o client.Object, handled string) string {
	v := o.GetAnnotations()[integrationsv1alpha1.AnnotationReconcileRequestedAt]
	if len(v) > maxRequest {
		sum := sha256.Sum256([]byte(v))
		v = "sha256:" + hex.EncodeToString(sum[:])
	}
	if v == handled {
		return ""
	}
	return v
}
