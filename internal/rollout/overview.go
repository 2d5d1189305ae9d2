package rollout

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Overview is the roll-out in numbers.
type Overview struct {
	// Customers is how many customers there are.
	Customers int
	// ByState and ByTurn count the customers. Both have all states and all actors ("" is no person), and their sums are
	// Customers.
	ByState []StateCount
	ByTurn  []TurnCount
	// Curve has how many accesses had been given by the end of each day, of those that are still given: each is the access
	// of one customer to one service. It has all days in Oslo from the first to today.
	Curve []Point
	// Funnels has one per listed service.
	Funnels []Funnel
	// Ages counts the customers who are awaited, by for how long.
	Ages []AgeCount
	// Withdrawals counts the accesses that were withdrawn, and still are, on each of the last 30 days.
	Withdrawals []DayCount
}

// StateCount is how many customers have a state.
type StateCount struct {
	State State
	Count int
}

// TurnCount is of how many customers an actor has to act.
type TurnCount struct {
	Actor v1alpha1.Actor
	Count int
}

// Point is a day of the curve.
type Point struct {
	// Day is its start in Oslo.
	Day time.Time
	// Given is how many accesses were given on the day, and Total how many until its end.
	Given, Total int
}

// Funnel is how far the customers are that list a service. Each step is at most the one before.
type Funnel struct {
	Service v1alpha1.ServiceName
	// Custom is Service.Custom.
	Custom *v1alpha1.CustomService
	// Listed is how many customers list the service.
	Listed int
	// Asked is of how many the last verified state of the access is known (authorization.state is not Unknown): Altinn has
	// a request for a system user, or had one, or Maskinporten has answered whether the API is delegated.
	Asked int
	// Access is how many have given access, and have it still (authorization.state is Granted).
	Access int
	// FirstData is how many of these have had a run that succeeded (sync.lastSuccessTime is set).
	FirstData int
}

// AgeCount is how many customers have waited from Least to less than Most. Most is 0 for the last one.
type AgeCount struct {
	Least, Most time.Duration
	Count       int
}

// DayCount is a number on a day in Oslo.
type DayCount struct {
	Day   time.Time
	Count int
}
