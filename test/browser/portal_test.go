//go:build browser

package browser

import (
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
	"github.com/4human/integration-operator/internal/simulator/login"
	portaltest "github.com/4human/integration-operator/test/portal"
)

const (
	// few is the usual number of customers.
	few = 214
	// consultant may see all customers, nord those of one namespace, and stranger none.
	consultant = "consultant-all"
	nord       = "consultant-nord"
	stranger   = "no-rights"
)

// now is the portal's fixed time.
var now = time.Now().UTC().Truncate(time.Second)

// portal is a running portal with customers.
type portal struct {
	*portaltest.World

	customers []v1alpha1.CustomerIntegration
	suppliers []v1alpha1.Supplier
}

// newPortal starts a portal with n customers. The first is the tiger, who is awaited.
func newPortal(t *testing.T, n int) *portal {
	t.Helper()
	p := &portal{World: portaltest.Start(t, portaltest.Options{Now: func() time.Time { return now }})}
	p.customers, p.suppliers = rollouttest.Population(max(n, 1), now)
	p.customers = p.customers[:n]
	if n > 0 {
		freeNumber(p.customers, tigerNumber)
		makeTiger(&p.customers[0])
	}
	for i := range p.customers {
		p.Cluster.Put(&p.customers[i])
	}
	for i := range p.suppliers {
		p.suppliers[i].Spec.Portal.URL = p.URL
		p.Cluster.PutSupplier(&p.suppliers[i])
	}
	p.Cluster.Allow(login.GroupAll, rollouttest.Namespaces()...)
	p.Cluster.Allow(login.GroupNord, "customers-nord")
	return p
}

// The tiger is the customer of most tests.
const (
	tigerNamespace = "customers"
	tigerName      = "dynamisk-altetende-tiger"
	tigerNumber    = "310330701"
)

// freeNumber replaces a number by the first customer's, where a customer has it.
func freeNumber(customers []v1alpha1.CustomerIntegration, number v1alpha1.OrganizationNumber) {
	for i := range customers {
		if customers[i].Spec.OrganizationNumber == number {
			customers[i].Spec.OrganizationNumber = customers[0].Spec.OrganizationNumber
		}
	}
}

// makeTiger makes a customer the tiger: it has been awaited for 16 days.
func makeTiger(c *v1alpha1.CustomerIntegration) {
	since, verified := metav1.NewTime(now.Add(-16*24*time.Hour)), metav1.NewTime(now.Add(-7*time.Minute))
	c.Name, c.Namespace, c.Spec.OrganizationNumber = tigerName, tigerNamespace, tigerNumber
	c.CreationTimestamp = since
	c.Spec.Suspend, c.Spec.SupplierRef = false, v1alpha1.CustomerIntegrationSpec{}.SupplierRef
	c.Spec.Services = []v1alpha1.CustomerService{{Name: v1alpha1.ServiceFollowUpPlans}}
	c.Status.Organization = &v1alpha1.Organization{
		Name: "DYNAMISK ALTETENDE TIGER AS", Kind: v1alpha1.OrganizationMainUnit, CheckedTime: since,
	}
	c.Status.Turn = v1alpha1.Turn{Actor: v1alpha1.ActorCustomer, Since: since}
	c.Status.Services = []v1alpha1.CustomerServiceStatus{{
		Name: v1alpha1.ServiceFollowUpPlans,
		Authorization: v1alpha1.Authorization{
			Kind: v1alpha1.AccessAPIDelegation, State: v1alpha1.AuthorizationNotGranted,
			Reason: v1alpha1.ReasonNotDelegated, Since: &since, LastVerifiedTime: &verified,
		},
	}}
	condition := func(of string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: of, Status: status, Reason: reason, Message: message, LastTransitionTime: since}
	}
	c.Status.Conditions = []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonAwaitingDelegation,
			"DYNAMISK ALTETENDE TIGER AS has not delegated FollowUpPlans to 4HUMAN HRM AS in Altinn."),
		condition(v1alpha1.ConditionDelegationVerified, metav1.ConditionFalse, v1alpha1.ReasonAwaitingDelegation,
			"FollowUpPlans: not delegated."),
		condition(v1alpha1.ConditionOrganizationRegistered, metav1.ConditionTrue, v1alpha1.ReasonOrganizationRegistered,
			"DYNAMISK ALTETENDE TIGER AS is a main unit."),
	}
}

// changeTiger changes the tiger, as the operator or kubectl do.
func (p *portal) changeTiger(change func(*v1alpha1.CustomerIntegration)) {
	c := p.tiger()
	change(c)
	p.Cluster.Put(c)
}

// tiger returns the tiger as it is in the cluster.
func (p *portal) tiger() *v1alpha1.CustomerIntegration {
	return p.Cluster.Customer(tigerNamespace, tigerName)
}

// delegate is what the tiger does in Altinn, as the operator reports it.
func delegate(c *v1alpha1.CustomerIntegration) {
	since := metav1.NewTime(now)
	for i := range c.Status.Services {
		a := &c.Status.Services[i].Authorization
		a.State, a.Reason = v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated
		a.Since, a.LastVerifiedTime = &since, &since
	}
	c.Status.Turn = v1alpha1.Turn{}
	for i := range c.Status.Conditions {
		if one := &c.Status.Conditions[i]; one.Type != v1alpha1.ConditionOrganizationRegistered {
			one.Status, one.Reason, one.LastTransitionTime = metav1.ConditionTrue, v1alpha1.ReasonDelegated, since
		}
	}
}

// withdraw is the opposite.
func withdraw(c *v1alpha1.CustomerIntegration) {
	a := &c.Status.Services[0].Authorization
	a.State, a.Reason = v1alpha1.AuthorizationWithdrawn, v1alpha1.ReasonDelegationWithdrawn
}

// awaitApproval makes the tiger wait for a system user for two services.
func awaitApproval(c *v1alpha1.CustomerIntegration) {
	known := c.Status.Services[0]
	known.Authorization.Kind, known.Authorization.State = v1alpha1.AccessSystemUser, v1alpha1.AuthorizationAwaitingApproval
	known.Authorization.Reason = v1alpha1.ReasonAwaitingApproval
	known.Authorization.ConfirmURL = "https://am.ui.altinn.example/accessmanagement/ui/systemuser/request?id=1"
	c.Spec.Services, c.Status.Services = nil, nil
	for _, name := range []v1alpha1.ServiceName{v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications} {
		known.Name = name
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: name})
		c.Status.Services = append(c.Status.Services, known)
	}
}

// answer responds to a requested verification of the tiger, as the operator does. It waits for the request.
func (p *portal) answer(t *testing.T, change func(*v1alpha1.CustomerIntegration)) {
	t.Helper()
	waitFor(t, "a request for a verification", func() bool {
		return p.tiger().Annotations[v1alpha1.AnnotationReconcileRequestedAt] != ""
	})
	p.changeTiger(func(c *v1alpha1.CustomerIntegration) {
		c.Status.LastHandledReconcileAt = c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]
		change(c)
	})
}

// page returns the address of a customer's page for consultants.
func (p *portal) page(c *v1alpha1.CustomerIntegration) string {
	return p.URL + "/customers/" + c.Namespace + "/" + c.Name
}

// firstIn returns the first customer in a state.
func (p *portal) firstIn(t *testing.T, s rollout.State) *v1alpha1.CustomerIntegration {
	t.Helper()
	for i := range p.customers {
		if c := &p.customers[i]; rollout.Of(c, &p.suppliers[0]).State == s && c.Name != tigerName {
			return c
		}
	}
	t.Fatalf("no customer is %s", s)
	return nil
}

// host returns the portal's host.
func (p *portal) host() string { return host(p.URL) }

// host returns the host of an address.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// logIn logs a person in without the browser. The login in the browser has a test of its own.
func (p *portal) logIn(t *testing.T, v *visit, person string) {
	t.Helper()
	client := p.Browser()
	if shown := p.World.LogIn(client, person, "/"); host(shown.URL) != p.host() {
		t.Fatalf("%s is not logged in, but at %s: %d", person, shown.URL, shown.Status)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar, ok := client.Jar.(*cookiejar.Jar)
	if !ok {
		t.Fatalf("the client has a %T", client.Jar)
	}
	v.addCookies(p.URL, jar.Cookies(u))
}
