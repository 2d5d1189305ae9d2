//go:build bench

package bench

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/bench/figures"
)

// restTime is how long no customer and child may change before a roll-out is over.
const restTime = 3 * time.Second

var (
	withJobs = kind{services: []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans}}
	verified = kind{services: withJobs.services, sync: v1alpha1.SyncDisabled}
	allThree = kind{services: []v1alpha1.ServiceName{
		v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications,
	}}
)

// rollOutJobs rolls customers out that have given access to one service, with CronJob and first Job.
func (s *setup) rollOutJobs(t *testing.T) { s.rollOutBeside(t, withJobs) }

// rollOutVerified rolls customers out that are only verified: sync is Disabled.
func (s *setup) rollOutVerified(t *testing.T) { s.rollOutBeside(t, verified) }

// rollOutServices rolls customers out with all three services: a delegation and an approved system user.
func (s *setup) rollOutServices(t *testing.T) { s.rollOutBeside(t, allThree) }

// rollOutBeside rolls out with the product, and then with the floor on a new API server.
func (s *setup) rollOutBeside(t *testing.T, k kind) {
	objects := filepath.Join(t.TempDir(), "objects")
	ok := t.Run("product", func(t *testing.T) {
		w := s.newWorld(t, k)
		cost := w.rollOut(w.startManager)
		cost.add(s, measured.Product)
		measured.Product(s.key("memory after", "MiB"), cost.process.memory("VmRSS"))
		measured.Product(s.key("memory at most", "MiB"), cost.process.memory("VmHWM"))
		w.saveObjects(objects)
	})
	if !ok {
		return
	}
	t.Run("floor", func(t *testing.T) {
		w := s.newWorld(t, k)
		w.rollOut(func(...string) *process { return w.startFloor(objects) }).add(s, measured.Floor)
		w.compareObjects(objects)
	})
}

// cost is what a roll-out cost.
type cost struct {
	process        *process
	startUp        time.Duration
	begun, ended   time.Time
	watch          *watcher
	requests       requests
	tokens         int
	own, api, etcd time.Duration // computing time
	bench          time.Duration // of the benchmark itself: the simulator and the watches
}

// rollOut starts a program and waits until all customers are ready. The time begins with the first token request, and
// ends with the last change of a customer or child.
func (w *world) rollOut(start func(...string) *process) cost {
	w.t.Helper()
	c := cost{watch: w.watch(false)}
	before := w.requests()
	w.authorities.forget()
	c.process = start()
	select {
	case <-w.authorities.begun:
	case <-c.process.ended:
		w.t.Fatal("the program ended before it requested a token")
	case <-time.After(2 * time.Minute):
		w.t.Fatal("the program requested no token")
	}
	c.begun = time.Now()
	c.startUp = c.begun.Sub(c.process.began)
	own, api, etcd, bench := c.process.cpu(w.t), w.apiServer.cpu(w.t), w.etcd.cpu(w.t), self().cpu(w.t)
	w.awaitReady(c.watch)
	c.ended = c.watch.quiet(w.t, restTime)
	c.api, c.etcd, c.bench = w.apiServer.cpu(w.t)-api, w.etcd.cpu(w.t)-etcd, self().cpu(w.t)-bench
	if c.process.command.ProcessState != nil {
		c.own = c.process.total() - own
	} else {
		c.own = c.process.cpu(w.t) - own
	}
	c.tokens = w.authorities.ofCustomers()
	c.requests = w.settledRequests(before)
	return c
}

// awaitReady waits until all customers have access and their first Jobs.
func (w *world) awaitReady(watch *watcher) {
	w.t.Helper()
	patience := 2*time.Minute + time.Duration(w.customers)*200*time.Millisecond
	eventually(w.t, patience, "all customers are ready", func() bool {
		return watch.count(func(s *seen) bool {
			// A ServiceAccount, a CronJob and a Job for each service with jobs.
			return !s.verdict.IsZero() && s.children >= 3*w.kind.jobs()
		}) >= w.customers
	})
}

// add adds the figures of a roll-out.
func (c cost) add(s *setup, add func(figures.Key, float64)) {
	per := float64(s.customers)
	add(s.key("time", "s"), c.ended.Sub(c.begun).Seconds())
	verdicts := c.watch.since(c.begun, func(one *seen) time.Time { return one.verdict })
	ready := c.watch.since(c.begun, func(one *seen) time.Time { return one.last })
	spread(s, add, "verdict", verdicts)
	spread(s, add, "ready", ready)
	add(s.key("start-up", "s"), c.startUp.Seconds())
	add(s.key("program's CPU per customer", "ms"), c.own.Seconds()*1000/per)
	add(s.key("kube-apiserver's CPU per customer", "ms"), c.api.Seconds()*1000/per)
	add(s.key("etcd's CPU per customer", "ms"), c.etcd.Seconds()*1000/per)
	add(s.key("simulator's CPU per customer", "ms"), c.bench.Seconds()*1000/per)
	add(s.key("token requests per customer", ""), float64(c.tokens)/per)
	some := c.requests.perObject()
	add(s.key("API requests per customer", ""), some.total()/per)
	for _, name := range slices.Sorted(maps.Keys(some)) {
		if n := some[name] / per; n >= 0.01 {
			add(s.key("… "+name, ""), n)
		}
	}
}

// spread adds the median, the 95th percentile and the maximum of seconds.
func spread(s *setup, add func(figures.Key, float64), name string, seconds []float64) {
	add(s.key(name+" p50", "s"), figures.Percentile(seconds, 0.5))
	add(s.key(name+" p95", "s"), figures.Percentile(seconds, 0.95))
	add(s.key(name+" max", "s"), figures.Percentile(seconds, 1))
}
