package syncjob

import (
	"unique"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// share replaces strings by the copy that all objects of the cache have in common. It is for strings that many objects
// have. A copy goes with the last object that has it.
func share[T ~string](all ...*T) {
	for _, s := range all {
		*s = T(unique.Make(string(*s)).Value())
	}
}

// sharedMap returns a map whose keys and values are shared.
func sharedMap(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	shared := make(map[string]string, len(m))
	for key, value := range m {
		share(&key, &value)
		shared[key] = value
	}
	return shared
}

// StripCustomer keeps a CustomerIntegration without the metadata that is not read, and shares what many customers have
// in common, such as the messages of their conditions.
func StripCustomer(o any) (any, error) {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return o, nil
	}
	if _, err := StripMetadata(c); err != nil {
		return nil, err
	}
	c.Labels = sharedMap(c.Labels)
	share(&c.Namespace, &c.Spec.SupplierRef.Name)
	share(&c.Status.Authority.Issuer, &c.Status.Authority.SupplierOrganizationNumber)
	share(&c.Status.Turn.Actor)
	for i := range c.Spec.Services {
		share(&c.Spec.Services[i].Name)
		share(&c.Spec.Services[i].Schedule)
	}
	for i := range c.Status.Conditions {
		condition := &c.Status.Conditions[i]
		share(&condition.Type, &condition.Reason, &condition.Message)
		share(&condition.Status)
	}
	for i := range c.Status.Services {
		shareService(&c.Status.Services[i])
	}
	return c, nil
}

// shareService shares what many customers have in common in the status of a service.
func shareService(s *v1alpha1.CustomerServiceStatus) {
	share(&s.Name)
	share(&s.Authorization.Kind)
	share(&s.Authorization.State)
	share(&s.Authorization.Reason, &s.Sync.StartFailure, &s.Sync.LastRun.Reason, &s.Sync.LastRun.Cause)
	share(&s.Sync.LastRun.Outcome)
}
