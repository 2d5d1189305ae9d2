package pacing

// Priorities in the controllers' queues: new and changed objects first, then customers waiting for access, then routine. Every
// result sets one, because a queue otherwise keeps an item's old one.
const (
	PriorityChanged = 0
	PriorityWaiting = -50
	PriorityRoutine = -100
)
