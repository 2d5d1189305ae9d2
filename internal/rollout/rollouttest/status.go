package rollouttest

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
)

const day = 24 * time.Hour

// lists are the services that customers list, the first ones more often.
var lists = [][]v1alpha1.ServiceName{
	{v1alpha1.ServiceFollowUpPlans},
	{v1alpha1.ServiceFollowUpPlans},
	{v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications},
	{v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes},
	{v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications},
}

// scenario is a kind of customer, and how many of 1000 are of it.
type scenario struct {
	share int
	write func(g *generator, c *v1alpha1.CustomerIntegration)
}

// scenarios are the kinds of customers. Their shares add up to 1000.
var scenarios = []scenario{
	{590, (*generator).granted},
	{200, (*generator).waiting},
	{45, (*generator).partlyWaiting},
	{5, (*generator).approved},
	{25, (*generator).withdrawn},
	{20, (*generator).rejected},
	{45, (*generator).failing},
	{25, (*generator).misregistered},
	{20, (*generator).misconfigured},
	{3, (*generator).withoutScope},
	{5, (*generator).unverified},
	{15, (*generator).suspended},
	{2, (*generator).neverReconciled},
}

// addStatus lists services and writes the status of a customer of a random scenario.
func (g *generator) addStatus(c *v1alpha1.CustomerIntegration) {
	for _, name := range lists[g.random.IntN(len(lists))] {
		service, _ := services.Of(nil, name)
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: name})
		c.Status.Services = append(c.Status.Services, v1alpha1.CustomerServiceStatus{
			Name: name, Authorization: v1alpha1.Authorization{Kind: service.Kind},
		})
	}
	pick := g.random.IntN(1000)
	for _, s := range scenarios {
		if pick < s.share {
			s.write(g, c)
			return
		}
		pick -= s.share
	}
}

// after returns a time between the creation of a customer and now, at most a span after its creation.
func (g *generator) after(c *v1alpha1.CustomerIntegration, most time.Duration) metav1.Time {
	room := g.now.Sub(c.CreationTimestamp.Time)
	return metav1.NewTime(c.CreationTimestamp.Add(g.between(0, max(min(most, room), time.Second))))
}

// lately returns a time within a span before now.
func (g *generator) lately(most time.Duration) *metav1.Time {
	return new(metav1.NewTime(g.now.Add(-g.between(0, most))))
}

// access writes the access to a service.
func (g *generator) access(
	s *v1alpha1.CustomerServiceStatus, state v1alpha1.AuthorizationState, reason string, since metav1.Time,
) {
	a := &s.Authorization
	a.State, a.Reason, a.Since = state, reason, &since
	if state == v1alpha1.AuthorizationUnknown {
		return
	}
	a.LastVerifiedTime = g.lately(6 * time.Hour)
	if a.LastVerifiedTime.Before(&since) {
		a.LastVerifiedTime = &since
	}
	if a.Kind == v1alpha1.AccessSystemUser {
		a.RequestID = fmt.Sprintf("%08x-0000-4000-8000-%012x", g.random.Uint32(), g.random.Uint32())
		a.RequestKind = v1alpha1.AccessRequestSystemUser
	}
}

// grant writes an access that is given, with its runs.
func (g *generator) grant(c *v1alpha1.CustomerIntegration, s *v1alpha1.CustomerServiceStatus) {
	since := g.after(c, 60*day)
	g.access(s, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, since)
	s.Sync.ActiveSince = &since
	s.Sync.CronJobName = fmt.Sprintf("c-%08x", g.random.Uint32())
	if g.random.IntN(40) == 0 {
		return // no run yet
	}
	finished := g.lately(4 * time.Hour)
	if finished.Before(&since) {
		finished = &since
	}
	s.Sync.LastSuccessTime = finished
	s.Sync.LastRun = v1alpha1.SyncRun{Outcome: v1alpha1.SyncSucceeded, FinishedTime: *finished, JobUID: "1"}
}

// await writes an access that is awaited.
func (g *generator) await(c *v1alpha1.CustomerIntegration, s *v1alpha1.CustomerServiceStatus) {
	since := g.after(c, time.Hour)
	if s.Authorization.Kind == v1alpha1.AccessAPIDelegation {
		g.access(s, v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonNotDelegated, since)
		return
	}
	g.access(s, v1alpha1.AuthorizationAwaitingApproval, v1alpha1.ReasonAwaitingApproval, since)
	s.Authorization.ConfirmURL = "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request?id=" +
		s.Authorization.RequestID + "&DONTCHOOSEREPORTEE=true"
	s.Authorization.Escalated = g.random.IntN(20) == 0
}

func (g *generator) granted(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		g.grant(c, &c.Status.Services[i])
	}
	g.conclude(c, v1alpha1.ReasonDelegated, v1alpha1.ReasonSyncSucceeded)
}

// waiting is a customer that has given nothing. Most are new.
func (g *generator) waiting(c *v1alpha1.CustomerIntegration) {
	if g.random.IntN(4) > 0 {
		c.CreationTimestamp = metav1.NewTime(g.now.Add(-g.between(time.Minute, 45*day)))
	}
	for i := range c.Status.Services {
		g.await(c, &c.Status.Services[i])
	}
	g.conclude(c, "", v1alpha1.ReasonNotSyncing)
}

// partlyWaiting is a customer that has given the first of its services.
func (g *generator) partlyWaiting(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		if i == 0 && len(c.Status.Services) > 1 {
			g.grant(c, &c.Status.Services[i])
			continue
		}
		g.await(c, &c.Status.Services[i])
	}
	g.conclude(c, "", v1alpha1.ReasonSyncSucceeded)
}

// approved is a customer whose system user Maskinporten does not know yet.
func (g *generator) approved(c *v1alpha1.CustomerIntegration) {
	g.waiting(c)
	for i := range c.Status.Services {
		c.Status.Services[i].Authorization.ConfirmURL = ""
		c.Status.Services[i].Authorization.Escalated = false
	}
	if c.Status.Services[0].Authorization.Kind == v1alpha1.AccessSystemUser {
		c.Status.Turn = v1alpha1.Turn{}
	}
}

func (g *generator) withdrawn(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		g.grant(c, &c.Status.Services[i])
	}
	s := &c.Status.Services[g.random.IntN(len(c.Status.Services))]
	at := g.lately(min(45*day, g.now.Sub(s.Authorization.Since.Time)+time.Second))
	s.Sync.ActiveSince = nil
	if s.Sync.LastSuccessTime != nil && at.Before(s.Sync.LastSuccessTime) {
		s.Sync.LastSuccessTime, s.Sync.LastRun.FinishedTime = at, *at
	}
	g.access(s, v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, *at)
	g.conclude(c, "", v1alpha1.ReasonNotSyncing)
}

func (g *generator) rejected(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		s := &c.Status.Services[i]
		if s.Authorization.Kind == v1alpha1.AccessSystemUser {
			g.access(s, v1alpha1.AuthorizationRejected, v1alpha1.ReasonApprovalRejected, g.after(c, 20*day))
			continue
		}
		g.grant(c, s)
	}
	g.conclude(c, "", v1alpha1.ReasonSyncSucceeded)
}

// failures are reasons of SyncHealthy, with the reasons of the runs.
var failures = []struct {
	reason string
	run    runreport.Reason
}{
	{v1alpha1.ReasonSyncFailing, runreport.HRMUnreachable},
	{v1alpha1.ReasonSyncFailing, runreport.HRMBadResponse},
	{v1alpha1.ReasonSyncFailing, runreport.NAVError},
	{v1alpha1.ReasonHRMUnauthorized, runreport.HRMUnauthorized},
	{v1alpha1.ReasonHRMCredentialsMissing, runreport.HRMCredentialsMissing},
	{v1alpha1.ReasonSyncStale, ""},
	{v1alpha1.ReasonPlansUnsettled, ""},
}

func (g *generator) failing(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		g.grant(c, &c.Status.Services[i])
	}
	f, s := failures[g.random.IntN(len(failures))], &c.Status.Services[0]
	last := g.lately(5 * day)
	s.Sync.LastSuccessTime = last
	switch f.reason {
	case v1alpha1.ReasonPlansUnsettled:
		s.Sync.OpenUnknown = 1 + g.random.Int32N(4)
	case v1alpha1.ReasonSyncStale:
	default:
		s.Sync.Failures = 3 + g.random.Int32N(90)
		s.Sync.SameFailures = s.Sync.Failures
		s.Sync.LastRun = v1alpha1.SyncRun{
			Outcome: v1alpha1.SyncFailed, Reason: string(f.run), FinishedTime: metav1.NewTime(g.now), JobUID: "1",
		}
	}
	g.conclude(c, f.reason, f.reason)
	if f.reason == v1alpha1.ReasonSyncFailing {
		c.Status.Turn.Actor = condition.RunOf(string(f.run)).Actor.InStatus()
	}
}

// misregistered is a customer with a wrong organization number.
func (g *generator) misregistered(c *v1alpha1.CustomerIntegration) {
	g.waiting(c)
	reasons := []string{
		v1alpha1.ReasonOrganizationIsSubUnit, v1alpha1.ReasonOrganizationNotFound, v1alpha1.ReasonOrganizationDeleted,
	}
	reason := reasons[g.random.IntN(len(reasons))]
	switch o := c.Status.Organization; reason {
	case v1alpha1.ReasonOrganizationIsSubUnit:
		o.Kind, o.MainUnit = v1alpha1.OrganizationSubUnit, "314240979"
	case v1alpha1.ReasonOrganizationNotFound:
		o.Kind, o.Name = "", ""
	default:
		o.DeletedOn = g.lately(200 * day).Format(time.DateOnly)
	}
	g.conclude(c, reason, v1alpha1.ReasonNotSyncing)
}

// misconfigured is a customer whose manifest must change.
func (g *generator) misconfigured(c *v1alpha1.CustomerIntegration) {
	reasons := []string{
		v1alpha1.ReasonHRMEndpointNotAllowed, v1alpha1.ReasonInvalidSchedule, v1alpha1.ReasonSupplierNotAllowed,
		v1alpha1.ReasonDuplicateOrganization, v1alpha1.ReasonRequestRejected,
	}
	reason := reasons[g.random.IntN(len(reasons))]
	for i := range c.Status.Services {
		s := &c.Status.Services[i]
		switch reason {
		case v1alpha1.ReasonHRMEndpointNotAllowed, v1alpha1.ReasonInvalidSchedule: // access is verified
			g.access(s, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, g.after(c, 20*day))
		case v1alpha1.ReasonDuplicateOrganization:
			g.access(s, v1alpha1.AuthorizationUnknown, reason, c.CreationTimestamp)
			s.DuplicateOf = v1alpha1.CustomerReference{Namespace: Namespaces()[0], Name: "dynamisk-altetende-tiger-as"}
		case v1alpha1.ReasonRequestRejected:
			g.access(s, v1alpha1.AuthorizationUnknown, reason, c.CreationTimestamp)
			s.Authorization.LastVerifiedTime = g.lately(15 * time.Minute)
		default:
			g.access(s, v1alpha1.AuthorizationUnknown, v1alpha1.ReasonVerificationPending, c.CreationTimestamp)
		}
	}
	g.conclude(c, reason, v1alpha1.ReasonNotSyncing)
}

func (g *generator) withoutScope(c *v1alpha1.CustomerIntegration) {
	for i := range c.Status.Services {
		g.access(&c.Status.Services[i], v1alpha1.AuthorizationNotGranted, v1alpha1.ReasonScopeNotGranted, g.after(c, day))
	}
	g.conclude(c, "", v1alpha1.ReasonNotSyncing)
}

func (g *generator) unverified(c *v1alpha1.CustomerIntegration) {
	c.CreationTimestamp = *g.lately(10 * time.Minute)
	for i := range c.Status.Services {
		g.access(&c.Status.Services[i], v1alpha1.AuthorizationUnknown, v1alpha1.ReasonVerificationPending,
			c.CreationTimestamp)
	}
	g.conclude(c, "", v1alpha1.ReasonNotSyncing)
}

func (g *generator) suspended(c *v1alpha1.CustomerIntegration) {
	g.granted(c)
	for i := range c.Status.Services {
		c.Status.Services[i].Sync.ActiveSince = nil
	}
	c.Spec.Suspend = true
	g.conclude(c, v1alpha1.ReasonSuspended, v1alpha1.ReasonNotSyncing)
}

func (g *generator) neverReconciled(c *v1alpha1.CustomerIntegration) {
	c.CreationTimestamp = *g.lately(time.Minute)
	c.Status = v1alpha1.CustomerIntegrationStatus{}
}

// conclude writes conditions and turn. An empty reason of Ready is that of the access.
func (g *generator) conclude(c *v1alpha1.CustomerIntegration, ready, sync string) {
	access := make([]string, 0, len(c.Status.Services))
	since := c.CreationTimestamp
	for _, s := range c.Status.Services {
		access = append(access, s.Authorization.Reason)
		if t := s.Authorization.Since; s.Authorization.Reason != v1alpha1.ReasonDelegated && t != nil {
			since = *t
		}
	}
	worst := condition.WorstReason(access...)
	ready = cmp.Or(ready, condition.Of(worst).Ready, worst)
	row := condition.Of(ready)
	if _, ofRuns := row.At(condition.Customer, v1alpha1.ConditionSyncHealthy); ofRuns {
		since = *g.lately(5 * day)
	}
	w := condition.Writer{Conditions: &c.Status.Conditions, Generation: 1, Now: since.Time}
	c.Status.Conditions = nil
	w.Set(v1alpha1.ConditionDelegationVerified, stateOf(worst, v1alpha1.ConditionDelegationVerified))
	w.Set(v1alpha1.ConditionSyncHealthy, stateOf(sync, v1alpha1.ConditionSyncHealthy))
	w.Summarize(stateOf(ready, v1alpha1.ConditionReady))
	c.Status.Turn = v1alpha1.Turn{}
	if actor := row.Actor.InStatus(); actor != "" && row.Urgency != condition.Never {
		c.Status.Turn = v1alpha1.Turn{Actor: actor, Since: since}
	}
}

// stateOf returns a condition's state with a reason.
func stateOf(reason, conditionType string) condition.State {
	row := condition.Of(reason)
	status, _ := row.At(condition.Customer, conditionType)
	return condition.State{Status: status, Reason: reason, Message: row.Cause}
}
