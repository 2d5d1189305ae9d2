package rollouttest

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// suppliersAt returns the Suppliers "default", of Production, and "test".
func suppliersAt(now time.Time) []v1alpha1.Supplier {
	all := []v1alpha1.Supplier{
		supplier("default", v1alpha1.EnvironmentProduction, now),
		supplier("test", v1alpha1.EnvironmentTest, now),
	}
	all[1].Status.Conditions[2].Status = metav1.ConditionFalse
	all[1].Status.Conditions[2].Reason = v1alpha1.ReasonCustomerRunsFailing
	return all
}

func supplier(name string, environment v1alpha1.Environment, now time.Time) v1alpha1.Supplier {
	since := metav1.NewTime(now.Add(-30 * 24 * time.Hour))
	is := func(conditionType string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{
			Type: conditionType, Status: status, Reason: reason, LastTransitionTime: since, ObservedGeneration: 1,
		}
	}
	return v1alpha1.Supplier{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Supplier"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Generation: 1, CreationTimestamp: since},
		Spec: v1alpha1.SupplierSpec{
			Name: "4HUMAN HRM AS", OrganizationNumber: "897757222", Environment: environment,
			Services: []v1alpha1.OfferedService{
				{Name: v1alpha1.ServiceFollowUpPlans},
				{Name: v1alpha1.ServiceSickNotes},
				{Name: v1alpha1.ServiceSickPayApplications},
			},
			Maskinporten:      v1alpha1.MaskinportenClient{KeyRegisteredAt: now.AddDate(0, 0, -320).Format(time.DateOnly)},
			AllowedNamespaces: Namespaces(),
			Contact: v1alpha1.Contact{
				Name: "4human Support", Email: "support@4human.example", Phone: "+47 22 00 00 00",
			},
			Portal: v1alpha1.PortalLink{URL: "https://portal.4human.example"},
		},
		Status: v1alpha1.SupplierStatus{Conditions: []metav1.Condition{
			is(v1alpha1.ConditionMaskinportenReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable),
			is(v1alpha1.ConditionAltinnReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable),
			is(v1alpha1.ConditionNAVReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable),
			is(v1alpha1.ConditionKeyExpiring, metav1.ConditionFalse, v1alpha1.ReasonKeyValid),
			is(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonCredentialsProved),
		}},
	}
}
