//go:build bench

package bench

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/bench/figures"
	"github.com/4human/integration-operator/test/sample"
)

// newcomers is how many customers are created one after the other beside due ones.
const newcomers = 20

// shortest is the shortest interval that a Supplier may have.
const shortest = 10 * time.Second

// besideDue creates customers, one a second, while all others are due: their interval was hours and is now ten seconds.
func (s *setup) besideDue(t *testing.T) {
	w, _, watch := s.ready(t, verified)
	fresh := sample.Numbers(s.customers + newcomers)[s.customers:]
	w.authorities.delegate(t, fresh, false)
	w.authorities.forget()
	w.changeInterval(shortest)
	eventually(t, time.Minute, "customers are verified again", func() bool { return w.authorities.ofCustomers() > 0 })
	var seconds []float64
	began := time.Now()
	for _, number := range fresh {
		created := time.Now()
		w.addCustomers([]string{number})
		eventually(t, 2*time.Minute, "the new customer's verdict", func() bool {
			return !watch.verdictOf("c" + number).IsZero()
		})
		seconds = append(seconds, watch.verdictOf("c"+number).Sub(created).Seconds())
		pause(t, time.Second)
	}
	rate := float64(w.authorities.ofCustomers()) / time.Since(began).Seconds()
	spread(s, measured.Product, "verdict of a new customer", seconds)
	measured.Product(s.key("checks of the others", "1/s"), rate)
}

// changeInterval changes how often customers with access are verified.
func (w *world) changeInterval(d time.Duration) {
	w.t.Helper()
	w.changeSupplier(func(s *v1alpha1.SupplierSpec) { s.Verification.Interval = &metav1.Duration{Duration: d} })
}

// flood creates new customers that have not given access, 30 a second, beside a hundred that are verified every ten
// seconds, at the default limit of requests. It adds how old a response about one of the hundred was at most, and how
// many there were.
func (s *setup) flood(t *testing.T) {
	const perSecond, lasts = 30, 2 * time.Minute
	w, _, _ := s.ready(t, verified)
	w.changeSupplier(func(spec *v1alpha1.SupplierSpec) {
		spec.Verification.RequestsPerSecond = 0
		spec.Verification.Interval = &metav1.Duration{Duration: shortest}
	})
	fresh := sample.Numbers(s.customers + perSecond*int(lasts.Seconds()))[s.customers:]
	pause(t, 4*shortest)
	w.authorities.forget()
	pause(t, 4*shortest)
	measured.Product(s.key("age of an answer before, at most", "s"), w.oldest(time.Now()))
	w.authorities.forget()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for left := fresh; len(left) > 0; left = left[perSecond:] {
		w.addCustomers(left[:perSecond])
		<-tick.C
	}
	measured.Product(s.key("age of an answer during the flood, at most", "s"), w.oldest(time.Now()))
	checks, _ := w.authorities.about(w.numbers)
	measured.Product(s.key("checks of the others during the flood", "1/s"), checks/lasts.Seconds())
	_, decided := w.authorities.about(fresh)
	measured.Product(s.key("new customers decided", "1/s"), decided/lasts.Seconds())
}

// about returns how many responses were about some customers, and about how many of them.
func (a *authorities) about(numbers []string) (responses, customers float64) {
	counts := map[string]int{}
	for _, number := range numbers {
		counts[number] = 0
	}
	for _, one := range a.all() {
		n, isOne := counts[one.consumer]
		if !isOne {
			continue
		}
		if n == 0 {
			customers++
		}
		responses++
		counts[one.consumer]++
	}
	return responses, customers
}

// oldest returns the most seconds between two responses about one of the world's customers, up to now.
func (w *world) oldest(now time.Time) float64 {
	w.t.Helper()
	last := map[string]time.Time{}
	var ages []float64
	for _, a := range w.authorities.all() {
		if !slices.Contains(w.numbers, a.consumer) {
			continue
		}
		if before, ok := last[a.consumer]; ok {
			ages = append(ages, a.at.Sub(before).Seconds())
		}
		last[a.consumer] = a.at
	}
	for _, number := range w.numbers {
		if at, ok := last[number]; ok {
			ages = append(ages, now.Sub(at).Seconds())
		} else {
			ages = append(ages, now.Sub(w.authorities.forgotten).Seconds())
		}
	}
	return figures.Percentile(ages, 1)
}
