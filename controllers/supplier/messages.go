package supplier

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// Messages report the fact, then what to do, then where. They hold nothing that changes from call to call: another
// message is another write.

// selfService returns the site on which clients are managed.
func selfService(s *v1alpha1.Supplier) string {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return "https://sjolvbetjening.samarbeid.digdir.no"
	}
	return "https://sjolvbetjening.test.samarbeid.digdir.no"
}

// scopeMessage reports a fault of scopes, which withScopes names: services that lack scopes share a message.
func scopeMessage(s *facts, reason, scope string) string {
	owner := scopeOwner(scope)
	client, site := s.supplier.Spec.Maskinporten.ClientID, selfService(s.supplier)
	switch reason {
	case v1alpha1.ReasonScopeNotRegistered:
		return fmt.Sprintf("Client %s lacks {scopes}. Add {them} at %s.", client, site)
	case v1alpha1.ReasonScopeNotGranted:
		return fmt.Sprintf("%s has not granted %s {scopes}. Ask %s to grant {them}.", owner,
			services.SupplierTitle(s.supplier), owner)
	default:
		return fmt.Sprintf("Maskinporten issues client %s no token for {scopes}. Check {them} at %s.", client, site)
	}
}

// scopeOwner returns who grants a scope, whose beginning names the owner.
func scopeOwner(scope string) string {
	switch prefix, _, _ := strings.Cut(scope, ":"); prefix {
	case "altinn":
		return "Digdir"
	case "nav", "":
		return "NAV"
	default:
		return prefix
	}
}

// withScopes names the scopes in a message of scopeMessage.
func withScopes(message string, scopes []string) string {
	named, them := "the scope "+strings.Join(scopes, ", "), "it"
	switch len(scopes) {
	case 0:
		named = "a scope"
	case 1:
	default:
		named, them = "the scopes "+strings.Join(scopes, ", "), "them"
	}
	return strings.NewReplacer("{scopes}", named, "{them}", them).Replace(message)
}

// faultMessage reports a fault of the supplier's own access.
func faultMessage(s *facts, reason, detail string) string {
	issuer := entitlement.AuthorityOf(s.supplier).Issuer
	m, site, key := s.supplier.Spec.Maskinporten, selfService(s.supplier), s.guard.keyID
	switch reason {
	case v1alpha1.ReasonKeyExpired:
		return fmt.Sprintf("The key %s has expired at Maskinporten. Register a new key at %s and put it into Secret %s.", key,
			site, m.KeySecretRef.Name)
	case v1alpha1.ReasonKeyUnknown:
		return keyUnknownMessage(m, key, site)
	case v1alpha1.ReasonClientUnknown:
		return fmt.Sprintf("Maskinporten does not know client %s. Correct spec.maskinporten.clientID; spec.environment "+
			"must be the client's.", m.ClientID)
	case v1alpha1.ReasonSignatureRejected:
		return fmt.Sprintf("The key in Secret %s is not the one registered as %s. Correct the Secret, or register its key "+
			"at %s.", m.KeySecretRef.Name, key, site)
	case v1alpha1.ReasonAudienceRejected:
		return fmt.Sprintf("Maskinporten's issuer is not %s. ", issuer) + wrongServer(s, issuer)
	case v1alpha1.ReasonCertificateRejected:
		return certificateMessage(s, m, site)
	case v1alpha1.ReasonClockSkewed:
		return "The clocks of the manager's node and Maskinporten differ by more than 10 seconds. Fix NTP on the node."
	case v1alpha1.ReasonGrantReplayed:
		return "Maskinporten received a grant twice. Disable retries in the proxy or service mesh between the manager and Maskinporten."
	case v1alpha1.ReasonMetadataInvalid:
		return fmt.Sprintf("The metadata of %s names another issuer or origin. ", issuer) + wrongServer(s, issuer)
	case v1alpha1.ReasonTokenMismatch:
		return "Maskinporten returned a token for something else than requested. " + reportServer(issuer)
	default:
		return fmt.Sprintf("Maskinporten rejects client %s%s. See the client at %s.", m.ClientID, quote(detail), site)
	}
}

// wrongServer says what to do if the issuer's server is another one. Only Test can name another issuer.
func wrongServer(s *facts, issuer string) string {
	if s.supplier.Spec.Environment == v1alpha1.EnvironmentTest {
		return "Correct spec.endpoints.maskinporten, including the final slash, or remove it."
	}
	return reportServer(issuer)
}

// reportServer says how to find the server that answers for an issuer.
func reportServer(issuer string) string {
	return "Find out which server answers, and report it to Digdir: curl -s " + issuer +
		".well-known/oauth-authorization-server"
}

// quote returns what Maskinporten responded, in parentheses.
func quote(detail string) string {
	if detail == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", detail)
}

func keyUnknownMessage(m v1alpha1.MaskinportenClient, key, site string) string {
	if name := m.CertificateSecretRef.Name; name != "" {
		return fmt.Sprintf("Client %s has registered keys, but grants name the certificate in Secret %s. Remove the keys "+
			"at %s, or spec.maskinporten.certificateSecretRef.",
			m.ClientID, name, site)
	}
	return fmt.Sprintf("The key %s is not registered on client %s. Register it at %s (takes 2 minutes), or correct "+
		"spec.maskinporten.keyID.", key, m.ClientID, site)
}

func certificateMessage(s *facts, m v1alpha1.MaskinportenClient, site string) string {
	if name := m.CertificateSecretRef.Name; name != "" {
		return fmt.Sprintf("Maskinporten rejects the certificate in Secret %s. It must be a valid enterprise certificate "+
			"(virksomhetssertifikat) of this environment, issued to %s.",
			name, s.supplier.Spec.OrganizationNumber)
	}
	return fmt.Sprintf("Maskinporten requires an enterprise certificate of client %s. Register the key at %s, or set "+
		"spec.maskinporten.certificateSecretRef.", m.ClientID, site)
}

// delegationScopes lists the scopes with which the offered services' customers are verified by API delegation.
func delegationScopes(s *v1alpha1.Supplier) []string {
	var scopes []string
	for _, service := range services.Offered(s) {
		if !service.NeedsSystemUser() && !service.HeldByCustomers() {
			scopes = append(scopes, service.Scope)
		}
	}
	return scopes
}

// complaintMessage reports a response for some customer that cannot be true.
func complaintMessage(s *facts, c maskinporten.Class) string {
	if c == maskinporten.ClassScopeNotGranted {
		return fmt.Sprintf("Maskinporten reports for customers with access that NAV has not granted them the scope %s. Ask NAV. "+
			"Access stays as last verified.", strings.Join(delegationScopes(s.supplier), ", "))
	}
	return "Maskinporten returned tokens that are not for the requested customer; they are not used. " +
		reportServer(entitlement.AuthorityOf(s.supplier).Issuer)
}

// systemMessage reports a fault of the supplier's system in Altinn.
func systemMessage(s *facts, reason string) string {
	system, client := s.supplier.Spec.SystemUser.SystemID, s.supplier.Spec.Maskinporten.ClientID
	const guide = "https://docs.altinn.studio/en/authorization/guides/system-vendor/system-user/"
	switch reason {
	case v1alpha1.ReasonSystemNotRegistered:
		return fmt.Sprintf("System %s is not registered in Altinn for this supplier. Register it, or correct "+
			"spec.systemUser.systemID; guide: %s.", system, guide)
	case v1alpha1.ReasonAltinnRefused:
		return fmt.Sprintf("Altinn denies client %s access to its API for system vendors. Check that it owns system %s, then ask "+
			"Digdir (https://samarbeid.digdir.no).", client, system)
	case v1alpha1.ReasonSystemClientMissing:
		return fmt.Sprintf("Client %s is not registered on system %s. Add it in Altinn's system register; guide: %s.", client,
			system, guide)
	case v1alpha1.ReasonSystemRightsRejected:
		return fmt.Sprintf("Altinn refuses the requested rights, access packages or redirect URL. Register them on system "+
			"%s; guide: %s.", system, guide)
	default:
		return "needs a system user. Set spec.systemUser.systemID to the system registered in Altinn."
	}
}
