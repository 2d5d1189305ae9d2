//go:build bench

package bench

import (
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture/loopback"
	"github.com/4human/integration-operator/test/sample"
)

// idleTime is how long a new leader is watched after its first decision.
const idleTime = 10 * time.Second

// ready returns a world whose customers are all ready, and the manager.
func (s *setup) ready(t *testing.T, k kind, flags ...string) (*world, *process, *watcher) {
	t.Helper()
	w := s.newWorld(t, k)
	watch := w.watch(true)
	p := w.startManager(flags...)
	w.awaitReady(watch)
	watch.quiet(t, restTime)
	return w, p, watch
}

// restart restarts the manager beside customers that are ready, and then changes the leader.
func (s *setup) restart(t *testing.T) {
	w, p, watch := s.ready(t, withJobs)
	p.stop(syscall.SIGTERM)
	w.settledRequests(nil)

	before := w.takeOver(watch)
	changed := w.change(0)
	p = w.startManager()
	began := time.Now()
	w.awaitHandled(watch, changed)
	measured.Product(s.key("restart: first decision about a changed customer", "s"), time.Since(began).Seconds())
	w.addIdle(watch, before, changed, "restart")
	measured.Product(s.key("restart: memory after", "MiB"), p.memory("VmRSS"))
	measured.Product(s.key("restart: memory at most", "MiB"), p.memory("VmHWM"))

	w.startStandby()
	before = w.takeOver(watch)
	changed = w.change(1)
	began = time.Now()
	p.stop(syscall.SIGTERM)
	w.awaitHandled(watch, changed)
	measured.Product(s.key("leader change: first decision about a changed customer", "s"), time.Since(began).Seconds())
	w.addIdle(watch, before, changed, "leader change")
}

// takeOver forgets all that happened so far, and returns the requests so far.
func (w *world) takeOver(watch *watcher) requests {
	w.t.Helper()
	w.authorities.forget()
	watch.forget()
	return w.requests()
}

// startStandby starts another manager and waits until its caches are filled.
func (w *world) startStandby() *process {
	w.t.Helper()
	health := loopback.Address()
	p := w.startManager("--health-probe-bind-address=" + health)
	eventually(w.t, 2*time.Minute, "the standby is ready", func() bool {
		request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+health+"/readyz", http.NoBody)
		must(w.t, err)
		response, err := (&http.Client{Timeout: 5 * time.Second}).Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return p
}

// change requests a verification of a customer, and returns its name.
func (w *world) change(i int) string {
	w.t.Helper()
	c := &v1alpha1.CustomerIntegration{ObjectMeta: metav1.ObjectMeta{Namespace: customers, Name: "c" + w.numbers[i]}}
	patch := client.RawPatch(types.MergePatchType, []byte(
		`{"metadata":{"annotations":{"`+v1alpha1.AnnotationReconcileRequestedAt+`":"now"}}}`))
	must(w.t, w.admin.Patch(w.t.Context(), c, patch))
	return c.Name
}

// awaitHandled waits until the requested verification of a customer is in its status.
func (w *world) awaitHandled(watch *watcher, name string) {
	w.t.Helper()
	eventually(w.t, 2*time.Minute, "the requested verification", func() bool {
		watch.mu.Lock()
		defer watch.mu.Unlock()
		s := watch.customers[name]
		return s != nil && s.status.LastHandledReconcileAt == "now"
	})
}

// addIdle adds what a new leader did about customers that had not changed.
func (w *world) addIdle(watch *watcher, before requests, changed, name string) {
	w.t.Helper()
	pause(w.t, idleTime)
	since := w.settledRequests(before)
	tokens := slices.DeleteFunc(w.authorities.all(), func(r response) bool {
		return r.consumer == sample.SupplierNumber || "c"+r.consumer == changed
	})
	measured.Product(w.key(name+": token requests for unchanged customers", ""), float64(len(tokens)))
	written := watch.count(func(s *seen) bool { return s.written > 0 && s.name != changed })
	measured.Product(w.key(name+": writes of unchanged customers", ""), float64(written))
	gets := 0.0
	for request, n := range since.perObject() {
		if strings.HasPrefix(request, "GET ") && !strings.Contains(request, "secrets") {
			gets += n
		}
	}
	measured.Product(w.key(name+": uncached reads", ""), gets)
}
