package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/emergencystop"
)

// stopTimeout is how long "stop" and "continue" wait for the operator by default.
const stopTimeout = time.Minute

// newStopCommand returns "kubectl cint stop".
func newStopCommand(p *Program) *cobra.Command {
	s := emergency{program: p}
	var reason string
	cmd := &cobra.Command{
		Use:   "stop [SUPPLIER...] --reason TEXT",
		Short: "Emergency stop of Suppliers, which GitOps does not revert",
		Long: `Stops Suppliers at once, all of them unless some are named: no verification and no sync. Running jobs are
ended, and pods get no tokens. It writes the ConfigMap ` + emergencystop.Name + `
in the operator's namespace, which no manifest in git has, so neither Flux nor Argo CD reverts it. It waits
until the operator reports the stop. Conditions show the reason.

To stop one customer, see: kubectl cint suspend --help`,
		Example: `  kubectl cint stop --reason "the signing key has leaked, INC-4711"
  kubectl cint stop default --reason INC-4711`,
		ValidArgsFunction: p.completeSuppliers,
		RunE: func(cmd *cobra.Command, names []string) error {
			if strings.TrimSpace(reason) == "" {
				return usageError(cmd, errors.New("--reason is required: it is shown wherever the stop is"))
			}
			return s.stop(cmd.Context(), names, reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for people; no personal data (required)")
	s.addFlags(cmd)
	return cmd
}

// newContinueCommand returns "kubectl cint continue".
func newContinueCommand(p *Program) *cobra.Command {
	s := emergency{program: p}
	cmd := &cobra.Command{
		Use:   "continue [SUPPLIER...]",
		Short: "End the emergency stop of Suppliers",
		Long: `Ends the emergency stop of all Suppliers, or of those that are named. Access is verified when it is due, and
jobs run by schedule. spec.suspend of Suppliers and customers stays as it is.`,
		Example:           `  kubectl cint continue`,
		ValidArgsFunction: p.completeSuppliers,
		RunE: func(cmd *cobra.Command, names []string) error {
			return s.end(cmd.Context(), names)
		},
	}
	s.addFlags(cmd)
	return cmd
}

// emergency starts and ends the emergency stop.
type emergency struct {
	program   *Program
	namespace string
	timeout   time.Duration
}

func (e *emergency) addFlags(cmd *cobra.Command) {
	addSystemNamespace(cmd, &e.namespace)
	cmd.Flags().DurationVar(&e.timeout, "timeout", stopTimeout, "how long to wait for the operator")
}

// stop stops the named Suppliers besides those that are stopped, or all.
func (e *emergency) stop(ctx context.Context, names []string, reason string) error {
	c, all, err := e.suppliers(ctx, names)
	if err != nil {
		return err
	}
	known, err := withWanted(ctx, c, all)
	if err != nil {
		return err
	}
	var stopped []string
	err = retry.OnError(retry.DefaultBackoff, isChanged, func() error {
		before, err := e.read(ctx, c)
		if err != nil {
			return err
		}
		stopped = stoppedWith(before, names, known)
		return e.write(ctx, c, before, stopped, reason)
	})
	if err != nil {
		return err
	}
	if len(stopped) == 0 {
		stopped = all
	}
	return e.await(ctx, c, among(stopped, all), true)
}

// stoppedWith returns the Suppliers that are stopped when the named ones are stopped too, none if all are.
func stoppedWith(before *corev1.ConfigMap, names, known []string) []string {
	if before == nil || len(names) == 0 {
		return slices.Clone(names)
	}
	stopped, fault := emergencystop.Suppliers(before)
	if stopped = among(stopped, known); fault != "" || len(stopped) == 0 { // all are stopped
		return nil
	}
	return slices.Concat(stopped, names)
}

// among returns those of names that are known.
func among(names, known []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(known, name) })
}

// withWanted returns the names of Suppliers and those that customers name, such as that of a deleted one: the stop of
// these stays. A person who may not list all customers gets the names of Suppliers.
func withWanted(ctx context.Context, c client.Reader, suppliers []string) ([]string, error) {
	var list v1alpha1.CustomerIntegrationList
	if err := c.List(ctx, &list); apierrors.IsForbidden(err) {
		return suppliers, nil
	} else if err != nil {
		return nil, fmt.Errorf("listing CustomerIntegrations: %w", err)
	}
	known := slices.Clone(suppliers)
	for i := range list.Items {
		known = append(known, list.Items[i].SupplierName())
	}
	return known, nil
}

// end ends the stop of the named Suppliers, or of all.
func (e *emergency) end(ctx context.Context, names []string) error {
	c, all, err := e.suppliers(ctx, names)
	if err != nil {
		return err
	}
	known, err := withWanted(ctx, c, all)
	if err != nil {
		return err
	}
	// Without names, a stop that has changed is not ended, because the caller has not seen it.
	retriable := func(err error) bool { return len(names) > 0 && isChanged(err) }
	var before *corev1.ConfigMap
	var left []string
	err = retry.OnError(retry.DefaultBackoff, retriable, func() error {
		var err error
		if before, err = e.read(ctx, c); err != nil || before == nil {
			return err
		}
		if left, err = e.leftAfter(before, names, all, known); err != nil {
			return err
		}
		if len(left) > 0 {
			return e.write(ctx, c, before, left, before.Data[emergencystop.KeyReason])
		}
		return e.remove(ctx, c, before)
	})
	if err != nil {
		return err
	}
	if before == nil {
		_, err := fmt.Fprintf(e.program.Out, "there is no emergency stop in namespace %s\n", e.namespace)
		return err
	}
	ended := slices.DeleteFunc(all, func(name string) bool { return slices.Contains(left, name) })
	return e.await(ctx, c, ended, false)
}

// leftAfter returns the Suppliers that stay stopped when the named ones continue, none if no names are given.
func (e *emergency) leftAfter(before *corev1.ConfigMap, names, all, known []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	stopped, fault := emergencystop.Suppliers(before)
	if fault != "" {
		return nil, fmt.Errorf("all Suppliers are stopped, because %s. Let all continue: %s", fault, commandLine("continue"))
	}
	if stopped = among(stopped, known); len(stopped) == 0 { // all are stopped
		stopped = slices.Clone(all)
	}
	return slices.DeleteFunc(stopped, func(name string) bool { return slices.Contains(names, name) }), nil
}

// suppliers connects to the cluster and returns the names of all Suppliers. Each of names must be one.
func (e *emergency) suppliers(ctx context.Context, names []string) (client.WithWatch, []string, error) {
	c, err := e.program.client()
	if err != nil {
		return nil, nil, err
	}
	all, err := supplierNames(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, nil, fmt.Errorf("there is no Supplier/%s; there are: %s. To stop one customer: %s", name,
				strings.Join(all, ", "), commandLine("suspend", "NAME"))
		}
	}
	return c, all, nil
}

// supplierNames returns the names of all Suppliers.
func supplierNames(ctx context.Context, c client.Reader) ([]string, error) {
	var list v1alpha1.SupplierList
	if err := c.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing Suppliers: %w", err)
	}
	names := make([]string, 0, len(list.Items))
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names, nil
}

// completeSuppliers completes the names of Suppliers.
func (p *Program) completeSuppliers(cmd *cobra.Command, given []string, prefix string) (
	[]string, cobra.ShellCompDirective,
) {
	ctx, stop := context.WithTimeout(cmd.Context(), completionTimeout)
	defer stop()
	c, err := p.client()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	names, err := supplierNames(ctx, c)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasPrefix(name, prefix) || slices.Contains(given, name)
	}), cobra.ShellCompDirectiveNoFileComp
}

// read returns the ConfigMap of the stop, nil if there is none.
func (e *emergency) read(ctx context.Context, c client.Reader) (*corev1.ConfigMap, error) {
	found := &corev1.ConfigMap{}
	err := c.Get(ctx, client.ObjectKey{Namespace: e.namespace, Name: emergencystop.Name}, found)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading ConfigMap %s: %w", emergencystop.Name, err)
	}
	return found, nil
}

// write creates or replaces the ConfigMap. Without names, it stops all Suppliers.
func (e *emergency) write(
	ctx context.Context, c client.Client, before *corev1.ConfigMap, names []string, reason string,
) error {
	stop := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: e.namespace, Name: emergencystop.Name}}
	if before != nil {
		stop.ObjectMeta = before.ObjectMeta
	}
	stop.Data = map[string]string{emergencystop.KeyReason: reason}
	if len(names) > 0 {
		slices.Sort(names)
		stop.Data[emergencystop.KeySuppliers] = strings.Join(slices.Compact(names), " ")
	}
	var err error
	if before == nil {
		err = c.Create(ctx, stop, fieldOwner)
	} else {
		err = c.Update(ctx, stop, fieldOwner)
	}
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err) && before == nil:
		return fmt.Errorf("there is no namespace %s: name the operator's with --system-namespace", e.namespace)
	case apierrors.IsNotFound(err):
		return fmt.Errorf("writing ConfigMap %s: %w: deleted meanwhile", emergencystop.Name, errChanged)
	default:
		return fmt.Errorf("writing ConfigMap %s: %w", emergencystop.Name, err)
	}
}

// remove deletes the ConfigMap that was read, unless it has changed since.
func (e *emergency) remove(ctx context.Context, c client.Client, before *corev1.ConfigMap) error {
	err := client.IgnoreNotFound(c.Delete(ctx, before, client.Preconditions{
		UID: &before.UID, ResourceVersion: &before.ResourceVersion,
	}))
	if apierrors.IsConflict(err) {
		return fmt.Errorf("deleting ConfigMap %s: %w. Read it, and try again: kubectl get configmap %s -n %s -o yaml",
			emergencystop.Name, errChanged, emergencystop.Name, e.namespace)
	}
	if err != nil {
		return fmt.Errorf("deleting ConfigMap %s: %w", emergencystop.Name, err)
	}
	return nil
}

// errChanged means that another client wrote or deleted the ConfigMap after it was read.
var errChanged = errors.New("it has changed since it was read")

// isChanged reports whether an error means that another client wrote the ConfigMap after it was read.
func isChanged(err error) bool {
	return errors.Is(err, errChanged) || apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)
}
