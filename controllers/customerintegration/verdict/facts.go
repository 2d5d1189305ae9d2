package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Observed is what a reconcile has read.
type Observed struct {
	// Now is the time of the reconcile in whole seconds, as the API stores it.
	Now time.Time
	// Watched is when the first reconcile of this process began.
	Watched time.Time
	// Zone is the time zone of schedules.
	Zone *time.Location
	// Customer has no times in the future. Its status is the one before this reconcile.
	Customer *v1alpha1.CustomerIntegration
	// Supplier is nil if it does not exist.
	Supplier *v1alpha1.Supplier
	// Stop is the Supplier's emergency stop, nil if there is none.
	Stop *entitlement.Block
	// Contenders are the older CustomerIntegrations of the same organization number.
	Contenders []entitlement.Contender
	// Children are the objects that were created for the customer.
	Children syncjob.Children
	// Image is the worker's image, unless the Supplier names one.
	Image string
	// ShardLabels are the keys of those labels of the customer that its objects have too.
	ShardLabels []string
	// Broker is the token broker of jobs. BrokerErr is why it is unknown.
	Broker    syncjob.Broker
	BrokerErr error
	// Kept are responses of earlier reconciles that are not in the status yet.
	Kept map[v1alpha1.ServiceName]Kept
	// Limits are the earliest times of actions that are limited.
	Limits Limits
}

// Kept is a response that is not in the status yet.
type Kept struct {
	// Known is the access that the status has to report.
	Known v1alpha1.Authorization
	// Retry is when to send the request again if the response decided nothing. It is zero if it decided something.
	Retry time.Time
	// Fault reports whether there was no usable response.
	Fault bool
	// Tried are the requests by annotation for which the request was sent.
	Tried Requests
	// At is when the request was sent.
	At time.Time
	// Requested are the requests by annotation that the response handled.
	Requested Requests
}

// Limits are the earliest times of limited actions. A time that has passed limits nothing.
type Limits struct {
	// Requests has the earliest next request to Maskinporten and Altinn, per service.
	Requests map[v1alpha1.ServiceName]time.Time
	// Runs has the earliest next run besides the schedule, per service.
	Runs map[v1alpha1.ServiceName]time.Time
	// Record is the earliest next status write that only records a request.
	Record time.Time
}

// Facts are Observed and what follows from it before any request is sent. They are immutable: the methods With… return
// new ones.
type Facts struct {
	Observed
	// Block is what blocks the customer, nil if nothing does.
	Block *entitlement.Block
	// Authority is where the customer's access is verified. Without a Supplier, it is that of the last verification.
	Authority v1alpha1.Authority
	// Requested are the requests by annotation that were not handled yet.
	Requested Requests
	// LooksUp reports whether the customer is looked up in Enhetsregisteret, and LookupDue whether that is due.
	LooksUp, LookupDue bool
	// Services are the listed services, in the order of the spec.
	Services []ServiceFacts
}

// ServiceFacts are the facts of one listed service.
type ServiceFacts struct {
	v1alpha1.CustomerService
	// Definition is the Supplier's service of that name. Its Kind is "" if the service is unknown.
	Definition services.Service
	// Child are the objects that were created for the service.
	Child *syncjob.Child
	// Runs are the runs that have ended, oldest first.
	Runs []syncjob.Run
	// Schedule is the schedule of its jobs.
	Schedule Schedule
	// DuplicateOf is the older CustomerIntegration that syncs the service, empty if there is none.
	DuplicateOf v1alpha1.CustomerReference
	// Known is the last verified state of its access, empty if it was never verified.
	Known v1alpha1.Authorization
	// KnownSync is the state of its jobs in the status.
	KnownSync v1alpha1.ServiceSync
	// Verifiable reports whether requests are sent for the service: nothing blocks it, and it is no duplicate.
	Verifiable bool
	// Due reports whether to send a request now.
	Due bool
	// WithoutRequest is its access if no request is sent.
	WithoutRequest v1alpha1.Authorization
}

// NewFacts returns the facts that follow from o.
func NewFacts(o Observed) *Facts {
	f := &Facts{
		Observed:  o,
		Block:     entitlement.BlockOf(o.Supplier, o.Customer, o.Stop),
		Authority: o.Customer.Status.Authority,
	}
	if o.Supplier != nil {
		f.Authority = entitlement.AuthorityOf(o.Supplier)
	}
	f.Requested = openRequests(o.Customer)
	f.LooksUp, f.LookupDue = f.lookup()
	for _, listed := range o.Customer.Spec.Services {
		f.Services = append(f.Services, f.serviceFacts(listed))
	}
	return f
}

// serviceFacts returns the facts of one service.
func (f *Facts) serviceFacts(listed v1alpha1.CustomerService) ServiceFacts {
	child := f.Children.Of(listed.Name)
	definition, _ := services.Of(f.Supplier, listed.Name)
	known := f.Customer.Status.Service(listed.Name)
	s := ServiceFacts{
		CustomerService: listed,
		Definition:      definition,
		Child:           child,
		Runs:            syncjob.ExcuseOutage(runsOf(child, definition), f.outageEnd(listed.Name)),
		Known:           f.knownAccess(definition),
		KnownSync:       *known.Sync.DeepCopy(),
		DuplicateOf:     f.duplicateOf(listed.Name),
	}
	s.WithoutRequest = f.accessWithoutRequest(&s)
	if f.Supplier == nil {
		return s
	}
	s.Schedule = f.scheduleOf(listed, child)
	s.Verifiable = f.isVerifiable(&s)
	s.Due = s.Verifiable && f.isDue(&s)
	return s
}

// runsOf returns the runs of a service that have ended. A service of an unknown name is a custom one that was removed.
func runsOf(child *syncjob.Child, definition services.Service) []syncjob.Run {
	runs := syncjob.RunsOf(child)
	if definition.Custom != nil || definition.Kind == "" {
		return syncjob.OfVendor(runs)
	}
	return runs
}

// outageEnd returns the end of the last outage in which runs of a service could get no token, because the service was
// unavailable or no manager led. During an outage it is in the future.
func (f *Facts) outageEnd(name v1alpha1.ServiceName) time.Time {
	if f.Supplier == nil {
		return f.Now.Add(time.Second)
	}
	ok, end := availability.Of(f.Supplier, name)
	if !ok && !end.IsZero() {
		return f.Now.Add(time.Second)
	}
	if t := f.Supplier.Status.InterruptedTime; t != nil {
		end = clock.Later(end, t.Time)
	}
	return end
}

// isVerifiable reports whether requests are sent for a service.
func (f *Facts) isVerifiable(s *ServiceFacts) bool {
	return f.Block == nil && !s.isDuplicate() && entitlement.OffersTo(f.Supplier, f.Customer, s.Name) &&
		!s.Definition.LacksSystem(f.Supplier)
}

// duplicateOf returns the older CustomerIntegration that syncs a service, empty if there is none.
func (f *Facts) duplicateOf(name v1alpha1.ServiceName) v1alpha1.CustomerReference {
	return entitlement.DuplicateOf(f.Supplier, f.Customer, name, f.Contenders)
}

// isDuplicate reports whether an older CustomerIntegration has the service.
func (s *ServiceFacts) isDuplicate() bool { return s.DuplicateOf != v1alpha1.CustomerReference{} }

// knownAccess returns the last verified state of an access.
func (f *Facts) knownAccess(service services.Service) v1alpha1.Authorization {
	if kept, ok := f.Kept[service.Name]; ok {
		return kept.Known
	}
	return entitlement.Authorization(f.Authority, f.Customer, service)
}

// VerifiableServices lists the services that requests are sent for.
func (f *Facts) VerifiableServices() []services.Service {
	var all []services.Service
	for i := range f.Services {
		if f.Services[i].Verifiable {
			all = append(all, f.Services[i].Definition)
		}
	}
	return all
}

// Service returns the facts of a listed service.
func (f *Facts) Service(name v1alpha1.ServiceName) *ServiceFacts {
	i := slices.IndexFunc(f.Services, func(s ServiceFacts) bool { return s.Name == name })
	if i < 0 {
		return &ServiceFacts{Child: &syncjob.Child{}}
	}
	return &f.Services[i]
}

// WithContenders returns the facts with other contenders.
func (f *Facts) WithContenders(contenders []entitlement.Contender) *Facts {
	o := f.Observed
	o.Contenders = contenders
	return NewFacts(o)
}

// WithChildren returns the facts with other objects of the customer.
func (f *Facts) WithChildren(children syncjob.Children) *Facts {
	o := f.Observed
	o.Children = children
	return NewFacts(o)
}

// WithWritten returns the facts after a status was written and objects were changed.
func (f *Facts) WithWritten(customer *v1alpha1.CustomerIntegration, children syncjob.Children) *Facts {
	o := f.Observed
	o.Customer, o.Children = customer, children
	return NewFacts(o)
}

// After returns t if it is after Now, else the zero time.
func (f *Facts) After(t time.Time) time.Time {
	if t.After(f.Now) {
		return t
	}
	return time.Time{}
}

// isDue reports whether to send a request now. A kept response counts as written, so its request is not repeated.
func (f *Facts) isDue(s *ServiceFacts) bool {
	kept, isKept := f.Kept[s.Name]
	if want := f.Requested.ForKind(s.WithoutRequest.Kind); want != (Requests{}) && (!isKept || kept.Requested != want) {
		return true
	}
	if kept.Retry.After(f.Now) {
		return kept.Fault // a request that met a fault stays due; WaitUntil delays it until Retry
	}
	return !f.NextCheck(s.Known).After(f.Now) || f.wasRefused(s)
}

// NextCheck returns when an access is to be verified again: at once if it never was, or in the second after the
// interruption if its last verification is outdated.
func (f *Facts) NextCheck(known v1alpha1.Authorization) time.Time {
	next := pacing.NextCheck(known, pacing.IntervalsOf(f.Supplier), f.Customer.UID)
	if entitlement.IsOutdated(f.Supplier, known) && !entitlement.WasRejectedSince(f.Supplier, known) {
		return clock.Earlier(next, entitlement.CurrentFrom(f.Supplier))
	}
	return next
}

// WaitUntil returns until when a request that is due has to wait, the zero time if it may be sent.
func (f *Facts) WaitUntil(name v1alpha1.ServiceName) time.Time {
	at := f.Limits.Requests[name]
	want := f.Requested.ForKind(f.Service(name).Definition.Kind)
	if kept := f.Kept[name]; kept.Fault && kept.Tried == want { // a new value is sent at its own pace
		at = clock.Later(at, kept.Retry)
	}
	if at.After(f.Now) {
		return at
	}
	return time.Time{}
}

// accessRefusals are the reasons of runs that were refused access: they got no token, or the API did not accept it.
var accessRefusals = map[runreport.Reason]bool{
	runreport.AccessRefused:        true,
	runreport.NAVTokenRejected:     true,
	runreport.RightMissing:         true,
	runreport.ServiceTokenRejected: true,
}

// wasRefused reports whether the last run was refused access after the last verification. The verification that follows
// is newer than the run, so each run leads to one request. A run that ended while the service was not available says
// nothing about the customer; without this rule, all customers would be verified at once.
func (f *Facts) wasRefused(s *ServiceFacts) bool {
	last := syncjob.FoldAll(s.KnownSync, s.Runs).LastRun
	verified := cmp.Or(s.Known.LastRejectedTime, s.Known.LastVerifiedTime)
	if verified == nil || !accessRefusals[runreport.Reason(last.Reason)] || !last.FinishedTime.After(verified.Time) {
		return false
	}
	ok, since := availability.Of(f.Supplier, s.Name)
	return (ok || since.IsZero()) && !last.FinishedTime.Time.Before(since)
}
