package verdict

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

const (
	// lookupInterval is how often an organization is looked up in Enhetsregisteret.
	lookupInterval = 7 * 24 * time.Hour
	// missingInterval is how often an organization is looked up that the register did not have: it may be new.
	missingInterval = 24 * time.Hour
)

// lookup reports whether the customer is looked up in Enhetsregisteret, and whether that is due. No request is sent
// while the customer is blocked.
func (f *Facts) lookup() (enabled, due bool) {
	if f.Supplier == nil {
		return f.Customer.Status.Organization != nil, false
	}
	_, enabled = services.Enhetsregisteret(f.Supplier)
	if !enabled || f.Block != nil {
		return enabled, false
	}
	known := f.Customer.Status.Organization
	if known == nil {
		return true, true
	}
	interval := lookupInterval
	if known.Kind == "" {
		interval = missingInterval
	}
	return true, !known.CheckedTime.Add(pacing.Jitter(interval, f.Customer.UID)).After(f.Now)
}

// organization returns what the status reports of the organization.
func (v *Verdict) organization() *v1alpha1.Organization {
	switch known := v.Customer.Status.Organization; {
	case !v.LooksUp:
		return nil
	case v.LookedUp == nil:
		return known.DeepCopy()
	case v.LookedUp.Kind == "" && known != nil: // the name is still of use in messages
		return &v1alpha1.Organization{Name: known.Name, CheckedTime: v.LookedUp.CheckedTime}
	default:
		return v.LookedUp
	}
}
