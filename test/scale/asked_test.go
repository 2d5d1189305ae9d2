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

// question is one that was sent to Maskinporten.
type question struct {
	consumer string // "" for the supplier's own proof
	at       time.Time
}

// asked has the questions that were sent.
type asked struct {
	mu  sync.Mutex
	all []question
}

// connect gives what makes the Askers, of which each notes what it is asked.
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

// forget makes them begin anew.
func (a *asked) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = nil
}

// questions gives those that were sent on customers' behalf, and how many were the supplier's own.
func (a *asked) questions() (customers []question, own int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	customers = slices.DeleteFunc(slices.Clone(a.all), func(q question) bool { return q.consumer == "" })
	return customers, len(a.all) - len(customers)
}

// most gives the largest number of times within any span of that length.
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

// event is one that was recorded.
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
	r.all = append(r.all, event{o.GetName(), reason})
}

// forget makes them begin anew.
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
