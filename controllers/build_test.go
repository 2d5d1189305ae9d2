package controllers

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// noon is the time of every pass in the tables.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func nowIsNoon() time.Time { return noon }

// customerBuilder builds what one pass over a customer knows: a customer with one service in an allowed namespace,
// of whom nothing is known and for whom nothing was asked.
type customerBuilder struct{ s *customerScope }

func makeCustomer() customerBuilder {
	return customerBuilder{&customerScope{
		customer: &integrationsv1alpha1.CustomerIntegration{
			TypeMeta: metav1.TypeMeta{APIVersion: integrationsv1alpha1.GroupVersion.String(), Kind: "CustomerIntegration"},
			ObjectMeta: metav1.ObjectMeta{
				Name: "dynamisk-altetende-tiger", Namespace: "customers", UID: "1f0c6a52-6d50-4a0e-9d5e-2b8c3c1d7e10", Generation: 1,
			},
			Spec: integrationsv1alpha1.CustomerIntegrationSpec{
				OrganizationNumber: "310330701",
				Services:           []integrationsv1alpha1.CustomerService{{Name: integrationsv1alpha1.ServiceFollowUpPlans}},
			},
		},
		supplier: makeSupplier().s.supplier,
		now:      noon,
		answers:  map[integrationsv1alpha1.ServiceName]answer{},
	}}
}

func (b customerBuilder) services(names ...integrationsv1alpha1.ServiceName) customerBuilder {
	b.s.customer.Spec.Services = nil
	for _, name := range names {
		b.s.customer.Spec.Services = append(b.s.customer.Spec.Services, integrationsv1alpha1.CustomerService{Name: name})
	}
	return b
}

// known says what was known of follow-up plans before the pass, last verified the given time ago.
func (b customerBuilder) known(state integrationsv1alpha1.AuthorizationState, reason string, ago time.Duration) customerBuilder {
	b.s.customer.Status.Authority = b.s.authority()
	since, verified := metav1.NewTime(noon.Add(-24*time.Hour)), metav1.NewTime(noon.Add(-ago))
	b.s.customer.Status.Services = []integrationsv1alpha1.CustomerServiceStatus{{
		Name: integrationsv1alpha1.ServiceFollowUpPlans,
		Authorization: integrationsv1alpha1.Authorization{
			Kind: integrationsv1alpha1.AccessAPIDelegation, State: state, Reason: reason, Since: &since, LastVerifiedTime: &verified,
		},
	}}
	return b
}

// granted says that access was proved the given time ago.
func (b customerBuilder) granted(ago time.Duration) customerBuilder {
	return b.known(integrationsv1alpha1.AuthorizationGranted, integrationsv1alpha1.ReasonDelegated, ago)
}

// answered says what the question about follow-up plans met in the pass.
func (b customerBuilder) answered(class maskinporten.Class) customerBuilder {
	b.s.answers[integrationsv1alpha1.ServiceFollowUpPlans] = answer{class: class}
	return b
}

func (b customerBuilder) suspended() customerBuilder {
	b.s.customer.Spec.Suspend = true
	return b
}

func (b customerBuilder) requested(value string) customerBuilder {
	b.s.customer.Annotations = map[string]string{integrationsv1alpha1.AnnotationReconcileRequestedAt: value}
	return b
}

func (b customerBuilder) with(change func(s *customerScope)) customerBuilder {
	change(b.s)
	return b
}

// supplierBuilder builds what one pass over a Supplier knows.
type supplierBuilder struct{ s *supplierScope }

func makeSupplier() supplierBuilder {
	return supplierBuilder{&supplierScope{
		supplier: &integrationsv1alpha1.Supplier{
			TypeMeta:   metav1.TypeMeta{APIVersion: integrationsv1alpha1.GroupVersion.String(), Kind: "Supplier"},
			ObjectMeta: metav1.ObjectMeta{Name: "default", UID: "7c1f3a90-0a86-4a44-8f3e-6f2d0b9b1a55", Generation: 1},
			Spec: integrationsv1alpha1.SupplierSpec{
				OrganizationNumber: "897757222",
				Name:               "4HUMAN HRM AS",
				Environment:        integrationsv1alpha1.EnvironmentProduction,
				Maskinporten: integrationsv1alpha1.MaskinportenClient{
					ClientID:     "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10",
					KeySecretRef: integrationsv1alpha1.SecretKeyReference{Name: "maskinporten-key", Key: "key.jwk"},
				},
				Services: []integrationsv1alpha1.OfferedService{
					{Name: integrationsv1alpha1.ServiceFollowUpPlans}, {Name: integrationsv1alpha1.ServiceSickNotes},
				},
				AllowedNamespaces: []string{"customers"},
			},
		},
		now: noon,
	}}
}

// proved says what the supplier's own question met in the pass.
func (b supplierBuilder) proved(class maskinporten.Class) supplierBuilder {
	b.s.proof = &proof{class: class}
	return b
}

// after gives the Supplier the status that another pass left.
func (b supplierBuilder) after(earlier supplierBuilder) supplierBuilder {
	b.s.supplier.Status = supplierStatus(earlier.s)
	return b
}

func (b supplierBuilder) with(change func(s *supplierScope)) supplierBuilder {
	change(b.s)
	return b
}
