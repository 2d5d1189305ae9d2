//go:build bench

package bench

import (
	"github.com/4human/integration-operator/test/bench/figures"
)

// addSlopes adds the memory per customer, where it was measured with several numbers of customers: the difference
// between the most and the fewest customers, so without what the manager needs for itself.
func addSlopes() {
	for _, of := range []struct{ scenario, name string }{
		{"roll-out", "memory at most"}, {"roll-out", "memory after"}, {"restart", "restart: memory after"},
	} {
		var fewest, most *figures.Figure
		for i := range measured {
			f := &measured[i]
			if f.Scenario != of.scenario || f.Name != of.name {
				continue
			}
			if fewest == nil || f.Customers < fewest.Customers {
				fewest = f
			}
			if most == nil || f.Customers > most.Customers {
				most = f
			}
		}
		if fewest == nil || fewest == most {
			continue
		}
		low, _ := figures.Median(fewest.Product)
		high, _ := figures.Median(most.Product)
		measured.Product(figures.Key{
			Scenario: of.scenario, Customers: most.Customers, Name: of.name + ", per customer", Unit: "KiB",
		}, (high-low)*1024/float64(most.Customers-fewest.Customers))
	}
}
