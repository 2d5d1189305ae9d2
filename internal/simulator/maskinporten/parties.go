package maskinporten

import "github.com/4human/integration-operator/internal/simulator/identity"

// consumerAskedFor returns the organization that the request is about, unverified: the consumer of the claim, the
// customer of a system user, or the client's own. It returns "" for what is not an organization number.
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

// checkParties finds the consumer of the token. The scopes must have been checked.
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
