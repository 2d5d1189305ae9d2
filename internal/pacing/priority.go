package pacing

// Priorities in the controllers' queues: whoever is new or has changed goes first, then customers who wait for
// access, then routine. They are set on every result, for a queue otherwise keeps an item's old one.
const (
	PriorityChanged = 0
	PriorityWaiting = -50
	PriorityRoutine = -100
)
