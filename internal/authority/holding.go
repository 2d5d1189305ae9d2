package authority

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/services"
)

// longestPostponement is how long Maskinporten can ask to be left alone at the most (outbound bounds Retry-After).
const longestPostponement = time.Hour

// PostponedUntil returns until when Maskinporten is left alone, though the clock be set back meanwhile.
func PostponedUntil(g *Guard, now time.Time) time.Time {
	until, latest := g.Postponed().Until, now.Add(longestPostponement)
	if until.After(latest) {
		return latest
	}
	return until
}

// HeldBack reports whether no customer is verified for a service until the Supplier, whose own proofs go on, is well.
func HeldBack(g *Guard, name v1alpha1.ServiceName) bool {
	standing := g.Proof.ScopeFaults()
	return g.Proof.Fault() != "" ||
		slices.ContainsFunc(services.Scopes(name), func(scope string) bool { return standing[scope] != "" }) ||
		services.Of(name).Kind == v1alpha1.AccessSystemUser && g.Register.Met().Kind() == conclusion.Outage
}
