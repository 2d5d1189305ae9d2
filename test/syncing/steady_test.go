package syncing

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestSteadyStateWritesNothing lets everything happen that happens around jobs all day: none of it is a write, and none
// of it a question to Maskinporten.
func TestSteadyStateWritesNothing(t *testing.T) {
	m := startGranted(t)
	first := m.job(m.firstJob())
	pod := m.pod(first, withContainer(corev1.PodPending, corev1.ContainerState{}))
	cases := []struct {
		reason string
		event  func()
	}{
		{"a pass that nothing has happened before", func() {}},
		{"the CronJob controller notes in its status that it ran", func() {
			c := m.cronJob()
			c.Status.LastScheduleTime = &metav1.Time{Time: m.clock.Now()}
			c.Status.Active = []corev1.ObjectReference{{Kind: "Job", Namespace: m.name, Name: first.Name}}
			m.setStatus(c)
		}},
		{"the Job controller notes in its status that a pod runs", func() {
			now := metav1.NewTime(m.clock.Now())
			first.Status.StartTime, first.Status.Active = &now, 1
			m.setStatus(first)
		}},
		{"a container is being made", func() { m.setPod(pod, waiting("ContainerCreating")) }},
		{"a pod runs", func() { m.setPod(pod, working()) }},
		{"somebody else writes beside what is ours on a CronJob", func() { m.annotate(m.cronJob()) }},
		{"and on a ServiceAccount", func() { m.annotate(m.account()) }},
		{"and on a Job", func() { m.annotate(first) }},
		{"and on the customer and the Supplier", func() {
			m.annotate(m.tiger())
			m.annotate(m.supplier())
		}},
		{"another Job comes by schedule", func() { m.schedule() }},
	}
	m.forget()
	for _, c := range cases {
		c.event()
		m.expect(c.reason, work{})
	}
}

// TestSyncDisabledMakesNothing verifies access and reports it, and nothing flows until somebody wants it to.
func TestSyncDisabledMakesNothing(t *testing.T) {
	m := newWorld(t, standing()).startManager()
	m.delegate(tigerNumber)
	c := m.makeCustomer(tiger, tigerNumber)
	c.Spec.Sync = v1alpha1.SyncDisabled
	m.create(c)
	eventually(t, "a verdict", func() bool { return m.ready() == "True Delegated" })
	m.rest()
	if m.account() != nil || m.cronJob() != nil {
		t.Error("something was made although nothing shall flow")
	}
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncEnabled })
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	checkFirstJob(t, m.world)
}

// setStatus writes an object's status as another controller does.
func (w *world) setStatus(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Status().Update(context.Background(), o))
}

// annotate writes something on an object that is nobody's business.
func (w *world) annotate(o client.Object) {
	w.t.Helper()
	before, ok := o.DeepCopyObject().(client.Object)
	if !ok {
		w.t.Fatalf("%T is no object", o)
	}
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["somebody.example/note"] = "seen"
	o.SetAnnotations(annotations)
	w.must(server.Client.Patch(context.Background(), o, client.MergeFrom(before)))
}
