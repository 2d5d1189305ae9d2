package customerintegration

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// Messages say what is wrong and who does what next. They hold nothing that changes from call to call: a message that
// differs is a write.

// guideURL is Altinn's guide for whoever delegates an API.
const guideURL = "https://docs.altinn.studio/nb/api/authentication/delegate-scopes/"

// summary is the message of DelegationVerified and Ready: a sentence for each service that has no access, or one for
// all when every service has.
func summary(s *scope, all []v1alpha1.CustomerServiceStatus) string {
	sentences := make([]string, 0, len(all))
	names := make([]string, 0, len(all))
	for _, known := range all {
		names = append(names, string(known.Name))
		if !granted(known) {
			sentences = append(sentences, string(known.Name)+": "+serviceMessage(s, known))
		}
	}
	if len(sentences) > 0 {
		return strings.Join(sentences, " ")
	}
	return fmt.Sprintf("%s has given %s access to %s.",
		s.customer.Spec.OrganizationNumber, services.SupplierTitle(s.supplier), strings.Join(names, " and "))
}

// serviceMessage says why one service has no access, and who does what next.
func serviceMessage(s *scope, known v1alpha1.CustomerServiceStatus) string {
	customer, supplier := s.customer.Spec.OrganizationNumber, services.SupplierTitle(s.supplier)
	title := services.Of(known.Name).Title
	switch known.Authorization.Reason {
	case v1alpha1.ReasonNotDelegated:
		return fmt.Sprintf("%s has not delegated %q to %s. An administrator of the customer does it in %s; guide: %s. It is noticed by itself.",
			customer, title, supplier, altinnTitle(s.supplier), guideURL)
	case v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonApprovalRejected:
		return approvalMessage(s, known)
	case v1alpha1.ReasonDelegationWithdrawn:
		if known.Authorization.Kind == v1alpha1.AccessSystemUser {
			return approvalMessage(s, known)
		}
		return fmt.Sprintf("%s had delegated %q to %s and has withdrawn it. If that was not meant, an administrator of the customer delegates it again in %s; guide: %s. It is noticed by itself.",
			customer, title, supplier, altinnTitle(s.supplier), guideURL)
	case v1alpha1.ReasonScopeNotGranted:
		return fmt.Sprintf("Maskinporten says that NAV has not granted %s the scope %s. Ask NAV to grant it; nothing is wrong with the customer's delegation as far as is known.",
			customer, services.Of(known.Name).Scope)
	case v1alpha1.ReasonDuplicateOrganization:
		return duplicateMessage(s, known)
	case v1alpha1.ReasonServiceNotOffered:
		return fmt.Sprintf("Supplier %s does not offer this service: whoever owns the Supplier adds it to its spec.services, or it is removed from this customer's.", s.supplier.Name)
	case v1alpha1.ReasonRequestRejected:
		refusal := fmt.Sprintf("Maskinporten refuses the request for %s as malformed", customer)
		if known.Authorization.Kind == v1alpha1.AccessSystemUser {
			refusal = fmt.Sprintf("Altinn does not know %s, or Maskinporten refuses the request for it as malformed", customer)
		}
		return refusal + ", though the number is well-formed. Check that it is the customer's main unit (hovedenhet) at https://www.brreg.no."
	case v1alpha1.ReasonSupplierNotReady, v1alpha1.ReasonAuthorityUnavailable:
		return unavailableMessage(s, known.Authorization)
	default:
		return "not asked for yet."
	}
}

// unavailableMessage says why nothing is known of a service, or no longer, and what goes on meanwhile.
func unavailableMessage(s *scope, known v1alpha1.Authorization) string {
	what, meanwhile := "nothing is known yet", ""
	if known.LastVerifiedTime != nil {
		what = "nothing has been verified for longer than the Supplier's outageGracePeriod"
		meanwhile = " What was last known is acted on meanwhile: jobs go on where there was access."
	}
	why := fmt.Sprintf("for %s has given no answer that could be used. It is asked again by itself", asksFor(known.Kind))
	if known.Reason == v1alpha1.ReasonSupplierNotReady {
		why = fmt.Sprintf("for our own access to %s does not work", asksFor(known.Kind))
	}
	return fmt.Sprintf("%s, %s; see: kubectl describe supplier %s. If nothing is wrong there, only this customer is concerned, and the manager's log has the cause.%s", what, why, s.supplier.Name, meanwhile)
}

// asksFor names who is asked about an access.
func asksFor(kind v1alpha1.AccessKind) string {
	if kind == v1alpha1.AccessSystemUser {
		return "Maskinporten or Altinn"
	}
	return "Maskinporten"
}

// altinnTitle names the Altinn in which the customer delegates.
func altinnTitle(s *v1alpha1.Supplier) string {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return "Altinn (https://www.altinn.no)"
	}
	return "Altinn's test environment (https://tt02.altinn.no)"
}
