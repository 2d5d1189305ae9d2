package supplier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// failingRequests is a fault that every customer's request for some services meets, although Maskinporten issues the
// supplier a token of its own.
type failingRequests struct {
	services []v1alpha1.ServiceName
	class    maskinporten.Class
}

// gatherUnanswered reads whether the requests of all customers fail, and watches for the first response.
func gatherUnanswered(s *gathered) {
	if s.guard.Proof.Fault() != "" {
		return // Ready reports the fault
	}
	faults := s.guard.Proof.ScopeFaults()
	for _, u := range s.guard.Traffic.UnansweredScopes() {
		names := servicesWithScope(s.supplier, u.Scope)
		if faults[u.Scope] != "" || len(names) == 0 || !concernsAll(s.facts, u, names) {
			continue
		}
		s.guard.Traffic.WatchForAnswer(u.Scope)
		if s.unanswered == nil {
			s.unanswered = &failingRequests{class: u.Class}
		}
		s.unanswered.services = append(s.unanswered.services, names...)
	}
}

// servicesWithScope lists the offered services whose customers are verified with a scope.
func servicesWithScope(s *v1alpha1.Supplier, scope string) []v1alpha1.ServiceName {
	var names []v1alpha1.ServiceName
	for _, service := range services.Offered(s) {
		if service.Scope == scope {
			names = append(names, service.Name)
		}
	}
	return names
}

// enoughFailures is how many requests must fail before overdue customers are a reason: one may succeed when it is
// repeated.
const enoughFailures = 2

// concernsAll reports whether the requests of all customers fail: those that succeeded last fail as well, or more than
// half of the customers are overdue. A few broken customers are neither.
func concernsAll(s *facts, u authority.Unanswered, names []v1alpha1.ServiceName) bool {
	switch {
	case u.Compared:
		return true
	case s.census == nil: // not counted in this reconcile: the last result stays
		return requestsFailing(s.supplier)
	}
	return u.Failures >= enoughFailures && s.census.isMostlyOverdue(names)
}

// requestsFailing reports whether, by the status, every request on behalf of a customer fails.
func requestsFailing(s *v1alpha1.Supplier) bool {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionMaskinportenReachable)
	return c != nil && c.Reason == v1alpha1.ReasonCustomerRequestsFailing
}

// state returns MaskinportenReachable while Maskinporten responds to the supplier, and not on behalf of customers.
func (u *failingRequests) state() condition.State {
	names := make([]string, 0, len(u.services))
	for _, name := range u.services {
		names = append(names, string(name))
	}
	return condition.False(v1alpha1.ReasonCustomerRequestsFailing, fmt.Sprintf(
		"Every request on behalf of a customer for %s fails (%s). If it lasts, see https://status.digdir.no. Access stays as last verified; retrying.",
		strings.Join(names, ", "), u.class))
}

// dueCount counts customers that are verified for a service.
type dueCount struct {
	verified int
	overdue  int // of these, those whose verification is late
}

// overdueOf counts, for each service, the customers whose verification is late.
func overdueOf(
	s *v1alpha1.Supplier, stop *entitlement.Block, customers []v1alpha1.CustomerIntegration, now time.Time,
) map[v1alpha1.ServiceName]dueCount {
	counts, verifier := map[v1alpha1.ServiceName]dueCount{}, entitlement.AuthorityOf(s)
	for i := range customers {
		c := &customers[i]
		if entitlement.BlockOf(s, c, stop) != nil {
			continue
		}
		for j := range c.Status.Services {
			known := &c.Status.Services[j]
			if known.DuplicateOf != (v1alpha1.CustomerReference{}) {
				continue
			}
			service, _ := services.Of(s, known.Name)
			access := entitlement.Authorization(verifier, c, service)
			if access.LastRejectedTime != nil {
				continue // its requests fail for a reason of its own
			}
			n := counts[known.Name]
			n.verified++
			if lateTime(s, c, access).Before(now) {
				n.overdue++
			}
			counts[known.Name] = n
		}
	}
	return counts
}

// lateTime returns when a verification is late: half a retry interval after it was due, or after the customer was
// created.
func lateTime(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, a v1alpha1.Authorization) time.Time {
	late := authority.RetryInterval(s.VerificationInterval()) / 2
	if a.LastVerifiedTime == nil {
		return c.CreationTimestamp.Add(late)
	}
	return pacing.NextCheck(a, pacing.IntervalsOf(s), c.UID).Add(late)
}

// isMostlyOverdue reports whether more than half of the customers of some services are overdue.
func (c *census) isMostlyOverdue(names []v1alpha1.ServiceName) bool {
	var all dueCount
	for name, n := range c.due {
		if slices.Contains(names, name) {
			all.verified += n.verified
			all.overdue += n.overdue
		}
	}
	return 2*all.overdue > all.verified
}
