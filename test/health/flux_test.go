package health

import (
	"context"
	"os"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// kustomization has the fields of flux-kustomization.yaml that Flux evaluates.
type kustomization struct {
	Spec struct {
		Wait             bool                          `json:"wait"`
		HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
	} `json:"spec"`
}

// fluxCheck evaluates the expressions of one kind as Flux's kustomize-controller does, with Flux's own library.
type fluxCheck struct{ *cel.StatusEvaluator }

// fluxChecks reads the example Kustomization and compiles its expressions, by kind.
func fluxChecks(t *testing.T) map[string]fluxCheck {
	t.Helper()
	content, err := os.ReadFile(folder + "flux-kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var k kustomization
	if err := yaml.Unmarshal(content, &k); err != nil {
		t.Fatal(err)
	}
	if !k.Spec.Wait {
		t.Error("the example does not set wait, so its expressions have no effect")
	}
	checks := map[string]fluxCheck{}
	for i := range k.Spec.HealthCheckExprs {
		e := &k.Spec.HealthCheckExprs[i]
		evaluator, err := cel.NewStatusEvaluator(&e.HealthCheckExpressions)
		if err != nil {
			t.Fatal(err)
		}
		checks[e.Kind] = fluxCheck{evaluator}
	}
	return checks
}

// evaluate returns Flux's status of an object. If an expression cannot be evaluated, there is an error: Flux then
// treats the status as unknown and retries until its timeout.
func (c fluxCheck) evaluate(ctx context.Context, object *unstructured.Unstructured) (status.Status, error) {
	result, err := c.Evaluate(ctx, object)
	if err != nil {
		return status.UnknownStatus, err
	}
	return result.Status, nil
}
