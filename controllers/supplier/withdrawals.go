package supplier

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

const (
	// withdrawalWindow is the time within which withdrawals are counted together. They are in the customers' statuses, so
	// neither a restart nor a new leader loses any.
	withdrawalWindow = time.Hour
	// alarmPause is how often a Supplier with an alarm is reconciled: time ends the alarm, and there is no event.
	alarmPause = time.Minute
	// plausibleWithdrawals is how many within the window are no alarm, however few customers there are.
	plausibleWithdrawals = 10
	// plausibleShare is the share of all customers that is no alarm either: one in 20, 5 %.
	plausibleShare = 20
)

// hasLostSince reports whether a customer has lost access to a service after a time, and has not regained it.
func hasLostSince(c *v1alpha1.CustomerIntegration, after time.Time) bool {
	return lastWithdrawal(c).After(after)
}

// lastWithdrawal returns when a customer last lost an access that it has not regained, the zero time if there is none.
func lastWithdrawal(c *v1alpha1.CustomerIntegration) time.Time {
	var last time.Time
	for _, known := range c.Status.Services {
		if since := known.Authorization.Since; isWithdrawn(known) && since != nil && since.After(last) {
			last = since.Time
		}
	}
	return last
}

// hasManyWithdrawals reports whether so many customers have lost access that a common cause is likely: more than 5 %,
// and more than 10.
func (c *census) hasManyWithdrawals() bool {
	return c.lost > plausibleWithdrawals && c.lost*plausibleShare > c.total
}

// withdrawalsCondition returns the condition of that name. It changes no customer's state. A number in its message
// would cause a write per withdrawal.
func withdrawalsCondition(c *census) condition.State {
	if c.hasManyWithdrawals() {
		return condition.True(v1alpha1.ReasonManyWithdrawals,
			"More than 5 % of the customers, and more than 10, lost access within an hour. Before you write to customers, check scopes, client and system, and ask Digdir.")
	}
	return condition.False(v1alpha1.ReasonFewWithdrawals,
		"At most 5 % of the customers, or at most 10, lost access within an hour.")
}
