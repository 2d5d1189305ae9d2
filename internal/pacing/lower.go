package pacing

import (
	"container/heap"
	"time"
)

// lower holds the items of a queue with a lower priority than PriorityChanged, per priority, by the time at which they
// are ready.
type lower[K comparable] struct {
	items  map[K]*lowerItem[K]
	orders map[int]*order[K] // by the priority with which an item was added
}

// order has the items of one priority.
type order[K comparable] struct {
	byReady[K]

	turn int // the number of the last turn that one of them had
}

func newLower[K comparable]() lower[K] {
	return lower[K]{items: map[K]*lowerItem[K]{}, orders: map[int]*order[K]{}}
}

type lowerItem[K comparable] struct {
	key      K
	priority int
	order    *order[K]
	ready    time.Time
	place    int // in the order, -1 while the item has its turn
}

// add adds an item. If it has the item already, it keeps the earlier time and the higher priority, as the queue does.
func (l *lower[K]) add(key K, priority int, ready time.Time) {
	known := l.items[key]
	if known == nil {
		if l.orders[priority] == nil {
			l.orders[priority] = &order[K]{}
		}
		known = &lowerItem[K]{key: key, priority: priority, order: l.orders[priority], ready: ready}
		l.items[key] = known
		heap.Push(known.order, known)
		return
	}
	known.priority = max(known.priority, priority)
	if ready.Before(known.ready) && known.place >= 0 {
		known.ready = ready
		heap.Fix(known.order, known.place)
	}
}

// raise raises the priority of an item, if it has the item. The item keeps that priority after its turn.
func (l *lower[K]) raise(key K, priority int) {
	if known := l.items[key]; known != nil {
		known.priority = max(known.priority, priority)
	}
}

// takeFirst takes the item that has been ready the longest out of its order. The priorities take turns, so that a flood
// of waiting customers stops no routine verification.
func (l *lower[K]) takeFirst(now time.Time) (key K, ok bool) {
	var next *order[K]
	turn := 0
	for _, o := range l.orders {
		turn = max(turn, o.turn)
		isReady := len(o.byReady) > 0 && !o.byReady[0].ready.After(now)
		if isReady && (next == nil || o.turn < next.turn) {
			next = o
		}
	}
	if next == nil {
		return key, false
	}
	next.turn = turn + 1
	first, _ := heap.Pop(next).(*lowerItem[K])
	return first.key, true
}

// remove removes an item, and returns the priority that it had.
func (l *lower[K]) remove(key K) (priority int, ok bool) {
	known := l.items[key]
	if known == nil {
		return 0, false
	}
	delete(l.items, key)
	if known.place >= 0 {
		heap.Remove(known.order, known.place)
	}
	return known.priority, true
}

// byReady is a heap of items, by the time at which they are ready.
type byReady[K comparable] []*lowerItem[K]

func (b byReady[K]) Len() int           { return len(b) }
func (b byReady[K]) Less(i, j int) bool { return b[i].ready.Before(b[j].ready) }

func (b byReady[K]) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].place, b[j].place = i, j
}

// Push appends an item.
func (b *byReady[K]) Push(x any) {
	item, _ := x.(*lowerItem[K])
	item.place = len(*b)
	*b = append(*b, item)
}

// Pop removes the last item.
func (b *byReady[K]) Pop() any {
	last := len(*b) - 1
	item := (*b)[last]
	item.place, (*b)[last] = -1, nil
	*b = (*b)[:last]
	return item
}
