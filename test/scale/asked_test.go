package scale

import (
	"context"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// question is a request to Maskinporten.
type question struct {
	consumer string // "" for the supplier's own proof
	at       time.Time
}

// asked records the requests to Maskinporten.
type asked struct {
	mu  sync.Mutex
	all []question
}

// connect returns a function that makes recording token sources.
func (a *asked) connect(answer authority.TokenSourceFunc) authority.Connect {
	return func(maskinporten.Config) (authority.TokenSource, error) { return a.noting(answer), nil }
}

func (a *asked) noting(asker authority.TokenSource) authority.TokenSourceFunc {
	return func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		a.mu.Lock()
		a.all = append(a.all, question{consumer: r.Consumer.String(), at: time.Now()})
		a.mu.Unlock()
		return asker.Token(ctx, r)
	}
}

// forget drops the recorded requests.
func (a *asked) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = nil
}

// questions returns the requests for customers, and the number of the supplier's own.
func (a *asked) questions() (customers []question, own int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	customers = slices.DeleteFunc(slices.Clone(a.all), func(q question) bool { return q.consumer == "" })
	return customers, len(a.all) - len(customers)
}

// most returns the largest number of times within any span of a length.
func most(times []time.Time, span time.Duration) int {
	times = slices.SortedFunc(slices.Values(times), time.Time.Compare)
	largest, from := 0, 0
	for i, t := range times {
		for t.Sub(times[from]) >= span {
			from++
		}
		largest = max(largest, i-from+1)
	}
	return largest
}

func timesOf(all []question) []time.Time {
	times := make([]time.Time, 0, len(all))
	for _, q := range all {
		times = append(times, q.at)
	}
	return times
}

// event is a recorded event.
type event struct {
	name   string
	reason string
}

// told records events.
type told struct {
	mu  sync.Mutex
	all []event
}

// Eventf records an event.
func (r *told) Eventf(regarding, _ runtime.Object, _, reason, _, _ string, _ ...any) {
	o, ok := regarding.(client.Object)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, event{name: o.GetName(), reason: reason})
}

// forget drops the recorded events.
func (r *told) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}

// reasons counts the events about an object by reason.
func (r *told) reasons(name string) map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[string]int{}
	for _, e := range r.all {
		if e.name == name {
			counts[e.reason]++
		}
	}
	return counts
}
