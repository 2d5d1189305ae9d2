package syncing

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/recorder"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/test/sample"
)

const (
	// moment is how far tests move the clock between two steps. It is short, because the API server stamps pods by the
	// real clock.
	moment = 10 * time.Second

	// brokerURL and brokerCA are the jobs' settings of the token broker, which does not run here; see brokered_test.go.
	brokerURL = "https://token-broker.integration-operator-system.svc/token"
	brokerCA  = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
)

// running is a manager as cmd/manager sets it up, without the token broker and without its own process.
type running struct {
	*world
	writes writes
	cache  client.Reader
	stop   context.CancelFunc
	done   chan error

	mu       sync.Mutex
	recorded []event
	noted    []note
	counts   map[string]int // reconciles by controller and object
	active   int            // reconciles at the moment
	seen     string         // the landmark's mark when the customer's last reconcile began
}

// startManager starts a manager for the world's namespaces and waits until it has proved the Supplier's credentials.
func (w *world) startManager() *running {
	w.t.Helper()
	return w.startManagerWith(server.Config)
}

// startManagerWith does so with a configuration of the API server's client.
func (w *world) startManagerWith(c *rest.Config) *running {
	w.t.Helper()
	m := &running{world: w, counts: map[string]int{}, done: make(chan error, 1)}
	byObject := syncjob.CacheByObject(labels.Everything())
	byObject[&corev1.Secret{}] = cache.ByObject{Namespaces: map[string]cache.Config{w.name: {}}}
	byObject[&v1alpha1.Supplier{}] = cache.ByObject{Label: labels.SelectorFromSet(labels.Set{worldLabel: w.name})}
	mgr, err := ctrl.NewManager(m.writes.record(c), ctrl.Options{
		Scheme:     server.Client.Scheme(),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)}, // several managers in one process
		Cache: cache.Options{
			DefaultNamespaces: w.cached(),
			DefaultTransform:  syncjob.StripMetadata,
			ByObject:          byObject,
		},
	})
	w.must(err)
	m.cache = mgr.GetClient()
	ctx, cancel := context.WithCancel(context.Background())
	pool := &authority.Pool{Secrets: mgr.GetClient(), Namespace: w.name, Now: w.clock.Now}
	w.must(controllers.Setup(ctx, recordingManager{Manager: mgr, by: m}, pool, controllers.Options{
		Namespace: w.name, Namespaces: append(w.others, w.name), Image: w.image,
		Broker: func(context.Context) (syncjob.Broker, error) {
			key, err := podseal.NewKey([]byte("test"))
			return syncjob.Broker{URL: brokerURL, Certificate: []byte(brokerCA), Seal: key}, err
		},
		Now: w.clock.Now, Wrap: m.watch,
	}))
	m.stop = cancel
	go func() {
		m.done <- mgr.Start(ctx)
		close(m.done)
	}()
	w.t.Cleanup(func() { m.end(w.t) })
	eventually(w.t, "proved credentials of the Supplier", func() bool {
		return sample.StatusOf(w.supplier().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved" &&
			m.reconciles("supplier") > 0 && m.upToDate() && m.idle()
	})
	w.reader = m.cache
	return m
}

// cached returns the cache configuration of the manager's namespaces.
func (w *world) cached() map[string]cache.Config {
	namespaces := map[string]cache.Config{w.name: {}}
	for _, other := range w.others {
		namespaces[other] = cache.Config{}
	}
	return namespaces
}

// end stops the manager and waits until it is gone.
func (m *running) end(t testing.TB) {
	t.Helper()
	m.world.reader = nil
	m.stop()
	select {
	case err, first := <-m.done:
		if first && err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("the manager did not stop")
	}
}

// watch counts reconciles.
func (m *running) watch(name string, inner reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, r reconcile.Request) (reconcile.Result, error) {
		seen := m.landmark(ctx)
		m.mu.Lock()
		m.active++
		m.mu.Unlock()
		result, err := inner.Reconcile(ctx, r)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.active--
		m.counts[name+" "+r.String()]++
		if name == "customerintegration" && r.Name == tiger {
			m.seen = seen
		}
		return result, err
	})
}

// idle reports whether there is no reconcile at the moment.
func (m *running) idle() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.active == 0
}

// reconciles counts the objects that a controller has reconciled.
func (m *running) reconciles(controller string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for key := range m.counts {
		if len(key) > len(controller) && key[:len(controller)+1] == controller+" " {
			n++
		}
	}
	return n
}

// reconcilesOf counts the reconciles of a customer.
func (m *running) reconcilesOf(customer string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts["customerintegration "+m.name+"/"+customer]
}

// recordingManager is a manager that records its events.
type recordingManager struct {
	ctrl.Manager
	by *running
}

// GetEventRecorder returns a recorder that records the events and writes them like the manager's own.
func (l recordingManager) GetEventRecorder(name string) recorder.EventRecorder {
	return eventRecorder{EventRecorder: l.Manager.GetEventRecorder(name), by: l.by}
}

type eventRecorder struct {
	recorder.EventRecorder
	by *running
}

// event identifies an event. The API server counts equal events in one object.
type event struct{ kind, version, reason string }

// note is the text of an event.
type note struct{ reason, text string }

// Eventf records the event and writes it.
func (l eventRecorder) Eventf(regarding, related runtime.Object, kind, reason, action, text string, args ...any) {
	if o, ok := regarding.(client.Object); ok {
		l.by.mu.Lock()
		l.by.recorded = append(l.by.recorded,
			event{kind: fmt.Sprintf("%T", o), version: o.GetResourceVersion(), reason: reason})
		l.by.noted = append(l.by.noted, note{reason: reason, text: fmt.Sprintf(text, args...)})
		l.by.mu.Unlock()
	}
	l.EventRecorder.Eventf(regarding, related, kind, reason, action, text, args...)
}

// events returns the reasons of the events about customers, in order.
func (m *running) events() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var reasons []string
	for _, e := range m.recorded {
		if e.kind == fmt.Sprintf("%T", &v1alpha1.CustomerIntegration{}) {
			reasons = append(reasons, e.reason)
		}
	}
	return reasons
}

// notes returns the texts of the events with a reason.
func (m *running) notes(reason string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var texts []string
	for _, n := range m.noted {
		if n.reason == reason {
			texts = append(texts, n.text)
		}
	}
	return texts
}

// awaitEvents waits until every event is written. The API server has one object for equal events.
func (m *running) awaitEvents() {
	m.t.Helper()
	eventually(m.t, "written events", func() bool { return len(m.writes.events()) >= m.distinctEvents() })
}

func (m *running) distinctEvents() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	distinct := map[event]bool{}
	for _, e := range m.recorded {
		distinct[e] = true
	}
	return len(distinct)
}

// forget resets the records of writes, events and requests to Maskinporten. The manager must rest.
func (m *running) forget() {
	m.t.Helper()
	m.awaitEvents()
	m.writes.forget()
	m.simulator.Recorder.Reset()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recorded, m.noted = nil, nil
}

// work is the work of a manager.
type work struct {
	// Writes counts the writes to the API server except events, by verb and resource.
	Writes map[string]int
	// Events are the reasons of the events about customers, in order.
	Events []string
	// Requests counts the requests to Maskinporten.
	Requests int
}

// did waits until the manager rests, and returns its work since the last forget.
func (m *running) did() work {
	m.t.Helper()
	m.rest()
	did := work{Writes: map[string]int{}, Events: m.events(), Requests: m.tokenRequests()}
	for _, one := range m.writes.list() {
		did.Writes[one.String()]++
	}
	return did
}

// expect compares the manager's work since the last forget. It checks that no event is written that was not recorded.
func (m *running) expect(reason string, want work) {
	m.t.Helper()
	if want.Writes == nil {
		want.Writes = map[string]int{}
	}
	if diff := cmp.Diff(want, m.did()); diff != "" {
		m.t.Errorf("%s (-want +did):\n%s", reason, diff)
	}
	m.awaitEvents()
	if written, recorded := len(m.writes.events()), m.distinctEvents(); written != recorded {
		m.t.Errorf("%s: %d events written, want %d", reason, written, recorded)
	}
}
