// Package wake holds the predicates of watches that both controllers use.
package wake
