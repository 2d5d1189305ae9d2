package pacing

import (
	"container/heap"
	"time"
)

// lower has the items of a queue that have a lower priority, by the time at which they are ready.
type lower[K comparable] struct {
	items map[K]*lowerItem[K]
	order byReady[K]
}

type lowerItem[K comparable] struct {
	key      K
	priority int
	ready    time.Time
	place    int // in the order, -1 while the item has its turn
}

// add adds an item. Of an item that it has it keeps the earlier time and the higher priority, as the queue does.
func (l *lower[K]) add(key K, priority int, ready time.Time) {
	known := l.items[key]
	if known == nil {
		known = &lowerItem[K]{key: key, priority: priority, ready: ready}
		l.items[key] = known
		heap.Push(&l.order, known)
		return
	}
	known.priority = max(known.priority, priority)
	if ready.Before(known.ready) && known.place >= 0 {
		known.ready = ready
		heap.Fix(&l.order, known.place)
	}
}

// raise raises the priority of an item that it has, so that the item keeps it when it has had its turn.
func (l *lower[K]) raise(key K, priority int) {
	if known := l.items[key]; known != nil {
		known.priority = max(known.priority, priority)
	}
}

// takeFirst takes the item that has been ready the longest out of the order.
func (l *lower[K]) takeFirst(now time.Time) (key K, ok bool) {
	if len(l.order) == 0 || l.order[0].ready.After(now) {
		return key, false
	}
	first, _ := heap.Pop(&l.order).(*lowerItem[K])
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
		heap.Remove(&l.order, known.place)
	}
	return known.priority, true
}

// byReady is a heap of items: first the one that is ready first.
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
