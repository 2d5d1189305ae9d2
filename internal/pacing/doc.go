// Package pacing says how often verifications are made: intervals with jitter, bounds and priorities.
package pacing
