package v1alpha1

import "time"

const (
	// DefaultVerificationInterval is the default of spec.verification.interval.
	DefaultVerificationInterval = 6 * time.Hour
	// DefaultWaitingInterval is the default of spec.verification.waitingInterval.
	DefaultWaitingInterval = 15 * time.Minute
	// DefaultOutageGracePeriod is the default of spec.verification.outageGracePeriod.
	DefaultOutageGracePeriod = 24 * time.Hour
	// DefaultRequestsPerSecond is the default of spec.verification.requestsPerSecond.
	DefaultRequestsPerSecond = 20
	// DefaultMaxRunsPerHour is the default of spec.sync.maxRunsPerHour.
	DefaultMaxRunsPerHour = 12
)

// VerificationInterval returns how long a verification of access is valid.
func (in *Supplier) VerificationInterval() time.Duration {
	if in.Spec.Verification.Interval == nil {
		return DefaultVerificationInterval
	}
	return in.Spec.Verification.Interval.Duration
}

// WaitingInterval returns how often the operator verifies a customer without access.
func (in *Supplier) WaitingInterval() time.Duration {
	if in.Spec.Verification.WaitingInterval == nil {
		return DefaultWaitingInterval
	}
	return in.Spec.Verification.WaitingInterval.Duration
}

// OutageGracePeriod returns how long the last verified state is reported during an outage.
func (in *Supplier) OutageGracePeriod() time.Duration {
	if in.Spec.Verification.OutageGracePeriod == nil {
		return DefaultOutageGracePeriod
	}
	return in.Spec.Verification.OutageGracePeriod.Duration
}

// RequestsPerSecond returns the maximum rate of requests of a replica.
func (in *Supplier) RequestsPerSecond() int {
	if in.Spec.Verification.RequestsPerSecond == 0 {
		return DefaultRequestsPerSecond
	}
	return int(in.Spec.Verification.RequestsPerSecond)
}

// MaxRunsPerHour returns the maximum number of runs in an hour of a customer's own schedule.
func (in *Supplier) MaxRunsPerHour() int {
	if in.Spec.Sync.MaxRunsPerHour == 0 {
		return DefaultMaxRunsPerHour
	}
	return int(in.Spec.Sync.MaxRunsPerHour)
}
