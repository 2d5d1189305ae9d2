package authority

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// oddAfter is how often responses to others may disprove a fault that one customer's request has shown. After that the
// fault is the customer's own, and says no more about our system.
const oddAfter = 2

// System has what customers' requests have shown to be wrong with our system at Altinn. While it has a fault, one
// request per retry interval is sent to see whether it is mended.
type System struct {
	alarm *Alarm
	now   func() time.Time

	mu        sync.Mutex
	faults    map[customerService]systemFault
	disproved map[customerService]int // how often responses to others disproved the fault since the customer was last well
	retry     time.Duration           // 0: maxRetry
	tried     time.Time               // when one request was last let through
}

type customerService struct {
	customer types.NamespacedName
	service  v1alpha1.ServiceName
}

type systemFault struct {
	reason string // of the API
	// hidesUsers reports that Maskinporten does not find the system user of a customer with access either.
	hidesUsers bool
}

// NoteFault records what a customer's request has shown to be wrong with our system: a reason of the API.
func (s *System) NoteFault(customer types.NamespacedName, service v1alpha1.ServiceName, reason string) {
	s.note(customerService{customer, service}, systemFault{reason: reason})
}

// NoteHiddenUser is NoteFault of a customer with access whose token was refused. The requests of the others with access
// would be refused as well, so they are held back, too.
func (s *System) NoteHiddenUser(customer types.NamespacedName, service v1alpha1.ServiceName, reason string) {
	s.note(customerService{customer, service}, systemFault{reason: reason, hidesUsers: true})
}

func (s *System) note(key customerService, fault systemFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disproved[key] >= oddAfter {
		return
	}
	s.faults[key] = fault
	s.alarm.raise()
	if s.tried.IsZero() {
		s.tried = s.now()
	}
}

// NoteWell drops the fault that a customer's request had shown, because it was answered. It also drops others' faults
// that the response disproves. If the Supplier reports what is over, it must be reconciled.
func (s *System) NoteWell(customer types.NamespacedName, service v1alpha1.ServiceName, disproved ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, reported := customerService{customer, service}, firstOf(reasonsOf(s.faults))
	delete(s.faults, key)
	delete(s.disproved, key)
	for other, fault := range s.faults {
		if slices.Contains(disproved, fault.reason) {
			delete(s.faults, other)
			s.disproved[other]++
		}
	}
	if firstOf(reasonsOf(s.faults)) != reported {
		s.alarm.raiseForRecovery()
	}
}

// NoteFound is NoteWell of a customer whose token was issued: Maskinporten finds system users for our client. Others
// with access are no longer held back, so that each can show that its own fault is mended: one at a time, with those
// that are well in between, they would wait for hours. A fault that is shown again and again is the customer's own.
func (s *System) NoteFound(customer types.NamespacedName, service v1alpha1.ServiceName) {
	s.NoteWell(customer, service, v1alpha1.ReasonSystemClientMissing)
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, fault := range s.faults {
		if fault.hidesUsers {
			fault.hidesUsers = false
			s.faults[other] = fault
			s.disproved[other]++
		}
	}
}

// noteRegistered drops the faults that Altinn disproves when it returns our system.
func (s *System) noteRegistered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.faults, func(_ customerService, fault systemFault) bool {
		return fault.reason == v1alpha1.ReasonSystemNotRegistered || fault.reason == v1alpha1.ReasonAltinnRefused
	})
}

// Fault returns the reason of the faults that comes first by name, or "".
func (s *System) Fault() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return firstOf(reasonsOf(s.faults))
}

func reasonsOf(faults map[customerService]systemFault) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, fault := range faults {
			if !yield(fault.reason) {
				return
			}
		}
	}
}

func (s *System) retryEvery(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retry = d
}

// hold returns a *HeldError while our system cannot be used, except for one request per retry interval. If customers
// with access cannot be verified, that request is one of theirs, because only its token shows that the fault is mended;
// another customer's turn comes only if none of them takes it. Restore passes the turn on if no request was sent.
func (s *System) hold(p Priority) (restore func(), held error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.concerns(p) {
		return func() {}, nil
	}
	now, before, wait := s.now(), s.tried, cmp.Or(s.retry, maxRetry)
	if p != PriorityRoutine && s.hidesUsers() {
		wait *= 2
	}
	if now.Sub(before) < wait {
		return nil, &HeldError{Fault: maskinporten.ClassClientRejected}
	}
	s.tried = now
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tried = before
	}, nil
}

// concerns reports whether a request would meet the faults. A customer with access is proved by a token alone, for
// which it is enough that our client is on the system. The caller holds the lock.
func (s *System) concerns(p Priority) bool {
	if p != PriorityRoutine {
		return len(s.faults) > 0
	}
	for reason := range reasonsOf(s.faults) {
		if reason == v1alpha1.ReasonSystemClientMissing {
			return true
		}
	}
	return s.hidesUsers()
}

// hidesUsers reports whether customers with access cannot be verified. The caller holds the lock.
func (s *System) hidesUsers() bool {
	for _, fault := range s.faults {
		if fault.hidesUsers {
			return true
		}
	}
	return false
}

func (s *System) forget(gone func(customerService) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.faults, func(k customerService, _ systemFault) bool { return gone(k) })
	maps.DeleteFunc(s.disproved, func(k customerService, _ int) bool { return gone(k) })
}
