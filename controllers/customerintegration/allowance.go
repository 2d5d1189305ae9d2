package customerintegration

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/pacing"
)

var (
	// runPace bounds the runs that are made at once, beside the schedule.
	runPace = pacing.Pace{Burst: 4, Every: time.Minute}
	// recordPace bounds the writes that record a request.
	recordPace = pacing.Pace{Burst: 4, Every: 15 * time.Second}
)

// paced is what a pace is for: one service of one organization. It survives the CustomerIntegration.
type paced struct {
	authority    v1alpha1.Authority
	organization v1alpha1.OrganizationNumber
	service      v1alpha1.ServiceName
}

// allowances are all that bound what one customer can cause. The zero value is ready to use.
type allowances struct {
	questions, runs, records pacing.Allowance[paced]
}

// pacedOf returns what the paces of one service of a customer are for.
func pacedOf(s *scope, name v1alpha1.ServiceName) paced {
	return paced{s.authority(), s.customer.Spec.OrganizationNumber, name}
}

// questionAt returns when the next request for a service may be sent: now, or later.
func questionAt(s *scope, name v1alpha1.ServiceName) time.Time {
	return s.allowed.questions.Next(pacedOf(s, name), pacing.QuestionPace(pacing.IntervalsOf(s.supplier)), s.now)
}

// runAt returns when the next run of a service may be made at once: now, or later.
func runAt(s *scope, name v1alpha1.ServiceName) time.Time {
	return s.allowed.runs.Next(pacedOf(s, name), runPace, s.now)
}

// recordAt returns when a request that replaces a pending one may be recorded: now, or later.
func recordAt(s *scope) time.Time {
	return s.allowed.records.Next(pacedOf(s, ""), recordPace, s.now)
}
