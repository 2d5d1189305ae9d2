package controllers

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
)

// askable lists the services that the authority can be asked for. Pure.
func askable(s *customerScope) []integrationsv1alpha1.ServiceName {
	if blockOf(s) != nil {
		return nil
	}
	var names []integrationsv1alpha1.ServiceName
	for _, wanted := range s.customer.Spec.Services {
		if services.Verifiable(services.Of(wanted.Name).Kind) && services.Offers(s.supplier, wanted.Name) && !isDuplicate(s, wanted.Name) {
			names = append(names, wanted.Name)
		}
	}
	return names
}

// due lists the services that are to be asked for in this pass. Pure.
func due(s *customerScope) []integrationsv1alpha1.ServiceName {
	var names []integrationsv1alpha1.ServiceName
	for _, name := range askable(s) {
		next := nextCheck(s.authorization(name), intervalsOf(s.supplier), s.customer.UID)
		if s.requested() != "" || !next.After(s.now) || refused(s, name) {
			names = append(names, name)
		}
	}
	return names
}

// verify asks the authority about the services that are due. It reports whether a fault was met that the Supplier
// should look into.
func verify(ctx context.Context, s *customerScope) (suspect bool, err error) {
	consumer, err := orgnumber.Parse(string(s.customer.Spec.OrganizationNumber))
	if err != nil {
		return false, err // the CRD's rules are the same: it cannot be
	}
	for _, name := range due(s) {
		class := ask(ctx, s, consumer, name)
		s.answers[name] = answer{class: class}
		if contradicts(s.authorization(name), class) {
			s.guard.Complain(client.ObjectKeyFromObject(s.customer), class)
		}
	}
	if s.guard == nil {
		return false, nil
	}
	if len(askable(s)) == 0 { // nobody will ask again, so nothing could ever disprove a complaint
		s.guard.Forget(client.ObjectKeyFromObject(s.customer))
	}
	return s.guard.Alarm(), nil
}

// ask gives the class of what one question met.
func ask(ctx context.Context, s *customerScope, consumer orgnumber.Number, name integrationsv1alpha1.ServiceName) maskinporten.Class {
	if s.guard == nil {
		return maskinporten.ClassClientRejected
	}
	_, err := s.guard.Ask(ctx, client.ObjectKeyFromObject(s.customer), consumer, services.Of(name).Scope)
	if held, ok := errors.AsType[*authority.HeldError](err); ok {
		return held.Fault
	}
	logFailure(ctx, name, err)
	return maskinporten.ClassOf(err)
}

// logFailure tells what a question met that decides nothing: the status has its class alone, and for a customer whose
// access is known not even that. MP-251 and MP-250 are told as transitions.
func logFailure(ctx context.Context, name integrationsv1alpha1.ServiceName, err error) {
	failure, ok := errors.AsType[*maskinporten.Error](err)
	if !ok || failure.Class.Kind() == maskinporten.KindAnswer {
		return
	}
	log.FromContext(ctx).Info("Failed to verify", "service", name, "class", failure.Class, "status", failure.Status,
		"code", failure.Code, "error", failure.Error())
}

// contradicts reports whether an answer says something of a granted access that does not take it away and yet
// cannot be true of it.
func contradicts(known integrationsv1alpha1.Authorization, class maskinporten.Class) bool {
	return known.State == integrationsv1alpha1.AuthorizationGranted && class == maskinporten.ClassScopeNotGranted
}
