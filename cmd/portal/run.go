package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/check"
	"github.com/4human/integration-operator/internal/portal/customers"
	"github.com/4human/integration-operator/internal/portal/guestlink"
	"github.com/4human/integration-operator/internal/portal/guides"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/portal/server"
	"github.com/4human/integration-operator/internal/profiling"
)

// run runs the portal until the context ends.
func run(ctx context.Context, o *options) error {
	handler := slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: o.level()})
	log := slog.New(handler)
	slog.SetDefault(log) // takes over the standard log, to which net/http reports failed handshakes
	ctrl.SetLogger(logr.FromSlogHandler(handler))
	klog.SetLogger(logr.FromSlogHandler(handler).WithName("klog"))
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the cluster: %w", err)
	}
	c, err := newCluster(config, o.namespaces, ctx.Done(), logr.FromSlogHandler(handler))
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	pages, links, err := newPages(ctx, o, c, registry, log)
	if err != nil {
		return err
	}
	if err := c.index(ctx, links); err != nil {
		return err
	}
	if o.public.Scheme != "https" {
		log.Warn("The address --public-url is not https: use it for demonstrations only")
	}
	return serveAll(ctx, o, c, pages, registry, log)
}

// newPages returns the handler of the pages, and the index of links, which the cache has to fill.
func newPages(
	ctx context.Context, o *options, c *cluster, registry prometheus.Registerer, log *slog.Logger,
) (http.Handler, *guestlink.Index, error) {
	key, err := openLinkKey(o.linkKeyFile, log)
	if err != nil {
		return nil, nil, fmt.Errorf("--link-key-file: %w", err)
	}
	own, err := guides.Open(o.guidesDir, time.Now, log)
	if err != nil {
		return nil, nil, fmt.Errorf("--guides-dir: %w", err)
	}
	people, err := newLogin(ctx, o, c, log)
	if err != nil {
		return nil, nil, err
	}
	templates, err := page.New()
	if err != nil {
		return nil, nil, err
	}
	links := guestlink.New(key.Get)
	return server.New(server.Options{
		PublicURL: o.public, Pages: templates, Links: links, Guides: own.Of, Login: people, Proxies: o.proxies,
		Store:   &customers.Store{Reader: c.cache, Inaccessible: c.cache.Inaccessible},
		Checks:  &check.Requester{Client: c.client, Now: time.Now},
		Metrics: server.NewMetrics(registry), Now: time.Now, Log: log,
	}), links, nil
}

// index fills the index of links from the cache.
func (c *cluster) index(ctx context.Context, links *guestlink.Index) error {
	informer, err := c.cache.GetInformer(ctx, &v1alpha1.CustomerIntegration{})
	if err != nil {
		return fmt.Errorf("watching customers: %w", err)
	}
	if _, err := informer.AddEventHandler(links.Handler()); err != nil {
		return fmt.Errorf("watching customers: %w", err)
	}
	return nil
}

// serveAll fills the cache and serves until the context ends or a server fails. Pages are served once the cache is
// filled.
func serveAll(
	ctx context.Context, o *options, c *cluster, pages http.Handler, registry *prometheus.Registry, log *slog.Logger,
) error {
	var filled atomic.Bool
	health := http.NewServeMux()
	health.HandleFunc("GET /healthz", probeHandler(func(*http.Request) error { return nil }))
	health.HandleFunc("GET /readyz", probeHandler(c.ready(filled.Load)))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.cache.Start(ctx) })
	group.Go(func() error { return profiling.Server(o.pprofAddress).Start(ctx) })
	group.Go(func() error { return listener{"health", o.healthAddress, ""}.serve(ctx, health, log) })
	if o.metricsAddress != "0" {
		metrics := http.NewServeMux()
		metrics.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
		group.Go(func() error { return listener{"metrics", o.metricsAddress, ""}.serve(ctx, metrics, log) })
	}
	group.Go(func() error {
		if err := c.fill(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		filled.Store(true)
		log.Info("Filled the cache")
		return listener{"pages", o.address, o.certDir}.serve(ctx, pages, log)
	})
	err := group.Wait()
	log.Info("Stopped")
	return err
}

// probeHandler returns the handler of a probe.
func probeHandler(probe func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := probe(r); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}
}
