package scale

import (
	"container/heap"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fromTheStart is the priority of existing objects at a manager's start (handler.LowPriority of controller-runtime).
const fromTheStart = -100

// entry is a queued object.
type entry struct {
	key      client.ObjectKey
	at       time.Time
	priority int
	order    int
	gone     bool
}

// byTime orders entries by due time.
type byTime []*entry

func (q *byTime) Len() int      { return len(*q) }
func (q *byTime) Swap(i, j int) { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }
func (q *byTime) Push(e any)    { *q = append(*q, e.(*entry)) }
func (q *byTime) Pop() any      { return popLast((*[]*entry)(q)) }
func (q *byTime) Less(i, j int) bool {
	a, b := (*q)[i], (*q)[j]
	return a.at.Before(b.at) || (a.at.Equal(b.at) && a.order < b.order)
}

// byPriority orders due entries by priority, and then by insertion.
type byPriority []*entry

func (q *byPriority) Len() int      { return len(*q) }
func (q *byPriority) Swap(i, j int) { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }
func (q *byPriority) Push(e any)    { *q = append(*q, e.(*entry)) }
func (q *byPriority) Pop() any      { return popLast((*[]*entry)(q)) }
func (q *byPriority) Less(i, j int) bool {
	a, b := (*q)[i], (*q)[j]
	return a.priority > b.priority || (a.priority == b.priority && a.order < b.order)
}

func popLast(q *[]*entry) *entry {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// queue orders reconciles as controller-runtime's priority queue does: an object is queued once, at the earliest time
// and with the highest priority added, and reconciled once at a time.
type queue struct {
	mu      sync.Mutex
	entries map[client.ObjectKey]*entry
	waiting byTime
	ready   byPriority
	running map[client.ObjectKey]bool
	added   int
}

func newQueue() *queue {
	return &queue{entries: map[client.ObjectKey]*entry{}, running: map[client.ObjectKey]bool{}}
}

// clear empties the queue.
func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.entries, q.waiting, q.ready = map[client.ObjectKey]*entry{}, nil, nil
}

// add queues an object after a delay.
func (q *queue) add(key client.ObjectKey, priority int, after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e := &entry{key: key, at: time.Now().Add(after), priority: priority}
	if old := q.entries[key]; old != nil {
		if old.at.Before(e.at) {
			e.at = old.at
		}
		e.priority, old.gone = max(e.priority, old.priority), true
	}
	q.push(e)
}

func (q *queue) push(e *entry) {
	q.added++
	e.order = q.added
	q.entries[e.key] = e
	heap.Push(&q.waiting, e)
}

// next removes and returns the object to reconcile now. Without one it returns when the next is due, or the zero time
// for an empty queue.
func (q *queue) next() (key client.ObjectKey, ok bool, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for len(q.waiting) > 0 && (q.waiting[0].gone || !q.waiting[0].at.After(now)) {
		if e, due := heap.Pop(&q.waiting).(*entry); due && !e.gone {
			heap.Push(&q.ready, e)
		}
	}
	for len(q.ready) > 0 {
		e, due := heap.Pop(&q.ready).(*entry)
		if !due || e.gone {
			continue
		}
		delete(q.entries, e.key)
		if q.running[e.key] { // done queues it again
			e.at = now.Add(time.Millisecond)
			q.push(e)
			continue
		}
		q.running[e.key] = true
		return e.key, true, now
	}
	if len(q.waiting) > 0 {
		at = q.waiting[0].at
	}
	return client.ObjectKey{}, false, at
}

// done marks the end of an object's reconcile.
func (q *queue) done(key client.ObjectKey) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, key)
}
