// Package conclusion defines what may be concluded from a response of Maskinporten or Altinn, or from its absence. Each
// client has its own closed set of classes, and declares the Kind of each.
package conclusion

import (
	"maps"
	"slices"
)

// Kind groups classes by what may be concluded from them.
type Kind string

// The kinds.
const (
	// Answer is an answer about the customer. Only this kind can withdraw access.
	Answer Kind = "Answer"
	// CustomerFault concerns the customer of the request, and is no answer. If all customers meet it, it concerns us.
	CustomerFault Kind = "CustomerFault"
	// OwnFault concerns all customers; the platform team must act.
	OwnFault Kind = "OwnFault"
	// Outage says nothing about any customer and passes by itself.
	Outage Kind = "Outage"
	// Violation is a response that must not be believed.
	Violation Kind = "Violation"
)

// Kinds declares the kind of every class of a set.
type Kinds[Class ~string] map[Class]Kind

// Of returns the kind of a class. An unknown class is an Outage, from which nothing is concluded. The empty class,
// which means no error, has no kind.
func (k Kinds[Class]) Of(c Class) Kind {
	if c == "" {
		return ""
	}
	if kind, ok := k[c]; ok {
		return kind
	}
	return Outage
}

// Classes returns the set, sorted.
func (k Kinds[Class]) Classes() []Class {
	return slices.Sorted(maps.Keys(k))
}

// Inconclusive reports whether a response of the kind says nothing about the customer. The empty kind, no error, is
// conclusive.
func (k Kind) Inconclusive() bool { return k == OwnFault || k == Outage || k == Violation }
