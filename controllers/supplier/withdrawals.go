package supplier

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

const (
	// withdrawalWindow is within which time withdrawals are counted together. What is counted stands in the customers'
	// statuses, so that neither a restart nor a new leader forgets any.
	withdrawalWindow = time.Hour
	// alarmPause is how often is looked whether the alarm is over: time ends it, and nothing tells of that.
	alarmPause = time.Minute
	// plausibleWithdrawals is how many within the window are no alarm, however few customers there are.
	plausibleWithdrawals = 10
	// plausibleShare is which part of all customers is no alarm either: one in so many, 5 %.
	plausibleShare = 20
)

// lostSince reports whether a customer has lost access to a service after a time, and has not got it back.
func lostSince(c *v1alpha1.CustomerIntegration, after time.Time) bool {
	return lastWithdrawal(c).After(after)
}

// lastWithdrawal gives when a customer last lost an access that it has not got back, the zero time if it lacks none so.
func lastWithdrawal(c *v1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for i := range c.Status.Services {
		a := &c.Status.Services[i].Authorization
		if a.State == v1alpha1.AuthorizationWithdrawn && a.Since != nil && a.Since.After(last) {
			last = a.Since.Time
		}
	}
	return last
}

// implausible reports whether so many customers have lost access that it is hardly their doing: more than 5 %, and more
// than 10.
func (c *census) implausible() bool {
	return c.lost > plausibleWithdrawals && c.lost*plausibleShare > c.total
}

// withdrawalsImplausible gives the condition of that name. It is an alarm, and nothing else: each verdict was an answer, and
// stands. It says no number, for that would be a write with each withdrawal.
func withdrawalsImplausible(c *census) condition.State {
	if c.implausible() {
		return condition.True(v1alpha1.ReasonManyWithdrawals,
			"More than 5 % of the customers, and more than 10, lost access within an hour. Before you write to customers, check scopes, client and system, and ask Digdir.")
	}
	return condition.False(v1alpha1.ReasonFewWithdrawals,
		"At most 5 % of the customers, or at most 10, lost access within an hour.")
}
