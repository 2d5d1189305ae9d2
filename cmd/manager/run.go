package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/interruption"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/namespacecache"
	"github.com/4human/integration-operator/internal/profiling"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/version"
	"github.com/4human/integration-operator/internal/watchdog"
)

const (
	// hangLimit is the longest that a reconcile may last. Each outside request times out within seconds.
	hangLimit = 5 * time.Minute
	// shutdownLimit is how long reconciles in flight may take to end. It is shorter than the pod's grace period.
	shutdownLimit = 20 * time.Second
)

// run runs the manager until the context ends.
func run(ctx context.Context, o options) error {
	handler := withoutProbes{slog.NewJSONHandler(os.Stderr,
		&slog.HandlerOptions{Level: o.level(), ReplaceAttr: plainLevel})}
	slog.SetDefault(slog.New(handler)) // takes over the standard log, to which net/http reports failed handshakes
	logger := logr.FromSlogHandler(handler)
	ctrl.SetLogger(logger)
	klog.SetLogger(logger.WithName("klog"))

	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the cluster: %w", err)
	}
	config.UserAgent = userAgent()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	leader, err := newElection(config, o, stop)
	if err != nil {
		return err
	}
	denied := &deniedReads{log: logger.WithName("rights"), now: time.Now}
	mgr, err := ctrl.NewManager(config, managerOptions(ctx, o, leader, denied))
	if err != nil {
		return fmt.Errorf("creating the manager: %w", err)
	}
	leader.use(mgr, o.shard.matching())
	if o.syncImage, err = findSyncImage(ctx, mgr.GetAPIReader(), o); err != nil {
		return err
	}
	if err := addParts(ctx, mgr, o, denied); err != nil {
		return err
	}
	logger.Info("Starting", "version", version.Number(), "commit", version.Commit(),
		"namespace", o.namespace, "namespaces", o.namespaces, "syncImage", o.syncImage)
	err = mgr.Start(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, interruption.ErrRestored) {
		return cause
	}
	if err != nil {
		return fmt.Errorf("running the manager: %w", err)
	}
	return nil
}

// userAgent returns the name by which the API server knows the manager. Up to the slash it is also the field manager of
// all its writes, which the API server would otherwise call "manager".
func userAgent() string { return syncjob.FieldOwner + "/" + version.Number() }

// addParts adds the controllers, the token broker and the checks. Controllers and broker share the Pool, and with it
// the state of Maskinporten and Altinn.
func addParts(ctx context.Context, mgr ctrl.Manager, o options, denied *deniedReads) error {
	if err := mgr.Add(profiling.Server(o.pprofAddress)); err != nil {
		return fmt.Errorf("adding the profiles: %w", err)
	}
	counted := metrics.New()
	pool := &authority.Pool{Secrets: mgr.GetClient(), Namespace: o.namespace, Now: time.Now, Metrics: counted}
	err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.CustomerIntegration{}, broker.IndexChild, broker.IndexChildren)
	if err != nil {
		return fmt.Errorf("indexing CustomerIntegrations by the names of their children: %w", err)
	}
	tokens := broker.New(broker.Options{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Pool: pool, Namespace: o.namespace, Namespaces: o.namespaces,
		ListenAddress: o.brokerAddress, Now: time.Now, Log: mgr.GetLogger().WithName("token-broker"),
		Metrics: counted, Source: broker.Source(o.brokerSource), AnyPod: o.brokerAnyPod,
		Stop:    controllers.EmergencyStop(mgr, o.namespace, o.shard.selector != nil),
		Sharded: o.shard.selector != nil,
	})
	if err := mgr.Add(tokens); err != nil {
		return fmt.Errorf("adding the token broker: %w", err)
	}
	process := metrics.NewProcess(build(), o.shard.lease(), mgr.Elected(), tokens.CAExpiry)
	if err := addMetrics(ctrlmetrics.Registry, mgr, counted, process, pool); err != nil {
		return err
	}
	spaces, ok := mgr.GetCache().(*namespacecache.Cache)
	if !ok {
		return fmt.Errorf("the manager's cache is a %T", mgr.GetCache())
	}
	dog := watchdog.New(hangLimit, time.Now)
	err = controllers.Setup(ctx, mgr, pool, controllers.Options{
		Namespace: o.namespace, Namespaces: o.namespaces, Image: o.syncImage,
		Broker: findBroker(tokens, brokerURL(o.namespace)), BrokerSecret: broker.CASecretName,
		Workers: o.workers, Observer: counted, Now: time.Now, ShardLabels: o.shard.keys(),
		Inaccessible: spaces.Inaccessible, AccessChanged: spaces.Changed(),
		Wrap: func(name string, r reconcile.Reconciler) reconcile.Reconciler { return dog.Wrap(name, spaces.Wrap(r)) },
	})
	if err != nil {
		return err
	}
	return addChecks(mgr, spaces, dog, tokens, denied, process)
}

// findBroker returns a function that returns the token broker's URL and identity.
func findBroker(tokens *broker.Broker, url string) syncjob.FindBroker {
	return func(ctx context.Context) (syncjob.Broker, error) {
		identity, err := tokens.Identity(ctx)
		if err != nil {
			return syncjob.Broker{}, fmt.Errorf("reading the token broker's identity: %w", err)
		}
		return syncjob.Broker{URL: url, Certificate: identity.Certificate, Seal: identity.Seal}, nil
	}
}

// brokerURL returns the URL of the token broker's Service in config/manager.
func brokerURL(namespace string) string { return "https://token-broker." + namespace + ".svc/token" }

func managerOptions(ctx context.Context, o options, leader *election, denied *deniedReads) ctrl.Options {
	shutdown := shutdownLimit
	return ctrl.Options{
		Scheme:                        newScheme(),
		Cache:                         cacheOptions(o, denied),
		NewCache:                      newCache(ctx, o),
		Metrics:                       metricsOptions(o),
		HealthProbeBindAddress:        o.healthAddress,
		GracefulShutdownTimeout:       &shutdown,
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              o.shard.lease(),
		LeaderElectionNamespace:       o.namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &o.lease.duration,
		RenewDeadline:                 &o.lease.renewDeadline,
		RetryPeriod:                   &o.lease.retryPeriod,

		LeaderElectionResourceLockInterface: leader.lock,
	}
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// cacheOptions returns options that limit the cache to the shard's Suppliers, its customers and their objects. Of the
// manager's own namespace it has Secrets, and the ConfigMap of the emergency stop.
func cacheOptions(o options, denied *deniedReads) cache.Options {
	byObject := syncjob.CacheByObject(o.shard.matching())
	byObject[&v1alpha1.Supplier{}] = cache.ByObject{Label: o.shard.matching()}
	byObject[&v1alpha1.CustomerIntegration{}] = cache.ByObject{
		Label: o.shard.matching(), Transform: syncjob.StripCustomer,
	}
	byObject[&corev1.Secret{}] = cache.ByObject{Namespaces: map[string]cache.Config{o.namespace: {}}}
	byObject[&corev1.ConfigMap{}] = cache.ByObject{
		Namespaces: map[string]cache.Config{o.namespace: {}},
		Field:      fields.OneTermEqualSelector("metadata.name", emergencystop.Name),
	}
	return cache.Options{
		DefaultTransform: syncjob.StripMetadata, ByObject: byObject, DefaultWatchErrorHandler: denied.handle,
	}
}

// newCache returns a function that creates the cache of the namespaces of --namespaces. The context is the process's.
func newCache(ctx context.Context, o options) cache.NewCacheFunc {
	return namespacecache.Options{
		Namespace: o.namespace, Namespaces: o.namespaces, Kinds: controllers.CustomerKinds(), Ending: ctx.Done(),
		Packed:        syncjob.IndexedByCustomer(),
		ProbeInterval: o.probeInterval,
		Log:           ctrl.Log.WithName("namespaces"),
		Rights:        "config/customer-namespace",
	}.New
}

func metricsOptions(o options) metricsserver.Options {
	return metricsserver.Options{
		BindAddress:    o.metricsAddress,
		SecureServing:  true,
		CertDir:        o.metricsCertDir,
		FilterProvider: filters.WithAuthenticationAndAuthorization,
	}
}

// plainLevel names every level below info debug, because logr's verbosities have no names.
func plainLevel(_ []string, a slog.Attr) slog.Attr {
	if level, ok := a.Value.Any().(slog.Level); ok && a.Key == slog.LevelKey && level < slog.LevelInfo {
		return slog.String(slog.LevelKey, slog.LevelDebug.String())
	}
	return a
}
