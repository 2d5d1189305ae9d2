package v1alpha1

import "time"

// VerificationInterval returns how long an answer for a customer with access counts.
func (in *Supplier) VerificationInterval() time.Duration {
	if in.Spec.Verification.Interval == nil {
		return DefaultVerificationInterval
	}
	return in.Spec.Verification.Interval.Duration
}

// WaitingInterval returns how often a customer without access is asked for.
func (in *Supplier) WaitingInterval() time.Duration {
	if in.Spec.Verification.WaitingInterval == nil {
		return DefaultWaitingInterval
	}
	return in.Spec.Verification.WaitingInterval.Duration
}

// OutageGracePeriod returns how long an answer is told as what is known during an outage.
func (in *Supplier) OutageGracePeriod() time.Duration {
	if in.Spec.Verification.OutageGracePeriod == nil {
		return DefaultOutageGracePeriod
	}
	return in.Spec.Verification.OutageGracePeriod.Duration
}

// RequestsPerSecond returns how many requests a second are sent at the most.
func (in *Supplier) RequestsPerSecond() int {
	if in.Spec.Verification.RequestsPerSecond == 0 {
		return DefaultRequestsPerSecond
	}
	return int(in.Spec.Verification.RequestsPerSecond)
}

// MaxRunsPerHour returns how many runs in an hour a customer's own schedule may make.
func (in *Supplier) MaxRunsPerHour() int {
	if in.Spec.Sync.MaxRunsPerHour == 0 {
		return DefaultMaxRunsPerHour
	}
	return int(in.Spec.Sync.MaxRunsPerHour)
}

// Schedule returns when the jobs of a service run by default, "" if it is not offered.
func (in *Supplier) Schedule(name ServiceName) string {
	for _, offered := range in.Spec.Services {
		if offered.Name != name {
			continue
		}
		if offered.Schedule != "" {
			return offered.Schedule
		}
		return defaultSchedules[name]
	}
	return ""
}

// defaultSchedules are the services' schedules where a Supplier names none.
var defaultSchedules = map[ServiceName]string{
	ServiceFollowUpPlans:       "H * * * *",
	ServiceSickNotes:           "H H/4 * * *",
	ServiceSickPayApplications: "H H/4 * * *",
}
