package pacing

import (
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
)

const (
	// turns is how many items are handed out by priority before one of a lower priority has its turn, if any is ready.
	turns = 3
	// priorityTurn is the priority of an item that has its turn.
	priorityTurn = PriorityStop + 1
)

// queue is a controller's queue. It hands items out by priority, as the queue that it wraps does. But every fourth item
// is the one of a lower priority than PriorityChanged that has been ready the longest. These priorities take turns, so
// a flood of new customers stops no other verification. It hands out no more items than there are places.
type queue[K comparable] struct {
	priorityqueue.PriorityQueue[K]

	places  *Places
	retries workqueue.TypedRateLimiter[K]
	now     func() time.Time
	done    chan struct{}
	end     sync.Once

	next chan struct{} // has an element while a caller waits for the next item

	mu    sync.Mutex
	lower lower[K]
	turns int // items since the last one that had its turn
}

// NewQueue returns a function that makes the queue of a controller, as controller.Options.NewQueue does.
func NewQueue[K comparable](
	places *Places,
) func(name string, retries workqueue.TypedRateLimiter[K]) workqueue.TypedRateLimitingInterface[K] {
	return func(name string, retries workqueue.TypedRateLimiter[K]) workqueue.TypedRateLimitingInterface[K] {
		return &queue[K]{
			PriorityQueue: priorityqueue.New(name, func(o *priorityqueue.Opts[K]) { o.RateLimiter = retries }),
			places:        places,
			retries:       retries,
			now:           time.Now, //nolint:forbidigo // The wrapped queue's clock, which cannot be injected.
			done:          make(chan struct{}),
			next:          make(chan struct{}, 1),
			lower:         newLower[K](),
		}
	}
}

// Add adds an item.
func (q *queue[K]) Add(item K) { q.AddWithOpts(priorityqueue.AddOpts{}, item) }

// AddAfter adds an item that is ready after a while.
func (q *queue[K]) AddAfter(item K, after time.Duration) {
	q.AddWithOpts(priorityqueue.AddOpts{After: after}, item)
}

// AddRateLimited adds an item whose reconcile failed.
func (q *queue[K]) AddRateLimited(item K) {
	q.AddWithOpts(priorityqueue.AddOpts{RateLimited: true}, item)
}

// AddWithOpts adds items.
func (q *queue[K]) AddWithOpts(o priorityqueue.AddOpts, items ...K) {
	for _, item := range items {
		opts := o
		if o.RateLimited {
			opts.RateLimited = false
			if after := q.retries.When(item); opts.After == 0 || after < opts.After {
				opts.After = after
			}
		}
		q.note(item, opts)
		q.PriorityQueue.AddWithOpts(opts, item)
	}
}

// note records an item of a lower priority, or the higher priority that such an item now has.
func (q *queue[K]) note(item K, o priorityqueue.AddOpts) {
	q.mu.Lock()
	defer q.mu.Unlock()
	priority := PriorityChanged
	if o.Priority != nil {
		priority = *o.Priority
	}
	if priority < PriorityChanged {
		q.lower.add(item, priority, q.now().Add(o.After))
	} else {
		q.lower.raise(item, priority)
	}
}

// Get waits for an item and a place.
func (q *queue[K]) Get() (item K, shutdown bool) {
	item, _, shutdown = q.GetWithPriority()
	return item, shutdown
}

// GetWithPriority waits for an item and a place. Only one caller at a time has an item and waits for a place, so that
// later items of a higher priority overtake all others.
func (q *queue[K]) GetWithPriority() (item K, priority int, shutdown bool) {
	q.next <- struct{}{}
	defer func() { <-q.next }()
	q.giveTurn()
	item, priority, shutdown = q.PriorityQueue.GetWithPriority()
	if shutdown || !q.places.begin(q.done) {
		return item, 0, true
	}
	return item, q.handedOut(item, priority), false
}

// giveTurn raises the priority of the item whose turn it is.
func (q *queue[K]) giveTurn() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.turns < turns {
		return
	}
	if item, ok := q.lower.takeFirst(q.now()); ok {
		q.turns = 0
		q.PriorityQueue.AddWithOpts(priorityqueue.AddOpts{Priority: new(priorityTurn)}, item)
	}
}

// handedOut records that an item was handed out. It returns the item's own priority, not that of its turn.
func (q *queue[K]) handedOut(item K, priority int) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	known, isLower := q.lower.remove(item)
	switch {
	case priority != priorityTurn:
		q.turns++
	case isLower:
		return known
	}
	return min(priority, PriorityStop)
}

// Done frees the place of an item that was handed out.
func (q *queue[K]) Done(item K) {
	q.PriorityQueue.Done(item)
	q.places.passOn()
}

// ShutDown ends the queue.
func (q *queue[K]) ShutDown() {
	q.end.Do(func() {
		close(q.done)
		q.PriorityQueue.ShutDown()
	})
}

// ShutDownWithDrain ends the queue, as controller-runtime's does.
func (q *queue[K]) ShutDownWithDrain() { q.ShutDown() }
