package authority

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/services"
)

// longestPostponement is the longest Retry-After; package outbound bounds it.
const longestPostponement = time.Hour

// PostponementEnd returns until when Maskinporten wants no requests, at most longestPostponement from now, because the
// clock may have been set back since.
func PostponementEnd(g *Guard, now time.Time) time.Time {
	return believable(now, g.Postponement().Until)
}

// RetryAfterEnd returns until when no request is sent for a service of a customer, because of a Retry-After that it met
// or that holds all customers back, at most longestPostponement from now. A past time holds nothing back.
func RetryAfterEnd(g *Guard, customer types.NamespacedName, service services.Service, now time.Time) time.Time {
	key := customerScope{customer, service.Scope}
	ends := []time.Time{g.Postponement().Until, g.failing.of(key).until}
	if service.NeedsSystemUser() {
		ends = append(ends, g.Altinn.postponedUntil(), g.Altinn.failing.of(key).until)
	}
	return believable(now, ends...)
}

// believable returns the last of several times, at most longestPostponement from now.
func believable(now time.Time, ends ...time.Time) time.Time {
	last, latest := slices.MaxFunc(ends, time.Time.Compare), now.Add(longestPostponement)
	if last.After(latest) {
		return latest
	}
	return last
}

// IsHeldBack reports whether no customer is verified for a service until a proof of the Supplier's succeeds. Access
// through an agent needs one scope more.
func IsHeldBack(g *Guard, service services.Service, throughAgent bool) bool {
	faults, scopes := g.Proof.ScopeFaults(), service.Scopes()
	if throughAgent && service.NeedsSystemUser() {
		scopes = append(scopes, altinn.ScopeParties)
	}
	return g.Proof.Fault() != "" ||
		slices.ContainsFunc(scopes, func(scope string) bool { return faults[scope] != "" }) ||
		service.NeedsSystemUser() && g.Altinn.LastFault().Kind() == conclusion.Outage
}
