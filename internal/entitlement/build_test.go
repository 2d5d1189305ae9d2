package entitlement

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/services"
)

const (
	plans     = v1alpha1.ServiceFollowUpPlans
	sickNotes = v1alpha1.ServiceSickNotes
)

// world is a Supplier and one of its customers.
type world struct {
	supplier *v1alpha1.Supplier
	customer *v1alpha1.CustomerIntegration
	stop     *Block
}

// change is one thing that is otherwise.
type change func(*world)

// makeWorld returns a customer whose follow-up plans may sync, with some changes.
func makeWorld(changes ...change) *world {
	w := &world{
		supplier: &v1alpha1.Supplier{
			ObjectMeta: metav1.ObjectMeta{Name: "default"},
			Spec: v1alpha1.SupplierSpec{
				OrganizationNumber: "897757222",
				Environment:        v1alpha1.EnvironmentProduction,
				Services:           []v1alpha1.OfferedService{{Name: plans}},
				HRM:                v1alpha1.HRMPolicy{AllowedHosts: []string{"*.hrm.4human.example"}},
				AllowedNamespaces:  []string{"customers"},
			},
		},
		customer: &v1alpha1.CustomerIntegration{
			ObjectMeta: metav1.ObjectMeta{Name: "dynamisk-altetende-tiger", Namespace: "customers"},
			Spec: v1alpha1.CustomerIntegrationSpec{
				OrganizationNumber: "310330701",
				Services:           []v1alpha1.CustomerService{{Name: plans}},
				HRM:                v1alpha1.HRMConnection{Endpoint: "https://tiger.hrm.4human.example/integration"},
			},
			Status: v1alpha1.CustomerIntegrationStatus{
				Authority: v1alpha1.Authority{Issuer: authority.IssuerProduction, SupplierOrganizationNumber: "897757222"},
			},
		},
	}
	known(plans, v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)(w)
	for _, c := range changes {
		c(w)
	}
	return w
}

// known sets the state of the access to one service, and to no other.
func known(name v1alpha1.ServiceName, state v1alpha1.AuthorizationState, reason string) change {
	return func(w *world) {
		w.customer.Status.Services = []v1alpha1.CustomerServiceStatus{{
			Name: name, Authorization: v1alpha1.Authorization{State: state, Reason: reason},
		}}
	}
}

// noon is when the operator was interrupted.
var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// interrupted records on the Supplier that the operator was interrupted.
func interrupted(at time.Time) change {
	return func(w *world) { w.supplier.Status.InterruptedTime = &metav1.Time{Time: at} }
}

// verified sets when the access to the one known service was last verified.
func verified(at time.Time) change {
	return func(w *world) { w.customer.Status.Services[0].Authorization.LastVerifiedTime = &metav1.Time{Time: at} }
}

// wants lists services for the customer.
func wants(names ...v1alpha1.ServiceName) change {
	return func(w *world) {
		w.customer.Spec.Services = nil
		for _, name := range names {
			w.customer.Spec.Services = append(w.customer.Spec.Services, v1alpha1.CustomerService{Name: name})
		}
	}
}

// offers lists services for all customers.
func offers(names ...v1alpha1.ServiceName) change {
	return func(w *world) {
		w.supplier.Spec.Services = nil
		for _, name := range names {
			w.supplier.Spec.Services = append(w.supplier.Spec.Services, v1alpha1.OfferedService{Name: name})
		}
	}
}

// declares has the Supplier declare plans as a service of its own, with a delegated scope.
func declares(scope v1alpha1.Scope) change {
	return func(w *world) {
		w.supplier.Spec.Services = []v1alpha1.OfferedService{{Name: plans, Custom: &v1alpha1.CustomService{
			Access: v1alpha1.ServiceAccess{APIDelegation: v1alpha1.APIDelegation{Scope: scope}},
		}}}
	}
}

// usesHRM has the Supplier decide whether plans, a service of its own, use the HRM system.
func usesHRM(secret v1alpha1.JobSecret) change {
	return func(w *world) {
		declares("kartverk:nrl.rapportering")(w)
		w.supplier.Spec.Services[0].Custom.Job.Secret = secret
		service, _ := services.Of(w.supplier, plans)
		w.customer.Status.Services[0].Authorization.Access = service.AccessID()
	}
}

// allows lists namespaces whose customers may use the Supplier.
func allows(namespaces ...string) change {
	return func(w *world) { w.supplier.Spec.AllowedNamespaces = namespaces }
}

// endpoint sets the customer's HRM endpoint.
func endpoint(url string) change {
	return func(w *world) { w.customer.Spec.HRM.Endpoint = url }
}

// simulated verifies the customer with a simulator, by Supplier and by status.
func simulated(w *world) {
	w.supplier.Spec.Environment = v1alpha1.EnvironmentTest
	w.supplier.Spec.Endpoints.Maskinporten = "http://simulator.simulator.svc/"
	w.customer.Status.Authority.Issuer = "http://simulator.simulator.svc/"
}

func missing(w *world)          { w.supplier = nil }
func supplierSuspends(w *world) { w.supplier.Spec.Suspend = true }
func stops(w *world)            { w.stop = blockedByStop }
func suspends(w *world)         { w.customer.Spec.Suspend = true }
func isTheSupplier(w *world)    { w.customer.Spec.OrganizationNumber = w.supplier.Spec.OrganizationNumber }
func syncDisabled(w *world)     { w.customer.Spec.Sync = v1alpha1.SyncDisabled }
func syncEnabled(w *world)      { w.customer.Spec.Sync = v1alpha1.SyncEnabled }
func neverAsked(w *world)       { w.customer.Status = v1alpha1.CustomerIntegrationStatus{} }

func inTest(w *world)        { w.supplier.Spec.Environment = v1alpha1.EnvironmentTest }
func otherSupplier(w *world) { w.supplier.Spec.OrganizationNumber = "889640782" }
func issuerUnknown(w *world) { w.customer.Status.Authority.Issuer = "" }
func simulatorReplaced(w *world) {
	w.supplier.Spec.Endpoints.Maskinporten = "http://other.simulator.svc/"
}

func deleted(w *world) {
	at := metav1.NewTime(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	w.customer.DeletionTimestamp = &at
}
