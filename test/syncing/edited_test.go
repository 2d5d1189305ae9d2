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

// patch changes an object as kubectl patch does.
func (w *world) patch(o client.Object, merge string) {
	w.t.Helper()
	w.must(server.Client.Patch(context.Background(), o, client.RawPatch(types.MergePatchType, []byte(merge)), client.FieldOwner("kubectl-edit")))
}

// remove deletes an object as kubectl delete does.
func (w *world) remove(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Delete(context.Background(), o, client.PropagationPolicy(metav1.DeletePropagationBackground)))
}

// TestWhatIsEditedIsRestored lets people edit and delete what is ours, while data flows. The first run is not made again.
func TestWhatIsEditedIsRestored(t *testing.T) {
	const label, status = `{"metadata":{"labels":{"` + v1alpha1.LabelManagedBy + `":null}}}`, "patch customerintegrations/status"
	image := `[{"name":"sync","image":"registry.example/mine"}]`
	cases := map[string]struct {
		reason string
		edit   func(*world)
		want   work
	}{
		"schedule": {
			reason: "it would run each minute",
			edit:   func(w *world) { w.patch(w.cronJob(), `{"spec":{"schedule":"* * * * *"}}`) },
			want:   work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"image": {
			reason: "another program would have the customer's data",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":`+image+`}}}}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"account-of-pods": {
			reason: "another customer's token would be had",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"serviceAccountName":"other","serviceAccount":"other"}}}}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"suspend": {
			reason: "who wants to stop it writes so in the customer's spec; it is told that it does not run, and that it does",
			edit:   func(w *world) { w.patch(w.cronJob(), `{"spec":{"suspend":true}}`) },
			want: work{
				Writes: map[string]int{status: 2, "patch cronjobs": 1}, Events: []string{"CronJobRestored", "Delegated"},
			},
		},
		"label": {
			reason: "it would not be found any more",
			edit:   func(w *world) { w.patch(w.cronJob(), label) },
			want:   work{Writes: map[string]int{"patch cronjobs": 1}, Events: []string{"CronJobRestored"}},
		},
		"hash": {
			reason: "nothing else differs, and nobody needs to know",
			edit: func(w *world) {
				w.patch(w.cronJob(), `{"metadata":{"annotations":{"`+v1alpha1.AnnotationApplied+`":null}}}`)
			},
			want: work{Writes: map[string]int{"patch cronjobs": 1}},
		},
		"deleted": {
			reason: "nothing would run; it is told that nothing does, and that it does",
			edit:   func(w *world) { w.remove(w.cronJob()) },
			want: work{
				Writes: map[string]int{status: 2, "create cronjobs": 1}, Events: []string{"CronJobRestored", "Delegated"},
			},
		},
		"account-label": {
			reason: "it would not be found any more",
			edit:   func(w *world) { w.patch(w.account(), label) },
			want:   work{Writes: map[string]int{"apply serviceaccounts": 1}},
		},
		"account-deleted": {
			reason: "no pod could be made",
			edit:   func(w *world) { w.remove(w.account()) },
			want:   work{Writes: map[string]int{"apply serviceaccounts": 1}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
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

// essentials are what people can edit of what is ours.
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

// checkEssentials compares them.
func (m *running) checkEssentials(before map[string]any) {
	m.t.Helper()
	if diff := cmp.Diff(before, essentials(m.world)); diff != "" {
		m.t.Errorf("what people can edit (-before +after):\n%s", diff)
	}
}

// jobsOfAnyone lists all Jobs: without a garbage collector, those of a CronJob that was deleted stay.
func (w *world) jobsOfAnyone() []batchv1.Job {
	w.t.Helper()
	var all batchv1.JobList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	return all.Items
}

// TestWithdrawnStaysStopped lets people edit what is ours after access was taken back: nothing runs.
func TestWithdrawnStaysStopped(t *testing.T) {
	label := `{"metadata":{"labels":{"` + v1alpha1.LabelManagedBy + `":null}}}`
	cases := map[string]struct {
		reason string
		before func(*world) // access is taken back
		after  func(*world)
		events []string
	}{
		"let-loose": {
			reason: "it is suspended once more, and that is told",
			after:  func(w *world) { w.patch(w.cronJob(), `{"spec":{"suspend":false}}`) },
			events: []string{"CronJobRestored"},
		},
		"made-a-job": {
			reason: "a Job that the CronJob controller was making at that moment ends too",
			after:  func(w *world) { w.schedule() },
			events: []string{"RunStopped"},
		},
		"without-label": {
			reason: "what cannot be found by its label is stopped too",
			before: func(w *world) { w.patch(w.cronJob(), label) },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := startGranted(t)
			if c.before != nil { // the next manager sees both at once
				m.end(t)
				c.before(m.world)
			}
			m.clock.forward(moment)
			m.withdraw(tigerNumber)
			m.ask()
			if c.before != nil {
				m = m.startManager()
			}
			eventually(t, "a withdrawal that is told", func() bool { return m.ready() == "False DelegationWithdrawn" && m.suspended() })
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
