package rollout

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// Of describes a customer. The Supplier is nil if it is unknown. Of reads the status only: what the operator has not
// reported yet, it does not guess.
func Of(c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier) Customer {
	d := Customer{
		Namespace: c.Namespace, Name: c.Name, UID: c.UID, Labels: c.Labels,
		Organization: string(c.Spec.OrganizationNumber), Title: c.Name, Register: c.Status.Organization,
		Supplier: c.SupplierName(), SyncDisabled: !c.Syncs(),
		Turn: c.Status.Turn.Actor, TurnSince: c.Status.Turn.Since.Time, Created: c.CreationTimestamp.Time,
	}
	if o := c.Status.Organization; o != nil {
		d.Title = cmp.Or(o.Name, d.Title)
	}
	if s != nil {
		d.SupplierTitle, d.Environment = s.Spec.Name, s.Spec.Environment
	}
	if ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		d.Reason, d.Message, d.ReasonSince = ready.Reason, ready.Message, ready.LastTransitionTime.Time
	}
	d.SyncReason = failureOf(c.Status.Conditions)
	d.Services = servicesOf(c, s, d.Reason, d.SyncReason)
	d.addTotals()
	return d
}

// failureOf returns the reason of SyncHealthy if runs fail, "" if they do not.
func failureOf(conditions []metav1.Condition) string {
	health := meta.FindStatusCondition(conditions, v1alpha1.ConditionSyncHealthy)
	if health == nil || health.Status != metav1.ConditionFalse {
		return ""
	}
	return health.Reason
}

// addTotals adds what follows from the services. The API server accepts no customer without services.
func (d *Customer) addTotals() {
	if len(d.Services) == 0 {
		d.State = Unverified
		return
	}
	d.State = slices.MinFunc(d.Services, func(a, b Service) int { return a.State.rank() - b.State.rank() }).State
	d.LastData = slices.MinFunc(d.Services, func(a, b Service) int { return a.LastData.Compare(b.LastData) }).LastData
	d.Verified = slices.MinFunc(d.Services, func(a, b Service) int { return a.Verified.Compare(b.Verified) }).Verified
	for _, s := range d.Services {
		since := s.Since
		if since.IsZero() {
			since = d.Created
		}
		if s.State == Waiting && (d.WaitingSince.IsZero() || since.Before(d.WaitingSince)) {
			d.WaitingSince = since
		}
	}
}

// servicesOf describes the listed services, in the order of the spec.
func servicesOf(c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier, ready, failure string) []Service {
	all := make([]Service, 0, len(c.Spec.Services))
	if slices.ContainsFunc(c.Status.Services, func(s v1alpha1.CustomerServiceStatus) bool {
		return s.Authorization.Reason == ready
	}) {
		ready = "" // it is about these services, and not about the others
	}
	for _, listed := range c.Spec.Services {
		known := c.Status.Service(listed.Name)
		known.Name = listed.Name
		offered, _ := services.Of(s, listed.Name)
		all = append(all, serviceOf(&known, offered, ready))
	}
	addFailure(all, &c.Status, failure)
	return all
}

// serviceOf describes a service by its status and the reason of Ready.
func serviceOf(known *v1alpha1.CustomerServiceStatus, offered services.Service, ready string) Service {
	a, sync := &known.Authorization, &known.Sync
	s := Service{
		Name: known.Name, Custom: offered.Custom, Kind: cmp.Or(a.Kind, offered.Kind), Access: a.State, Reason: a.Reason,
		ConfirmURL: a.ConfirmURL, Request: a.RequestKind, Escalated: a.Escalated, HasAgent: a.HasAgentSystemUser,
		Through:  a.Through,
		Failures: int(sync.Failures), OpenPlans: int(sync.OpenUnknown + sync.OpenUndecided),
		LastData: timeOf(sync.LastSuccessTime), Verified: timeOf(a.LastVerifiedTime),
	}
	if sync.LastRun.Outcome == v1alpha1.SyncFailed {
		s.RunReason = sync.LastRun.Reason
	}
	if known.DuplicateOf.Name != "" {
		s.DuplicateOf = known.DuplicateOf.Namespace + "/" + known.DuplicateOf.Name
	}
	if _, isKnown := ofAccess[a.State]; isKnown {
		s.Since = timeOf(a.Since)
	}
	s.State = stateOf(known, ready)
	return s
}

// stateOf returns the state of a service by its status and the reason of Ready, without regard to runs that fail.
func stateOf(s *v1alpha1.CustomerServiceStatus, ready string) State {
	whole, access := meanings[ready], meanings[s.Authorization.Reason]
	known, isKnown := ofAccess[s.Authorization.State]
	switch {
	case whole.extent == allServices, whole.extent == notRunning && !runs(&s.Sync):
		return whole.state
	case whole.extent == withoutAccess && known != Granted:
		return whole.state
	case isKnown && access.extent == whileUnknown:
		return known
	case access.state != "":
		return access.state
	case isKnown:
		return known
	default:
		return Unverified
	}
}

// runs reports whether a service has jobs: sync is allowed, and its CronJob exists.
func runs(s *v1alpha1.ServiceSync) bool { return s.ActiveSince != nil && s.CronJobName != "" }

// addFailure makes those services Failing whose runs fail: the ones whose status shows it, or else all that may sync.
func addFailure(all []Service, known *v1alpha1.CustomerIntegrationStatus, failure string) {
	if failure == "" {
		return
	}
	syncs := func(s Service) bool { return known.Service(s.Name).Sync.ActiveSince != nil }
	shows := func(s Service) bool {
		return s.Failures > 0 || s.RunReason != "" || s.OpenPlans > 0 ||
			known.Service(s.Name).Sync.JobRefusedTime != nil
	}
	fails := syncs
	if slices.ContainsFunc(all, func(s Service) bool { return s.State == Granted && shows(s) }) {
		fails = shows
	}
	for i := range all {
		if all[i].State == Granted && fails(all[i]) {
			all[i].State = Failing
		}
	}
}

// timeOf returns a time, zero if it is nil.
func timeOf(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
