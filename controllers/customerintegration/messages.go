package customerintegration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/services"
)

// Messages report the fact, then what to do, then where. They hold nothing that changes from call to call: another
// message is another write.

// readyMessage is the message of Ready if nothing is wrong.
func readyMessage(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus) string {
	names := make([]string, 0, len(all))
	for _, known := range all {
		names = append(names, string(known.Name))
	}
	text := fmt.Sprintf("%s has given %s access to %s.",
		organizationTitle(v), services.SupplierTitle(v.Supplier), strings.Join(names, " and "))
	if !v.Customer.Syncs() {
		return text + " No jobs run: spec.sync is Disabled."
	}
	return text
}

// accessMessagesBesides returns the messages that Ready lacks because they are for another reader, and the state of
// access of each other service in a few words.
func accessMessagesBesides(
	v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus, ready condition.Actor,
) string {
	var remarks remarks
	for _, known := range all {
		text := accessState(known) + "."
		if !isGranted(known) && readerOf(known.Authorization) != ready {
			text = accessMessage(v, known)
		}
		remarks = remarks.add(known.Name, text)
	}
	return remarks.String()
}

// remarks are texts about services.
type remarks []remark

// remark is a text about one or more services.
type remark struct{ services, text string }

// add adds a text about a service. Services with the same text, such as those of one request, share it.
func (r remarks) add(service v1alpha1.ServiceName, text string) remarks {
	for i := range r {
		if r[i].text == text {
			r[i].services += ", " + string(service)
			return r
		}
	}
	return append(r, remark{string(service), text})
}

// String returns all texts, each after its services.
func (r remarks) String() string {
	messages := make([]string, 0, len(r))
	for _, one := range r {
		messages = append(messages, one.services+": "+one.text)
	}
	return sentences(messages...)
}

// accessState returns the state of the access to a service, in a few words.
func accessState(known v1alpha1.CustomerServiceStatus) string {
	switch known.Authorization.Reason {
	case v1alpha1.ReasonDuplicateOrganization:
		return fmt.Sprintf("duplicate of %s/%s", known.DuplicateOf.Namespace, known.DuplicateOf.Name)
	case v1alpha1.ReasonServiceNotOffered, v1alpha1.ReasonAwaitingSupplier:
		return "not offered"
	case v1alpha1.ReasonRequestRejected:
		return "organization number rejected"
	case v1alpha1.ReasonScopeNotGranted:
		return "scope not granted by NAV"
	case v1alpha1.ReasonAwaitingClient:
		return "no access through the agent yet"
	case v1alpha1.ReasonScopeNotHeld:
		return "scope not granted to the customer"
	}
	if isApproved(known.Authorization) {
		return "approved, not in effect yet"
	}
	state := map[v1alpha1.AuthorizationState]string{
		v1alpha1.AuthorizationGranted:          "access given",
		v1alpha1.AuthorizationNotGranted:       "access not given",
		v1alpha1.AuthorizationAwaitingApproval: "awaiting approval",
		v1alpha1.AuthorizationRejected:         "request rejected",
		v1alpha1.AuthorizationWithdrawn:        "access withdrawn",
	}[known.Authorization.State]
	switch {
	case state == "":
		return "not verified yet"
	case verdict.IsUnavailable(known.Authorization.Reason):
		return state + " when last verified"
	default:
		return state
	}
}

// anyReader selects the messages of all readers.
const anyReader condition.Actor = ""

// accessMessages has a sentence or two about the services without access whose message is for a reader.
func accessMessages(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus, reader condition.Actor) string {
	var remarks remarks
	for _, known := range all {
		if !isGranted(known) && (reader == anyReader || reader == readerOf(known.Authorization)) {
			remarks = remarks.add(known.Name, accessMessage(v, known))
		}
	}
	return remarks.String()
}

// readerOf returns who acts on a service without access, and so reads the message about it.
func readerOf(a v1alpha1.Authorization) condition.Actor {
	if isApproved(a) {
		return condition.Operator
	}
	return condition.Of(a.Reason).Actor
}

// isApproved reports whether the customer has approved a system user that Maskinporten does not know yet.
func isApproved(a v1alpha1.Authorization) bool {
	return a.Kind == v1alpha1.AccessSystemUser && a.Reason == v1alpha1.ReasonAwaitingApproval && a.ConfirmURL == ""
}

// readerOfReady returns who reads the message of Ready while an access is missing: the reader of worstService.
func readerOfReady(all []v1alpha1.CustomerServiceStatus) condition.Actor {
	return readerOf(worstService(all).Authorization)
}

// worstService returns the service whose reason ranks first. Of several, it is one that a person acts on.
func worstService(all []v1alpha1.CustomerServiceStatus) v1alpha1.CustomerServiceStatus {
	var worst v1alpha1.CustomerServiceStatus
	first := worstReason(all, anyService)
	for _, known := range slices.Backward(all) {
		isFirst := known.Authorization.Reason == first
		if isFirst && (worst.Name == "" || readerOf(known.Authorization) != condition.Operator) {
			worst = known
		}
	}
	return worst
}

// accessMessage reports why a service has no access, and what to do.
func accessMessage(v *verdict.Verdict, known v1alpha1.CustomerServiceStatus) string {
	customer, a := organizationTitle(v), known.Authorization
	switch a.Reason {
	case v1alpha1.ReasonNotDelegated:
		return fmt.Sprintf("%s has not delegated %q to %s. %s in %s", customer, v.Service(known.Name).Definition.Title,
			services.SupplierTitle(v.Supplier), whoDelegates(v), howToDelegate(v, known.Name))
	case v1alpha1.ReasonDelegationWithdrawn:
		if a.Kind == v1alpha1.AccessSystemUser {
			return approvalMessage(v, known)
		}
		return fmt.Sprintf("%s has withdrawn %q from %s. Ask the customer; to undo it, an administrator delegates it in %s",
			customer, v.Service(known.Name).Definition.Title, services.SupplierTitle(v.Supplier), howToDelegate(v, known.Name))
	case v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonAwaitingClient, v1alpha1.ReasonApprovalRejected:
		return approvalMessage(v, known)
	case v1alpha1.ReasonScopeNotGranted:
		return scopeMessage(v.Service(known.Name).Definition, customer)
	case v1alpha1.ReasonScopeNotHeld:
		return fmt.Sprintf("the owner of the scope %s has not granted it to %s. Ask the customer to apply to the owner; its "+
			"delegation stays.", v.Service(known.Name).Definition.Scope, customer)
	case v1alpha1.ReasonDuplicateOrganization:
		return duplicateMessage(v, known)
	case v1alpha1.ReasonServiceNotOffered:
		return notOfferedMessage(v, known.Name)
	case v1alpha1.ReasonAwaitingSupplier:
		return fmt.Sprintf("Supplier/%s no longer offers this service. See its CustomersBlocked.", v.Supplier.Name)
	case v1alpha1.ReasonRequestRejected:
		return rejectedMessage(customer, a)
	case v1alpha1.ReasonSupplierNotReady:
		return fmt.Sprintf("%s. The supplier's own access does not work; see Supplier/%s.", verificationAge(a), v.Supplier.Name)
	case v1alpha1.ReasonAuthorityUnavailable:
		return unavailableMessage(v, a)
	default:
		return awaitedVerification(v, known)
	}
}

// unavailableMessage reports that an access could not be verified for long.
func unavailableMessage(v *verdict.Verdict, a v1alpha1.Authorization) string {
	text := fmt.Sprintf("%s. Waiting for a response from %s; see Supplier/%s.", verificationAge(a), verifier(a.Kind),
		v.Supplier.Name)
	if a.Through != "" && a.State == v1alpha1.AuthorizationGranted { // its removal may be unprovable
		text += fmt.Sprintf(" If agent %s has removed the customer, set spec.suspend.", a.Through)
	}
	return text
}

// scopeMessage reports who has not granted a customer a service's scope.
func scopeMessage(service services.Service, customer string) string {
	if service.Custom != nil {
		return fmt.Sprintf("the owner of the scope %s has not granted it to %s. Ask the owner to grant it.", service.Scope,
			customer)
	}
	return fmt.Sprintf("NAV has not granted %s the scope %s. Ask NAV to grant it.", customer, service.Scope)
}

// notOfferedMessage reports why a service is not offered to a customer.
func notOfferedMessage(v *verdict.Verdict, name v1alpha1.ServiceName) string {
	if v.Customer.Agent() != "" && services.Offers(v.Supplier, name) {
		return fmt.Sprintf("Supplier/%s does not let agents grant access to this service. Set its spec.systemUser.agents to "+
			"Enabled and add an access package with the service's rights, or remove spec.access here.", v.Supplier.Name)
	}
	return fmt.Sprintf("Supplier/%s does not offer this service. Add it to the Supplier's spec.services, or remove it "+
		"here.", v.Supplier.Name)
}

// rejectedMessage reports that Maskinporten or Altinn rejects a customer's number.
func rejectedMessage(customer string, a v1alpha1.Authorization) string {
	if a.State == v1alpha1.AuthorizationGranted {
		return fmt.Sprintf("Maskinporten rejects the organization number of %s, whose access counts as last verified. "+
			"If it is still a main unit at https://www.brreg.no, report it to Digdir; if not, ask the customer for its new "+
			"number.", customer)
	}
	return fmt.Sprintf("%s rejects the organization number %s. If it is a main unit at https://www.brreg.no, "+
		"report it to Digdir; if not, create the CustomerIntegration again with the main unit's number.",
		verifier(a.Kind), customer)
}

// awaitedVerification reports why a service waits for a verification.
func awaitedVerification(v *verdict.Verdict, known v1alpha1.CustomerServiceStatus) string {
	if known.Authorization.Access == "" {
		return "waiting for the first verification."
	}
	return fmt.Sprintf("Supplier/%s has changed the access of this service (scope %s). Jobs resume once it is verified.",
		v.Supplier.Name, v.Service(known.Name).Definition.Scope)
}

// whoDelegates returns who delegates an API. An agent cannot.
func whoDelegates(v *verdict.Verdict) string {
	if v.Customer.Agent() == "" {
		return "An administrator delegates it"
	}
	return "Only the customer can: an administrator delegates it"
}

// howToDelegate returns where an administrator of the customer delegates: in Altinn, as the guide describes. Without a
// guide it has Altinn's address, which guides have too.
func howToDelegate(v *verdict.Verdict, name v1alpha1.ServiceName) string {
	altinn, address := altinnTitle(v.Supplier)
	if link := guide.Link(v.Supplier, v.Customer, name); link != "" {
		return fmt.Sprintf("%s as %s describes.", altinn, link)
	}
	return fmt.Sprintf("%s (%s).", altinn, address)
}

// verificationAge returns, in words, for how long an access has not been verified.
func verificationAge(a v1alpha1.Authorization) string {
	if a.LastVerifiedTime == nil {
		return "not verified yet"
	}
	return "not verified for longer than outageGracePeriod; jobs continue as last verified"
}

// verifier names the services that verify an access.
func verifier(kind v1alpha1.AccessKind) string {
	if kind == v1alpha1.AccessSystemUser {
		return "Maskinporten or Altinn"
	}
	return "Maskinporten"
}

// altinnTitle names the Altinn in which the customer delegates, and returns its address.
func altinnTitle(s *v1alpha1.Supplier) (title, address string) {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return "Altinn", "https://www.altinn.no"
	}
	return "Altinn's test environment", "https://tt02.altinn.no"
}

// duplicateMessage reports of which object a service is a duplicate, and what to do.
func duplicateMessage(v *verdict.Verdict, known v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s/%s is older and has this service for %s too. Delete this one (kubectl delete -n %s cint %s), "+
		"or remove the service from one's spec.services.",
		known.DuplicateOf.Namespace, known.DuplicateOf.Name, organizationTitle(v), v.Customer.Namespace, v.Customer.Name)
}
