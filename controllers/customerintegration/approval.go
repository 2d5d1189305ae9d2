package customerintegration

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// approvalMessage says how it stands with a customer's system user, and who does what next.
func approvalMessage(s *scope, known v1alpha1.CustomerServiceStatus) string {
	customer, supplier, title := s.customer.Spec.OrganizationNumber, services.SupplierTitle(s.supplier), services.Of(known.Name).Title
	a := known.Authorization
	switch {
	case a.Reason == v1alpha1.ReasonDelegationWithdrawn:
		return fmt.Sprintf("%s had approved a system user of %s for %s (%s) and has deleted it. It is not asked again by itself. If that was not meant, ask it again: %s.",
			customer, s.supplier.Spec.SystemUser.SystemID, supplier, title, askAgain(s))
	case a.Reason == v1alpha1.ReasonApprovalRejected:
		return fmt.Sprintf("%s has said no to %s of %s (%s). It is not asked again by itself. Talk to the customer, and then ask it again: %s.",
			customer, asked(a.RequestKind), supplier, title, askAgain(s))
	case a.ConfirmURL == "":
		return fmt.Sprintf("%s has approved %s of %s (%s), and Maskinporten does not know of it yet. It is noticed by itself. If it lasts for more than an hour, the customer may have deleted it since; then ask it again: %s.",
			customer, asked(a.RequestKind), supplier, title, askAgain(s))
	case a.Escalated:
		return fmt.Sprintf("A user of %s forwarded the request for %s of %s (%s) to an access manager (Tilgangsstyrer) of the customer. One who also holds the rights asked for must approve it here: %s",
			customer, asked(a.RequestKind), supplier, title, a.ConfirmURL)
	default:
		return fmt.Sprintf("%s has been asked to approve %s of %s (%s). An access manager (Tilgangsstyrer) of the customer who also holds the rights asked for must approve it here: %s",
			customer, asked(a.RequestKind), supplier, title, a.ConfirmURL)
	}
}

// asked says what a customer is asked for.
func asked(kind v1alpha1.AccessRequestKind) string {
	if kind == v1alpha1.AccessRequestChange {
		return "more rights for the system user"
	}
	return "a system user"
}

// askAgain is how a person has a customer asked again.
func askAgain(s *scope) string {
	return fmt.Sprintf(`kubectl annotate --overwrite -n %s cint %s %s="$(date -Is)"`,
		s.customer.Namespace, s.customer.Name, v1alpha1.AnnotationReconcileRequestedAt)
}
