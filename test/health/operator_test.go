package health

import (
	"os"
	"path/filepath"
	"testing"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// realStates is the folder with an object of each state, as the operator writes it.
const realStates = "../../controllers/testdata/states/"

// TestStatesOfTheOperator verifies that each object that the operator writes is a state of the table, and that the
// table has no other states.
func TestStatesOfTheOperator(t *testing.T) {
	c := load(t)
	seen := map[string]bool{}
	files, err := filepath.Glob(realStates + "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			u := read(t, file)
			e := findState(t, u)
			c.expect(t, u, e.flux, e.argo)
			seen[identity(e)] = true
		})
	}
	for _, e := range expectations() {
		if !seen[identity(e)] {
			t.Errorf("no object of the operator has the state %s", identity(e))
		}
	}
}

// identity returns what identifies a state. The state of jobs is included if Ready is the same; of other conditions the
// table has the most likely.
func identity(e expectation) string {
	text := e.kind + " with " + e.ready.String()
	if e.other.kind == v1alpha1.ConditionSyncHealthy {
		text += " and " + e.other.String()
	}
	return text
}

// read reads an object.
func read(t *testing.T, file string) *unstructured.Unstructured {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict(content, &u.Object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	// Integers, as from the API server.
	data, err := u.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return u
}

// findState returns the state of an object of the operator: of the states with its Ready, the one whose other condition
// it has, if any.
func findState(t *testing.T, u *unstructured.Unstructured) expectation {
	t.Helper()
	conditions := conditionsOf(t, u)
	r := apimeta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	if r == nil {
		t.Fatal("the object has no condition Ready")
	}
	var fitting []expectation
	for _, e := range expectations() {
		held := func(kind string) bool { return apimeta.IsStatusConditionTrue(conditions, kind) == (e.holds == kind) }
		if e.kind != u.GetKind() || e.ready != (cause{kind: v1alpha1.ConditionReady, status: r.Status, reason: r.Reason}) ||
			!held(reconciling) || !held(stalled) {
			continue
		}
		if c := apimeta.FindStatusCondition(conditions, e.other.kind); c != nil &&
			e.other == (cause{kind: c.Type, status: c.Status, reason: c.Reason}) {
			return e
		}
		fitting = append(fitting, e)
	}
	if len(fitting) > 0 && fitting[0].other.kind != v1alpha1.ConditionSyncHealthy {
		return fitting[0]
	}
	t.Fatalf("the table has no %s with Ready=%s %s, Reconciling %t and Stalled %t", u.GetKind(), r.Status, r.Reason,
		apimeta.IsStatusConditionTrue(conditions, reconciling), apimeta.IsStatusConditionTrue(conditions, stalled))
	return expectation{}
}

// conditionsOf returns an object's conditions.
func conditionsOf(t *testing.T, u *unstructured.Unstructured) []metav1.Condition {
	t.Helper()
	var o struct {
		Status struct {
			Conditions []metav1.Condition `json:"conditions"`
		} `json:"status"`
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &o); err != nil {
		t.Fatal(err)
	}
	return o.Status.Conditions
}
