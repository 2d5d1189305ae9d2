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

// tokenRequest is a request to Maskinporten.
type tokenRequest struct {
	consumer string // "" for the supplier's own proof
	at       time.Time
}

// requestRecorder records the requests to Maskinporten.
type requestRecorder struct {
	mu  sync.Mutex
	all []tokenRequest
}

// connect returns a function that makes recording token sources.
func (a *requestRecorder) connect(answer authority.TokenSourceFunc) authority.Connect {
	return func(maskinporten.Config) (authority.TokenSource, error) { return a.recording(answer), nil }
}

func (a *requestRecorder) recording(source authority.TokenSource) authority.TokenSourceFunc {
	return func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		a.mu.Lock()
		a.all = append(a.all, tokenRequest{consumer: r.Consumer.String(), at: time.Now()})
		a.mu.Unlock()
		return source.Token(ctx, r)
	}
}

// forget drops the recorded requests.
func (a *requestRecorder) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = nil
}

// sent returns the requests for customers, and the number of the supplier's own.
func (a *requestRecorder) sent() (customers []tokenRequest, own int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	customers = slices.DeleteFunc(slices.Clone(a.all), func(r tokenRequest) bool { return r.consumer == "" })
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

func timesOf(all []tokenRequest) []time.Time {
	times := make([]time.Time, 0, len(all))
	for _, r := range all {
		times = append(times, r.at)
	}
	return times
}

// event is a recorded event.
type event struct {
	name   string
	reason string
}

// eventRecorder records events.
type eventRecorder struct {
	mu  sync.Mutex
	all []event
}

// Eventf records an event.
func (r *eventRecorder) Eventf(regarding, _ runtime.Object, _, reason, _, _ string, _ ...any) {
	o, ok := regarding.(client.Object)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, event{name: o.GetName(), reason: reason})
}

// forget drops the recorded events.
func (r *eventRecorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}

// reasons counts the events about an object by reason.
func (r *eventRecorder) reasons(name string) map[string]int {
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
