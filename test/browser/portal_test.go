//go:build browser

package browser

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlink"
	"github.com/4human/integration-operator/internal/portal/access"
	"github.com/4human/integration-operator/internal/portal/check"
	"github.com/4human/integration-operator/internal/portal/customers"
	"github.com/4human/integration-operator/internal/portal/guestlink"
	"github.com/4human/integration-operator/internal/portal/guides"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/server"
	"github.com/4human/integration-operator/internal/portal/session"
	"github.com/4human/integration-operator/internal/rollout"
	"github.com/4human/integration-operator/internal/rollout/rollouttest"
)

const (
	// consultants is the group that may read the customers of all namespaces.
	consultants = "consultants"
	// few is the usual number of customers.
	few = 214
)

// portal is the real portal over a cluster in memory.
type portal struct {
	*cluster

	address  string
	links    *guestlink.Index
	sessions *session.Sessions
	log      *slog.Logger
	now      atomic.Pointer[time.Time]
}

// clock returns the time of the portal, which stands still.
func (p *portal) clock() time.Time { return *p.now.Load() }

// pass lets time pass.
func (p *portal) pass(d time.Duration) {
	later := p.clock().Add(d)
	p.now.Store(&later)
}

// newPortal serves a portal with n customers. Its login is with the provider, or else nobody can log in by hand.
func newPortal(t *testing.T, n int) *portal {
	t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	public := &url.URL{Scheme: "http", Host: listener.Listener.Addr().String()}
	p := &portal{cluster: &cluster{readers: map[string][]string{}}, address: public.String(), log: slog.New(slog.DiscardHandler)}
	p.now.Store(&now)
	p.populate(n)
	keys := newKeys(t)
	p.sessions = session.New(keys, false, 8*time.Hour, p.clock)
	p.links = p.newLinks(t)
	rendered, err := guides.Open("", p.clock, p.log)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := page.New()
	if err != nil {
		t.Fatal(err)
	}
	provider := newProvider(t, public, p)
	listener.Config.Handler = server.New(server.Options{
		PublicURL: public, Pages: pages, Links: p.links, Guides: rendered.Of, Now: p.clock, Log: p.log,
		Store:   &customers.Store{Reader: p.cluster, Inaccessible: func() []string { return nil }},
		Checks:  &check.Requester{Client: p.cluster, Now: p.clock},
		Metrics: server.NewMetrics(prometheus.NewRegistry()),
		Login: &server.Login{
			Provider: provider, Sessions: p.sessions,
			Pending: session.NewJar("portal-login", session.ForLogin, false, keys),
			Access:  access.New(p.cluster, rollouttest.Namespaces(), p.clock),
		},
	})
	listener.Start()
	t.Cleanup(listener.Close)
	return p
}

// populate makes the customers. The first is the tiger, who has one service and is awaited.
func (p *portal) populate(n int) {
	if n > 0 {
		p.customers, p.suppliers = rollouttest.Population(n, now)
		makeTiger(&p.customers[0])
	} else {
		_, p.suppliers = rollouttest.Population(1, now)
	}
	for _, namespace := range rollouttest.Namespaces() {
		p.readers[namespace] = []string{consultants}
	}
}

// tiger is the customer of most tests.
var tiger = client.ObjectKey{Namespace: "customers", Name: "dynamisk-altetende-tiger"}

// makeTiger makes a customer the tiger: it has been awaited for 16 days.
func makeTiger(c *v1alpha1.CustomerIntegration) {
	since, verified := metav1.NewTime(now.Add(-16*24*time.Hour)), metav1.NewTime(now.Add(-7*time.Minute))
	c.Name, c.Namespace, c.Spec.OrganizationNumber = tiger.Name, tiger.Namespace, "310330701"
	c.CreationTimestamp = since
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

// delegate is what the tiger does in Altinn, as the operator sees it.
func delegate(c *v1alpha1.CustomerIntegration) {
	since := metav1.NewTime(now)
	for i := range c.Status.Services {
		a := &c.Status.Services[i].Authorization
		a.State, a.Reason, a.Since = v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated, &since
	}
	c.Status.Turn = v1alpha1.Turn{}
	for i := range c.Status.Conditions {
		if one := &c.Status.Conditions[i]; one.Type != v1alpha1.ConditionOrganizationRegistered {
			one.Status, one.Reason, one.LastTransitionTime = metav1.ConditionTrue, v1alpha1.ReasonDelegated, since
		}
	}
}

func newKeys(t *testing.T) func() session.Keys {
	t.Helper()
	keys, err := session.NewKeys([]byte("a key of the tests, which is no secret"))
	if err != nil {
		t.Fatal(err)
	}
	return func() session.Keys { return keys }
}

// newLinks returns the links to the customers' own pages.
func (p *portal) newLinks(t *testing.T) *guestlink.Index {
	t.Helper()
	key, err := customerlink.NewKey([]byte("a key of the tests, which is no secret"))
	if err != nil {
		t.Fatal(err)
	}
	links := guestlink.New(func() (customerlink.Key, int) { return key, 1 })
	for i := range p.customers {
		links.Handler().OnAdd(&p.customers[i], true)
	}
	return links
}

// guestPage returns the address of a customer's own page.
func (p *portal) guestPage(t *testing.T, key client.ObjectKey) string {
	t.Helper()
	c := p.find(key)
	if c == nil {
		t.Fatalf("there is no customer %s", key)
	}
	return p.address + "/g/" + p.links.Token(c)
}

// page returns the address of a customer's page for consultants.
func (p *portal) page(key client.ObjectKey) string {
	return p.address + "/customers/" + key.Namespace + "/" + key.Name
}

// host returns the portal's host.
func (p *portal) host() string { return p.address[len("http://"):] }

// logIn logs a consultant in without the provider: the login has a test of its own.
func (p *portal) logIn(t *testing.T, v *visit, groups ...string) {
	t.Helper()
	response := httptest.NewRecorder()
	err := p.sessions.Begin(response, session.Session{Username: "kari", Name: "Kari Konsulent", Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	v.addCookies(p.address, (&http.Response{Header: response.Header()}).Cookies())
}

// firstIn returns the first customer in a state.
func (p *portal) firstIn(t *testing.T, s rollout.State) client.ObjectKey {
	t.Helper()
	for i := range p.customers {
		if rollout.Of(&p.customers[i], &p.suppliers[0]).State == s {
			return client.ObjectKeyFromObject(&p.customers[i])
		}
	}
	t.Fatalf("no customer is %s", s)
	return client.ObjectKey{}
}
