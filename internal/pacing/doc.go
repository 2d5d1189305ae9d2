// Package pacing computes when verifications are due: intervals with jitter, rate limits and priorities.
package pacing
