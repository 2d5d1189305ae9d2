//go:build bench

package bench

import (
	"maps"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/bench/figures"
)

const (
	// checksPerSecond is the rate of routine checks for which intervals are chosen: what two cores do with ease.
	checksPerSecond = 20
	// intervals is how many intervals the steady state lasts.
	intervals = 10
	// outageTime is how long Maskinporten is down.
	outageTime = 5 * time.Minute
)

// interval returns an interval in which all customers can be verified at leisure.
func (s *setup) interval() time.Duration {
	return max(shortest, time.Duration(s.customers/checksPerSecond)*time.Second)
}

// paced returns a world whose customers are verified every interval, and lets one pass.
func (s *setup) paced(t *testing.T, k kind) (*world, *process, *watcher) {
	t.Helper()
	w, p, watch := s.ready(t, k)
	w.changeInterval(s.interval())
	pause(t, 2*s.interval())
	return w, p, watch
}

// steady measures ten intervals in which nothing happens.
func (s *setup) steady(t *testing.T) {
	w, p, watch := s.paced(t, withJobs)
	before := w.takeOver(watch)
	own, api := p.cpu(t), w.apiServer.cpu(t)
	pause(t, intervals*s.interval())
	checks := float64(w.authorities.ofCustomers())
	per := float64(s.customers * intervals)
	measured.Product(s.key("token requests per customer per interval", ""), checks/per)
	measured.Product(s.key("status writes per customer per interval", ""), float64(watch.writes())/per)
	measured.Product(s.key("program's CPU per check", "ms"), (p.cpu(t)-own).Seconds()*1000/checks)
	measured.Product(s.key("kube-apiserver's CPU per check", "ms"), (w.apiServer.cpu(t)-api).Seconds()*1000/checks)
	since := requests{}
	for name, n := range w.requests() {
		since[name] = n - before[name]
	}
	measured.Product(s.key("API requests per check", ""), since.perObject().total()/checks)
}

// withdrawal withdraws the access of one customer, and then of one in ten at once. It measures the time from
// Maskinporten's response to the suspended CronJob.
func (s *setup) withdrawal(t *testing.T) {
	w, _, watch := s.paced(t, withJobs)
	measured.Product(s.key("one: from answer to suspension", "s"), w.suspend(watch, w.numbers[:1])[0])
	tenth := w.numbers[1 : 1+max(1, s.customers/10)]
	spread(s, measured.Product, "one in ten: from answer to suspension", w.suspend(watch, tenth))
}

// suspend withdraws access, and returns the seconds from each response to the suspension.
func (w *world) suspend(watch *watcher, numbers []string) []float64 {
	w.t.Helper()
	w.authorities.forget()
	watch.forget()
	w.withdraw(numbers)
	eventually(w.t, 4*w.interval()+2*time.Minute, "suspended CronJobs", func() bool {
		return watch.count(func(s *seen) bool { return !s.suspended.IsZero() }) >= len(numbers)
	})
	refused := map[string]time.Time{}
	for _, a := range w.authorities.all() {
		if _, again := refused[a.consumer]; !again && a.outcome == "MP-251" {
			refused[a.consumer] = a.at
		}
	}
	var seconds []float64
	watch.mu.Lock()
	defer watch.mu.Unlock()
	for _, number := range numbers {
		seconds = append(seconds, watch.customers["c"+number].suspended.Sub(refused[number]).Seconds())
	}
	return seconds
}

// outage breaks Maskinporten for five minutes, at the default limit of requests.
func (s *setup) outage(t *testing.T) {
	w, _, watch := s.ready(t, withJobs)
	w.changeSupplier(func(spec *v1alpha1.SupplierSpec) {
		spec.Verification.RequestsPerSecond = 0
		spec.Verification.Interval = &metav1.Duration{Duration: s.interval()}
	})
	pause(t, 2*s.interval())
	w.authorities.breakAll(t, simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable})
	pause(t, time.Second) // requests in flight
	w.takeOver(watch)
	pause(t, outageTime)
	measured.Product(s.key("status writes of customers in the outage", ""), float64(watch.writes()))
	measured.Product(s.key("requests in the outage", "1/s"), float64(len(w.authorities.all()))/outageTime.Seconds())
	w.authorities.breakFor(t, nil, simmaskinporten.AnswerFaults{})
	w.takeOver(watch)
	restored := time.Now()
	eventually(t, 10*time.Minute, "all customers are verified again", func() bool {
		return watch.count(func(one *seen) bool { return one.written > 0 }) >= s.customers
	})
	measured.Product(s.key("all verified again after", "s"), time.Since(restored).Seconds())
	measured.Product(s.key("most requests in one second after", "1/s"), busiest(w.authorities.all()))
	measured.Product(s.key("status writes after, per customer", ""), float64(watch.writes())/float64(s.customers))
}

// busiest returns the most responses in one second.
func busiest(all []response) float64 {
	perSecond := map[int64]float64{}
	for _, a := range all {
		perSecond[a.at.Unix()]++
	}
	return figures.Percentile(slices.Collect(maps.Values(perSecond)), 1)
}
