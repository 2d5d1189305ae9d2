package syncing

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// foreign returns the metadata of an object with the operator's name and another owner.
func (w *world) foreign() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: child, Namespace: w.name, Labels: map[string]string{"app": "other"}}
}

// foreignCronJob returns a CronJob of another owner.
func (w *world) foreignCronJob() *batchv1.CronJob {
	return &batchv1.CronJob{
		ObjectMeta: w.foreign(),
		Spec: batchv1.CronJobSpec{
			Schedule: "@daily",
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: corev1.RestartPolicyNever,
				Containers:    []corev1.Container{{Name: "backup", Image: "registry.example/backup"}},
			}}}},
		},
	}
}

// raw returns an object from the API server, with every field and its version.
func raw(w *world, o client.Object) string {
	w.t.Helper()
	kind, err := server.Client.GroupVersionKindFor(o)
	w.must(err)
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(kind)
	if !w.find(o.GetName(), found) {
		w.t.Fatalf("%s %s is gone", kind.Kind, o.GetName())
	}
	text, err := found.MarshalJSON()
	w.must(err)
	return string(text)
}

// TestForeignObjects checks that the operator does not touch objects of others with its names, that the customer
// reports NameConflict, and that jobs start once those objects are gone.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	const status = "patch customerintegrations/status"
	labels := map[string]string{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: tiger,
	}
	verified := func(m *running) *running {
		m.requestVerification()
		return m
	}
	restarted := func(m *running) *running {
		m.end(m.t)
		return m.startManager()
	}
	cases := map[string]struct {
		reason  string
		foreign func(*world) []client.Object
		kind    string // of the object that Ready names
		// writes are those besides the first status. An object without the operator's labels is met when it is to be created.
		writes map[string]int
		heal   func(*running) *running
	}{
		"cronjob": {
			reason:  "a backup has the name",
			foreign: func(w *world) []client.Object { return []client.Object{w.foreignCronJob()} },
			writes:  map[string]int{"create serviceaccounts": 1, "create cronjobs": 1, status: 1},
			kind:    "CronJob", heal: verified,
		},
		"cronjob-labelled": {
			reason: "labels do not make an object the operator's",
			foreign: func(w *world) []client.Object {
				c := w.foreignCronJob()
				c.Labels = labels
				return []client.Object{c}
			},
			kind: "CronJob", heal: verified,
		},
		"cronjob-of-another-customer": {
			reason: "the owner is another customer",
			foreign: func(w *world) []client.Object {
				c := w.foreignCronJob()
				c.Labels, c.OwnerReferences = labels, ownedBy("another")
				return []client.Object{c}
			},
			// the operator watches objects with its labels
			kind: "CronJob", heal: func(m *running) *running { return m },
		},
		"account": {
			reason: "the account may have rights that a job must not have",
			foreign: func(w *world) []client.Object {
				return []client.Object{&corev1.ServiceAccount{ObjectMeta: w.foreign()}}
			},
			writes: map[string]int{"create serviceaccounts": 1, status: 1},
			kind:   "ServiceAccount", heal: restarted,
		},
		"both": {
			reason: "one conflict is reported after the other",
			foreign: func(w *world) []client.Object {
				return []client.Object{w.foreignCronJob(), &corev1.ServiceAccount{ObjectMeta: w.foreign()}}
			},
			writes: map[string]int{"create serviceaccounts": 1, status: 1},
			kind:   "ServiceAccount", heal: restarted,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fixedClock())
			foreign := c.foreign(w)
			var before []string
			for _, o := range foreign {
				w.create(o)
				before = append(before, raw(w, o))
			}
			m := w.startManager()
			m.forget()
			m.delegate(tigerNumber)
			m.addTiger()
			eventually(t, "Ready with NameConflict", func() bool { return m.ready() == "False NameConflict" })
			writes := maps.Clone(c.writes)
			if writes == nil {
				writes = map[string]int{}
			}
			writes[status]++
			m.expect(c.reason, work{Writes: writes, Events: []string{"NameConflict"}, Requests: 1})
			for i, o := range foreign {
				if diff := cmp.Diff(before[i], raw(w, o)); diff != "" {
					t.Errorf("%s: the object changed (-before +after):\n%s", c.reason, diff)
				}
			}
			want := fmt.Sprintf("FollowUpPlans: %s %s/%s ", c.kind, w.name, child)
			if got := message(w, v1alpha1.ConditionReady); !strings.HasPrefix(got, want) {
				t.Errorf("%s: message %q, want %q …", c.reason, got, want)
			}
			if conditions := w.tiger().Status.Conditions; sample.StatusOf(conditions,
				v1alpha1.ConditionStalled) != "True NameConflict" {
				t.Errorf("%s: conditions %v", c.reason, conditions)
			}
			for _, o := range foreign {
				w.remove(o)
			}
			c.heal(m)
			eventually(t, "jobs of the customer", w.started)
		})
	}
}

// ownedBy returns a reference to a customer that does not exist.
func ownedBy(customer string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: customer, UID: "gone",
		Controller: new(true),
	}}
}

// TestLeftOverIsWaitedFor checks that the operator waits if a customer is created again before the garbage collector
// has deleted the objects of the deleted one.
func TestLeftOverIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixedClock())
	c := w.foreignCronJob()
	c.OwnerReferences = ownedBy(tiger)
	c.Labels = map[string]string{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: tiger,
	}
	w.create(c)
	before := raw(w, c)
	m := w.startManager()
	m.forget()
	m.delegate(tigerNumber)
	m.addTiger()
	eventually(t, "a customer whose CronJob cannot be created yet",
		func() bool { return m.ready() == "Unknown SyncPending" })
	m.expect("the operator waits", work{Writes: map[string]int{"patch customerintegrations/status": 1}, Requests: 1})
	if diff := cmp.Diff(before, raw(w, c)); diff != "" {
		t.Errorf("the object changed (-before +after):\n%s", diff)
	}
	m.remove(c)
	eventually(t, "jobs of the customer", m.started)
}

// TestReplacedByAnother replaces an object of the operator by another one of the same name.
func TestReplacedByAnother(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	m.end(t)
	m.remove(m.account())
	account := &corev1.ServiceAccount{ObjectMeta: m.foreign()}
	m.create(account)
	before := raw(m.world, account)
	m = m.startManager()
	eventually(t, "Ready with NameConflict", func() bool { return m.ready() == "False NameConflict" })
	m.rest()
	if diff := cmp.Diff(before, raw(m.world, account)); diff != "" {
		t.Errorf("the object changed (-before +after):\n%s", diff)
	}
}
