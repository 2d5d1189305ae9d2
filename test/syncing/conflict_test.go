package syncing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/fixture"
)

// foreign gives metadata of an object that has our name and is somebody else's.
func (w *world) foreign() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: child, Namespace: w.name, Labels: map[string]string{"app": "somebody-else"}}
}

// foreignCronJob gives a CronJob of somebody else.
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

// raw gives an object as the API server has it, with every field and its version.
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

// TestSomebodyElsesIsLeftAlone has objects of others under our names: they are not touched, the customer says so, and
// once they are gone data flows by itself, when the customer is looked at.
func TestSomebodyElsesIsLeftAlone(t *testing.T) {
	labels := map[string]string{
		v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: tiger,
	}
	asked := func(m *running) *running {
		m.ask()
		return m
	}
	restarted := func(m *running) *running {
		m.end(m.t)
		return m.startManager()
	}
	cases := map[string]struct {
		reason  string
		foreign func(*world) []client.Object
		says    string
		heal    func(*running) *running
	}{
		"cronjob": {
			reason:  "somebody's backup has the name",
			foreign: func(w *world) []client.Object { return []client.Object{w.foreignCronJob()} },
			says:    "FollowUpPlans: CronJob " + child, heal: asked,
		},
		"cronjob-labelled": {
			reason: "labels make nothing ours",
			foreign: func(w *world) []client.Object {
				c := w.foreignCronJob()
				c.Labels = labels
				return []client.Object{c}
			},
			says: "FollowUpPlans: CronJob " + child, heal: asked,
		},
		"cronjob-of-another-customer": {
			reason: "nor does an owner that is another customer",
			foreign: func(w *world) []client.Object {
				c := w.foreignCronJob()
				c.Labels, c.OwnerReferences = labels, ownedBy("another")
				return []client.Object{c}
			},
			says: "FollowUpPlans: CronJob " + child, heal: func(m *running) *running { return m }, // it has our labels: its deletion is seen
		},
		"account": {
			reason: "an account has rights that a job must not have",
			foreign: func(w *world) []client.Object {
				return []client.Object{&corev1.ServiceAccount{ObjectMeta: w.foreign()}}
			},
			says: "FollowUpPlans: ServiceAccount " + child, heal: restarted,
		},
		"both": {
			reason: "one is told after the other",
			foreign: func(w *world) []client.Object {
				return []client.Object{w.foreignCronJob(), &corev1.ServiceAccount{ObjectMeta: w.foreign()}}
			},
			says: "FollowUpPlans: ServiceAccount " + child, heal: restarted,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, standing())
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
			eventually(t, "a conflict that is told", func() bool { return m.ready() == "False NameConflict" })
			m.expect(c.reason, work{
				Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"NameConflict"}, Asked: 1,
			})
			for i, o := range foreign {
				if diff := cmp.Diff(before[i], raw(w, o)); diff != "" {
					t.Errorf("%s: it was touched (-before +after):\n%s", c.reason, diff)
				}
			}
			if says := message(w, v1alpha1.ConditionReady); !strings.HasPrefix(says, c.says+" ") {
				t.Errorf("%s: %s; want %s …", c.reason, says, c.says)
			}
			if conditions := w.tiger().Status.Conditions; fixture.Says(conditions, v1alpha1.ConditionStalled) != "True NameConflict" {
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

// ownedBy gives a reference to a customer that is not there.
func ownedBy(customer string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: customer, UID: "gone", Controller: new(true),
	}}
}

// TestLeftOverIsWaitedFor makes a customer anew before the garbage collector has taken what was made for the one before:
// that is nobody's fault, is not touched, and is seen to go.
func TestLeftOverIsWaitedFor(t *testing.T) {
	w := newWorld(t, standing())
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
	eventually(t, "a customer whose CronJob cannot be made yet", func() bool { return m.ready() == "Unknown SyncPending" })
	m.expect("nobody has to do anything", work{Writes: map[string]int{"patch customerintegrations/status": 1}, Asked: 1})
	if diff := cmp.Diff(before, raw(w, c)); diff != "" {
		t.Errorf("it was touched (-before +after):\n%s", diff)
	}
	m.remove(c)
	eventually(t, "jobs of the customer", m.started)
}

// TestReplacedByAnother replaces what is ours by somebody else's of the same name, while data flows.
func TestReplacedByAnother(t *testing.T) {
	m := startGranted(t)
	m.end(t)
	m.remove(m.account())
	account := &corev1.ServiceAccount{ObjectMeta: m.foreign()}
	m.create(account)
	before := raw(m.world, account)
	m = m.startManager()
	eventually(t, "a conflict that is told", func() bool { return m.ready() == "False NameConflict" })
	m.rest()
	if diff := cmp.Diff(before, raw(m.world, account)); diff != "" {
		t.Errorf("it was touched (-before +after):\n%s", diff)
	}
}
