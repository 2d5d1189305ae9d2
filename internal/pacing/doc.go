// Package pacing decides how often customers are verified: intervals with jitter, bounds and priorities.
package pacing
