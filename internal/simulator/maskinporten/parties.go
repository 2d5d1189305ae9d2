package maskinporten

import "github.com/4human/integration-operator/internal/simulator/identity"

// consumerAskedFor is whom the request is about, as far as that can be told without verifying anything: the consumer of the
// claim, the customer of a system user, or the client's own organization. Anything that does not look like an organization
// number is left out, for nobody knows what it is.
func (e *evaluation) consumerAskedFor() string {
	if consumer, _ := e.grant.Text("consumer_org"); identity.NineDigits(consumer) {
		return consumer
	}
	if party := e.grant.systemUserParty(); party != "" {
		return party
	}
	if e.grant.Has("consumer_org") {
		return ""
	}
	return e.client.OrganizationNumber
}

// checkParties decides for whom the token is. It needs the scopes to have been checked.
func (e *evaluation) checkParties() *refusal {
	if !e.grant.Has("consumer_org") {
		e.consumer = e.client.OrganizationNumber
		return e.checkGranted()
	}
	consumer, isText := e.grant.Text("consumer_org")
	// What a malformed number leads to is not documented.
	if !isText || identity.CheckOrganization(consumer) != nil {
		return e.refuse("MP-011")
	}
	if e.broken.IgnoreConsumerOrg {
		e.consumer = e.client.OrganizationNumber
		return nil
	}
	if consumer == e.client.OrganizationNumber {
		return e.refuse("OwnConsumerOrg")
	}
	e.consumer, e.delegated = consumer, true
	for _, scope := range e.scopes {
		if scope.DelegationSource == "" {
			return e.refuse("OwnConsumerOrg") // the text speaks of the scope, too
		}
		if e.readings.UnknownConsumerIsInvalidRequest && e.sim.altinn.IsUnknown(consumer) {
			return e.refuse("MP-011")
		}
		if !e.sim.isDelegated(delegationKey{consumer, e.client.OrganizationNumber, scope.Name}, e.lookupTime()) {
			return e.refuseScope("MP-251", scope.Name)
		}
	}
	return e.checkGranted()
}

func (e *evaluation) checkGranted() *refusal {
	for _, scope := range e.scopes {
		if !scope.isGrantedTo(e.consumer) {
			return e.refuseScope("MP-250", scope.Name)
		}
	}
	return nil
}
