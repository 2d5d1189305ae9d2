package portal

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// supplier returns the Supplier of all customers.
func supplier() *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: "default"},
		Spec: v1alpha1.SupplierSpec{
			Name: "4HUMAN HRM AS", OrganizationNumber: "897757222", Environment: v1alpha1.EnvironmentTest,
			Services: []v1alpha1.OfferedService{{Name: v1alpha1.ServiceFollowUpPlans}},
			Contact:  v1alpha1.Contact{Name: "4human Support", Email: "support@4human.example"},
		},
	}
}

// customer returns a customer that has not delegated.
func customer(namespace, name, number string) *v1alpha1.CustomerIntegration {
	since := metav1.NewTime(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))
	return &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: name, UID: types.UID(uuid.NewSHA1(uuid.Nil, []byte(namespace+"/"+name)).String()),
			CreationTimestamp: since,
		},
		Spec: v1alpha1.CustomerIntegrationSpec{
			OrganizationNumber: v1alpha1.OrganizationNumber(number), Sync: v1alpha1.SyncDisabled,
			Services: []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}},
		},
		Status: v1alpha1.CustomerIntegrationStatus{
			Turn: v1alpha1.Turn{Actor: v1alpha1.ActorCustomer, Since: since},
			Conditions: []metav1.Condition{{
				Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonAwaitingDelegation,
				LastTransitionTime: since, Message: "The customer has not delegated.",
			}},
			Services: []v1alpha1.CustomerServiceStatus{{
				Name: v1alpha1.ServiceFollowUpPlans, Authorization: v1alpha1.Authorization{
					Kind: v1alpha1.AccessAPIDelegation, State: v1alpha1.AuthorizationNotGranted,
					Reason: v1alpha1.ReasonNotDelegated, Since: &since, LastVerifiedTime: &since,
				},
			}},
		},
	}
}

// uuids returns different UUIDs, as Entra ID names groups.
func uuids(n int) []string {
	all := make([]string, 0, n)
	for i := range n {
		all = append(all, uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)).String())
	}
	return all
}
