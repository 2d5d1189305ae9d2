package broker

import (
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// tokenKey tells tokens apart. The Guard is part of it, so that a token that was requested with another key, client or issuer is
// never returned.
type tokenKey struct {
	supplier types.UID
	kind     v1alpha1.AccessKind
	request  maskinporten.Request
	guard    *authority.Guard
}

// String tells keys apart as == does, as long as the Guards live.
func (k tokenKey) String() string {
	return fmt.Sprintf("%s %s %s %s %s %q %p",
		k.supplier, k.kind, k.request.Scope, k.request.Consumer, k.request.SystemUser.Owner, k.request.SystemUser.ExternalRef, k.guard)
}
