package supplier

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/services"
)

// statusOf returns the whole status after this reconcile.
func statusOf(s *facts) v1alpha1.SupplierStatus {
	status := *s.supplier.Status.DeepCopy()
	changed := s.guard != nil && !s.hasSameCredentials()
	status.ObservedGeneration = s.supplier.Generation
	answered := s.proof != nil && s.proof.class.Kind() != conclusion.Outage
	status.LastHandledReconcileAt, status.PendingReconcileAt = request.Record(
		s.requestedValue(), answered, status.LastHandledReconcileAt, status.PendingReconcileAt, true)
	if s.proof != nil && s.proof.hadToken(s.supplier) {
		status.Credentials = provedCredentials(s)
	}
	w := condition.Writer{Conditions: &status.Conditions, Generation: s.supplier.Generation, Now: s.now}
	writeReachable(w, s)
	writeAlarms(w, s)
	access, faults := credentialsCondition(s, changed), serviceFaults(s)
	status.Alarms = alarmSummary(s, status.Conditions)
	w.Summarize(withAlarms(s, readyCondition(s, access, faults), status.Alarms))
	status.Services = serviceStatuses(s, access, faults, status.Conditions)
	if s.census != nil {
		status.Customers = s.census.counts()
	}
	return status
}

// provedCredentials returns the credentials with the time of their proof. An early proof, made because something cast
// doubt on the last one, does not change the time: one customer must not cause a write per minute.
func provedCredentials(s *facts) v1alpha1.CredentialsStatus {
	proved := s.credentials()
	at := s.proof.at
	if at.IsZero() {
		at = s.now
	}
	proved.LastVerifiedTime = new(metav1.NewTime(at))
	last := s.supplier.Status.Credentials.LastVerifiedTime
	if last == nil || !s.hasSameCredentials() || s.requestedValue() != "" {
		return proved
	}
	if at.Before(last.Add(pacing.Jitter(s.supplier.VerificationInterval(), s.supplier.UID)).Truncate(time.Second)) {
		proved.LastVerifiedTime = last
	}
	return proved
}

// readyCondition returns the condition Ready: whether the credentials are proved, for every service, and then whether
// every schedule is valid. If nothing was learned about services whose fault is known, Ready stays.
func readyCondition(s *facts, access condition.State, faults []serviceFault) condition.State {
	before, learned := knownCondition(s, v1alpha1.ConditionReady), s.proof != nil && s.proof.class == ""
	switch {
	case access.Status != metav1.ConditionTrue:
		return access
	case len(faults) == 0:
		return cmp.Or(agentsCondition(s), schedulesCondition(s.supplier), access)
	case !learned && before.Reason == faults[0].reason && hasSameFaults(s, faults):
		return before
	default:
		return servicesCondition(faults)
	}
}

// withAlarms returns Ready with the names of the alarms, if Ready reports nothing worse.
func withAlarms(s *facts, ready condition.State, alarms string) condition.State {
	if ready.Status != metav1.ConditionTrue {
		return ready
	}
	ready = provedCondition(s) // the known message has the alarms of that time
	if alarms != "" {
		ready.Message += fmt.Sprintf(" Alarms: %s. See: kubectl describe supplier %s", alarms, s.supplier.Name)
	}
	return ready
}

// credentialsCondition returns what Ready reports of the credentials. An outage changes nothing about them.
func credentialsCondition(s *facts, changed bool) condition.State {
	switch {
	case s.halt() != nil:
		return condition.False(s.halt().Reason, s.halt().Message)
	case s.config != nil:
		return condition.False(s.config.Reason, s.config.Message)
	case s.proof == nil && (s.complaint == "" || s.guard.fault != ""): // our own fault ranks before a complaint
		return lastReady(s)
	case s.proof != nil && s.proof.class.Kind() == conclusion.Outage:
		return outageCondition(s, changed)
	case s.proof != nil && s.proof.class != "":
		reason := faultReason(s.proof.class)
		return condition.False(reason, faultMessage(s, reason, s.proof.detail))
	case s.complaint != "":
		return condition.False(string(s.complaint), complaintMessage(s, s.complaint))
	default:
		return provedCondition(s)
	}
}

// isAboutComplaint reports whether a state of the credentials is about a response for some customer. The credentials
// work.
func isAboutComplaint(s *facts, access condition.State) bool {
	isOurs := s.proof != nil && s.proof.class != "" && s.proof.class.Kind() != conclusion.Outage
	return s.complaint != "" && !isOurs && access.Reason == string(s.complaint)
}

// provedCondition returns Ready if the credentials work.
func provedCondition(s *facts) condition.State {
	isOurs := func(p services.ProofScope) bool { return !p.HeldByCustomers }
	if !slices.ContainsFunc(services.ProofScopes(s.supplier), isOurs) {
		return condition.True(v1alpha1.ReasonCredentialsProved,
			fmt.Sprintf("Maskinporten accepts the credentials of %s.", services.SupplierTitle(s.supplier)))
	}
	return condition.True(v1alpha1.ReasonCredentialsProved,
		fmt.Sprintf("Maskinporten issued %s a token of its own.", services.SupplierTitle(s.supplier)))
}

// lastReady returns what Ready reports of the credentials already. If it reports faults of single services, or a
// complaint that has ended, the credentials work.
func lastReady(s *facts) condition.State {
	f := knownCondition(s, v1alpha1.ConditionReady)
	ended := s.guard.succeeded && s.complaint == ""
	over := f.Reason != string(s.complaint) && !credentialsFailed(s.supplier)
	if f.Status == metav1.ConditionFalse && (ended || over) {
		return provedCondition(s)
	}
	return f
}

// knownCondition returns what a condition reports already, or that nothing was verified.
func knownCondition(s *facts, conditionType string) condition.State {
	c := meta.FindStatusCondition(s.supplier.Status.Conditions, conditionType)
	if c == nil || isCorrected(c.Reason) {
		return condition.Unknown(v1alpha1.ReasonVerificationPending, "Waiting for the first response from Maskinporten.")
	}
	return condition.State{Status: c.Status, Reason: c.Reason, Message: c.Message}
}

// isCorrected reports whether a reason no longer applies once a client exists: the Supplier is neither stopped nor
// suspended, and its spec and Secret are valid.
func isCorrected(reason string) bool {
	switch reason {
	case v1alpha1.ReasonSuspended, v1alpha1.ReasonEmergencyStop, v1alpha1.ReasonKeyNotFound,
		v1alpha1.ReasonKeyInvalid, v1alpha1.ReasonConfigurationInvalid:
		return true
	default:
		return false
	}
}

// outageCondition returns Ready while Maskinporten does not respond: it stays, unless it is about other credentials.
func outageCondition(s *facts, changed bool) condition.State {
	f := lastReady(s)
	if f.Status == metav1.ConditionUnknown || changed {
		return condition.Unknown(v1alpha1.ReasonAuthorityUnavailable,
			"Maskinporten has not verified these credentials yet. See MaskinportenReachable.")
	}
	return f
}

// scopeReason returns the reason for a class that the supplier's own proof met for one scope alone. The scope of a
// declared service may meet any class, although the credentials and Maskinporten work.
func scopeReason(c maskinporten.Class) string {
	switch c {
	case maskinporten.ClassScopeNotRegistered, maskinporten.ClassScopeNotGranted:
		return string(c)
	default:
		return v1alpha1.ReasonClientRejected
	}
}

// faultReason returns the reason for a class that the supplier's own proof met. A refusal that would be about a
// customer is about our client here.
func faultReason(c maskinporten.Class) string {
	switch c {
	case maskinporten.ClassNotDelegated, maskinporten.ClassRequestRejected, maskinporten.ClassConsumerIsSupplier,
		maskinporten.ClassSystemUserMissing:
		return v1alpha1.ReasonClientRejected
	default:
		return string(c)
	}
}
