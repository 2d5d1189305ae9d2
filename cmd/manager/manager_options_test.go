package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TestCacheOptions verifies that the caches have of the manager's namespace only Secrets and the emergency stop.
func TestCacheOptions(t *testing.T) {
	o := cacheOptions(options{namespace: "system", namespaces: []string{"customers", "more"}}, &deniedReads{})
	if len(o.ByObject) != len(syncjob.CacheByObject(labels.Everything()))+4 {
		t.Fatalf("%d kinds have options of their own", len(o.ByObject))
	}
	for object, by := range o.ByObject {
		_, isSecret := object.(*corev1.Secret)
		if _, ok := object.(*corev1.ConfigMap); ok {
			if by.Field == nil || by.Field.String() != "metadata.name=integration-operator-emergency-stop" {
				t.Errorf("ConfigMaps are limited to %v", by.Field)
			}
		} else if !isSecret {
			if len(by.Namespaces) != 0 || by.Label == nil && by.Field == nil {
				t.Errorf("%T: namespaces %v, or limited by neither label nor name", object, by.Namespaces)
			}
			continue
		}
		if diff := cmp.Diff([]string{"system"}, slices.Sorted(maps.Keys(by.Namespaces))); diff != "" {
			t.Errorf("namespaces of %T (-want +got):\n%s", object, diff)
		}
	}
	customer := &v1alpha1.CustomerIntegration{}
	customer.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	read := map[string]string{
		v1alpha1.AnnotationReconcileRequestedAt: "now", v1alpha1.AnnotationAskCustomerAgain: "again",
	}
	customer.Annotations = maps.Clone(read)
	customer.Annotations[corev1.LastAppliedConfigAnnotation] = strings.Repeat("x", 250_000)
	if _, err := o.DefaultTransform(customer); err != nil || customer.ManagedFields != nil {
		t.Errorf("managed fields are kept in memory: %v, %v", customer.ManagedFields, err)
	}
	if diff := cmp.Diff(read, customer.Annotations); diff != "" {
		t.Errorf("annotations in memory (-want +got):\n%s", diff)
	}
}

func TestManagerOptions(t *testing.T) {
	o := managerOptions(t.Context(), options{
		namespace: "system", namespaces: []string{"customers"}, leaderElection: true, metricsAddress: ":1",
		metricsCertDir: "/certs", healthAddress: ":2",
	}, &election{}, &deniedReads{})
	if !o.LeaderElection || o.LeaderElectionID != leaseName || o.LeaderElectionNamespace != "system" ||
		!o.LeaderElectionReleaseOnCancel {
		t.Errorf("leader election: %t, %s in %s, released %t", o.LeaderElection, o.LeaderElectionID,
			o.LeaderElectionNamespace, o.LeaderElectionReleaseOnCancel)
	}
	if o.GracefulShutdownTimeout == nil || *o.GracefulShutdownTimeout != shutdownLimit {
		t.Errorf("graceful shutdown may take %v", o.GracefulShutdownTimeout)
	}
	if o.Metrics.BindAddress != ":1" || !o.Metrics.SecureServing || o.Metrics.FilterProvider == nil ||
		o.Metrics.CertDir != "/certs" || o.HealthProbeBindAddress != ":2" {
		t.Errorf("metrics at %s, secure %t, certificate in %s; health at %s", o.Metrics.BindAddress, o.Metrics.SecureServing,
			o.Metrics.CertDir, o.HealthProbeBindAddress)
	}
	if !o.Scheme.Recognizes(v1alpha1.GroupVersion.WithKind("Supplier")) ||
		!o.Scheme.Recognizes(corev1.SchemeGroupVersion.WithKind("Secret")) {
		t.Error("the scheme lacks a kind")
	}
}

// filling is a cache that is filled on demand.
type filling struct {
	cache.Cache
	filled chan bool
	broken error
	kinds  []string
}

func (f *filling) GetInformer(
	_ context.Context, o client.Object, _ ...cache.InformerGetOption,
) (cache.Informer, error) {
	f.kinds = append(f.kinds, reflect.TypeOf(o).Elem().Name())
	return nil, f.broken
}

func (f *filling) WaitForCacheSync(context.Context) bool { return <-f.filled }

// TestReadiness verifies that the check succeeds only once the caches are filled.
func TestReadiness(t *testing.T) {
	for name, filled := range map[string]bool{"filled": true, "ended-before": false} {
		t.Run(name, func(t *testing.T) {
			f := &filling{filled: make(chan bool)}
			c := &cachesCheck{denied: &deniedReads{}, cache: f, kinds: []client.Object{&v1alpha1.Supplier{}, &corev1.Secret{}}}
			if err := c.Check(nil); err == nil {
				t.Error("ready before it was started")
			}
			done := make(chan error)
			go func() { done <- c.Start(t.Context()) }()
			if err := c.Check(nil); err == nil {
				t.Error("ready while the caches are being filled")
			}
			f.filled <- filled
			if err := <-done; err != nil {
				t.Error(err)
			}
			if ready := c.Check(nil) == nil; ready != filled {
				t.Errorf("ready %t, want %t", ready, filled)
			}
			if diff := cmp.Diff([]string{"Secret", "Supplier"}, slices.Sorted(slices.Values(f.kinds))); diff != "" {
				t.Errorf("cached kinds (-want +got):\n%s", diff)
			}
			if c.NeedLeaderElection() {
				t.Error("a standby replica would never be ready")
			}
		})
	}
}

// TestReadinessOfABrokenCache verifies that Start returns a cache's error, except while the manager ends.
func TestReadinessOfABrokenCache(t *testing.T) {
	c := &cachesCheck{
		denied: &deniedReads{},
		kinds:  []client.Object{&corev1.Secret{}},
		cache:  &filling{broken: errors.New("no such kind")},
	}
	if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "no such kind") {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Start(ended); err != nil {
		t.Errorf("while the manager ends: %v", err)
	}
	if c.Check(nil) == nil {
		t.Error("ready")
	}
}

// TestPlainLevel verifies the names of log levels.
func TestPlainLevel(t *testing.T) {
	for level, want := range map[slog.Level]string{
		-4: "DEBUG", -1: "DEBUG", -9: "DEBUG", 0: "INFO", 4: "WARN",
		8: "ERROR",
	} {
		if got := plainLevel(nil, slog.Any(slog.LevelKey, level)).Value.String(); got != want {
			t.Errorf("%d: %s, want %s", level, got, want)
		}
	}
	other := slog.Any("verbosity", slog.Level(-1))
	if got := plainLevel(nil, other); !got.Equal(other) {
		t.Errorf("another attribute: %s", got)
	}
}
