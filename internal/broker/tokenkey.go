package broker

import (
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// tokenKey identifies tokens. It includes the Guard, so that a token for another key, client or issuer is never issued,
// and the time of access: NAV refuses the token of a system user that was deleted, although another has been approved.
type tokenKey struct {
	supplier types.UID
	kind     v1alpha1.AccessKind
	request  maskinporten.Request
	granted  int64 // in seconds since 1970
	guard    *authority.Guard
}

// String returns a text that is unique to the key as long as its Guard exists.
func (k tokenKey) String() string {
	return fmt.Sprintf("%s %s %s %s %s %q %d %p",
		k.supplier, k.kind, k.request.Scope, k.request.Consumer,
		k.request.SystemUser.Owner, k.request.SystemUser.ExternalRef, k.granted, k.guard)
}
