// Package figures keeps what benchmarks measure: repetitions and their medians, files of results, the table, and the
// ranges that former results span.
package figures

import (
	"slices"
)

// Key identifies a figure.
type Key struct {
	// Scenario is what was measured, such as roll-out.
	Scenario string `json:"scenario"`
	// Customers is the number of customers.
	Customers int `json:"customers"`
	// Name says what the figure counts.
	Name string `json:"name"`
	// Unit is its unit, such as s or MiB.
	Unit string `json:"unit,omitempty"`
}

// Figure is one figure with a value per repetition.
type Figure struct {
	Key
	// Product has the values of the operator.
	Product []float64 `json:"product,omitempty"`
	// Floor has the values of the bare program that makes the same objects.
	Floor []float64 `json:"floor,omitempty"`
}

// Ratio returns the median of the product divided by that of the floor. It returns false without a floor.
func (f Figure) Ratio() (float64, bool) {
	floor, ok := Median(f.Floor)
	product, measured := Median(f.Product)
	if !ok || !measured || floor == 0 {
		return 0, false
	}
	return product / floor, true
}

// Set is figures in the order in which they were first added.
type Set []Figure

// Product adds a value of the operator.
func (s *Set) Product(k Key, value float64) {
	f := s.of(k)
	f.Product = append(f.Product, value)
}

// Floor adds a value of the floor.
func (s *Set) Floor(k Key, value float64) {
	f := s.of(k)
	f.Floor = append(f.Floor, value)
}

func (s *Set) of(k Key) *Figure {
	i := slices.IndexFunc(*s, func(f Figure) bool { return f.Key == k })
	if i < 0 {
		*s = append(*s, Figure{Key: k})
		i = len(*s) - 1
	}
	return &(*s)[i]
}

// Median returns the median of values. It returns false if there are none.
func Median(values []float64) (float64, bool) {
	n := len(values)
	if n == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2, true
}

// Percentile returns the smallest value that at least share of the values do not exceed. A share of 1 is the maximum.
// It returns 0 if there are no values.
func Percentile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(share*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}
