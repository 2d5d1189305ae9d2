package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/clock"
)

// errOperatorSilent means that the operator has not reported a change of the emergency stop.
var errOperatorSilent = errors.New("the operator does not report it yet. Check that it runs in that namespace, that " +
	"--system-namespace is right, and its log")

// await waits until the operator reports of Suppliers that they are stopped, or are not, and prints it.
func (e *emergency) await(ctx context.Context, c client.Reader, names []string, stopped bool) error {
	ctx, end := context.WithTimeout(ctx, e.timeout)
	defer end()
	for {
		waiting, err := e.unreported(ctx, c, names, stopped)
		switch {
		case err == nil && len(waiting) == 0:
			return e.print(names, stopped)
		case err != nil && ctx.Err() == nil:
			return err
		}
		if clock.Pause(ctx, retryPause) != nil {
			return fmt.Errorf("ConfigMap written in namespace %s, but for Supplier %s %w", e.namespace,
				strings.Join(waiting, ", "), errOperatorSilent)
		}
	}
}

// unreported returns those of the named Suppliers whose status does not report that they are stopped, or are not.
func (e *emergency) unreported(ctx context.Context, c client.Reader, names []string, stopped bool) ([]string, error) {
	var list v1alpha1.SupplierList
	if err := c.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing Suppliers: %w", err)
	}
	var waiting []string
	for i := range list.Items {
		s := &list.Items[i]
		if slices.Contains(names, s.Name) && stopped != (availability.StopOf(s) != nil) {
			waiting = append(waiting, s.Name)
		}
	}
	return waiting, nil
}

// print prints that Suppliers are stopped, or are not.
func (e *emergency) print(names []string, stopped bool) error {
	word, hint := "continues", ""
	if stopped {
		word, hint = "stopped", "The operator ends running jobs. Watch it: kubectl get jobs -A -l "+v1alpha1.LabelManagedBy+
			"="+v1alpha1.ManagedBy+" --watch\nEnd the stop: "+commandLine("continue")+"\n"
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(e.program.Out, "Supplier/%s: %s\n", name, word); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(e.program.Out, hint)
	return err
}
