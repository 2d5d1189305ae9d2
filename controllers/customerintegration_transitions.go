package controllers

import (
	"time"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/metrics"
)

// Observer is told what became of customers, once it has been written. *metrics.Metrics is one.
type Observer interface {
	// AccessWithdrawn tells that an access to a service was found to be taken back.
	AccessWithdrawn(supplier, service string)
	// DetectionDelayed tells of a change of access (metrics.TransitionGranted, metrics.TransitionWithdrawn) that it was found
	// at most d after it.
	DetectionDelayed(supplier, transition string, d time.Duration)
	// RunEnded tells that a run of a service has ended; reason is "" if it ended well.
	RunEnded(service, outcome, reason string)
}

// accessTransition is a change of the access to one service.
type accessTransition struct {
	service integrationsv1alpha1.ServiceName
	// to is metrics.TransitionGranted or metrics.TransitionWithdrawn.
	to string
	// delay is how long after the last answer that said otherwise it was found, 0 if there was none.
	delay time.Duration
}

// transitions lists the accesses that were given or taken back between two states of a customer. What was asked of another
// authority before says nothing. Pure.
func transitions(before, after *integrationsv1alpha1.CustomerIntegration) []accessTransition {
	var all []accessTransition
	for i := range after.Status.Services {
		is := &after.Status.Services[i]
		was := entitlement.Authorization(after.Status.Authority, before, is.Name)
		to := changeTo(is.Authorization.State)
		if to == "" || was.State == is.Authorization.State {
			continue
		}
		all = append(all, accessTransition{service: is.Name, to: to, delay: delayOf(was, is.Authorization)})
	}
	return all
}

func changeTo(state integrationsv1alpha1.AuthorizationState) string {
	switch state {
	case integrationsv1alpha1.AuthorizationGranted:
		return metrics.TransitionGranted
	case integrationsv1alpha1.AuthorizationWithdrawn:
		return metrics.TransitionWithdrawn
	default:
		return ""
	}
}

// delayOf gives how long after the last answer that said otherwise a change was found, 0 if nothing was known before.
func delayOf(was, is integrationsv1alpha1.Authorization) time.Duration {
	if was.State == "" || was.State == integrationsv1alpha1.AuthorizationUnknown || was.LastVerifiedTime == nil || is.Since == nil {
		return 0
	}
	return is.Since.Sub(was.LastVerifiedTime.Time)
}

// endedRun is a run that was noted in the status.
type endedRun struct {
	service integrationsv1alpha1.ServiceName
	run     integrationsv1alpha1.SyncRun
}

// endedRuns lists the runs that were noted between two states of a customer, one a service: the last. Pure.
func endedRuns(before, after *integrationsv1alpha1.CustomerIntegration) []endedRun {
	noted := map[integrationsv1alpha1.ServiceName]string{}
	for i := range before.Status.Services {
		noted[before.Status.Services[i].Name] = before.Status.Services[i].Sync.LastRun.JobUID
	}
	var all []endedRun
	for i := range after.Status.Services {
		is := &after.Status.Services[i]
		if uid := is.Sync.LastRun.JobUID; uid != "" && uid != noted[is.Name] {
			all = append(all, endedRun{service: is.Name, run: is.Sync.LastRun})
		}
	}
	return all
}

// observe tells an observer what is new in a customer's status, nobody if it is nil.
func observe(o Observer, before, after *integrationsv1alpha1.CustomerIntegration) {
	if o == nil {
		return
	}
	supplier := after.SupplierName()
	for _, t := range transitions(before, after) {
		if t.to == metrics.TransitionWithdrawn {
			o.AccessWithdrawn(supplier, string(t.service))
		}
		if t.delay > 0 {
			o.DetectionDelayed(supplier, t.to, t.delay)
		}
	}
	for _, e := range endedRuns(before, after) {
		o.RunEnded(string(e.service), string(e.run.Outcome), e.run.Reason)
	}
}
