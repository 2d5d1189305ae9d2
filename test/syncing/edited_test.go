package syncing

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// patch patches an object, as kubectl patch does.
func (w *world) patch(o client.Object, merge string) {
	w.t.Helper()
	w.must(server.Client.Patch(context.Background(), o, client.RawPatch(types.MergePatchType, []byte(merge)),
		client.FieldOwner("kubectl-edit")))
}

// remove deletes an object, as kubectl delete does.
func (w *world) remove(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Delete(context.Background(), o, client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

// TestWhatIsEditedIsRestored checks that the operator restores its objects after edits and deletions, without another
// first run.
func TestWhatIsEditedIsRestored(t *testing.T) {
	t.Parallel()
	const label, status = `{"metadata":{"labels":{"` + v1alpha1.LabelManagedBy +
		`":null}}}`, "patch customerintegrations/status"
	image := `[{"name":"sync","image":"registry.example/mine"}]`
	cases := map[string]struct {
		reason string
		edit   func(*world)
		want   work
	}{
		"schedule": {
			reason: "the CronJob would run each minute",
			edit:   func(w *world) { w.patch(w.cronJob(), `{"spec":{"schedule":"* * * * *"}}`) },
			want:   work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"image": {
			reason: "another program would see the data",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":`+image+`}}}}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"account-of-pods": {
			reason: "the pod would have another customer's token",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"serviceAccountName":"other","serviceAccount":"other"}}}}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"suspend": {
			reason: "spec.suspend of the customer decides; both changes of Ready are reported",
			edit:   func(w *world) { w.patch(w.cronJob(), `{"spec":{"suspend":true}}`) },
			want: work{
				Writes: map[string]int{status: 2, "patch cronjobs": 1}, Events: []string{"CronJobRestored", "Delegated"},
			},
		},
		"label": {
			reason: "the label selects the CronJob",
			edit:   func(w *world) { w.patch(w.cronJob(), label) },
			want:   work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"hash": {
			reason: "nothing else differs, so there is no event",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"metadata":{"annotations":{"`+v1alpha1.AnnotationApplied+`":null}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}},
		},
		"deleted": {
			reason: "both changes of Ready are reported",
			edit:   func(w *world) { w.remove(w.cronJob()) },
			want: work{
				Writes: map[string]int{status: 2, "create cronjobs": 1}, Events: []string{"CronJobRestored", "Delegated"},
			},
		},
		"account-label": {
			reason: "the label selects the account",
			edit:   func(w *world) { w.patch(w.account(), label) },
			want:   work{Writes: map[string]int{"apply serviceaccounts": 1}},
		},
		"account-deleted": {
			reason: "no pod could be created",
			edit:   func(w *world) { w.remove(w.account()) },
			want:   work{Writes: map[string]int{"create serviceaccounts": 1}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			before := essentials(m.world)
			m.forget()
			c.edit(m.world)
			eventually(t, "what was there before", func() bool {
				return m.account() != nil && m.cronJob() != nil && cmp.Equal(before, essentials(m.world)) && m.started()
			})
			m.expect(c.reason, c.want)
			if n := len(m.jobsOfAnyone()); n != 1 {
				t.Errorf("%s: %d Jobs, want the first one alone", c.reason, n)
			}
		})
	}
}

// essentials returns the editable parts of the operator's objects.
func essentials(w *world) map[string]any {
	all := map[string]any{}
	if c := w.cronJob(); c != nil {
		all["CronJob"] = []any{c.Spec, c.Labels, c.Annotations, c.OwnerReferences}
	}
	if a := w.account(); a != nil {
		all["ServiceAccount"] = []any{a.AutomountServiceAccountToken, a.Labels, a.Annotations, a.OwnerReferences}
	}
	return all
}

// checkEssentials compares essentials.
func (m *running) checkEssentials(before map[string]any) {
	m.t.Helper()
	if diff := cmp.Diff(before, essentials(m.world)); diff != "" {
		m.t.Errorf("essentials (-before +after):\n%s", diff)
	}
}

// jobsOfAnyone returns all Jobs, also those of a deleted CronJob: there is no garbage collector.
func (w *world) jobsOfAnyone() []batchv1.Job {
	w.t.Helper()
	var all batchv1.JobList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	return all.Items
}

// TestWithdrawnStaysStopped checks that edits after a withdrawal start no run.
func TestWithdrawnStaysStopped(t *testing.T) {
	t.Parallel()
	label := `{"metadata":{"labels":{"` + v1alpha1.LabelManagedBy + `":null}}}`
	cases := map[string]struct {
		reason string
		before func(*world) // the withdrawal
		after  func(*world)
		events []string
	}{
		"let-loose": {
			reason: "the CronJob is suspended again, with an event",
			after:  func(w *world) { w.patch(w.cronJob(), `{"spec":{"suspend":false}}`) },
			events: []string{"CronJobRestored"},
		},
		"made-a-job": {
			reason: "a Job that the CronJob controller creates at that moment is stopped",
			after:  func(w *world) { w.schedule() },
			events: []string{"RunStopped"},
		},
		"without-label": {
			reason: "a CronJob without its label is stopped",
			before: func(w *world) { w.patch(w.cronJob(), label) },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startGranted(t)
			if c.before != nil { // the next manager sees both changes at once
				m.end(t)
				c.before(m.world)
			}
			m.clock.forward(moment)
			m.withdraw(tigerNumber)
			m.requestVerification()
			if c.before != nil {
				m = m.startManager()
			}
			eventually(t, "Ready with DelegationWithdrawn",
				func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
			m.rest()
			m.forget()
			if c.after != nil {
				c.after(m.world)
			}
			eventually(t, "a suspended CronJob without Jobs", func() bool { return m.suspended() && len(m.jobs()) == 0 })
			m.rest()
			if diff := cmp.Diff(c.events, m.events()); diff != "" {
				t.Errorf("%s: events (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}
