package authority

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/services"
)

// longestPostponement is the longest Retry-After; package outbound bounds it.
const longestPostponement = time.Hour

// PostponementEnd returns until when Maskinporten wants no requests, at most longestPostponement from now, because the
// clock may have been set back since.
func PostponementEnd(g *Guard, now time.Time) time.Time {
	until, latest := g.Postponement().Until, now.Add(longestPostponement)
	if until.After(latest) {
		return latest
	}
	return until
}

// IsHeldBack reports whether no customer is verified for a service until a proof of the Supplier's succeeds.
func IsHeldBack(g *Guard, name v1alpha1.ServiceName) bool {
	faults := g.Proof.ScopeFaults()
	return g.Proof.Fault() != "" ||
		slices.ContainsFunc(services.Scopes(name), func(scope string) bool { return faults[scope] != "" }) ||
		services.Of(name).Kind == v1alpha1.AccessSystemUser && g.Register.LastFault().Kind() == conclusion.Outage
}
