package systemuser

import (
	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// KnownOf reads what a customer's status says of one service's access. A customer has one system user for all its
// services, so where this service's access is neither given nor asked for, the reference is that of a service where it
// is.
func KnownOf(services []integrationsv1alpha1.CustomerServiceStatus, name integrationsv1alpha1.ServiceName) Known {
	var k Known
	var given, awaited string
	for i := range services {
		a := &services[i].Authorization
		switch {
		case a.Kind != integrationsv1alpha1.AccessSystemUser:
		case services[i].Name == name:
			k.State, k.RequestID, k.RequestKind = a.State, a.RequestID, a.RequestKind
			k.ExternalRef, k.ConfirmURL = a.ExternalRef, a.ConfirmURL
		case a.State == integrationsv1alpha1.AuthorizationGranted:
			given = a.ExternalRef
		case a.State == integrationsv1alpha1.AuthorizationAwaitingApproval:
			awaited = a.ExternalRef
			if a.RequestKind == integrationsv1alpha1.AccessRequestChange {
				k.PendingChange = a.RequestID
			}
		}
	}
	k.ExternalRef = shared(k, given, awaited)
	return k
}

// shared gives the reference to go by: the service's own while it has access or waits for it.
func shared(k Known, given, awaited string) string {
	own := k.State == integrationsv1alpha1.AuthorizationGranted || k.State == integrationsv1alpha1.AuthorizationAwaitingApproval
	for _, ref := range []string{given, awaited} {
		if !own && ref != "" {
			return ref
		}
	}
	return k.ExternalRef
}
