package plugin

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/fixture"
)

// honoured returns a client in front of an operator that honours the emergency stop at once.
func honoured(t *testing.T, c client.WithWatch) client.WithWatch {
	t.Helper()
	honour := func(ctx context.Context, c client.Client, err error) error {
		if err != nil {
			return err
		}
		var list v1alpha1.SupplierList
		if err := c.List(ctx, &list); err != nil {
			return err
		}
		for i := range list.Items {
			s, reason, status := &list.Items[i], v1alpha1.ReasonCredentialsProved, metav1.ConditionTrue
			if stop, err := emergencystop.In(c, systemNamespace, fixture.FindCustomers(c)).Of(ctx, s.Name); err != nil {
				return err
			} else if stop != nil {
				reason, status = stop.Reason, metav1.ConditionFalse
			}
			meta.SetStatusCondition(&s.Status.Conditions, metav1.Condition{
				Type: v1alpha1.ConditionReady, Status: status, Reason: reason,
			})
			if err := c.Status().Update(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			return honour(ctx, c, c.Create(ctx, o, opts...))
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			return honour(ctx, c, c.Update(ctx, o, opts...))
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			return honour(ctx, c, c.Delete(ctx, o, opts...))
		},
	})
}

// stopData returns the data of the ConfigMap of the stop, nil if there is none.
func stopData(t *testing.T, c client.Client) map[string]string {
	t.Helper()
	var stop corev1.ConfigMap
	err := c.Get(t.Context(), client.ObjectKey{Namespace: systemNamespace, Name: emergencystop.Name}, &stop)
	if client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	return stop.Data
}

// TestStopAndContinue runs commands one after the other, with the Suppliers default and north.
func TestStopAndContinue(t *testing.T) {
	const hint = "The operator ends running jobs. Watch it: kubectl get jobs -A -l app.kubernetes.io/managed-by=" +
		"integration-operator --watch\nEnd the stop: kubectl cint continue\n"
	type step struct {
		line string
		text string
		data map[string]string
	}
	all := map[string]string{"reason": "INC-1"}
	cases := map[string]struct {
		reason string
		before map[string]string
		// customers are the Suppliers that customers name.
		customers []string
		steps     []step
	}{
		"all": {reason: "without names", steps: []step{
			{line: "stop --reason INC-1", text: "Supplier/default: stopped\nSupplier/north: stopped\n" + hint, data: all},
			{line: "continue", text: "Supplier/default: continues\nSupplier/north: continues\n"},
			{line: "continue", text: "there is no emergency stop in namespace integration-operator-system\n"},
		}},
		"one by one": {reason: "a second stop adds to the first", steps: []step{
			{
				line: "stop north --reason INC-1", text: "Supplier/north: stopped\n" + hint,
				data: map[string]string{"reason": "INC-1", "suppliers": "north"},
			},
			{
				line: "stop default --reason INC-2", text: "Supplier/default: stopped\nSupplier/north: stopped\n" + hint,
				data: map[string]string{"reason": "INC-2", "suppliers": "default north"},
			},
			{
				line: "continue north", text: "Supplier/north: continues\n",
				data: map[string]string{"reason": "INC-2", "suppliers": "default"},
			},
			{line: "continue default", text: "Supplier/default: continues\nSupplier/north: continues\n"},
		}},
		"never narrower": {reason: "to stop one leaves the others stopped", before: all, steps: []step{
			{
				line: "stop north --reason INC-2", text: "Supplier/default: stopped\nSupplier/north: stopped\n" + hint,
				data: map[string]string{"reason": "INC-2"},
			},
			{
				line: "continue north", text: "Supplier/north: continues\n",
				data: map[string]string{"reason": "INC-2", "suppliers": "default"},
			},
		}},
		"invalid": {
			reason: "it stops all, and to continue one is not enough", before: map[string]string{"supplier": "north"},
			steps: []step{
				{
					line: "continue north", text: "Error: all Suppliers are stopped, because the ConfigMap has an unknown key " +
						"\"supplier\". Let all continue: kubectl cint continue\nexit code 1\n",
					data: map[string]string{"supplier": "north"},
				},
				{line: "continue", text: "Supplier/default: continues\nSupplier/north: continues\n"},
			},
		},
		"deleted": {
			reason: "names of Suppliers that were deleted are dropped", before: map[string]string{"suppliers": "north gone"},
			steps: []step{{line: "continue north", text: "Supplier/default: continues\nSupplier/north: continues\n"}},
		},
		"none exists": {
			reason: "all are stopped, and a second stop does not narrow that", before: map[string]string{"suppliers": "gone"},
			steps: []step{
				{
					line: "stop north --reason INC-2", text: "Supplier/default: stopped\nSupplier/north: stopped\n" + hint,
					data: map[string]string{"reason": "INC-2"},
				},
			},
		},
		"one of all": {
			reason: "the others stay stopped", before: map[string]string{"suppliers": "gone", "reason": "INC-1"},
			steps: []step{{
				line: "continue north", text: "Supplier/north: continues\n",
				data: map[string]string{"reason": "INC-1", "suppliers": "default"},
			}},
		},
		"left": {
			reason:    "a Supplier that was deleted and has customers stays stopped, and no other is",
			before:    map[string]string{"suppliers": "left", "reason": "INC-1"},
			customers: []string{"left"},
			steps: []step{
				{
					line: "stop north --reason INC-2", text: "Supplier/north: stopped\n" + hint,
					data: map[string]string{"reason": "INC-2", "suppliers": "left north"},
				},
				{
					line: "continue north", text: "Supplier/default: continues\nSupplier/north: continues\n",
					data: map[string]string{"reason": "INC-2", "suppliers": "left"},
				},
			},
		},
		"unknown": {reason: "a customer is no Supplier", steps: []step{{
			line: "stop klok-stille-ugle --reason INC-1", text: "Error: there is no Supplier/klok-stille-ugle; there are: " +
				"default, north. To stop one customer: kubectl cint suspend NAME\nexit code 1\n",
		}}},
		"no reason": {reason: "conditions show it to everybody", steps: []step{{
			line: "stop", text: "Error: --reason is required: it is shown wherever the stop is\nSee: kubectl cint stop " +
				"--help\nexit code 1\n",
		}}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			north := supplier(t)
			north.Name = "north"
			objects := []client.Object{supplier(t), north}
			if test.before != nil {
				objects = append(objects, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
					Namespace: systemNamespace, Name: emergencystop.Name,
				}, Data: test.before})
			}
			for _, name := range test.customers {
				c := fixture.Customer()
				c.Spec.SupplierRef.Name = name
				objects = append(objects, c)
			}
			c := honoured(t, cluster(t, objects...))
			for _, step := range test.steps {
				if diff := cmp.Diff(step.text, newSession(t, c).run(t, step.line)); diff != "" {
					t.Errorf("%s: %s prints (-want +got):\n%s", test.reason, step.line, diff)
				}
				if diff := cmp.Diff(step.data, stopData(t, c)); diff != "" {
					t.Errorf("%s: the ConfigMap after %s (-want +got):\n%s", test.reason, step.line, diff)
				}
			}
		})
	}
}

// TestStopWithoutOperator says what to check if no operator reports the stop.
func TestStopWithoutOperator(t *testing.T) {
	c := cluster(t, supplier(t))
	text := newSession(t, c).run(t, "stop --reason INC-1 --timeout 1ms")
	if !strings.Contains(text, "for Supplier default the operator does not report it yet. Check that it runs") {
		t.Errorf("it prints %q", text)
	}
	if stopData(t, c) == nil {
		t.Error("the stop is taken back")
	}
}

// TestStopMeetsAnother has another person write the ConfigMap after a command has read it.
func TestStopMeetsAnother(t *testing.T) {
	cases := map[string]struct {
		reason, line, text string
		before             bool
		data               map[string]string
	}{
		"both create": {
			reason: "the two stops add up", line: "stop default --reason INC-1", text: "Supplier/default: stopped",
			data: map[string]string{"reason": "INC-1", "suppliers": "default north"},
		},
		"both update": {
			reason: "the two stops add up", line: "stop default --reason INC-1", before: true, text: "Supplier/default: stopped",
			data: map[string]string{"reason": "INC-1", "suppliers": "default north"},
		},
		"all continue": {
			reason: "a newer stop is not ended", line: "continue", before: true, text: "it has changed since it was read",
			data: map[string]string{"reason": "INC-2", "suppliers": "north"},
		},
		"one continues": {
			reason: "the newer stop stays", line: "continue default", before: true, text: "Supplier/default: continues",
			data: map[string]string{"reason": "INC-2", "suppliers": "north"},
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			north := supplier(t)
			north.Name = "north"
			objects := []client.Object{supplier(t), north}
			stop := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: emergencystop.Name}}
			if test.before {
				stop.Data = map[string]string{"suppliers": "default"}
				objects = append(objects, stop.DeepCopy())
			}
			other := cluster(t, objects...)
			done := false
			c := interceptor.NewClient(honoured(t, other), interceptor.Funcs{Get: func(
				ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption,
			) error {
				err := c.Get(ctx, key, o, opts...)
				if key.Name != emergencystop.Name || done {
					return err
				}
				done = true
				stop.Data = map[string]string{"reason": "INC-2", "suppliers": "north"}
				if test.before {
					stop.ResourceVersion = ""
					if err := other.Update(ctx, stop); err != nil {
						t.Error(err)
					}
				} else if err := other.Create(ctx, stop); err != nil {
					t.Error(err)
				}
				return err
			}})
			if text := newSession(t, c).run(t, test.line); !strings.Contains(text, test.text) {
				t.Errorf("%s: it prints %q", test.reason, text)
			}
			if diff := cmp.Diff(test.data, stopData(t, c)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}
