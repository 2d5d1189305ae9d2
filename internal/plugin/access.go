package plugin

import (
	"context"
	"strings"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// view describes a customer, with the titles of its Supplier's own services. If the Supplier cannot be read, they have
// their names.
func (s *suppliers) view(ctx context.Context, c *v1alpha1.CustomerIntegration) rollout.Customer {
	supplier, _ := s.find(ctx, c.SupplierName()) // nil with an error
	return rollout.Of(c, supplier)
}

// access returns the state of each service of a customer, such as "Follow-up plans: access since 3 Nov".
func (v *verification) access(ctx context.Context, c *v1alpha1.CustomerIntegration) string {
	return chips(v.suppliers.view(ctx, c).Services, v.lang, v.now())
}

// serviceOf returns a service of a customer.
func serviceOf(view *rollout.Customer, name v1alpha1.ServiceName) rollout.Service {
	for _, s := range view.Services {
		if s.Name == name {
			return s
		}
	}
	return rollout.Service{Name: name}
}

// chips returns the states of services in one line.
func chips(all []rollout.Service, lang language.Language, now time.Time) string {
	texts := make([]string, 0, len(all))
	for i := range all {
		texts = append(texts, all[i].Title(lang)+": "+rollout.Chip(all[i], lang, now))
	}
	return strings.Join(texts, "; ")
}
