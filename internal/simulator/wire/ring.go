package wire

// ring remembers the last thousand entries. The zero value is empty.
type ring[T any] struct {
	entries []T
	next    int // where the oldest is, once the ring is full
}

func (r *ring[T]) add(entry T) {
	if len(r.entries) < recentRequests {
		r.entries = append(r.entries, entry)
		return
	}
	r.entries[r.next] = entry
	r.next = (r.next + 1) % recentRequests
}

// all returns a copy, oldest first.
func (r *ring[T]) all() []T {
	all := make([]T, 0, len(r.entries))
	all = append(all, r.entries[r.next:]...)
	return append(all, r.entries[:r.next]...)
}
