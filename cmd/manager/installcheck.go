package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/broker"
)

// requestTimeout bounds each request of the check.
const requestTimeout = 10 * time.Second

// installCheck verifies that an installed operator serves. It runs in a pod with the operator's own account.
type installCheck struct {
	client         client.Client
	namespace      string
	namespaces     []string
	leaderElection bool
	lease          string        // the name of the leader's Lease
	timeout        time.Duration // after which a step that fails is not repeated
	now            func() time.Time
	dial           func(ctx context.Context, network, address string) (net.Conn, error) // to the token broker
}

// checkCommand returns the command that `helm test` runs.
func checkCommand() *cobra.Command {
	o := options{}
	timeout := time.Minute
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Verify from a pod that the installed operator serves",
		Long: `Verifies that the API server serves the CRDs, that the operator's account may read the customers of --namespaces,
that a ready replica issues tokens, and that a replica leads. helm test runs it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(o.completeNamespaces(), o.shard.complete()); err != nil {
				return err
			}
			config, err := ctrl.GetConfig()
			if err != nil {
				return fmt.Errorf("finding the cluster: %w", err)
			}
			config.Timeout = requestTimeout
			c, err := client.New(config, client.Options{Scheme: newScheme()})
			if err != nil {
				return fmt.Errorf("connecting to the cluster: %w", err)
			}
			i := &installCheck{
				client: c, namespace: o.namespace, namespaces: o.namespaces, leaderElection: o.leaderElection,
				lease: o.shard.lease(), timeout: timeout,
				now: time.Now, dial: (&net.Dialer{}).DialContext,
			}
			return i.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	o.addNamespaces(f)
	o.shard.addFlag(f)
	f.BoolVar(&o.leaderElection, "leader-elect", true, "verify that a replica leads")
	f.DurationVar(&timeout, "timeout", timeout, "how long a step that fails is repeated, such as 1m")
	return cmd
}

// run runs all steps, and writes a line for each. A step that fails is repeated until the timeout.
func (i *installCheck) run(ctx context.Context, out io.Writer) error {
	failed := 0
	for _, step := range i.steps() {
		var fact string
		var problem error
		_ = wait.PollUntilContextTimeout(ctx, time.Second, i.timeout, true, func(context.Context) (bool, error) {
			fact, problem = step(ctx)
			return problem == nil, nil
		})
		line := "ok      " + fact
		if problem != nil {
			failed++
			line = "failed  " + problem.Error()
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d steps of the check failed", failed)
	}
	return nil
}

// steps returns the steps. Each returns what it found, or what to do.
func (i *installCheck) steps() []func(context.Context) (string, error) {
	steps := []func(context.Context) (string, error){i.suppliers}
	for _, namespace := range i.namespaces {
		steps = append(steps, func(ctx context.Context) (string, error) { return i.customers(ctx, namespace) })
	}
	steps = append(steps, i.broker)
	if i.leaderElection {
		steps = append(steps, i.leader)
	}
	return steps
}

func (i *installCheck) suppliers(ctx context.Context) (string, error) {
	var list v1alpha1.SupplierList
	if err := i.client.List(ctx, &list); err != nil {
		return "", fmt.Errorf("listing Suppliers: %w", i.withAction(err, "apply config/rbac"))
	}
	return fmt.Sprintf("the API server serves Suppliers: %d exist", len(list.Items)), nil
}

func (i *installCheck) customers(ctx context.Context, namespace string) (string, error) {
	var list v1alpha1.CustomerIntegrationList
	if err := i.client.List(ctx, &list, client.InNamespace(namespace), client.Limit(1)); err != nil {
		return "", fmt.Errorf("listing CustomerIntegrations of namespace %s: %w", namespace,
			i.withAction(err, "apply config/customer-namespace there"))
	}
	return "the operator may read customers of namespace " + namespace, nil
}

// withAction adds to an error what to do if the CRDs or rights are missing.
func (i *installCheck) withAction(err error, rights string) error {
	switch {
	case meta.IsNoMatchError(err), apierrors.IsNotFound(err):
		return fmt.Errorf("the CRDs are missing: apply config/crd: %w", err)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("the operator has no rights: %s: %w", rights, err)
	}
	return err
}

// broker sends a GET request to the token broker's Service, which has ready replicas only. The broker refuses a GET.
func (i *installCheck) broker(ctx context.Context) (string, error) {
	var ca corev1.Secret
	key := types.NamespacedName{Namespace: i.namespace, Name: broker.CASecretName}
	if err := i.client.Get(ctx, key, &ca); err != nil {
		return "", fmt.Errorf("reading the token broker's authority, which the operator creates when it starts: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Data[corev1.TLSCertKey])
	url := brokerURL(i.namespace)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("requesting %s: %w", url, err)
	}
	c := http.Client{Timeout: requestTimeout, Transport: &http.Transport{
		DialContext:       i.dial,
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}
	response, err := c.Do(request)
	if err != nil {
		return "", fmt.Errorf("no ready replica of the operator answers; see the logs of its pods: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusMethodNotAllowed {
		return "", fmt.Errorf("%s answered GET with the status %d, so it is not the token broker", url, response.StatusCode)
	}
	return "a ready replica serves " + url, nil
}

func (i *installCheck) leader(ctx context.Context) (string, error) {
	var lease coordinationv1.Lease
	key := types.NamespacedName{Namespace: i.namespace, Name: i.lease}
	if err := i.client.Get(ctx, key, &lease); err != nil {
		return "", fmt.Errorf("reading the leader's Lease: %w", err)
	}
	spec := lease.Spec
	if spec.HolderIdentity == nil || *spec.HolderIdentity == "" || spec.RenewTime == nil ||
		spec.LeaseDurationSeconds == nil {
		return "", errors.New("no replica leads; see the logs of the operator's pods")
	}
	valid := time.Duration(*spec.LeaseDurationSeconds) * time.Second
	if age := i.now().Sub(spec.RenewTime.Time); age > valid {
		return "", fmt.Errorf("no replica leads: %s renewed the Lease %s ago; see the logs of the operator's pods",
			*spec.HolderIdentity, age.Round(time.Second))
	}
	return *spec.HolderIdentity + " leads", nil
}
