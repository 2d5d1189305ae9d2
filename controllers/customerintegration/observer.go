package customerintegration

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Observer counts what happens to customers, once it has been written. *metrics.Metrics is one.
type Observer interface {
	// CountWithdrawal counts a withdrawal of the access to a service.
	CountWithdrawal(supplier, service string)
	// ObserveDelay records that a change of access (metrics.TransitionGranted, metrics.TransitionWithdrawn) was
	// detected at most d after it.
	ObserveDelay(supplier, transition string, d time.Duration)
	// CountRun counts a run of a service for a Supplier's customer that has ended. reason is "" if it succeeded.
	CountRun(supplier, service, outcome, reason string)
	// ObserveStart records that a run of a service started d after it was due by its schedule.
	ObserveStart(service string, d time.Duration)
	// CountPlans counts n plans of a run by outcome (metrics.PlanSent and others). n may be 0.
	CountPlans(outcome string, n int64)
	// CountDocuments counts the documents and PDFs that a run of a service stored in an HRM system. Both may be 0.
	CountDocuments(service string, documents, pdfs int64)
	// CountItems counts the items that a run of a custom service sent to its API, or received from it. Both may be 0.
	CountItems(supplier, service string, sent, received int64)
}

// accessTransition is a change of the access to one service.
type accessTransition struct {
	service v1alpha1.ServiceName
	// to is metrics.TransitionGranted or metrics.TransitionWithdrawn.
	to string
	// delay is how long after the last response to the contrary it was detected, nil if there was none.
	delay *time.Duration
}

// transitions lists the accesses that were granted or withdrawn between two states of a customer. A verification by
// another authority does not count.
func transitions(before, after *v1alpha1.CustomerIntegration) []accessTransition {
	var all []accessTransition
	for i := range after.Status.Services {
		is := &after.Status.Services[i]
		was := entitlement.Authorization(after.Status.Authority, before, services.Service{Name: is.Name})
		to := transitionTo(is.Authorization.State)
		if to == "" || was.State == is.Authorization.State {
			continue
		}
		all = append(all, accessTransition{service: is.Name, to: to, delay: delayOf(was, is.Authorization)})
	}
	return all
}

func transitionTo(state v1alpha1.AuthorizationState) string {
	switch state {
	case v1alpha1.AuthorizationGranted:
		return metrics.TransitionGranted
	case v1alpha1.AuthorizationWithdrawn:
		return metrics.TransitionWithdrawn
	default:
		return ""
	}
}

// delayOf returns how long after the last response to the contrary a change was detected, nil if there was none.
func delayOf(was, is v1alpha1.Authorization) *time.Duration {
	if was.State == "" || was.State == v1alpha1.AuthorizationUnknown || was.LastVerifiedTime == nil || is.Since == nil {
		return nil
	}
	return new(max(0, is.Since.Sub(was.LastVerifiedTime.Time)))
}

// endedRun is a run that is counted.
type endedRun struct {
	service v1alpha1.ServiceName
	run     syncjob.Run
}

// endedRuns lists the runs that a status counts for the first time, each once.
func endedRuns(v *verdict.Verdict) []endedRun {
	var all []endedRun
	for i := range v.Services {
		s := &v.Services[i]
		for _, r := range s.Runs {
			if syncjob.Counts(s.KnownSync.LastRun, r) {
				all = append(all, endedRun{service: s.Name, run: r})
			}
		}
	}
	return all
}

// observe reports to an observer what is new in a customer's status. Call it after the status is written, because a
// reconcile whose write fails is repeated.
func observe(o Observer, before, after *v1alpha1.CustomerIntegration, ended []endedRun) {
	if o == nil {
		return
	}
	supplier := after.SupplierName()
	for _, t := range transitions(before, after) {
		if t.to == metrics.TransitionWithdrawn {
			o.CountWithdrawal(supplier, string(t.service))
		}
		if t.delay != nil {
			o.ObserveDelay(supplier, t.to, *t.delay)
		}
	}
	for _, e := range ended {
		o.CountRun(supplier, string(e.service), string(e.run.Outcome), string(e.run.Reason))
		if d := e.run.StartDelay; d != nil {
			o.ObserveStart(string(e.service), *d)
		}
		carried := e.run.Report.Volumes
		o.CountPlans(metrics.PlanSent, carried.PlansSent)
		o.CountPlans(metrics.PlanGPNotReached, carried.GeneralPractitionersNotReached)
		o.CountPlans(metrics.PlanRejected, int64(e.run.Report.Rejected))
		o.CountPlans(metrics.PlanRefused, int64(e.run.Report.Refused))
		o.CountPlans(metrics.PlanUnknown, int64(e.run.Report.Unknown))
		o.CountDocuments(string(e.service), carried.DocumentsStored, carried.PDFsStored)
		o.CountItems(supplier, string(e.service), carried.ItemsSent, carried.ItemsReceived)
	}
}

// noteAcceptedPlans remembers the runs in which NAV accepted follow-up plans and refused none.
func noteAcceptedPlans(p *syncjob.AcceptedPlans, v *verdict.Verdict, ended []endedRun) {
	if p == nil {
		return
	}
	for _, e := range ended {
		if v.Service(e.service).Definition.SendsPlans && e.run.Report.Volumes.PlansSent > 0 &&
			e.run.Report.RefusedByRegisters == 0 {
			p.NoteStart(v.Customer.SupplierName(), e.run.Created, v.Now)
		}
	}
}
