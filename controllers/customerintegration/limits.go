package customerintegration

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
)

var (
	// runPace bounds the runs besides the schedule.
	runPace = pacing.Pace{Burst: 4, Every: time.Minute}
	// recordPace bounds the status writes that only record a request.
	recordPace = pacing.Pace{Burst: 4, Every: 15 * time.Second}
)

// limitKey is what a limit applies to: a service of an organization. It outlives the CustomerIntegration.
type limitKey struct {
	authority    v1alpha1.Authority
	organization v1alpha1.OrganizationNumber
	service      v1alpha1.ServiceName
}

// limits bound what one customer can cause. The zero value is ready to use.
type limits struct {
	requests, runs, records pacing.Allowance[limitKey]
}

// of returns the limits of a customer.
func (l *limits) of(o *verdict.Observed) verdict.Limits {
	key := limitKey{authority: entitlement.AuthorityOf(o.Supplier), organization: o.Customer.Spec.OrganizationNumber}
	all := verdict.Limits{
		Requests: map[v1alpha1.ServiceName]time.Time{}, Runs: map[v1alpha1.ServiceName]time.Time{},
		Record: l.records.Next(key, recordPace, o.Now),
	}
	for _, listed := range o.Customer.Spec.Services {
		key.service = listed.Name
		all.Requests[listed.Name] = l.requests.Next(key, requestPace(o.Supplier), o.Now)
		all.Runs[listed.Name] = l.runs.Next(key, runPace, o.Now)
	}
	return all
}

// limitKeyOf returns what the limits of one service of a customer are for.
func limitKeyOf(f *verdict.Facts, name v1alpha1.ServiceName) limitKey {
	return limitKey{f.Authority, f.Customer.Spec.OrganizationNumber, name}
}

// requestPace bounds the requests of a customer per service.
func requestPace(s *v1alpha1.Supplier) pacing.Pace { return pacing.RequestPace(pacing.IntervalsOf(s)) }
