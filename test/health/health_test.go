package health

import (
	"os"
	"strings"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// folder is the tested folder.
const folder = "../../config/health/"

// checks are the checks of config/health.
type checks struct {
	flux map[string]fluxCheck
	argo map[string]string
}

// load reads config/health.
func load(t *testing.T) checks {
	t.Helper()
	scripts := map[string]string{}
	for _, kind := range []string{customerKind, supplierKind} {
		content, err := os.ReadFile(folder + "argocd-" + strings.ToLower(kind) + ".lua")
		if err != nil {
			t.Fatal(err)
		}
		scripts[kind] = string(content)
	}
	return checks{flux: fluxChecks(t), argo: scripts}
}

// expect evaluates an object with both checks, and returns Argo CD's health.
func (c checks) expect(t *testing.T, u *unstructured.Unstructured, flux status.Status, argo string) argoHealth {
	t.Helper()
	gotFlux, err := c.flux[u.GetKind()].evaluate(t.Context(), u)
	if err != nil {
		t.Fatalf("Flux: %v", err)
	}
	gotArgo, err := argoCD(t.Context(), c.argo[u.GetKind()], u)
	if err != nil {
		t.Fatalf("Argo CD: %v", err)
	}
	if gotFlux != flux || gotArgo.status != argo {
		t.Errorf("Flux: %s, Argo CD: %s, want %s and %s", gotFlux, gotArgo.status, flux, argo)
	}
	if gotArgo.message == "" {
		t.Error("Argo CD has no message")
	}
	return gotArgo
}

// TestEveryState evaluates every state, with and without Reconciling or Stalled.
func TestEveryState(t *testing.T) {
	c := load(t)
	for _, e := range expectations() {
		t.Run(strings.Join([]string{e.kind, e.ready.String(), e.holds, e.other.String()}, ","), func(t *testing.T) {
			got := c.expect(t, e.object(e.holds), e.flux, e.argo)
			want := "message of ready"
			switch {
			case e.ready.status != metav1.ConditionTrue:
				want = e.ready.reason + ": " + want
			case e.other.bad():
				want = e.other.reason + ": message of " + strings.ToLower(e.other.kind)
			}
			if got.message != want {
				t.Errorf("Argo CD's message is %q, want %q", got.message, want)
			}

			c.expect(t, e.object(reconciling), status.InProgressStatus, "Progressing")
			c.expect(t, e.object(stalled), status.FailedStatus, "Degraded")
			c.expect(t, e.object(stalled, reconciling), status.InProgressStatus, "Progressing")
		})
	}
}

// TestUnobservedIsInProgress evaluates every state right after a change of the spec.
func TestUnobservedIsInProgress(t *testing.T) {
	c := load(t)
	for _, e := range expectations() {
		for name, change := range map[string]func(*unstructured.Unstructured){
			"older": func(u *unstructured.Unstructured) { u.SetGeneration(generation + 1) },
			"missing": func(u *unstructured.Unstructured) {
				unstructured.RemoveNestedField(u.Object, "status", "observedGeneration")
			},
		} {
			t.Run(e.kind+","+e.ready.String()+","+name, func(t *testing.T) {
				u := e.object(e.holds)
				change(u)
				c.expect(t, u, status.InProgressStatus, "Progressing")
			})
		}
	}
}

// TestWithoutVerdict evaluates objects without a complete status.
func TestWithoutVerdict(t *testing.T) {
	c := load(t)
	observed := int64(generation)
	for _, kind := range []string{customerKind, supplierKind} {
		for name, s := range map[string]map[string]any{
			"empty":         {},
			"no conditions": {"observedGeneration": observed},
			"no condition":  {"observedGeneration": observed, "conditions": []any{}},
			"no Ready": {"observedGeneration": observed, "conditions": []any{
				conditionOf(cause{kind: "Other", status: metav1.ConditionTrue, reason: "Other"}),
			}},
		} {
			t.Run(kind+","+name, func(t *testing.T) {
				c.expect(t, withStatus(kind, s), status.InProgressStatus, "Progressing")
			})
		}

		t.Run(kind+",no status", func(t *testing.T) {
			u := withStatus(kind, nil)
			got, err := argoCD(t.Context(), c.argo[kind], u)
			if err != nil || got.status != "Progressing" {
				t.Errorf("Argo CD: %s, %v", got.status, err)
			}
			// has() does not help for a missing variable, so the expression cannot be evaluated. Flux then retries.
			flux, err := c.flux[kind].evaluate(t.Context(), u)
			if err == nil || !strings.Contains(err.Error(), "no such attribute(s): status") || flux != status.UnknownStatus {
				t.Errorf("Flux: %s, %v; want an error about status", flux, err)
			}
		})
	}
}

// TestConfigurableStatuses changes the statuses that the Lua files offer to change.
func TestConfigurableStatuses(t *testing.T) {
	c := load(t)
	words := map[string]map[string]string{
		customerKind: {
			`local waiting = "Healthy"`:     `local waiting = "Suspended"`,
			`local suspended = "Suspended"`: `local suspended = "Healthy"`,
			`local failing = "Degraded"`:    `local failing = "Healthy"`,
		},
		supplierKind: {
			`local waiting = "Healthy"`:     `local waiting = "Suspended"`,
			`local suspended = "Suspended"`: `local suspended = "Healthy"`,
		},
	}
	for kind, changes := range words {
		for was, is := range changes {
			if n := strings.Count(c.argo[kind], was); n != 1 {
				t.Fatalf("%s: %s occurs %d times, want once", kind, was, n)
			}
			c.argo[kind] = strings.Replace(c.argo[kind], was, is, 1)
		}
	}
	for _, e := range expectations() {
		switch {
		case e.ready.status != metav1.ConditionTrue && e.argo == "Healthy":
			e.argo = "Suspended"
		case e.argo == "Suspended", e.kind == customerKind && e.holds == "" && e.argo == "Degraded":
			e.argo = "Healthy"
		}
		c.expect(t, e.object(e.holds), e.flux, e.argo)
	}
}
