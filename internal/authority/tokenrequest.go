package authority

import (
	"cmp"
	"fmt"
	"iter"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TokenRequest is a request for a token on a customer's behalf.
type TokenRequest struct {
	Customer types.NamespacedName
	Request  maskinporten.Request
	Priority Priority
	// Agent reports that the owner of the system user is the customer's agent, and has an agent system user.
	Agent bool
	// Granted reports that the last response was a token. Then only other customers' tokens confirm a refusal,
	// and MP-251 counts only if Maskinporten returns a token of our own right after it.
	Granted bool

	negotiated bool // Altinn's register confirms MP-303
	peer       bool // the token is for another customer than Customer
	held       bool // the customer must hold the scope, so MP-250 is about it alone
}

func (r TokenRequest) key() customerScope { return customerScope{r.Customer, r.Request.Scope} }

// HeldError reports that a request was not sent, because a fault would meet it too.
type HeldError struct {
	// Fault is the class of the fault. IsFault is true of it.
	Fault maskinporten.Class
}

// Error names the fault.
func (e *HeldError) Error() string {
	return fmt.Sprintf("not sent because of %s", e.Fault)
}

// IsFault reports whether a class says nothing about the customer: an outage, a fault of ours, or a response to another
// request.
func IsFault(c maskinporten.Class) bool {
	if c == "" {
		return false
	}
	switch c.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return false
	default:
		return true
	}
}

// firstOf returns the value that comes first by name, so that the result is the same as long as the values are, or "".
func firstOf[T ~string](values iter.Seq[T]) T {
	var first T
	for v := range values {
		if first == "" || cmp.Less(v, first) {
			first = v
		}
	}
	return first
}
