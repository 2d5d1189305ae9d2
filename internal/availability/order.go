package availability

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// InOrderSince gives since when a Supplier has been able to give tokens for a service, nil if it is not now, or is not known
// to be.
func InOrderSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Time {
	var since *metav1.Time
	for _, conditionType := range OrderConditions() {
		c := meta.FindStatusCondition(s.Status.Conditions, conditionType)
		if c == nil || hindersTokens(s, name, c) {
			return nil
		}
		if c.Status == metav1.ConditionTrue && (since == nil || since.Before(&c.LastTransitionTime)) {
			since = &c.LastTransitionTime
		}
	}
	return offeredSince(s, name, since)
}

// offeredSince returns the later of a time and the time since when plans of a service are offered to NAV, nil if they are not.
func offeredSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName, since *metav1.Time) *metav1.Time {
	c := entitlement.Offering(s, name)
	switch {
	case c == nil:
		return since
	case c.Status == metav1.ConditionTrue:
		return nil
	case since != nil && since.Before(&c.LastTransitionTime):
		return &c.LastTransitionTime
	default:
		return since
	}
}

// hindersTokens reports whether a condition of a Supplier says that it can give no tokens for a service. What was answered
// for one customer and cannot be true hinders nobody else's, what is wrong with one service hinders no other, and tokens are
// not Altinn's.
func hindersTokens(s *v1alpha1.Supplier, name v1alpha1.ServiceName, c *metav1.Condition) bool {
	if c.Type == v1alpha1.ConditionReady && AboutServices(s) {
		return !slices.Contains(usableServices(s), name)
	}
	if c.Type == v1alpha1.ConditionAuthorityReachable && AltinnAlone(s) {
		return false
	}
	return c.Status != metav1.ConditionTrue &&
		c.Reason != v1alpha1.ReasonTokenMismatch && c.Reason != v1alpha1.ReasonScopeNotGranted
}

// OutOfOrderSince gives since when a Supplier has not been able to give tokens for a service, nil if it is, or if nothing is
// known.
func OutOfOrderSince(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Time {
	var since *metav1.Time
	if c := entitlement.OfferingStopped(s, name); c != nil {
		since = &c.LastTransitionTime
	}
	for _, conditionType := range OrderConditions() {
		c := meta.FindStatusCondition(s.Status.Conditions, conditionType)
		if c == nil || !hindersTokens(s, name, c) {
			continue
		}
		if since == nil || c.LastTransitionTime.Before(since) {
			since = &c.LastTransitionTime
		}
	}
	return since
}

// OrderConditions are the conditions of a Supplier that can give tokens.
func OrderConditions() []string {
	return []string{v1alpha1.ConditionReady, v1alpha1.ConditionAuthorityReachable}
}

// AltinnOutageMessage says what kind of outage Altinn has.
func AltinnOutageMessage(s *v1alpha1.Supplier, class altinn.Class) string {
	return altinnOutages[class] + fmt.Sprintf(" Maskinporten answers. What is known of customers stays as it is; %s is asked again by itself.", services.Altinn(s))
}

var altinnOutages = map[altinn.Class]string{
	altinn.ClassServerError: "Altinn answers with a server error (5xx): wait, and see https://status.digdir.no if it lasts.",
	altinn.ClassRateLimited: "Altinn says that we ask too often (429): lower spec.verification.requestsPerSecond if it lasts.",
	altinn.ClassBlocked:     "Something that is not Altinn refuses our requests, such as a proxy or a firewall: let the manager's pods reach Altinn.",
	altinn.ClassUnreachable: "No connection to Altinn, or no answer in time: check DNS, egress rules and TLS inspection between the manager's pods and Altinn.",
	altinn.ClassBadResponse: "Altinn's answer cannot be understood, such as one cut short: check what stands between the manager's pods and Altinn if it lasts.",
}

// AboutServices reports whether a Supplier is not Ready because of single services alone: its credentials are proved.
func AboutServices(s *v1alpha1.Supplier) bool {
	ready := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionReady)
	return ready != nil && ready.Status == metav1.ConditionFalse && len(s.Status.Services) > 0 &&
		ready.Reason == s.Status.Services[0].Reason && strings.Contains(ready.Message, s.Status.Services[0].Message)
}

// usableServices gives the services that customers can be asked for, as a Supplier's status has it.
func usableServices(s *v1alpha1.Supplier) []v1alpha1.ServiceName {
	var usable []v1alpha1.ServiceName
	for _, offered := range s.Spec.Services {
		faulty := slices.ContainsFunc(s.Status.Services, func(f v1alpha1.OfferedServiceStatus) bool { return f.Name == offered.Name })
		if !faulty {
			usable = append(usable, offered.Name)
		}
	}
	return usable
}

// AltinnAlone reports whether a Supplier's AuthorityReachable is False because of Altinn: Maskinporten answers, and gives
// tokens.
func AltinnAlone(s *v1alpha1.Supplier) bool {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionAuthorityReachable)
	return c != nil && c.Status == metav1.ConditionFalse && c.Message == AltinnOutageMessage(s, altinn.Class(c.Reason))
}

// RequestsFailing reports whether a Supplier's AuthorityReachable is False because no customer's request is answered.
func RequestsFailing(s *v1alpha1.Supplier) bool {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionAuthorityReachable)
	return c != nil && c.Status == metav1.ConditionFalse && c.Reason == v1alpha1.ReasonCustomerRequestsFailing
}

// Recovered reports whether there is a service that can be asked for now and could not before.
func Recovered(before, after *v1alpha1.Supplier) bool {
	could := inOrder(before)
	return slices.ContainsFunc(inOrder(after), func(name v1alpha1.ServiceName) bool { return !slices.Contains(could, name) })
}

// inOrder gives the services that the Supplier's status has nothing against asking for.
func inOrder(s *v1alpha1.Supplier) []v1alpha1.ServiceName {
	if !meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionAuthorityReachable) && !AltinnAlone(s) {
		return nil
	}
	if !meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionReady) && !AboutServices(s) {
		return nil
	}
	usable := usableServices(s)
	if AltinnAlone(s) {
		usable = slices.DeleteFunc(usable, func(name v1alpha1.ServiceName) bool {
			return services.Of(name).Kind == v1alpha1.AccessSystemUser
		})
	}
	return usable
}
