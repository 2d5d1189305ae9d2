package syncing

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/test/sample"
)

// setOwners replaces the owner references of an object.
func (w *world) setOwners(o client.Object, owners ...metav1.OwnerReference) {
	w.t.Helper()
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"ownerReferences": owners}})
	w.must(err)
	w.must(server.Client.Patch(context.Background(), o, client.RawPatch(types.MergePatchType, patch)))
}

// deleteTiger deletes the customer and leaves its objects with other owners. The API server of the tests has no garbage
// collector.
func (w *world) deleteTiger(owners ...metav1.OwnerReference) {
	w.t.Helper()
	w.remove(w.tiger())
	w.setOwners(w.cronJob(), owners...)
	w.setOwners(w.account(), owners...)
}

// restore replaces an object by a copy from a backup: another UID, no owner, the same field managers.
func (w *world) restore(o client.Object) {
	w.t.Helper()
	managers := o.GetManagedFields()
	w.remove(o)
	o.SetUID("")
	o.SetResourceVersion("")
	o.SetOwnerReferences(nil)
	o.SetManagedFields(nil)
	w.create(o)
	o.SetManagedFields(managers)
	w.must(server.Client.Update(context.Background(), o, client.FieldOwner("velero")))
}

// applyCopy replaces an object as kubectl get -o yaml, delete and apply do: another UID, the status lost, the deleted
// owner, and kubectl as the only field manager.
func (w *world) applyCopy(o client.Object) {
	w.t.Helper()
	o.SetManagedFields(nil) // kubectl does not show them
	manifest, err := json.Marshal(o)
	w.must(err)
	w.remove(o)
	o.SetUID("")
	o.SetResourceVersion("")
	annotations := maps.Clone(o.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[corev1.LastAppliedConfigAnnotation] = string(manifest)
	o.SetAnnotations(annotations)
	w.must(server.Client.Create(context.Background(), o, client.FieldOwner("kubectl-client-side-apply")))
}

// isAdopted reports whether the customer owns its CronJob and its account.
func (w *world) isAdopted() bool {
	owner := w.tiger()
	cronJob, account := w.cronJob(), w.account()
	return cronJob != nil && account != nil && metav1.IsControlledBy(cronJob, owner) &&
		len(cronJob.OwnerReferences) == 1 &&
		metav1.IsControlledBy(account, owner) && len(account.OwnerReferences) == 1
}

// warnings returns the reasons of the Warnings about customers.
func (w *world) warnings() []string {
	w.t.Helper()
	var all corev1.EventList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	var reasons []string
	for i := range all.Items {
		if e := &all.Items[i]; e.Type == corev1.EventTypeWarning && e.InvolvedObject.Kind == "CustomerIntegration" {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

// TestOrphansAreAdopted creates a customer while the objects of a deleted one of its name exist. It adopts them, and no
// Warning is recorded.
func TestOrphansAreAdopted(t *testing.T) {
	predecessor := metav1.OwnerReference{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: tiger, UID: "gone",
		Controller: new(true),
	}
	cases := map[string]struct {
		reason string
		orphan func(*world)
	}{
		"cascade-orphan": {reason: "deleted with --cascade=orphan", orphan: func(w *world) { w.deleteTiger() }},
		"predecessor": {
			reason: "the owner is the deleted customer",
			orphan: func(w *world) { w.deleteTiger(predecessor) },
		},
		"restored": {
			reason: "restored from a backup",
			orphan: func(w *world) {
				w.remove(w.tiger())
				w.restore(w.cronJob())
				w.restore(w.account())
			},
		},
		"applied": {
			reason: "restored from kubectl get -o yaml",
			orphan: func(w *world) {
				cronJob, account := w.cronJob(), w.account()
				w.remove(w.tiger())
				w.applyCopy(cronJob)
				w.applyCopy(account)
			},
		},
		"edited": {
			reason: "its schedule was changed meanwhile",
			orphan: func(w *world) {
				w.deleteTiger()
				patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"schedule":"* * * * *"}}`))
				w.must(server.Client.Patch(context.Background(), w.cronJob(), patch))
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			schedule := m.cronJob().Spec.Schedule
			m.end(t)
			c.orphan(m.world)
			m.clock.forward(moment)
			before := []types.UID{m.cronJob().UID, m.account().UID}
			m.addTiger() // before the manager starts, so that no reconcile finds the customer missing

			m = m.startManager()
			eventually(t, "adopted objects", func() bool { return m.isAdopted() && m.ready() == "True Delegated" })
			m.rest()
			if after := []types.UID{m.cronJob().UID, m.account().UID}; !slices.Equal(before, after) {
				t.Errorf("%s: other objects, %v instead of %v", c.reason, after, before)
			}
			if m.suspended() || m.cronJob().Spec.Schedule != schedule {
				t.Errorf("%s: suspended %t, schedule %s", c.reason, m.suspended(), m.cronJob().Spec.Schedule)
			}
			if got := m.warnings(); len(got) != 0 {
				t.Errorf("%s: Warnings %v", c.reason, got)
			}
			if got := m.notes(v1alpha1.EventCronJobAdopted); len(got) != 1 {
				t.Errorf("%s: %d events, want one: %v", c.reason, len(got), got)
			}
		})
	}
}

// TestOrphansDoNotRunWithoutAccess creates a customer that has no access while the CronJob of a deleted one of its name
// runs. It is adopted and suspended, and its Jobs are stopped, also if the account is another's.
func TestOrphansDoNotRunWithoutAccess(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*world)
		ready  string
	}{
		"no access": {
			reason: "the customer has withdrawn it",
			change: func(w *world) { w.withdraw(tigerNumber) }, ready: "False AwaitingDelegation",
		},
		"account": {
			reason: "the account is another's",
			change: func(w *world) {
				w.remove(w.account())
				w.create(&corev1.ServiceAccount{ObjectMeta: w.foreign()})
			},
			ready: "False NameConflict",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			run := m.schedule()
			m.end(t)
			m.deleteTiger()
			m.addTiger()
			stray := m.schedule()
			m.setOwners(stray)
			c.change(m.world)

			m = m.startManager()
			eventually(t, "a suspended CronJob of the customer's", func() bool {
				return m.suspended() && metav1.IsControlledBy(m.cronJob(), m.tiger()) && m.ready() == c.ready
			})
			eventually(t, "no Job without owner", func() bool { return !m.find(stray.Name, &batchv1.Job{}) })
			if c.ready != "False NameConflict" {
				eventually(t, "no Job", func() bool { return !m.find(run.Name, &batchv1.Job{}) })
			}
		})
	}
}

// TestOrphansOfDeletedCustomer deletes a customer with --cascade=orphan. Its CronJob is suspended, its Jobs are
// deleted, and a customer that is created again resumes it.
func TestOrphansOfDeletedCustomer(t *testing.T) {
	m := startGranted(t)
	run := m.schedule()
	m.must(server.Client.Delete(context.Background(), m.tiger(), client.PropagationPolicy(metav1.DeletePropagationOrphan)))
	m.setOwners(m.cronJob())
	m.setOwners(m.account())
	m.changeTiger(func(c *v1alpha1.CustomerIntegration) { c.Finalizers = nil })
	eventually(t, "a suspended CronJob without Jobs",
		func() bool { return m.suspended() && !m.find(run.Name, &batchv1.Job{}) })
	m.clock.forward(moment)
	m.addTiger()
	eventually(t, "adopted objects and a first run", func() bool { return m.isAdopted() && m.started() && !m.suspended() })
	if got := m.warnings(); len(got) != 0 {
		t.Errorf("Warnings %v", got)
	}
}

// TestForeignOrphans checks that the operator takes nothing over that it did not create, and that Ready says whose an
// object is and how to delete it.
func TestForeignOrphans(t *testing.T) {
	mine := map[string]string{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: tiger, v1alpha1.LabelService: string(plans),
	}
	cases := map[string]struct {
		reason string
		change func(*batchv1.CronJob)
		by     string
		cause  string
	}{
		"labels": {
			reason: "labels alone prove nothing", change: func(c *batchv1.CronJob) { c.Labels = mine }, by: "kubectl-create",
			cause: `was created by "kubectl-create".`,
		},
		"manager": {
			reason: "nor does the field manager", change: func(*batchv1.CronJob) {}, by: syncjob.FieldOwner,
			cause: "lacks the operator's labels.",
		},
		"owner": {
			reason: "its owner may live", by: syncjob.FieldOwner, change: func(c *batchv1.CronJob) {
				c.Labels = mine
				c.OwnerReferences = []metav1.OwnerReference{
					{APIVersion: "example.com/v1", Kind: "Backup", Name: "nightly", UID: "x"},
				}
			},
			cause: "is owned by Backup nightly.",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fixedClock())
			foreign := w.foreignCronJob()
			c.change(foreign)
			w.must(server.Client.Create(context.Background(), foreign, client.FieldOwner(c.by)))
			before := raw(w, foreign)
			m := w.startManager()
			m.delegate(tigerNumber)
			m.addTiger()
			eventually(t, "Ready with NameConflict", func() bool { return m.ready() == "False NameConflict" })
			m.rest()
			if after := raw(w, foreign); after != before {
				t.Errorf("%s: the object changed from %s to %s", c.reason, before, after)
			}
			got := message(w, v1alpha1.ConditionReady)
			command := "kubectl delete -n " + w.name + " cronjob " + child
			if !strings.Contains(got, c.cause) || !strings.HasSuffix(got, command) {
				t.Errorf("%s: message %q", c.reason, got)
			}
			if says := sample.StatusOf(w.tiger().Status.Conditions, v1alpha1.ConditionStalled); says != "True NameConflict" {
				t.Errorf("%s: Stalled %s", c.reason, says)
			}
		})
	}
}
