package verification

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/fixture"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

const (
	plans        = v1alpha1.ServiceFollowUpPlans
	notes        = v1alpha1.ServiceSickNotes
	applications = v1alpha1.ServiceSickPayApplications

	systemID        = supplierNumber + "_4human_hrm"
	waitingInterval = time.Hour
	grantedInterval = 6 * time.Hour
)

// registeredSystem is the supplier's system as Altinn's system register has it.
func registeredSystem() simaltinn.System {
	return simaltinn.System{
		SystemID: systemID, OrganizationNumber: supplierNumber, ClientIDs: []string{clientID},
		Rights: []string{fixture.Service(notes).Resources[0], fixture.Service(applications).Resources[0]},
	}
}

// registerClient registers the supplier's client with scopes at Maskinporten.
func (w *world) registerClient(scopes ...string) {
	w.t.Helper()
	key := sample.SigningKey()
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: clientID, OrganizationNumber: supplierNumber, Scopes: scopes,
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
	}))
}

// systemUserScopes are all that the client needs where every service is offered.
func systemUserScopes() []string {
	return []string{scope, fixture.Service(notes).Scope, altinn.ScopeRead, altinn.ScopeWrite, altinn.ScopeRegister}
}

// newSystemUserWorld creates a world behind an API, whose Supplier offers every service, and has a system at Altinn.
func newSystemUserWorld(t testing.TB, api client.Client, now func() time.Time, offers ...offer) *world {
	t.Helper()
	w := newWorld(t, api, now, grantedInterval)
	for _, o := range offers {
		w.offer = o
	}
	if w.offer == asCustomOfCustomers {
		w.grantScope(append(numbers(20), tiger)...)
	}
	w.registerClient(systemUserScopes()...)
	w.must(w.simulator.Altinn.RegisterSystem(registeredSystem()))
	s := w.current()
	s.Spec.Endpoints.Altinn, s.Spec.SystemUser.SystemID = w.altinn, systemID
	s.Spec.Verification.WaitingInterval = &metav1.Duration{Duration: waitingInterval}
	s.Spec.Services = w.offer.services()
	w.must(w.client.Update(context.Background(), s))
	return w
}

// newSystemUserLoop is a loop over such a world whose Supplier is proved already, and whose costs are counted.
func newSystemUserLoop(t testing.TB, api client.Client, offers ...offer) *loop {
	t.Helper()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newSystemUserWorld(t, api, clock.Now, offers...), clock)
	l.run(0)
	l.costs = &costs{}
	return l
}

// wants lists a customer's services, all of them.
func (w *world) wants(key client.ObjectKey, names ...v1alpha1.ServiceName) {
	w.t.Helper()
	c := w.customer(key)
	c.Spec.Services = nil
	for _, name := range names {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: w.offer.named(name)})
	}
	w.must(w.client.Update(context.Background(), c))
}

// customerOf adds a customer with services, and makes it due.
func (l *loop) customerOf(number string, names ...v1alpha1.ServiceName) client.ObjectKey {
	l.t.Helper()
	key := l.addCustomer(number)
	l.wants(key, names...)
	l.wake(key)
	return key
}

// grantedBySystemUser adds a customer whose system user is approved already.
func (l *loop) grantedBySystemUser(number string, names ...v1alpha1.ServiceName) client.ObjectKey {
	l.t.Helper()
	_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: number})
	l.must(err)
	l.delegate(number)
	key := l.customerOf(number, names...)
	l.until("access of "+number, time.Minute, func() bool { // who comes when many do has to wait for his turn
		return says(l.customer(key).Status.Conditions, v1alpha1.ConditionDelegationVerified) == "True Delegated"
	})
	return key
}

// verifyNow annotates a customer as kubectl annotate --all does, to be verified now.
func (l *loop) verifyNow(key client.ObjectKey, value string) {
	l.t.Helper()
	l.annotate(key, v1alpha1.AnnotationReconcileRequestedAt, value)
	l.wake(key)
}

// prompt annotates a customer, so that it receives another request.
func (l *loop) prompt(key client.ObjectKey, value string) {
	l.t.Helper()
	l.annotate(key, v1alpha1.AnnotationAskCustomerAgain, value)
	l.wake(key)
}

// access returns what a customer's status reports about one service.
func (w *world) access(key client.ObjectKey, name v1alpha1.ServiceName) v1alpha1.Authorization {
	w.t.Helper()
	known := w.customer(key).Status.Services
	i := slices.IndexFunc(known, func(s v1alpha1.CustomerServiceStatus) bool { return s.Name == w.offer.named(name) })
	if i < 0 {
		return v1alpha1.Authorization{}
	}
	return known[i].Authorization
}

// has verifies that a service's access is "State Reason".
func (l *loop) has(key client.ObjectKey, name v1alpha1.ServiceName, want string) {
	l.t.Helper()
	a := l.access(key, name)
	if got := fmt.Sprintf("%s %s", a.State, a.Reason); got != want {
		l.t.Errorf("%s is %s, want %s", name, got, want)
	}
}

// says verifies that a customer's condition is "Status Reason".
func (l *loop) says(key client.ObjectKey, condition, want string) {
	l.t.Helper()
	if got := says(l.customer(key).Status.Conditions, condition); got != want {
		l.t.Errorf("%s %s, want %s", condition, got, want)
	}
}

// supplierSaysNow verifies that the Supplier's condition is "Status Reason".
func (l *loop) supplierSaysNow(condition, want string) {
	l.t.Helper()
	if got := says(l.current().Status.Conditions, condition); got != want {
		l.t.Errorf("Supplier %s %s, want %s", condition, got, want)
	}
}

// awaits verifies that a service waits for the customer's approval, at the address of the only open request, which
// status and Ready name.
func (l *loop) awaits(key client.ObjectKey, name v1alpha1.ServiceName, kind simaltinn.RequestKind) {
	l.t.Helper()
	open := l.openRequests(kind)
	if len(open) != 1 {
		l.t.Fatalf("%d open requests of kind %s, want 1", len(open), kind)
	}
	l.has(key, name, "AwaitingApproval AwaitingApproval")
	if got := l.access(key, name).ConfirmURL; got != open[0].ConfirmURL {
		l.t.Errorf("confirmURL %q, want %q", got, open[0].ConfirmURL)
	}
	for _, c := range l.customer(key).Status.Conditions {
		if c.Type == v1alpha1.ConditionReady && !strings.Contains(c.Message, open[0].ConfirmURL) {
			l.t.Errorf("Ready does not say where the customer answers: %s", c.Message)
		}
	}
}

// openRequests are those at Altinn that wait for an answer.
func (w *world) openRequests(kind simaltinn.RequestKind) []simaltinn.SystemUserRequest {
	return slices.DeleteFunc(w.simulator.Altinn.SystemUserRequests(), func(r simaltinn.SystemUserRequest) bool {
		return r.Status != simaltinn.RequestNew || r.Kind != kind || r.Deleted || r.TimedOut
	})
}

// noAddressLeft verifies that no status or message of a customer has a confirmURL.
func (l *loop) noAddressLeft(key client.ObjectKey) {
	l.t.Helper()
	text, err := json.Marshal(l.customer(key).Status)
	l.must(err)
	if strings.Contains(string(text), "accessmanagement/ui") {
		l.t.Errorf("an address that is not needed is still there: %s", text)
	}
}

// approve has the customer approve its only open request.
func (w *world) approve(number string) simaltinn.SystemUserRequest {
	w.t.Helper()
	r, err := w.simulator.Altinn.ApproveRequest(number)
	w.must(err)
	return r
}

// deleteSystemUser has the customer delete its system user.
func (w *world) deleteSystemUser(number string) {
	w.t.Helper()
	_, err := w.simulator.Altinn.WithdrawSystemUser(number)
	w.must(err)
}

// until lets time pass until something holds, for no longer than a limit.
func (l *loop) until(what string, limit time.Duration, holds func() bool) {
	l.t.Helper()
	end := l.clock.Now().Add(limit)
	for !holds() {
		key, at := l.first()
		if at.IsZero() || at.After(end) {
			l.t.Fatalf("no %s within %s", what, limit)
		}
		if at.After(l.clock.Now()) {
			l.clock.Set(at)
		}
		l.pass(key)
	}
}

// failingWrites reconciles a customer once, while its status cannot be written.
func (l *loop) failingWrites(key client.ObjectKey) {
	l.t.Helper()
	there := l.customers.Client
	l.customers.Client = refusingWrites{Client: there}
	defer func() { l.customers.Client = there }()
	counted := l.count(key)
	defer counted()
	if _, err := l.customers.Reconcile(context.Background(), request(key)); err == nil {
		l.must(errors.New("the write did not fail"))
	}
}
