package health

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// expressions are the health check expressions of one kind in a Flux Kustomization.
type expressions struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Current    string `json:"current"`
	InProgress string `json:"inProgress"`
	Failed     string `json:"failed"`
}

// kustomization has the fields of flux-kustomization.yaml that Flux evaluates.
type kustomization struct {
	Spec struct {
		Wait             bool          `json:"wait"`
		HealthCheckExprs []expressions `json:"healthCheckExprs"`
	} `json:"spec"`
}

// verdict is a status with its expression.
type verdict struct {
	status  status.Status
	program cel.Program
}

// fluxCheck has the expressions of one kind.
type fluxCheck []verdict

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
	for _, e := range k.Spec.HealthCheckExprs {
		checks[e.Kind] = fluxCheck{ // in Flux's order (its RFC 9); the first that is true wins
			{status: status.InProgressStatus, program: program(t, e.InProgress)},
			{status: status.FailedStatus, program: program(t, e.Failed)},
			{status: status.CurrentStatus, program: program(t, e.Current)},
		}
	}
	return checks
}

// program compiles an expression in Flux's environment (fluxcd/pkg, runtime/cel), without types, because the variables
// are the object's fields.
func program(t *testing.T, expression string) cel.Program {
	t.Helper()
	env, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		ext.Strings(),
		ext.Sets(),
		ext.Encoders(),
	)
	if err != nil {
		t.Fatal(err)
	}
	parsed, issues := env.Parse(expression)
	if issues.Err() != nil {
		t.Fatalf("%v in the expression %q", issues.Err(), expression)
	}
	p, err := env.Program(parsed, cel.EvalOptions(cel.OptOptimize), cel.InterruptCheckFrequency(100))
	if err != nil {
		t.Fatalf("%v in the expression %q", err, expression)
	}
	return p
}

// evaluate returns Flux's status of an object. If an expression cannot be evaluated, there is an error: Flux then
// treats the status as unknown and retries until its timeout.
func (c fluxCheck) evaluate(ctx context.Context, object *unstructured.Unstructured) (status.Status, error) {
	observed, found, err := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	if err != nil {
		return status.UnknownStatus, fmt.Errorf("reading status.observedGeneration: %w", err)
	}
	if found && observed != object.GetGeneration() {
		return status.InProgressStatus, nil
	}
	for _, v := range c {
		value, _, err := v.program.ContextEval(ctx, object.Object)
		if err != nil {
			return status.UnknownStatus, fmt.Errorf("evaluating whether it is %s: %w", v.status, err)
		}
		is, ok := value.(types.Bool)
		if !ok {
			return status.UnknownStatus, fmt.Errorf("whether it is %s is a %s, want a bool", v.status, value.Type())
		}
		if is {
			return v.status, nil
		}
	}
	return status.InProgressStatus, nil
}
