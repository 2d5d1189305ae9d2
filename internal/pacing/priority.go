package pacing

// Priorities in the controllers' queues: new and changed customers first, then those that wait for access, then
// routine. Every result sets one, because a queue otherwise keeps an item's old priority.
const (
	PriorityChanged = 0
	PriorityWaiting = -50
	PriorityRoutine = -100
)
