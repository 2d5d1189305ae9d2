package plugin

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/plugin"
)

// tiger is the name of the customer of most tests.
const tiger = "dynamisk-altetende-tiger"

// world is one test's namespace with its Supplier.
type world struct {
	t         *testing.T
	namespace string
	client    client.WithWatch
	now       func() time.Time // the program's clock
}

// newWorld creates a namespace, and a Supplier of the same name that is well and allows some namespaces.
func newWorld(t *testing.T, alsoAllowed ...string) *world {
	t.Helper()
	c, err := client.NewWithWatch(server.Config, client.Options{Scheme: server.Client.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, client: c, namespace: createNamespace(t), now: time.Now}
	s := &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: w.namespace},
		Spec: v1alpha1.SupplierSpec{
			OrganizationNumber: "897757222", Name: "4HUMAN HRM AS", Environment: v1alpha1.EnvironmentTest,
			Maskinporten: v1alpha1.MaskinportenClient{
				ClientID: "client", KeyID: "key", KeySecretRef: v1alpha1.SecretKeyReference{Name: "key", Key: "key.jwk"},
			},
			Services: []v1alpha1.OfferedService{
				{Name: v1alpha1.ServiceFollowUpPlans}, {Name: v1alpha1.ServiceSickNotes},
			},
			AllowedNamespaces: append(alsoAllowed, w.namespace),
		},
	}
	w.create(s)
	s.Status.Conditions = []metav1.Condition{
		condition(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonCredentialsProved),
		condition(v1alpha1.ConditionMaskinportenReachable, metav1.ConditionTrue, v1alpha1.ReasonReachable),
	}
	if err := w.client.Status().Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return w
}

// createNamespace creates a namespace with a generated name.
func createNamespace(t *testing.T) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "customers-"}}
	if err := server.Client.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	return namespace.Name
}

// condition returns a condition that changed just now.
func condition(conditionType string, status metav1.ConditionStatus, reason string) metav1.Condition {
	return metav1.Condition{
		Type: conditionType, Status: status, Reason: reason, Message: reason + ".", LastTransitionTime: metav1.Now(),
	}
}

func (w *world) create(o client.Object) {
	w.t.Helper()
	if err := w.client.Create(w.t.Context(), o); err != nil {
		w.t.Fatal(err)
	}
}

// customer returns a customer of the world's Supplier with some services.
func (w *world) customer(name string, names ...v1alpha1.ServiceName) *v1alpha1.CustomerIntegration {
	c := &v1alpha1.CustomerIntegration{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name},
		Spec: v1alpha1.CustomerIntegrationSpec{
			SupplierRef:        v1alpha1.SupplierReference{Name: w.namespace},
			OrganizationNumber: "310330701",
			HRM: v1alpha1.HRMConnection{
				Endpoint:             "https://tiger.hrm.4human.example",
				CredentialsSecretRef: v1alpha1.LocalSecretReference{Name: "tiger-hrm"},
			},
		},
	}
	for _, service := range names {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: service})
	}
	return c
}

// add creates a customer of one service.
func (w *world) add(name string) *v1alpha1.CustomerIntegration {
	w.t.Helper()
	c := w.customer(name, v1alpha1.ServiceFollowUpPlans)
	w.create(c)
	return c
}

// read returns a customer as it is now.
func (w *world) read(name string) *v1alpha1.CustomerIntegration {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	if err := w.client.Get(w.t.Context(), client.ObjectKey{Namespace: w.namespace, Name: name}, &c); err != nil {
		w.t.Fatal(err)
	}
	return &c
}

// state sets the access to every service of a customer, and the condition DelegationVerified.
func state(c *v1alpha1.CustomerIntegration, access v1alpha1.AuthorizationState, reason string) {
	verified := metav1.ConditionFalse
	if access == v1alpha1.AuthorizationGranted {
		verified = metav1.ConditionTrue
	}
	meta.SetStatusCondition(&c.Status.Conditions, condition(v1alpha1.ConditionDelegationVerified, verified, reason))
	meta.SetStatusCondition(&c.Status.Conditions, condition(v1alpha1.ConditionReady, verified, reason))
	now := metav1.Now()
	known := c.Status.Services
	c.Status.Services = nil
	for i, listed := range c.Spec.Services {
		s := v1alpha1.CustomerServiceStatus{Name: listed.Name, Authorization: v1alpha1.Authorization{
			Kind: fixture.Service(listed.Name).Kind, State: access, Reason: reason, Since: &now, LastVerifiedTime: &now,
		}}
		if i < len(known) {
			s.Sync = known[i].Sync
		}
		c.Status.Services = append(c.Status.Services, s)
	}
}

// requested returns the request for a verification that the status has not handled, "" if there is none.
func requested(c *v1alpha1.CustomerIntegration) string {
	if value := c.Annotations[v1alpha1.AnnotationReconcileRequestedAt]; value != c.Status.LastHandledReconcileAt {
		return value
	}
	return ""
}

// handleAs handles a requested verification with a result.
func handleAs(access v1alpha1.AuthorizationState, reason string) func(*v1alpha1.CustomerIntegration) bool {
	return func(c *v1alpha1.CustomerIntegration) bool {
		value := requested(c)
		if value == "" {
			return false
		}
		state(c, access, reason)
		c.Status.LastHandledReconcileAt, c.Status.PendingReconcileAt = value, ""
		return true
	}
}

// handleAsGranted handles a requested verification: the customer has access.
var handleAsGranted = handleAs(v1alpha1.AuthorizationGranted, v1alpha1.ReasonDelegated)

// recordPending records a requested verification as pending.
func recordPending(c *v1alpha1.CustomerIntegration) bool {
	value := requested(c)
	if value == "" || c.Status.PendingReconcileAt == value {
		return false
	}
	c.Status.PendingReconcileAt = value
	return true
}

// operate is the operator until the test ends: it calls react with every state of a customer of the namespace, and
// writes the status if react returns true.
func (w *world) operate(react func(*v1alpha1.CustomerIntegration) bool) {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	events, err := w.client.Watch(ctx, &v1alpha1.CustomerIntegrationList{}, client.InNamespace(w.namespace))
	if err != nil {
		stop()
		w.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for event := range events.ResultChan() {
			c, ok := event.Object.(*v1alpha1.CustomerIntegration)
			if !ok || !react(c) {
				continue
			}
			// A conflict is answered at the next event.
			if err := w.client.Status().Update(ctx, c); err != nil && ctx.Err() == nil {
				w.t.Logf("writing a status: %v", err)
			}
		}
	}()
	w.t.Cleanup(func() {
		stop()
		events.Stop()
		<-ended
	})
}

// result is what a run of the program left.
type result struct {
	code int
	// out and err are what it printed.
	out, err string
}

// run runs the program in the world's namespace, without a terminal.
func (w *world) run(line string) result {
	w.t.Helper()
	return w.runIn(w.t.Context(), server.KubeConfigPath(), line)
}

// runIn runs the program until the context ends, with a kubeconfig.
func (w *world) runIn(ctx context.Context, kubeconfig, line string) result {
	w.t.Helper()
	streams, _, out, problems := genericiooptions.NewTestIOStreams()
	p := &plugin.Program{
		IOStreams: streams, Flags: genericclioptions.NewConfigFlags(true), Now: w.now, Locale: "C.UTF-8",
	}
	*p.Flags.KubeConfig = kubeconfig
	*p.Flags.Namespace = w.namespace
	code := p.Execute(ctx, strings.Fields(line))
	return result{code: code, out: text(out), err: text(problems)}
}

func text(b *bytes.Buffer) string { return b.String() }

// expect fails the test if a result differs.
func (w *world) expect(r result, code int, texts ...string) {
	w.t.Helper()
	if r.code != code {
		w.t.Errorf("exit code %d, want %d", r.code, code)
	}
	for _, want := range texts {
		if !strings.Contains(r.out+r.err, want) {
			w.t.Errorf("%q is missing", want)
		}
	}
	if w.t.Failed() {
		w.t.Logf("it printed:\n%s%s", r.out, r.err)
	}
}
