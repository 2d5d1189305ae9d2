package customerintegration

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/services"
)

// approvalMessage reports the state of a customer's system user, and what to do.
func approvalMessage(v *verdict.Verdict, known v1alpha1.CustomerServiceStatus) string {
	customer, supplier := organizationTitle(v), services.SupplierTitle(v.Supplier)
	a := known.Authorization
	if a.Through != "" || a.Reason == v1alpha1.ReasonAwaitingClient {
		return agentMessage(v, known)
	}
	switch {
	case a.Reason == v1alpha1.ReasonDelegationWithdrawn:
		return fmt.Sprintf("%s has deleted the system user of %s. Ask the customer; to request it again: %s", customer,
			supplier, requestAgain(v))
	case a.Reason == v1alpha1.ReasonApprovalRejected:
		return fmt.Sprintf("%s has rejected %s of %s. Ask the customer; to request it again: %s",
			customer, requestNoun(a.RequestKind), supplier, requestAgain(v))
	case a.ConfirmURL == "":
		return fmt.Sprintf("%s approved %s. Maskinporten does not know it yet; retrying.", customer,
			requestNoun(a.RequestKind))
	case a.Escalated:
		return fmt.Sprintf("the request of %s was forwarded to the access managers (Tilgangsstyrer) of %s. An "+
			"access manager who holds the rights approves it%s: %s",
			supplier, customer, asDescribed(v, known.Name), a.ConfirmURL)
	case a.HasAgentSystemUser:
		return fmt.Sprintf("%s has not approved the system user of %s; its agent system user acts for its clients only. An "+
			"access manager (Tilgangsstyrer) who holds the rights approves it%s: %s",
			customer, supplier, asDescribed(v, known.Name), a.ConfirmURL)
	default:
		return fmt.Sprintf("%s has not approved %s of %s. An access manager (Tilgangsstyrer) who holds the rights approves "+
			"it%s: %s",
			customer, requestNoun(a.RequestKind), supplier, asDescribed(v, known.Name), a.ConfirmURL)
	}
}

// agentMessage reports the state of the system user of a customer's agent, and what to do.
func agentMessage(v *verdict.Verdict, known v1alpha1.CustomerServiceStatus) string {
	customer, supplier := organizationTitle(v), services.SupplierTitle(v.Supplier)
	a := known.Authorization
	agent := strings.TrimSpace("agent " + a.Through)
	switch {
	case a.Reason == v1alpha1.ReasonAwaitingClient:
		return fmt.Sprintf("%s does not act for %s yet, or lacks a right. The customer gives the agent the access "+
			"packages, and the agent adds it as a client%s. Or see docs/reasons.md#awaitingclient.",
			agent, customer, asDescribed(v, known.Name))
	case a.Reason == v1alpha1.ReasonDelegationWithdrawn:
		return fmt.Sprintf("%s no longer acts for %s. Ask the agent to add it; to request its system user again: %s",
			agent, customer, requestAgain(v))
	case a.Reason == v1alpha1.ReasonApprovalRejected:
		return fmt.Sprintf("%s has rejected the system user of %s. Ask the agent; to request it again: %s", agent,
			supplier, requestAgain(v))
	case a.ConfirmURL == "":
		return fmt.Sprintf("%s approved the agent system user. Maskinporten does not know it yet; retrying.", agent)
	case a.Escalated:
		return fmt.Sprintf("the request of %s was forwarded to the access managers (Tilgangsstyrer) of %s. One of them "+
			"approves it%s: %s", supplier, agent, asDescribed(v, known.Name), a.ConfirmURL)
	default:
		return fmt.Sprintf("%s has not approved the agent system user of %s. An access manager (Tilgangsstyrer) of the agent "+
			"approves it, and adds %s as a client%s: %s", agent, supplier, customer, asDescribed(v, known.Name), a.ConfirmURL)
	}
}

// asDescribed returns a clause with the guide, "" if there is none.
func asDescribed(v *verdict.Verdict, name v1alpha1.ServiceName) string {
	if link := guide.Link(v.Supplier, v.Customer, name); link != "" {
		return fmt.Sprintf(", as %s describes", link)
	}
	return ""
}

// requestNoun names what the operator requests of a customer.
func requestNoun(kind v1alpha1.AccessRequestKind) string {
	if kind == v1alpha1.AccessRequestChange {
		return "more rights for the system user"
	}
	return "the system user"
}

// requestAgain returns the command that requests access of a customer again.
func requestAgain(v *verdict.Verdict) string {
	return fmt.Sprintf(`kubectl annotate --overwrite -n %s cint %s %s="$(date -Is)"`,
		v.Customer.Namespace, v.Customer.Name, v1alpha1.AnnotationAskCustomerAgain)
}
