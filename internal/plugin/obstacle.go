package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// supplierAge is for how long a Supplier that was read is used.
const supplierAge = 2 * time.Second

// suppliers reads Suppliers, each at most once per supplierAge.
type suppliers struct {
	client client.Reader
	now    func() time.Time
	known  map[string]readSupplier
}

// readSupplier is a Supplier as it was at a time, nil if it did not exist.
type readSupplier struct {
	supplier *v1alpha1.Supplier
	err      error
	at       time.Time
}

// find returns a Supplier, nil if it does not exist.
func (s *suppliers) find(ctx context.Context, name string) (*v1alpha1.Supplier, error) {
	if known, ok := s.known[name]; ok && s.now().Sub(known.at) < supplierAge {
		return known.supplier, known.err
	}
	found, err := findSupplier(ctx, s.client, name)
	if s.known == nil {
		s.known = map[string]readSupplier{}
	}
	s.known[name] = readSupplier{found, err, s.now()}
	return found, err
}

// obstacle is why the operator cannot verify a customer now.
type obstacle struct {
	text string
	// blocks reports whether a person has to remove it. Otherwise the operator tries again by itself.
	blocks bool
}

// obstacleTo returns why the operator cannot verify a customer now. Its text is "" if nothing is known to hinder it.
// Without the right to read the Supplier, the customer's own status decides.
func (s *suppliers) obstacleTo(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, lang language.Language,
) obstacle {
	supplier, err := s.find(ctx, customer.SupplierName())
	if err != nil {
		return obstacle{text: statedObstacle(customer)}
	}
	if block := entitlement.BlockOf(supplier, customer, availability.StopOf(supplier)); block != nil {
		return obstacle{text: block.Message, blocks: true}
	}
	faults := faultsFor(supplier, customer)
	if len(faults) == 0 {
		return obstacle{}
	}
	return obstacle{
		text: words.Text(lang, "verify.fault", "supplier", supplier.Name, "faults", strings.Join(faults, " ")),
	}
}

// statedObstacle returns the obstacle that a customer's own status states.
func statedObstacle(customer *v1alpha1.CustomerIntegration) string {
	ready := meta.FindStatusCondition(customer.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return ""
	}
	switch ready.Reason {
	case v1alpha1.ReasonSuspended,
		v1alpha1.ReasonEmergencyStop,
		v1alpha1.ReasonSupplierNotFound,
		v1alpha1.ReasonSupplierNotAllowed,
		v1alpha1.ReasonOrganizationIsSupplier,
		v1alpha1.ReasonSupplierNotReady,
		v1alpha1.ReasonAuthorityUnavailable:
		return ready.Message
	default:
		return ""
	}
}

// faultsFor returns the messages of a Supplier's conditions because of which a customer cannot be verified.
func faultsFor(s *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration) []string {
	conditions := []string{v1alpha1.ConditionReady, v1alpha1.ConditionMaskinportenReachable}
	if slices.ContainsFunc(customer.Spec.Services, func(listed v1alpha1.CustomerService) bool {
		service, _ := services.Of(s, listed.Name)
		return service.NeedsSystemUser()
	}) {
		conditions = append(conditions, v1alpha1.ConditionAltinnReachable)
	}
	var faults []string
	for _, name := range conditions {
		c := meta.FindStatusCondition(s.Status.Conditions, name)
		if c != nil && c.Status != metav1.ConditionTrue && c.Reason != v1alpha1.ReasonVerificationPending {
			faults = append(faults, fmt.Sprintf("%s (%s): %s", name, c.Reason, c.Message))
		}
	}
	return faults
}
