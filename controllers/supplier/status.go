package supplier

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/services"
)

// supplierStatus gives the whole status after this pass. Pure.
func supplierStatus(s *scope) v1alpha1.SupplierStatus {
	status := *s.supplier.Status.DeepCopy()
	changed := s.guard != nil && !s.sameCredentials()
	status.ObservedGeneration = s.supplier.Generation
	answered := s.proof != nil && s.proof.class.Kind() != conclusion.Outage
	status.LastHandledReconcileAt, status.PendingReconcileAt = request.Record(
		s.requested(), answered, status.LastHandledReconcileAt, status.PendingReconcileAt, true)
	if s.proof != nil && s.proof.hadToken(s.supplier) {
		status.Credentials = provedCredentials(s)
	}
	w := condition.Writer{Conditions: &status.Conditions, Generation: s.supplier.Generation, Now: s.now}
	w.Set(v1alpha1.ConditionAuthorityReachable, reachable(s))
	status.Services = serviceFaults(s)
	w.Summarise(supplierReady(s, changed, status.Services))
	setAlarms(w, s)
	if s.census != nil {
		status.Customers = s.census.counts()
	}
	return status
}

// provedCredentials are the credentials with the time of their proof. A proof that was made early, because something
// cast doubt on the last, does not move the time: the doubt of one customer must not be a write a minute.
func provedCredentials(s *scope) v1alpha1.CredentialsStatus {
	proved := s.credentials()
	at := s.proof.at
	if at.IsZero() {
		at = s.now
	}
	proved.LastVerifiedTime = new(metav1.NewTime(at))
	last := s.supplier.Status.Credentials.LastVerifiedTime
	if last == nil || !s.sameCredentials() || s.requested() != "" {
		return proved
	}
	if at.Before(last.Add(pacing.Jitter(s.supplier.VerificationInterval(), s.supplier.UID)).Truncate(time.Second)) {
		proved.LastVerifiedTime = last
	}
	return proved
}

// reachable gives the condition AuthorityReachable. Only an answer, or the lack of one, changes it.
func reachable(s *scope) condition.State {
	f := maskinportenReachable(s)
	if f.Status == metav1.ConditionTrue && s.unanswered != nil {
		return s.unanswered.finding()
	}
	if f.Status == metav1.ConditionTrue && s.register.Kind() == conclusion.Outage {
		return condition.State{Status: metav1.ConditionFalse, Reason: string(s.register), Message: availability.AltinnOutageMessage(s.supplier, s.register)}
	}
	return f
}

// maskinportenReachable gives what AuthorityReachable says of Maskinporten.
func maskinportenReachable(s *scope) condition.State {
	answers := condition.State{Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonReachable, Message: "Maskinporten answers."}
	switch {
	case s.supplier.Spec.Suspend:
		return condition.State{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonSuspended, Message: entitlement.SupplierSuspended(s.supplier.Name)}
	case s.proof == nil && s.guard != nil && authority.PostponedUntil(s.guard, s.now).After(s.now):
		class := s.guard.Postponed().Class
		return condition.State{Status: metav1.ConditionFalse, Reason: string(class), Message: outageMessage(s, class)}
	case s.proof == nil:
		if availability.AltinnAlone(s.supplier) || availability.RequestsFailing(s.supplier) {
			return answers
		}
		return known(s, v1alpha1.ConditionAuthorityReachable)
	case s.proof.class.Kind() == conclusion.Outage:
		return condition.State{Status: metav1.ConditionFalse, Reason: string(s.proof.class), Message: outageMessage(s, s.proof.class)}
	default:
		return answers
	}
}

// supplierReady gives the condition Ready: whether our credentials are proved, for every service.
func supplierReady(s *scope, changed bool, faults []v1alpha1.OfferedServiceStatus) condition.State {
	f := credentials(s, changed)
	if f.Status == metav1.ConditionTrue && len(faults) > 0 {
		return servicesReady(len(s.supplier.Spec.Services), faults)
	}
	return f
}

// credentials gives what Ready says of the credentials. An outage says nothing about them.
func credentials(s *scope, changed bool) condition.State {
	switch {
	case s.supplier.Spec.Suspend:
		return condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonSuspended, Message: entitlement.SupplierSuspended(s.supplier.Name)}
	case s.config != nil:
		return condition.State{Status: metav1.ConditionFalse, Reason: s.config.Reason, Message: s.config.Message}
	case s.proof == nil && (s.complaint == "" || s.guard.Proof.Fault() != ""): // our own fault goes before a complaint
		return knownCredentials(s)
	case s.proof != nil && s.proof.class.Kind() == conclusion.Outage:
		return duringOutage(s, changed)
	case s.proof != nil && s.proof.class != "":
		reason := faultReason(s.proof.class)
		return condition.State{Status: metav1.ConditionFalse, Reason: reason, Message: faultMessage(s, reason, s.proof.detail)}
	case s.complaint != "":
		return condition.State{Status: metav1.ConditionFalse, Reason: string(s.complaint), Message: complaintMessage(s.complaint)}
	default:
		return proved(s)
	}
}

// proved is Ready when our credentials are.
func proved(s *scope) condition.State {
	return condition.State{
		Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonCredentialsProved,
		Message: "Maskinporten gave " + services.SupplierTitle(s.supplier) + " a token of its own.",
	}
}

// knownCredentials returns what Ready says already of the credentials. If it is about single services, or about a complaint
// that has ended, they are proved.
func knownCredentials(s *scope) condition.State {
	f := known(s, v1alpha1.ConditionReady)
	complained := f.Status == metav1.ConditionFalse && s.guard.Proof.Succeeded() && s.complaint == ""
	if availability.AboutServices(s.supplier) || complained {
		return proved(s)
	}
	return f
}

// mendedReasons are reasons that no longer hold when a pass has come as far as asking what is known: the Supplier is
// not suspended, and a client could be made of its spec and Secret.
var mendedReasons = map[string]bool{
	v1alpha1.ReasonSuspended:            true,
	v1alpha1.ReasonKeyNotFound:          true,
	v1alpha1.ReasonKeyInvalid:           true,
	v1alpha1.ReasonConfigurationInvalid: true,
}

// known gives what a condition says already, or that nothing is known.
func known(s *scope, conditionType string) condition.State {
	c := meta.FindStatusCondition(s.supplier.Status.Conditions, conditionType)
	if c == nil || mendedReasons[c.Reason] {
		return condition.State{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonVerificationPending, Message: "Maskinporten has not been asked yet."}
	}
	return condition.State{Status: c.Status, Reason: c.Reason, Message: c.Message}
}

// duringOutage gives Ready while Maskinporten does not answer: what is known stays, unless it was known of other
// credentials.
func duringOutage(s *scope, changed bool) condition.State {
	f := knownCredentials(s)
	if f.Status == metav1.ConditionUnknown || changed {
		return condition.State{
			Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonAuthorityUnavailable,
			Message: "Nothing is known of the credentials yet, for Maskinporten does not answer; see the condition AuthorityReachable.",
		}
	}
	return f
}

// faultReason gives the reason for a class that the supplier's own proof met. A refusal that would be about a customer
// is, for a question about ourselves, about our client.
func faultReason(c maskinporten.Class) string {
	switch c {
	case maskinporten.ClassNotDelegated, maskinporten.ClassRequestRejected, maskinporten.ClassConsumerIsSupplier,
		maskinporten.ClassSystemUserMissing:
		return v1alpha1.ReasonClientRejected
	default:
		return string(c)
	}
}
