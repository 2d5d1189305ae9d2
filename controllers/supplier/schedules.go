package supplier

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/schedule"
)

// schedulesCondition returns Ready if a service has an invalid schedule, the zero State if none has. The service stays
// available: CronJobs keep the schedule that they have.
func schedulesCondition(s *v1alpha1.Supplier) condition.State {
	var messages []string
	for i, offered := range s.Spec.Services {
		field, text := "schedule", offered.Schedule
		if offered.Custom != nil {
			field, text = "custom.schedule", offered.Custom.Schedule
		}
		if text == "" {
			continue
		}
		if _, err := schedule.Parse(string(text), s.Name); err != nil {
			messages = append(messages, fmt.Sprintf(
				"%s: %s. Correct spec.services[%d].%s. Existing CronJobs keep their schedule; customers without one wait.",
				offered.Name, err, i, field))
		}
	}
	if len(messages) == 0 {
		return condition.State{}
	}
	return condition.False(v1alpha1.ReasonInvalidSchedule, strings.Join(messages, " "))
}
