package broker

import (
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// tokenKey identifies tokens. It includes the Guard, so that a token for another key, client or issuer is never issued.
type tokenKey struct {
	supplier types.UID
	kind     v1alpha1.AccessKind
	request  maskinporten.Request
	guard    *authority.Guard
}

// String returns a text that is unique to the key as long as its Guard exists.
func (k tokenKey) String() string {
	return fmt.Sprintf("%s %s %s %s %s %q %p",
		k.supplier, k.kind, k.request.Scope, k.request.Consumer,
		k.request.SystemUser.Owner, k.request.SystemUser.ExternalRef, k.guard)
}
