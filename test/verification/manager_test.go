package verification

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/syncjob"
)

// patience is how long a test waits for a condition before it fails. Nothing takes that long.
const patience = 2 * time.Minute

// running is a whole manager, as cmd/manager sets it up, without the process around it.
type running struct {
	writes atomic.Int64 // requests to the API server that change something
	passes atomic.Int64

	mu     sync.Mutex
	passed map[string]int // passes by controller and object
	stop   context.CancelFunc
	done   chan error
}

// startManager starts a manager for the world's namespace.
func (w *world) startManager() *running {
	w.t.Helper()
	return w.startManagerAt(time.Now)
}

// startManagerAt starts a manager with a clock, and with changed options.
func (w *world) startManagerAt(now func() time.Time, changes ...func(*ctrl.Options)) *running {
	w.t.Helper()
	r := &running{passed: map[string]int{}, done: make(chan error, 1)}
	byObject := syncjob.CacheByObject(labels.Everything())
	byObject[&corev1.Secret{}] = cache.ByObject{Namespaces: map[string]cache.Config{w.name: {}}}
	byObject[&v1alpha1.Supplier{}] = cache.ByObject{Field: fields.OneTermEqualSelector("metadata.name", w.name)}
	options := ctrl.Options{
		Scheme:     server.Client.Scheme(),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)}, // several managers in one process
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{w.name: {}}, ByObject: byObject},
	}
	for _, change := range changes {
		change(&options)
	}
	mgr, err := ctrl.NewManager(r.counted(server.Config), options)
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	pool := &authority.Pool{Secrets: mgr.GetClient(), Namespace: w.name, Now: now}
	w.must(controllers.Setup(ctx, mgr, pool, controllers.Options{Namespace: w.name, Now: now, Wrap: r.watch}))
	r.stop = cancel
	go func() {
		r.done <- mgr.Start(ctx)
		close(r.done)
	}()
	w.t.Cleanup(func() { r.end(w.t) })
	return r
}

// end stops the manager and waits until it is gone.
func (r *running) end(t testing.TB) {
	t.Helper()
	r.stop()
	select {
	case err, first := <-r.done:
		if first && err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("the manager did not stop")
	}
}

// watch counts reconciles.
func (r *running) watch(name string, inner reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		result, err := inner.Reconcile(ctx, req)
		r.passes.Add(1)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.passed[name+" "+req.String()]++
		return result, err
	})
}

// objects counts the objects that the controller has reconciled.
func (r *running) objects(controller string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for key := range r.passed {
		if len(key) > len(controller) && key[:len(controller)+1] == controller+" " {
			n++
		}
	}
	return n
}

// counted returns a configuration whose writes are counted.
func (r *running) counted(c *rest.Config) *rest.Config {
	c = rest.CopyConfig(c)
	c.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method != http.MethodGet {
				r.writes.Add(1)
			}
			return next.RoundTrip(req)
		})
	})
	return c
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// eventually waits for a condition.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// verified counts the world's customers whose DelegationVerified says so.
func (w *world) verified(want string) int {
	var list v1alpha1.CustomerIntegrationList
	w.must(w.client.List(context.Background(), &list, client.InNamespace(w.name)))
	n := 0
	for i := range list.Items {
		if says(list.Items[i].Status.Conditions, v1alpha1.ConditionDelegationVerified) == want {
			n++
		}
	}
	return n
}
