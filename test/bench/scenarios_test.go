//go:build bench

package bench

import (
	"testing"
)

// scenario is something to measure.
type scenario struct {
	name    string
	measure func(*setup, *testing.T)
	// most limits the number of customers, if it is not 0.
	most int
}

// scenarios returns all scenarios, in the order in which they are measured.
func scenarios() []scenario {
	return []scenario{
		{name: "roll-out", measure: (*setup).rollOutJobs},
		{name: "roll-out-verified", measure: (*setup).rollOutVerified},
		{name: "roll-out-services", measure: (*setup).rollOutServices},
		{name: "bad", measure: (*setup).bad, most: 1000},
		{name: "restart", measure: (*setup).restart},
		{name: "new-beside-due", measure: (*setup).besideDue},
		{name: "steady", measure: (*setup).steady, most: 1000},
		{name: "withdrawal", measure: (*setup).withdrawal, most: 1000},
		{name: "outage", measure: (*setup).outage, most: 1000},
		{name: "flood", measure: (*setup).flood, most: 100},
		{name: "runs", measure: (*setup).runs},
		{name: "broker", measure: (*setup).tokens, most: 200},
		{name: "worker", measure: (*setup).worker, most: 1},
	}
}

func names() []string {
	var all []string
	for _, s := range scenarios() {
		all = append(all, s.name)
	}
	return all
}
