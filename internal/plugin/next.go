package plugin

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// situation is what the next command depends on.
type situation struct {
	customer *v1alpha1.CustomerIntegration
	// supplier is nil if it does not exist or cannot be read.
	supplier *v1alpha1.Supplier
	// service is the first one that has the customer's state.
	service rollout.Service
}

// nextCommands returns the commands by which a person goes on, none if no person has to.
func nextCommands(view *rollout.Customer, c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier) []string {
	next, ok := commandsAfter[view.Reason]
	if !ok {
		return []string{commandOn(c, "verify")}
	}
	if next == nil {
		return nil
	}
	at := situation{customer: c, supplier: s, service: view.Services[0]}
	for i := range view.Services {
		if view.Services[i].State == view.State {
			at.service = view.Services[i]
			break
		}
	}
	return next(&at)
}

// commandsAfter has the next commands after each reason of a customer's Ready. It is nil if there is nothing to do.
var commandsAfter = map[string]func(*situation) []string{
	v1alpha1.ReasonDelegated: nil,

	v1alpha1.ReasonAwaitingDelegation:  guideAndLink,
	v1alpha1.ReasonAwaitingApproval:    approval,
	v1alpha1.ReasonAwaitingClient:      guideAndLink,
	v1alpha1.ReasonDelegationWithdrawn: askOrGuide,
	v1alpha1.ReasonApprovalRejected:    askOrGuide,
	v1alpha1.ReasonScopeNotGranted:     describeSupplier,
	v1alpha1.ReasonScopeNotHeld:        verify,

	v1alpha1.ReasonVerificationPending:  verify,
	v1alpha1.ReasonSyncPending:          sync,
	v1alpha1.ReasonAuthorityUnavailable: describeSupplier,
	v1alpha1.ReasonSupplierNotReady:     describeSupplier,

	v1alpha1.ReasonSuspended:              resume,
	v1alpha1.ReasonEmergencyStop:          endStop,
	v1alpha1.ReasonSupplierNotFound:       getSuppliers,
	v1alpha1.ReasonSupplierNotAllowed:     editSupplier,
	v1alpha1.ReasonServiceNotOffered:      editSupplier,
	v1alpha1.ReasonAwaitingSupplier:       editSupplier,
	v1alpha1.ReasonHRMEndpointNotAllowed:  allowHRM,
	v1alpha1.ReasonHRMAddressNotAllowed:   allowAndSync,
	v1alpha1.ReasonWorkerMismatch:         allowAndSync,
	v1alpha1.ReasonInvalidSchedule:        editCustomer,
	v1alpha1.ReasonNameConflict:           describeCustomer,
	v1alpha1.ReasonDuplicateOrganization:  deleteCustomer,
	v1alpha1.ReasonOrganizationIsSupplier: deleteCustomer,
	v1alpha1.ReasonOrganizationIsSubUnit:  deleteCustomer,
	v1alpha1.ReasonOrganizationDeleted:    lookUpAndDelete,
	v1alpha1.ReasonOrganizationNotFound:   lookUpAndDelete,
	v1alpha1.ReasonRequestRejected:        lookUpAndDelete,

	v1alpha1.ReasonHRMCredentialsMissing:   createSecret,
	v1alpha1.ReasonHRMUnauthorized:         replaceSecret,
	v1alpha1.ReasonHRMOrganizationMismatch: editCustomer,
	v1alpha1.ReasonSyncFailing:             logs,
	v1alpha1.ReasonRightMissing:            sync,
	v1alpha1.ReasonPlansUnsettled:          logs,
	v1alpha1.ReasonSyncStale:               describeCronJob,
	v1alpha1.ReasonSyncPodNotStarting:      describePods,
	v1alpha1.ReasonSyncPodRefused:          describeJobs,
	v1alpha1.ReasonSyncJobRefused:          describeCronJob,
	v1alpha1.ReasonCAConfigMapUnreadable:   createConfigMap,
}

func guideAndLink(at *situation) []string {
	commands := []string{commandOn(at.customer, "guide")}
	if at.supplier != nil && at.supplier.Spec.Portal.URL != "" {
		commands = append(commands, commandOn(at.customer, "link"))
	}
	return commands
}

// approval is for a customer that has to approve a system user, or has approved one that does not work yet.
func approval(at *situation) []string {
	if at.service.ConfirmURL == "" && at.service.Kind == v1alpha1.AccessSystemUser {
		return verify(at)
	}
	return guideAndLink(at)
}

// askOrGuide is for a customer that said no: a system user has to be requested again, and an API delegation is the
// customer's to make.
func askOrGuide(at *situation) []string {
	if at.service.Kind == v1alpha1.AccessSystemUser {
		return []string{commandOn(at.customer, "ask")}
	}
	return guideAndLink(at)
}

func verify(at *situation) []string { return []string{commandOn(at.customer, "verify")} }

func sync(at *situation) []string { return []string{commandOn(at.customer, "sync")} }

// resume is for a customer that is suspended itself, or by its Supplier.
func resume(at *situation) []string {
	if at.customer.Spec.Suspend {
		return []string{commandOn(at.customer, "resume")}
	}
	return []string{fmt.Sprintf(`kubectl patch supplier %s --type=merge -p '{"spec":{"suspend":null}}'`,
		at.customer.SupplierName())}
}

// endStop is for a customer whose Supplier is stopped.
func endStop(at *situation) []string {
	return []string{commandLine("continue", at.customer.SupplierName())}
}

func getSuppliers(*situation) []string { return []string{"kubectl get suppliers"} }

func editSupplier(at *situation) []string {
	return []string{"kubectl edit supplier " + at.customer.SupplierName(), commandOn(at.customer, "verify")}
}

// allowHRM is for a customer whose HRM system is missing, or not allowed by the Supplier.
func allowHRM(at *situation) []string {
	if at.customer.Spec.HRM.Endpoint == "" {
		return editCustomer(at)
	}
	return editSupplier(at)
}

// allowAndSync is for what only a run can show to be corrected.
func allowAndSync(at *situation) []string {
	return []string{"kubectl edit supplier " + at.customer.SupplierName(), commandOn(at.customer, "sync")}
}

func describeSupplier(at *situation) []string {
	return []string{"kubectl describe supplier " + at.customer.SupplierName()}
}

func editCustomer(at *situation) []string {
	return []string{kubectlOn(at.customer, "edit cint", at.customer.Name)}
}

func describeCustomer(at *situation) []string {
	return []string{kubectlOn(at.customer, "describe cint", at.customer.Name)}
}

func deleteCustomer(at *situation) []string {
	return []string{kubectlOn(at.customer, "delete cint", at.customer.Name)}
}

// lookUpAndDelete is for a number that may be wrong: the register's page shows it.
func lookUpAndDelete(at *situation) []string {
	page := "https://virksomhet.brreg.no/nb/oppslag/enheter/" + string(at.customer.Spec.OrganizationNumber)
	return append([]string{page}, deleteCustomer(at)...)
}

func createSecret(at *situation) []string {
	return []string{
		kubectlOn(at.customer, "create secret generic", at.customer.Spec.HRM.CredentialsSecretRef.Name) +
			" --from-file=token=token", commandOn(at.customer, "sync"),
	}
}

func replaceSecret(at *situation) []string {
	secret := kubectlOn(at.customer, "create secret generic", at.customer.Spec.HRM.CredentialsSecretRef.Name)
	return []string{
		secret + " --from-file=token=token --dry-run=client -o yaml | kubectl apply -f -", commandOn(at.customer, "sync"),
	}
}

// createConfigMap is for a namespace that lacks the ConfigMap of the Supplier's authorities.
func createConfigMap(at *situation) []string {
	if at.supplier == nil || at.supplier.Spec.Sync.CAConfigMapRef.Name == "" {
		return allowAndSync(at)
	}
	ref := at.supplier.Spec.Sync.CAConfigMapRef
	return []string{
		kubectlOn(at.customer, "create configmap", ref.Name) + " --from-file=" + ref.Key + "=authorities.pem",
		commandOn(at.customer, "sync"),
	}
}

func logs(at *situation) []string { return []string{logsCommand(at.customer, at.service.Name)} }

func describeCronJob(at *situation) []string {
	return []string{kubectlOn(at.customer, "describe cronjobs", serviceSelector(at.customer, at.service.Name))}
}

func describePods(at *situation) []string {
	return []string{kubectlOn(at.customer, "describe pods", serviceSelector(at.customer, at.service.Name))}
}

func describeJobs(at *situation) []string {
	return []string{kubectlOn(at.customer, "describe jobs", serviceSelector(at.customer, at.service.Name))}
}

// kubectlOn returns a command of kubectl in a customer's namespace.
func kubectlOn(c *v1alpha1.CustomerIntegration, command, argument string) string {
	return fmt.Sprintf("kubectl %s %s -n %s", command, argument, c.Namespace)
}

// serviceSelector returns the flag that selects the objects of a service.
func serviceSelector(c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName) string {
	return fmt.Sprintf("-l %s=%s,%s=%s", v1alpha1.LabelIntegration, c.Name, v1alpha1.LabelService, service)
}

// logsCommand returns the command that prints the logs of a service's runs.
func logsCommand(c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName) string {
	return kubectlOn(c, "logs --prefix --tail=-1", serviceSelector(c, service))
}
