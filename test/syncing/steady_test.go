package syncing

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestSteadyStateWritesNothing checks that everyday changes around jobs cause no write and no request to Maskinporten.
func TestSteadyStateWritesNothing(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	first := m.job(m.firstJob())
	pod := m.pod(first, withContainer(corev1.PodPending, corev1.ContainerState{}))
	cases := []struct {
		reason string
		event  func()
	}{
		{reason: "a reconcile without a change", event: func() {}},
		{reason: "the CronJob controller updates the CronJob's status", event: func() {
			c := m.cronJob()
			c.Status.LastScheduleTime = &metav1.Time{Time: m.clock.Now()}
			c.Status.Active = []corev1.ObjectReference{{Kind: "Job", Namespace: m.name, Name: first.Name}}
			m.setStatus(c)
		}},
		{reason: "the Job controller updates the Job's status", event: func() {
			now := metav1.NewTime(m.clock.Now())
			first.Status.StartTime, first.Status.Active = &now, 1
			m.setStatus(first)
		}},
		{reason: "a container is being created", event: func() { m.setPod(pod, waiting("ContainerCreating")) }},
		{reason: "a pod runs", event: func() { m.setPod(pod, working()) }},
		{reason: "another client annotates the CronJob", event: func() { m.annotate(m.cronJob()) }},
		{reason: "another client annotates the ServiceAccount", event: func() { m.annotate(m.account()) }},
		{reason: "another client annotates a Job", event: func() { m.annotate(first) }},
		{reason: "another client annotates the customer and the Supplier", event: func() {
			m.annotate(m.tiger())
			m.annotate(m.supplier())
		}},
		{reason: "another Job starts by schedule", event: func() { m.schedule() }},
	}
	m.forget()
	for _, c := range cases {
		c.event()
		m.expect(c.reason, work{})
	}
}

// TestSyncDisabledMakesNothing checks that access is verified and nothing is created while sync is disabled.
func TestSyncDisabledMakesNothing(t *testing.T) {
	t.Parallel()
	m := newWorld(t, fixedClock()).startManager()
	m.delegate(tigerNumber)
	c := m.makeCustomer(tiger, tigerNumber)
	c.Spec.Sync = v1alpha1.SyncDisabled
	m.create(c)
	eventually(t, "Ready with Delegated", func() bool { return m.ready() == "True Delegated" })
	m.rest()
	if m.account() != nil || m.cronJob() != nil {
		t.Error("objects exist although sync is disabled")
	}
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Spec.Sync = v1alpha1.SyncEnabled })
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	checkFirstJob(t, m.world)
}

// setStatus updates an object's status, as another controller does.
func (w *world) setStatus(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Status().Update(context.Background(), o))
}

// annotate sets an annotation that does not concern the operator.
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
	annotations["other.example/note"] = "seen"
	o.SetAnnotations(annotations)
	w.must(server.Client.Patch(context.Background(), o, client.MergeFrom(before)))
}
