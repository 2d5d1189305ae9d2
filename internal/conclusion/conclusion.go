// Package conclusion says what may be concluded from what an authority answers, or from its silence, whichever it is. Each
// client has a closed set of classes of its own, and declares a Kind of each.
package conclusion

import (
	"maps"
	"slices"
)

// Kind groups an authority's classes by what may be concluded from them.
type Kind string

// The kinds.
const (
	// Answer is the authority's answer about the customer. The only kind on whose account access may be considered
	// missing.
	Answer Kind = "Answer"
	// CustomerFault concerns the one customer that was named, and is no answer. If all customers meet it, it concerns us.
	CustomerFault Kind = "CustomerFault"
	// OwnFault concerns all customers; somebody of the supplier must act.
	OwnFault Kind = "OwnFault"
	// Outage says nothing about anybody and passes by itself.
	Outage Kind = "Outage"
	// Violation is an answer that must not be believed.
	Violation Kind = "Violation"
)

// Kinds declares the kind of every class of a set.
type Kinds[Class ~string] map[Class]Kind

// Of gives the kind of a class. One that is not of the set is an Outage: of what we do not know we conclude nothing. The
// empty class, no error, has no kind.
func (k Kinds[Class]) Of(c Class) Kind {
	if c == "" {
		return ""
	}
	if kind, ok := k[c]; ok {
		return kind
	}
	return Outage
}

// Classes lists the set, sorted.
func (k Kinds[Class]) Classes() []Class {
	return slices.Sorted(maps.Keys(k))
}

// Inconclusive reports whether a response of the kind says nothing about the customer. The empty kind, no error, is conclusive.
func (k Kind) Inconclusive() bool { return k == OwnFault || k == Outage || k == Violation }
