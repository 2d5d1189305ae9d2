package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Delegation says that a consumer has delegated a scope to a supplier, in Altinn.
type Delegation struct {
	// Consumer is the organization number of the customer that delegated.
	Consumer string `json:"consumer"`
	// Supplier is the organization number of the one that may act for it.
	Supplier string `json:"supplier"`
	// Scope is what was delegated.
	Scope string `json:"scope"`
	// Created is when, by the simulator's clock.
	Created time.Time `json:"created"`
}

type delegationKey struct{ consumer, supplier, scope string }

// Delegate lets the supplier use the scope for the consumer. Repeating it changes nothing. It fails on numbers that are not
// organization numbers, on a consumer that is the supplier, and on a scope that is unknown or cannot be delegated.
func (s *Simulator) Delegate(consumer, supplier, scope string) error {
	if err := s.checkDelegation(consumer, supplier, scope); err != nil {
		return err
	}
	created := s.now().UTC().Truncate(time.Second)
	key := delegationKey{consumer, supplier, scope}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.delegations[key]; !exists {
		s.delegations[key] = created
		s.delegated[key] = s.delegated[key].with(s.realNow(), true)
	}
	return nil
}

// Withdraw takes a delegation back; tokens already given keep working until they expire, as with the real one. Withdrawing
// what was never delegated is no error. It fails on the same input as Delegate.
func (s *Simulator) Withdraw(consumer, supplier, scope string) error {
	if err := s.checkDelegation(consumer, supplier, scope); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := delegationKey{consumer, supplier, scope}
	if _, exists := s.delegations[key]; exists {
		delete(s.delegations, key)
		s.delegated[key] = s.delegated[key].with(s.realNow(), false)
	}
	return nil
}

// Delegations lists every delegation, by consumer, supplier and scope.
func (s *Simulator) Delegations() []Delegation {
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
func (s *Simulator) isDelegated(key delegationKey, at time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.delegated[key].at(at)
}

func (s *Simulator) checkDelegation(consumer, supplier, scope string) error {
	if err := checkOrganizationNumber(consumer); err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	if err := checkOrganizationNumber(supplier); err != nil {
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
