package supplier

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/services"
)

// writeReachable writes whether Maskinporten, Altinn and NAV respond, and the token broker to the customers' runs.
func writeReachable(w condition.Writer, s *facts) {
	w.Set(v1alpha1.ConditionMaskinportenReachable, maskinportenCondition(s))
	if needsAltinn(s.supplier) {
		w.Set(v1alpha1.ConditionAltinnReachable, altinnCondition(s))
	} else {
		w.Remove(v1alpha1.ConditionAltinnReachable)
	}
	if s.census != nil {
		w.Set(v1alpha1.ConditionNAVReachable, s.census.navCondition())
		w.Set(v1alpha1.ConditionTokenBrokerReachable, s.census.brokerCondition())
	}
}

// maskinportenCondition returns the condition of that name. Only a response, or the lack of one, changes it.
func maskinportenCondition(s *facts) condition.State {
	f := recoveredCondition(s)
	if f.Status == metav1.ConditionTrue && s.unanswered != nil {
		return s.unanswered.state()
	}
	return f
}

// recoveredCondition returns whether Maskinporten responds to the supplier itself.
func recoveredCondition(s *facts) condition.State {
	responds := condition.True(v1alpha1.ReasonReachable, "Maskinporten responds.")
	switch {
	case s.halt() != nil:
		return haltedCondition(s.halt().Reason)
	case s.proof == nil && s.guard != nil && s.guard.postponedUntil.After(s.now):
		return maskinportenOutage(s, s.guard.postponedBy, "")
	case s.proof == nil && requestsFailing(s.supplier):
		return responds
	case s.proof == nil:
		return knownCondition(s, v1alpha1.ConditionMaskinportenReachable)
	case s.proof.class.Kind() == conclusion.Outage:
		return maskinportenOutage(s, s.proof.class, s.proof.cause)
	default:
		return exceptScopes(s, responds)
	}
}

// exceptScopes adds to MaskinportenReachable the scopes for which the proof met no response.
func exceptScopes(s *facts, responds condition.State) condition.State {
	var scopes []string
	for scope, met := range s.proof.scopes {
		if met.class.Kind() == conclusion.Outage {
			scopes = append(scopes, scope)
		}
	}
	if len(scopes) == 0 {
		return responds
	}
	slices.Sort(scopes)
	responds.Message = fmt.Sprintf("Maskinporten responds, but not to requests for scope %s. "+
		"Access that needs it stays as last verified; retrying.", strings.Join(scopes, ", "))
	return responds
}

// haltedCondition returns what is known of an outside service while no requests are sent.
func haltedCondition(reason string) condition.State {
	if reason == v1alpha1.ReasonEmergencyStop {
		return condition.Unknown(reason, "No requests are sent during the emergency stop.")
	}
	return condition.Unknown(reason, "No requests are sent while the Supplier is suspended.")
}

func maskinportenOutage(s *facts, class maskinporten.Class, cause outbound.Cause) condition.State {
	issuer := entitlement.AuthorityOf(s.supplier).Issuer
	return condition.False(string(class), outageMessage("Maskinporten", issuer, string(class), cause))
}

// needsAltinn reports whether a Supplier offers a service that needs Altinn.
func needsAltinn(s *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(services.Offered(s), func(service services.Service) bool {
		return service.NeedsSystemUser() && !service.LacksSystem(s)
	})
}

// altinnReasons maps the class of a failed call to Altinn to the fault of our system that it shows.
var altinnReasons = map[altinn.Class]string{
	altinn.ClassSystemNotFound: v1alpha1.ReasonSystemNotRegistered,
	altinn.ClassUnauthorized:   v1alpha1.ReasonAltinnRefused,
	altinn.ClassForbidden:      v1alpha1.ReasonAltinnRefused,
	altinn.ClassRefused:        v1alpha1.ReasonAltinnRefused,
}

// altinnCondition returns the condition of that name.
func altinnCondition(s *facts) condition.State {
	f := knownCondition(s, v1alpha1.ConditionAltinnReachable)
	switch {
	case s.halt() != nil:
		return haltedCondition(s.halt().Reason)
	case s.altinnFault.Kind() == conclusion.Outage:
		return condition.False(string(s.altinnFault),
			outageMessage("Altinn", services.Altinn(s.supplier), string(s.altinnFault), s.altinnCause))
	case s.proof != nil && s.proof.class == "", f.Status == metav1.ConditionFalse && s.guard != nil:
		return condition.True(v1alpha1.ReasonReachable, "Altinn responds.")
	case f.Status == metav1.ConditionUnknown:
		return condition.Unknown(v1alpha1.ReasonVerificationPending, "Waiting for the first response from Altinn.")
	default:
		return f
	}
}

// outageMessage says what kind of outage a service has, and what to check.
func outageMessage(service, address, class string, cause outbound.Cause) string {
	const retrying = " Access stays as last verified; retrying."
	peer := condition.Peer{
		Name: service, URL: address, Authority: "Exempt it from TLS inspection, or set SSL_CERT_FILE of the manager.",
		Proxy: "HTTPS_PROXY and NO_PROXY of the manager", From: "a pod in the manager's namespace",
	}
	if fact, action := condition.OutageCause(peer, string(cause)); fact != "" {
		return fact + " " + action + retrying
	}
	switch class {
	case v1alpha1.ReasonServerError:
		return service + " returns a server error (5xx). If it lasts, see https://status.digdir.no." + retrying
	case v1alpha1.ReasonRateLimited:
		return service + " returns 429 (too many requests). If it lasts, lower spec.verification.requestsPerSecond." +
			retrying
	case v1alpha1.ReasonBlocked:
		return "A proxy or firewall refuses requests to " + address + ". Allow them from the manager's pods." + retrying
	case v1alpha1.ReasonUnreachable:
		return "No connection to " + address + ", or no response in time. Check DNS, egress rules and TLS inspection." +
			retrying
	default:
		return "The response from " + address + " cannot be parsed. If it lasts, check proxies on the way." + retrying
	}
}
