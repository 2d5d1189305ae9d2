package customerintegration

import (
	"context"
	"errors"
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

// guardOf gives the Supplier's Guard, nil if its spec or Secret allow none: its own status says why.
func guardOf(ctx context.Context, pool *authority.Pool, s *v1alpha1.Supplier) (*authority.Guard, error) {
	guard, err := pool.Guard(ctx, s)
	if _, ok := errors.AsType[*authority.ConfigurationError](err); ok {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("preparing to ask for Supplier %s: %w", s.Name, err)
	}
	return guard, nil
}
