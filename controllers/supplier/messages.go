package supplier

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// outageMessage says what kind of outage it is. Customers' known access stays as it is meanwhile.
func outageMessage(s *scope, class maskinporten.Class) string {
	issuer, _ := authority.Issuer(s.supplier)
	return outages[class] + fmt.Sprintf(" What is known of customers stays as it is; %s is asked again by itself.", issuer)
}

var outages = map[maskinporten.Class]string{
	maskinporten.ClassServerError: "Maskinporten answers with a server error (5xx): wait, and see https://status.digdir.no if it lasts.",
	maskinporten.ClassRateLimited: "Maskinporten says that we ask too often (429): raise spec.verification.interval if it lasts.",
	maskinporten.ClassBlocked:     "Something that is not Maskinporten refuses our requests, such as a proxy or a firewall: let the manager's pods reach Maskinporten.",
	maskinporten.ClassUnreachable: "No connection to Maskinporten, or no answer in time: check DNS, egress rules and TLS inspection between the manager's pods and Maskinporten.",
	maskinporten.ClassBadResponse: "Maskinporten's answer cannot be understood, such as one cut short: check what stands between the manager's pods and Maskinporten if it lasts.",
}

// selfService is where a client is looked after.
func selfService(s *v1alpha1.Supplier) string {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return "https://sjolvbetjening.samarbeid.digdir.no"
	}
	return "https://sjolvbetjening.test.samarbeid.digdir.no"
}

// faultMessage says what is wrong with our own access and how it is mended, and what Maskinporten said.
func faultMessage(s *scope, reason, detail string) string {
	return quoting(faultText(s, reason, s.supplier.Spec.Maskinporten), detail)
}

// scopeMessage says what is wrong with our own access to one scope.
func scopeMessage(s *scope, reason, scope, detail string) string {
	m := s.supplier.Spec.Maskinporten
	switch reason {
	case v1alpha1.ReasonScopeNotRegistered:
		return quoting(fmt.Sprintf("The scope %s is not registered on client %s: add it at %s.", scope, m.ClientID, selfService(s.supplier)), detail)
	default:
		owner := "NAV"
		if strings.HasPrefix(scope, "altinn:") {
			owner = "Digdir"
		}
		return quoting(fmt.Sprintf("%s has not granted %s the scope %s: ask %s to grant it.", owner, services.SupplierTitle(s.supplier), scope, owner), detail)
	}
}

// quoting adds what Maskinporten said.
func quoting(text, detail string) string {
	if detail == "" {
		return text
	}
	return text + fmt.Sprintf(" Maskinporten said: %q.", detail)
}

func faultText(s *scope, reason string, m v1alpha1.MaskinportenClient) string {
	issuer, _ := authority.Issuer(s.supplier)
	site := selfService(s.supplier)
	switch reason {
	case v1alpha1.ReasonKeyExpired:
		return fmt.Sprintf("The key %s has expired at Maskinporten, where keys live for a year: register it, or a new one, at %s.", s.guard.KeyID(), site)
	case v1alpha1.ReasonKeyUnknown:
		if name := m.CertificateSecretRef.Name; name != "" {
			return fmt.Sprintf("Maskinporten wants a registered key of client %s, and grants name the certificate in Secret %s: remove the client's keys at %s, or leave spec.maskinporten.certificateSecretRef out.", m.ClientID, name, site)
		}
		return fmt.Sprintf("Maskinporten does not know the key %s for client %s: register it at %s, or correct spec.maskinporten.keyID. A key just registered takes up to 2 minutes.", s.guard.KeyID(), m.ClientID, site)
	case v1alpha1.ReasonClientUnknown:
		return fmt.Sprintf("Maskinporten does not know client %s: correct spec.maskinporten.clientID, or spec.environment if the client is another environment's.", m.ClientID)
	case v1alpha1.ReasonSignatureRejected:
		return fmt.Sprintf("The key in Secret %s is not the one registered as %s: put the right key in the Secret, or register this one at %s.", m.KeySecretRef.Name, s.guard.KeyID(), site)
	case v1alpha1.ReasonAudienceRejected:
		return fmt.Sprintf("Maskinporten does not call itself %s: correct spec.endpoints.maskinporten; the slash at its end counts.", issuer)
	case v1alpha1.ReasonCertificateRejected:
		if name := m.CertificateSecretRef.Name; name != "" {
			return fmt.Sprintf("Maskinporten does not accept the certificate chain in Secret %s: the certificate must be an enterprise certificate (virksomhetssertifikat) of this environment, valid now, and issued to %s.", name, s.supplier.Spec.OrganizationNumber)
		}
		return fmt.Sprintf("Maskinporten wants an enterprise certificate of client %s, and grants are signed with a registered key: register the key at %s, or name the certificate in spec.maskinporten.certificateSecretRef.", m.ClientID, site)
	case v1alpha1.ReasonClockSkewed:
		return "The clock of the node that the manager runs on and Maskinporten's differ by more than 10 seconds: mend NTP on the node."
	case v1alpha1.ReasonGrantReplayed:
		return "Maskinporten has seen a grant of ours before, though each has an id of its own: look for something between the manager's pods and Maskinporten that sends requests twice."
	case v1alpha1.ReasonMetadataInvalid:
		return fmt.Sprintf("The metadata document of %s names another issuer or another origin: correct spec.endpoints.maskinporten, or find out what answers in Maskinporten's place.", issuer)
	case v1alpha1.ReasonTokenMismatch:
		return "Maskinporten gave a token that is not the one that was asked for: nothing is believed of it. Report it to Digdir, and find out what answers in Maskinporten's place."
	default:
		return fmt.Sprintf("Maskinporten refuses client %s: look at the client at %s.", m.ClientID, site)
	}
}

// complaintMessage says what an answer for some customer was that cannot be true.
func complaintMessage(c maskinporten.Class) string {
	if c == maskinporten.ClassScopeNotGranted {
		return "Maskinporten says of customers with access that NAV has not granted them the scope: ask NAV. What is known of customers stays as it is."
	}
	return "Maskinporten answers for customers with tokens that are not for them, such as one for the supplier itself: nothing is believed of them, and what is known of customers stays as it is. Report it to Digdir, and find out what answers in Maskinporten's place."
}

// systemMessage says what is wrong with our system at Altinn, and how it is mended.
func systemMessage(s *scope, reason string) string {
	system, client := s.supplier.Spec.SystemUser.SystemID, s.supplier.Spec.Maskinporten.ClientID
	const guide = "https://docs.altinn.studio/en/authorization/guides/system-vendor/system-user/"
	switch reason {
	case v1alpha1.ReasonSystemNotRegistered:
		return fmt.Sprintf("Altinn's system register does not know the system %s as ours: register it, or correct spec.systemUser.systemID; guide: %s.", system, guide)
	case v1alpha1.ReasonAltinnRefused:
		return fmt.Sprintf("Altinn does not let client %s use its API for vendors of systems, though Maskinporten gave it a token: ask Digdir for access (https://samarbeid.digdir.no), and see that the system %s is the client's organization's.", client, system)
	case v1alpha1.ReasonSystemClientMissing:
		return fmt.Sprintf("Maskinporten does not find customers' system users of %s for client %s: add the client to the system in Altinn's system register; guide: %s. What is known of customers stays as it is.", system, client, guide)
	case v1alpha1.ReasonSystemRightsRejected:
		return fmt.Sprintf("Altinn refuses what customers are to be asked for: register the services' rights, spec.systemUser.accessPackages and spec.systemUser.redirectURL on the system %s; guide: %s.", system, guide)
	default:
		return "its access is a system user, and nobody has said of which system: write spec.systemUser.systemID, as it is registered in Altinn's system register."
	}
}
