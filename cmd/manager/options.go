package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/broker"
)

// EnvNamespace is the variable that holds the namespace that the manager runs in, from the downward API. Suppliers'
// key Secrets and the leader's Lease are there. The flag --namespace goes before it.
const EnvNamespace = "POD_NAMESPACE"

// options are the manager's flags.
type options struct {
	namespace      string
	namespaces     []string
	workers        int
	leaderElection bool
	metricsAddress string
	metricsCertDir string
	healthAddress  string
	brokerAddress  string
	brokerSource   string
	brokerAnyPod   bool
	syncImage      string
	logLevel       string
}

// command gives the command line.
func command() *cobra.Command {
	o := options{}
	cmd := &cobra.Command{
		Use:   "manager",
		Short: "Verifies customers' delegations, and runs the jobs that data flows by while there is one",
		Long: `The operator of the kinds Supplier and CustomerIntegration. It verifies, for every customer, that
access has been delegated to us, starts jobs when it has, stops them when it is withdrawn, and reports it
in conditions. One replica leads; others stand by. Each gives the pods of jobs their tokens.

It works in the namespaces it is told of, with Roles there, and nowhere else.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.namespace, "namespace", "", "namespace of Suppliers' key Secrets and of the leader's Lease (default: $"+EnvNamespace+")")
	f.StringSliceVar(&o.namespaces, "namespaces", nil, "namespaces whose CustomerIntegrations are looked after, comma-separated (required); each needs the Role and RoleBinding of config/customer-namespace")
	f.IntVar(&o.workers, "workers", 10, "customers looked at at a time")
	f.BoolVar(&o.leaderElection, "leader-elect", true, "elect a leader among replicas")
	f.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "address of /metrics, over TLS, for clients that Kubernetes authenticates and allows; 0 for none")
	f.StringVar(&o.metricsCertDir, "metrics-cert-dir", "", "folder with tls.crt and tls.key for /metrics (default: a self-signed certificate)")
	f.StringVar(&o.healthAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz")
	f.StringVar(&o.brokerAddress, "token-broker-bind-address", ":8444", "address at which the pods of jobs get their tokens, over TLS")
	f.StringVar(&o.brokerSource, "token-broker-source", string(broker.SourceNode), "where a pod's request for a token may come from: pod (its own address), node (that, its node's or loopback) or any (networks that hide both)")
	f.BoolVar(&o.brokerAnyPod, "token-broker-any-pod", false, "give tokens also to pods that are not as the operator made them, for clusters whose admission changes image, environment or mounts of pods")
	f.StringVar(&o.syncImage, "sync-image", "", "image of the jobs of Suppliers that name none in spec.sync.image (required)")
	f.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

// complete fills in what flags leave open, and says what is wrong with them.
func (o *options) complete() error {
	if o.namespace == "" {
		o.namespace = os.Getenv(EnvNamespace)
	}
	if o.namespace == "" {
		return fmt.Errorf("in which namespace are the Suppliers' keys? Set --namespace or $%s", EnvNamespace)
	}
	if len(o.namespaces) == 0 {
		return errors.New("whose customers? Name at least one namespace in --namespaces")
	}
	for i, ns := range o.namespaces {
		o.namespaces[i] = strings.TrimSpace(ns)
		if o.namespaces[i] == "" {
			return errors.New("--namespaces has an empty name in its list")
		}
	}
	if o.syncImage == "" {
		return errors.New("which image do jobs run? Set --sync-image")
	}
	if !slices.Contains(broker.Sources(), broker.Source(o.brokerSource)) {
		return fmt.Errorf("--token-broker-source is %q: pod, node or any", o.brokerSource)
	}
	if o.workers < 1 {
		return fmt.Errorf("--workers is %d: at least 1", o.workers)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level is %q: debug, info, warn or error", o.logLevel)
	}
	return nil
}

// level gives the log level; complete has checked it.
func (o *options) level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(o.logLevel))
	return level
}
