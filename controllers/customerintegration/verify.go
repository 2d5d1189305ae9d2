package customerintegration

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// askable lists the services that the authority can be asked for. Pure.
func askable(s *scope) []v1alpha1.ServiceName {
	if blockOf(s) != nil {
		return nil
	}
	var names []v1alpha1.ServiceName
	for _, wanted := range s.customer.Spec.Services {
		if services.Offers(s.supplier, wanted.Name) && !services.WithoutSystem(s.supplier, wanted.Name) && !isDuplicate(s, wanted.Name) {
			names = append(names, wanted.Name)
		}
	}
	return names
}

// due lists the services that are to be asked for in this pass. Pure.
func due(s *scope) []v1alpha1.ServiceName {
	var names []v1alpha1.ServiceName
	for _, name := range askable(s) {
		if isDue(s, name) {
			names = append(names, name)
		}
	}
	return names
}

// isDue reports whether a request for a service is to be sent now. One that was answered and could not be written is not.
func isDue(s *scope, name v1alpha1.ServiceName) bool {
	kept, isKept := s.kept[name]
	if v := s.requested(); v != "" && (!isKept || kept.requested != v) {
		return true
	}
	if kept.retry.After(s.now) {
		return kept.fault // in vain so far: see waitFor
	}
	return !nextCheckOf(s, name).After(s.now) || refused(s, name)
}

// waitFor returns until when a request that is due has to wait, the zero time if it may be sent.
func waitFor(s *scope, name v1alpha1.ServiceName) time.Time {
	at := questionAt(s, name)
	if kept := s.kept[name]; kept.fault && kept.tried == s.requested() { // a new value is tried at its pace
		at = clock.Later(at, kept.retry)
	}
	if at.After(s.now) {
		return at
	}
	return time.Time{}
}

// verify asks the authority about the services that are due. It reports whether a fault was met that the Supplier
// should look into.
func verify(ctx context.Context, s *scope) (suspect bool, err error) {
	consumer, err := orgnumber.Parse(string(s.customer.Spec.OrganizationNumber))
	if err != nil {
		return false, err // the CRD's rules are the same: it cannot be
	}
	for _, name := range due(s) {
		if until := waitFor(s, name); !until.IsZero() {
			s.busy[name] = until
			continue
		}
		a, err := ask(ctx, s, consumer, name)
		if busy, ok := errors.AsType[*authority.BusyError](err); ok {
			s.busy[name] = busy.Until
			continue
		}
		a.held = a.finding == nil && (s.guard == nil || isHeld(err)) // a negotiation may have begun
		if !a.held {
			s.allowed.questions.Take(pacedOf(s, name), pacing.QuestionPace(pacing.IntervalsOf(s.supplier)), s.now)
		}
		s.answers[name] = a
		if contradicts(s.authorization(name), authority.MetOf(err)) {
			s.guard.Complaints.Add(client.ObjectKeyFromObject(s.customer), services.Of(name).Scope, authority.MetOf(err))
		}
	}
	if s.guard == nil {
		return false, nil
	}
	s.guard.Retain(client.ObjectKeyFromObject(s.customer), askable(s))
	return s.guard.Alarm.Take(), nil
}

// ask gives what asking for one service came to, and the error that was met.
func ask(ctx context.Context, s *scope, consumer orgnumber.Number, name v1alpha1.ServiceName) (answer, error) {
	if s.guard == nil {
		return answer{class: maskinporten.ClassClientRejected}, nil
	}
	q := authority.TokenRequest{
		Customer: client.ObjectKeyFromObject(s.customer),
		Request:  maskinporten.Request{Scope: services.Of(name).Scope},
		Priority: questionPriority(s, name),
		Granted:  s.authorization(name).State == v1alpha1.AuthorizationGranted,
	}
	if services.Of(name).Kind == v1alpha1.AccessSystemUser {
		q.Request.SystemUser.Owner = consumer
		return negotiate(ctx, s, q, name)
	}
	q.Request.Consumer = consumer
	_, err := s.guard.Token(ctx, q)
	logFailure(ctx, name, err)
	return answer{class: classOf(err)}, err
}

// classOf gives the class of what a question met: where nobody was asked, of what stood in the way.
func classOf(err error) maskinporten.Class {
	if held, ok := errors.AsType[*authority.HeldError](err); ok {
		return held.Fault
	}
	return maskinporten.ClassOf(err)
}

// questionPriority gives how soon a question is to be asked when not all can be.
func questionPriority(s *scope, name v1alpha1.ServiceName) authority.Priority {
	if s.requested() != "" {
		return authority.PriorityChanged
	}
	switch statePriority(s.authorization(name).State) {
	case pacing.PriorityRoutine:
		return authority.PriorityRoutine
	case pacing.PriorityWaiting:
		return authority.PriorityWaiting
	default:
		return authority.PriorityChanged
	}
}

// logFailure tells what a question met that decides nothing: the status has its class alone, and for a customer whose
// access is known not even that. MP-251 and MP-250 are told as transitions.
func logFailure(ctx context.Context, name v1alpha1.ServiceName, err error) {
	failure, ok := errors.AsType[*maskinporten.Error](err)
	if !ok || isHeld(err) || failure.Class.Kind() == conclusion.Answer {
		return
	}
	log.FromContext(ctx).Info("Failed to verify", "service", name, "class", failure.Class, "status", failure.Status,
		"code", failure.Code, "error", failure.Error())
}

func isHeld(err error) bool {
	_, held := errors.AsType[*authority.HeldError](err)
	return held
}

// contradicts reports whether an answer says something of a granted access that does not take it away and yet
// cannot be true of it.
func contradicts(known v1alpha1.Authorization, class maskinporten.Class) bool {
	return known.State == v1alpha1.AuthorizationGranted && class == maskinporten.ClassScopeNotGranted
}
