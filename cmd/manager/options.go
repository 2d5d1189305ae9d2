package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/profiling"
	"github.com/4human/integration-operator/internal/version"
)

// envNamespace is the variable with the manager's namespace, from the downward API. The namespace has the Suppliers'
// key Secrets and the leader's Lease. The flag --namespace takes precedence.
const envNamespace = "POD_NAMESPACE"

// imageName matches the names of images, as a Supplier's spec.sync.image.
var imageName = regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*` +
	`(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$`)

type options struct {
	namespace      string
	pod            string // the manager's own, if --sync-image is not set
	namespaces     []string
	shard          shard
	workers        int
	leaderElection bool
	lease          leaseTiming
	metricsAddress string
	metricsCertDir string
	healthAddress  string
	brokerAddress  string
	brokerSource   string
	brokerAnyPod   bool
	syncImage      string
	pprofAddress   string
	logLevel       string
}

func command() *cobra.Command {
	o := options{}
	cmd := &cobra.Command{
		Use:   "manager",
		Short: "Verifies customers' delegations and runs their sync jobs",
		Long: `The operator of the kinds Supplier and CustomerIntegration. It verifies for each customer that access has been
delegated to the supplier, runs sync jobs while it is, stops them when it is withdrawn, and reports this in
conditions. One replica leads; the others stand by. Each issues tokens to the pods of jobs.

It works only in the namespaces of --namespaces, with a Role in each.`,
		Version:       version.String(),
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
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.AddCommand(checkCommand())
	f := cmd.Flags()
	o.addNamespaces(f)
	o.shard.addFlag(f)
	f.IntVar(&o.workers, "workers", 10, "maximum number of concurrent reconciles of customers")
	f.BoolVar(&o.leaderElection, "leader-elect", true, "elect a leader among replicas")
	o.lease.addFlags(f)
	f.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443",
		"address of /metrics, over TLS, for clients that Kubernetes authorizes; 0 disables it")
	f.StringVar(&o.metricsCertDir, "metrics-cert-dir", "",
		"folder with tls.crt and tls.key for /metrics (default: a self-signed certificate)")
	f.StringVar(&o.healthAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz")
	f.StringVar(&o.brokerAddress, "token-broker-bind-address", ":8444", "address of the token broker, over TLS")
	f.StringVar(&o.brokerSource, "token-broker-source", string(broker.SourceNode),
		"allowed source addresses of a pod's token request: pod (its own), node (its own, its node's, loopback) or any (for networks that hide both)")
	f.BoolVar(&o.brokerAnyPod, "token-broker-any-pod", false,
		"issue tokens to pods without a valid seal too, for clusters whose admission changes image, environment or mounts of pods")
	f.StringVar(&o.syncImage, "sync-image", "", "image of sync jobs unless Supplier spec.sync.image is set "+
		"(default: the image of the init container "+syncContainer+" of the Pod $"+envPod+")")
	f.StringVar(&o.pprofAddress, "pprof-address", "", profiling.Usage)
	f.StringVar(&o.logLevel, "log-level", "info", "log level: debug, info, warn or error")
	return cmd
}

// addNamespaces adds the flags that the operator and its check have in common.
func (o *options) addNamespaces(f *pflag.FlagSet) {
	f.StringVar(&o.namespace, "namespace", "",
		"namespace of the Suppliers' key Secrets and the leader's Lease (default: $"+envNamespace+")")
	f.StringSliceVar(&o.namespaces, "namespaces", nil,
		"namespaces of CustomerIntegrations, comma-separated (required); each needs the Role and RoleBinding of config/customer-namespace")
}

// completeNamespaces applies defaults to the namespaces and verifies them.
func (o *options) completeNamespaces() error {
	if o.namespace == "" {
		o.namespace = os.Getenv(envNamespace)
	}
	if o.namespace == "" {
		return fmt.Errorf("--namespace or $%s is required", envNamespace)
	}
	if len(o.namespaces) == 0 {
		return errors.New("--namespaces is required")
	}
	for i, ns := range o.namespaces {
		o.namespaces[i] = strings.TrimSpace(ns)
		if o.namespaces[i] == "" {
			return errors.New("--namespaces has an empty element")
		}
	}
	return nil
}

// complete applies defaults and verifies the flags.
func (o *options) complete() error {
	if err := o.completeNamespaces(); err != nil {
		return err
	}
	if err := o.completeImage(); err != nil {
		return err
	}
	if err := o.shard.complete(); err != nil {
		return err
	}
	if !slices.Contains(broker.Sources(), broker.Source(o.brokerSource)) {
		return fmt.Errorf("--token-broker-source must be pod, node or any, not %q", o.brokerSource)
	}
	if err := o.lease.check(); err != nil {
		return err
	}
	if err := profiling.CheckAddress(o.pprofAddress); err != nil {
		return err
	}
	if o.workers < 1 {
		return fmt.Errorf("--workers must be at least 1, not %d", o.workers)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logLevel)); err != nil {
		return fmt.Errorf("--log-level must be debug, info, warn or error, not %q", o.logLevel)
	}
	return nil
}

// completeImage verifies that the image of jobs is named or can be found.
func (o *options) completeImage() error {
	if o.syncImage == "" {
		o.pod = os.Getenv(envPod)
	}
	switch {
	case o.syncImage == "" && o.pod == "":
		return fmt.Errorf("--sync-image or $%s is required", envPod)
	case o.syncImage != "" && !imageName.MatchString(o.syncImage):
		return fmt.Errorf("--sync-image must be an image's name, such as %s, not %q",
			"registry.example/integration-operator-sync:1", o.syncImage)
	}
	return nil
}

// level returns the log level, which complete has verified.
func (o *options) level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(o.logLevel))
	return level
}
