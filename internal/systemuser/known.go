package systemuser

import "github.com/4human/integration-operator/api/v1alpha1"

// KnownOf returns what a customer's status says about one service's access. A customer has one system user for all its
// services, so if this service's access is neither granted nor awaited, the reference is that of a service whose access
// is.
func KnownOf(all []v1alpha1.CustomerServiceStatus, name v1alpha1.ServiceName) Known {
	var k Known
	var granted, awaited string
	for i := range all {
		a := &all[i].Authorization
		switch {
		case a.Kind != v1alpha1.AccessSystemUser:
			continue
		case all[i].Name == name:
			k.State, k.RequestID, k.RequestKind = a.State, a.RequestID, a.RequestKind
			k.Access = a.Access
			k.ExternalRef, k.ConfirmURL, k.Escalated, k.AskedAgainFor = a.ExternalRef, a.ConfirmURL, a.Escalated, a.AskedAgainFor
		case a.State == v1alpha1.AuthorizationGranted:
			granted = a.ExternalRef
		case a.State == v1alpha1.AuthorizationAwaitingApproval && a.RequestID == "":
			awaited, k.OtherTimedOut = a.ExternalRef, true
		case a.State == v1alpha1.AuthorizationAwaitingApproval:
			awaited = a.ExternalRef
			k.Other = Pending{ID: a.RequestID, Kind: a.RequestKind}
		}
		k.HasAgent = k.HasAgent || a.HasAgentSystemUser
	}
	if ref := sharedRef(k, granted, awaited); ref != k.ExternalRef {
		k.ExternalRef, k.RequestID, k.RequestKind, k.Escalated = ref, "", "", false
	}
	return k
}

// sharedRef returns the reference to use: the service's own while it has access or waits for it.
func sharedRef(k Known, granted, awaited string) string {
	own := k.State == v1alpha1.AuthorizationGranted || k.State == v1alpha1.AuthorizationAwaitingApproval
	for _, ref := range []string{granted, awaited} {
		if !own && ref != "" {
			return ref
		}
	}
	return k.ExternalRef
}
