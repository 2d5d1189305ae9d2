package systemuser

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// KnownOf reads what a customer's status says of one service's access. A customer has one system user for all its
// services, so where this service's access is neither given nor asked for, the reference is that of a service where it
// is.
func KnownOf(all []v1alpha1.CustomerServiceStatus, name v1alpha1.ServiceName) Known {
	var k Known
	var given, awaited string
	for i := range all {
		a := &all[i].Authorization
		switch {
		case a.Kind != v1alpha1.AccessSystemUser:
		case all[i].Name == name:
			k.State, k.RequestID, k.RequestKind = a.State, a.RequestID, a.RequestKind
			k.ExternalRef, k.ConfirmURL, k.Escalated, k.AskedAgainFor = a.ExternalRef, a.ConfirmURL, a.Escalated, a.AskedAgainFor
		case a.State == v1alpha1.AuthorizationGranted:
			given = a.ExternalRef
		case a.State == v1alpha1.AuthorizationAwaitingApproval && a.RequestID == "":
			awaited, k.OtherTimedOut = a.ExternalRef, true
		case a.State == v1alpha1.AuthorizationAwaitingApproval:
			awaited = a.ExternalRef
			k.Other = Pending{ID: a.RequestID, Kind: a.RequestKind}
		}
	}
	if ref := shared(k, given, awaited); ref != k.ExternalRef {
		k.ExternalRef, k.RequestID, k.RequestKind, k.Escalated = ref, "", "", false // what was asked for by another reference is over
	}
	return k
}

// shared gives the reference to go by: the service's own while it has access or waits for it.
func shared(k Known, given, awaited string) string {
	own := k.State == v1alpha1.AuthorizationGranted || k.State == v1alpha1.AuthorizationAwaitingApproval
	for _, ref := range []string{given, awaited} {
		if !own && ref != "" {
			return ref
		}
	}
	return k.ExternalRef
}

// ResourcesOf gives the resources of those listed services whose access is a system user, for Wanted.AllResources. Left
// out are those that the customer said no to, or took back: a request for something else does not ask for them again,
// unless a person prompts it.
func ResourcesOf(listed []v1alpha1.ServiceName, all []v1alpha1.CustomerServiceStatus, prompted bool) []string {
	refused := map[v1alpha1.ServiceName]bool{}
	for i := range all {
		a := &all[i].Authorization
		refused[all[i].Name] = !prompted &&
			(a.State == v1alpha1.AuthorizationRejected || a.State == v1alpha1.AuthorizationWithdrawn)
	}
	var resources []string
	for _, name := range listed {
		if s := services.Of(name); s.Kind == v1alpha1.AccessSystemUser && !refused[name] {
			resources = append(resources, s.Resource)
		}
	}
	return resources
}
