package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

const (
	// patience is how long a test waits for a condition before it fails.
	patience = 2 * time.Minute
)

// plenty returns limits that no other test reaches.
func plenty() broker.Limits {
	return broker.Limits{AccountEvery: time.Hour, AccountBurst: 10, FailureBurst: 10000, AddressBurst: 10000}
}

// world is a test's namespaces of the manager and of customers, a simulated Maskinporten, and a broker in a manager
// with only the rights that it needs. Subtests share it.
type world struct {
	*installation
	t testing.TB
}

type installation struct {
	system    string // the manager's namespace
	customers string // the customers' namespace
	simulator *simulator.World
	url       string // the simulator's issuer
	broker    *broker.Broker
	cache     client.Reader // of the broker's manager

	mu  sync.Mutex
	log strings.Builder
}

// in returns the world for a subtest.
func (w *world) in(t testing.TB) *world { return &world{installation: w.installation, t: t} }

// worlds is the number of worlds so far, numbers that of organization numbers.
var worlds, numbers atomic.Int64

func newWorld(t testing.TB, limits broker.Limits) *world {
	t.Helper()
	n := worlds.Add(1)
	w := &world{installation: &installation{
		system:    fmt.Sprintf("system-%d", n),
		customers: fmt.Sprintf("customers-%d", n),
	}, t: t}
	private := sample.SigningKey()
	jwk, err := json.Marshal(private)
	w.must(err)
	w.startSimulator(private.Public())
	for _, name := range []string{w.system, w.customers} {
		w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	w.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "key", Namespace: w.system},
		Data:       map[string][]byte{"key.jwk": jwk},
	})
	w.allow()
	w.broker, w.cache = w.startManager(limits)
	request := httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody)
	w.eventually("the broker is ready", func() bool { return w.broker.Check(request) == nil })
	return w
}

func (w *world) startSimulator(public jose.JSONWebKey) {
	w.t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	w.url = "http://" + listener.Listener.Addr().String() + "/"
	var err error
	w.simulator, err = simulator.New(simulator.Options{
		Issuer: w.url, Now: time.Now,
		SigningKey: sample.MaskinportenKey(),
	})
	w.must(err)
	w.must(w.simulator.Maskinporten.RegisterClient(simmaskinporten.Client{
		ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber, Scopes: []string{sample.Scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}},
	}))
	listener.Config.Handler = w.simulator.Maskinporten.Handler()
	listener.Start()
	w.t.Cleanup(listener.Close)
}

// startManager starts a manager with a broker only.
func (w *world) startManager(limits broker.Limits) (*broker.Broker, client.Reader) {
	w.t.Helper()
	config := rest.CopyConfig(server.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: w.account()}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  server.Client.Scheme(),
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{w.customers: {}},
			ByObject: map[client.Object]cache.ByObject{
				&corev1.Secret{}: {Namespaces: map[string]cache.Config{w.system: {}}},
			},
		},
	})
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	w.must(mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.CustomerIntegration{}, broker.IndexChild, broker.IndexChildren))
	tokens := broker.New(broker.Options{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Namespace: w.system, Namespaces: []string{w.customers},
		Pool: &authority.Pool{
			Secrets: mgr.GetClient(), Namespace: w.system, Now: time.Now,
			Limits: authority.Limits{Failures: 1000},
		},
		ListenAddress: "127.0.0.1:0", Now: time.Now, Limits: limits, Log: funcr.New(w.write, funcr.Options{}),
	})
	w.must(mgr.Add(tokens))
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	return tokens, mgr.GetClient()
}

func (i *installation) write(_, args string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.log.WriteString(args + "\n")
}

// logged returns the log since the last call.
func (i *installation) logged() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	defer i.log.Reset()
	return i.log.String()
}

// addSupplier creates a Supplier with the world's Maskinporten. Each customer has its own, so that tests can change it.
func (w *world) addSupplier(name string) *v1alpha1.Supplier {
	w.t.Helper()
	s := sample.Supplier(name, w.url, w.customers)
	s.Spec.Services = append(s.Spec.Services, v1alpha1.OfferedService{Name: v1alpha1.ServiceSickNotes})
	s.Spec.HRM.AllowedHosts = []string{"*.hrm.4human.example"}
	w.create(s)
	w.t.Cleanup(func() { _ = server.Client.Delete(context.Background(), s) }) // Suppliers are cluster-scoped
	return s
}

// asked returns the number of the simulator's token requests.
func (i *installation) asked() int {
	n := 0
	for _, count := range i.simulator.Recorder.Report().Counts["token"] {
		n += count
	}
	return n
}

func (w *world) create(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Create(context.Background(), o))
}

// update writes an object, and waits until the broker's cache has it.
func (w *world) update(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Update(context.Background(), o))
	w.settle(o)
}

// updateStatus writes an object's status, and waits until the broker's cache has it.
func (w *world) updateStatus(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Status().Update(context.Background(), o))
	w.settle(o)
}

// remove deletes an object, and waits until the broker's cache no longer has it.
func (w *world) remove(o client.Object) {
	w.t.Helper()
	w.must(server.Client.Delete(context.Background(), o, client.PropagationPolicy(metav1.DeletePropagationBackground)))
	w.settle(o)
}

// settle waits until the broker's cache has the last version of an object, if it caches the kind.
func (w *world) settle(o client.Object) {
	w.t.Helper()
	switch o.(type) {
	case *v1alpha1.CustomerIntegration, *v1alpha1.Supplier:
	default:
		return
	}
	key := client.ObjectKeyFromObject(o)
	live := o.DeepCopyObject().(client.Object)
	err := server.Client.Get(context.Background(), key, live)
	gone := apierrors.IsNotFound(err)
	if !gone {
		w.must(err)
	}
	w.eventually("the cache has the object", func() bool {
		cached := o.DeepCopyObject().(client.Object)
		err := w.cache.Get(context.Background(), key, cached)
		if gone {
			return apierrors.IsNotFound(err)
		}
		return err == nil && cached.GetResourceVersion() == live.GetResourceVersion()
	})
}

// eventually waits for a condition.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			w.t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// nextNumber returns an unused organization number.
func nextNumber() string {
	weights := [8]int{3, 2, 7, 6, 5, 4, 3, 2}
	for {
		digits, sum := fmt.Sprintf("%08d", 31100000+numbers.Add(1)), 0
		for j, weight := range weights {
			sum += int(digits[j]-'0') * weight
		}
		if check := (11 - sum%11) % 11; check != 10 {
			return digits + fmt.Sprint(check)
		}
	}
}
