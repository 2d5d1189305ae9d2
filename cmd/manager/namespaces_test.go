package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	east       = "customers-east"
	lionNumber = "315587336"
)

// TestNamespaceWithoutRights starts the manager without rights in one of two namespaces, grants them and withdraws them
// again. The other namespace goes on meanwhile.
func TestNamespaceWithoutRights(t *testing.T) {
	w := newWorld(t)
	w.allow(customers, east)
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)), east)

	p.eventually(t, "ready without the rights", func() bool {
		status, _ := get(t, "http://"+p.health+"/readyz", "")
		return status == http.StatusOK
	})
	p.eventually(t, "verified customer", func() bool { return w.verified() })
	p.eventually(t, "the alarm", func() bool { return w.alarm() == "True NamespaceRightsMissing" })
	if message := w.alarmMessage(); !strings.Contains(message, east) ||
		!strings.Contains(message, "config/customer-namespace") {
		t.Errorf("the alarm says: %s", message)
	}

	w.grantEast()
	w.must(w.server.Client.Create(t.Context(), customer(east, "lion", lionNumber)))
	p.eventually(t, "the end of the alarm", func() bool { return w.alarm() == "False NamespaceRightsExist" })
	p.eventually(t, "a customer in the other namespace", func() bool { return w.reconciled(east, "lion") })

	w.must(w.server.Client.Delete(t.Context(),
		&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: east, Name: operator}}))
	p.eventually(t, "the alarm after the withdrawal", func() bool { return w.alarm() == "True NamespaceRightsMissing" })
	if got := p.log.count("No rights in the namespace"); got != 2 {
		t.Errorf("the log has %d lines about the rights, want one per withdrawal", got)
	}
	p.stopSoon(t)
}

// TestNoNamespaceWithRights starts the manager without rights in its only namespace. It is not ready, says so once, and
// ends on SIGTERM.
func TestNoNamespaceWithRights(t *testing.T) {
	w := newWorld(t)
	w.must(w.server.Client.Delete(t.Context(),
		&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: customers, Name: operator}}))
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)))
	p.eventually(t, "the line in the log", func() bool { return p.log.count("No rights in the namespace") == 1 })
	for range 10 {
		if status, _ := get(t, "http://"+p.health+"/readyz", ""); status == http.StatusOK {
			t.Error("ready without any namespace")
		}
	}
	if got := p.log.count("no rights in any namespace"); got != 1 {
		t.Errorf("the log has %d lines about readiness, want 1", got)
	}
	if got := p.log.count("healthz check failed"); got != 0 {
		t.Errorf("the log has %d lines of probes", got)
	}
	p.stopSoon(t)
}

// stopSoon ends the manager with SIGTERM, which must take less than the pod's grace period.
func (p *process) stopSoon(t *testing.T) {
	t.Helper()
	begin := time.Now()
	p.stop(t)
	if took := time.Since(begin); took > 25*time.Second {
		t.Errorf("SIGTERM took %s", took)
	}
}

// allow sets the Supplier's allowed namespaces.
func (w *world) allow(namespaces ...string) {
	w.t.Helper()
	s := w.supplier()
	before := s.DeepCopy()
	s.Spec.AllowedNamespaces = namespaces
	w.must(w.server.Client.Patch(w.t.Context(), s, client.MergeFrom(before)))
}

func (w *world) supplier() *v1alpha1.Supplier {
	w.t.Helper()
	var s v1alpha1.Supplier
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Name: v1alpha1.DefaultSupplierName}, &s))
	return &s
}

// alarm returns status and reason of NamespacesInaccessible.
func (w *world) alarm() string {
	w.t.Helper()
	c := meta.FindStatusCondition(w.supplier().Status.Conditions, v1alpha1.ConditionNamespacesInaccessible)
	if c == nil {
		return ""
	}
	return string(c.Status) + " " + c.Reason
}

func (w *world) alarmMessage() string {
	w.t.Helper()
	return meta.FindStatusCondition(w.supplier().Status.Conditions, v1alpha1.ConditionNamespacesInaccessible).Message
}

func (w *world) reconciled(namespace, name string) bool {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &c))
	return len(c.Status.Conditions) > 0
}

// grantEast creates the namespace with copies of the Role and RoleBinding of config/customer-namespace.
func (w *world) grantEast() {
	w.t.Helper()
	ctx := w.t.Context()
	key := client.ObjectKey{Namespace: customers, Name: operator}
	var role rbacv1.Role
	var binding rbacv1.RoleBinding
	w.must(w.server.Client.Get(ctx, key, &role))
	w.must(w.server.Client.Get(ctx, key, &binding))
	role.ObjectMeta = metav1.ObjectMeta{Namespace: east, Name: operator}
	binding.ObjectMeta = role.ObjectMeta
	for _, o := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: east}}, &role, &binding,
	} {
		w.must(w.server.Client.Create(ctx, o))
	}
}
