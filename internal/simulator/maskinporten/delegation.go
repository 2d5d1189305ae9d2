package maskinporten

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// Delegation is a scope that a consumer has delegated to a supplier, in Altinn.
type Delegation struct {
	// Consumer is the organization number of the customer.
	Consumer string `json:"consumer"`
	// Supplier is the organization number of the supplier.
	Supplier string `json:"supplier"`
	// Scope is the delegated scope.
	Scope string `json:"scope"`
	// Created is when it was delegated, by Maskinporten's clock.
	Created time.Time `json:"created"`
}

type delegationKey struct{ consumer, supplier, scope string }

// Delegate delegates the scope of the consumer to the supplier. Repeating it changes nothing. It fails on invalid
// organization numbers, on a consumer that is the supplier, and on a scope that is unknown or cannot be delegated.
func (s *Service) Delegate(consumer, supplier, scope string) error {
	if err := s.checkDelegation(consumer, supplier, scope); err != nil {
		return err
	}
	created := s.now().UTC().Truncate(time.Second)
	key := delegationKey{consumer, supplier, scope}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.delegations[key]; !exists {
		s.delegations[key] = created
		s.delegated[key] = s.delegated[key].With(s.realNow(), true)
	}
	return nil
}

// Withdraw removes a delegation, if it exists. Issued tokens work until they expire. It fails on the same input as
// Delegate.
func (s *Service) Withdraw(consumer, supplier, scope string) error {
	if err := s.checkDelegation(consumer, supplier, scope); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := delegationKey{consumer, supplier, scope}
	if _, exists := s.delegations[key]; exists {
		delete(s.delegations, key)
		s.delegated[key] = s.delegated[key].With(s.realNow(), false)
	}
	return nil
}

// Delegations lists every delegation, by consumer, supplier and scope.
func (s *Service) Delegations() []Delegation {
	s.mu.RLock()
	all := make([]Delegation, 0, len(s.delegations))
	for key, created := range s.delegations {
		all = append(all, Delegation{key.consumer, key.supplier, key.scope, created})
	}
	s.mu.RUnlock()
	slices.SortFunc(all, func(a, b Delegation) int {
		return cmp.Or(cmp.Compare(a.Consumer, b.Consumer), cmp.Compare(a.Supplier, b.Supplier), cmp.Compare(a.Scope, b.Scope))
	})
	return all
}

// isDelegated reports whether a delegation existed at a time by the real clock.
func (s *Service) isDelegated(key delegationKey, at time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.delegated[key].At(at)
}

func (s *Service) checkDelegation(consumer, supplier, scope string) error {
	if err := identity.CheckOrganization(consumer); err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	if err := identity.CheckOrganization(supplier); err != nil {
		return fmt.Errorf("supplier: %w", err)
	}
	if consumer == supplier {
		return fmt.Errorf("%s cannot delegate to itself", consumer)
	}
	registered, known := s.scope(scope)
	if !known {
		return fmt.Errorf("scope %q is not registered", scope)
	}
	if registered.DelegationSource == "" {
		return fmt.Errorf("scope %q cannot be delegated: it has no delegation source", scope)
	}
	return nil
}
