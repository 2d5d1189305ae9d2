package figures

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
)

// Margins of a range: how far a new result may be outside of the former ones. Repetitions on the same machine differ by
// about a tenth, and by more while other programs run.
const (
	lowMargin  = 0.8
	highMargin = 1.25
)

// Range is where a figure is expected: the product's value, or its ratio to the floor's.
type Range struct {
	Key
	// Ratio says that the range is about the ratio to the floor. It depends less on the machine than the value.
	Ratio bool    `json:"ratio,omitempty"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Found says how the bounds were found.
	Found string `json:"found"`
}

// Verdict returns how a figure compares with its range: "" without one.
func Verdict(f Figure, ranges []Range) string {
	i := slices.IndexFunc(ranges, func(r Range) bool { return r.Key == f.Key })
	if i < 0 {
		return ""
	}
	r := ranges[i]
	value, _ := Median(f.Product)
	if r.Ratio {
		value, _ = f.Ratio()
	}
	switch {
	case value < r.Low:
		return fmt.Sprintf("below %s", number(r.Low))
	case value > r.High:
		return fmt.Sprintf("above %s", number(r.High))
	default:
		return "in range"
	}
}

// RangesOf returns the range of each figure of results: from the lowest median to the highest, with a margin. It leaves
// out results of a busy machine.
func RangesOf(results []Result) []Range {
	ranges := []Range{}
	for _, result := range results {
		if result.Machine.Busy() {
			continue
		}
		for _, f := range result.Figures {
			ranges = widen(ranges, f)
		}
	}
	for i := range ranges {
		r := &ranges[i]
		r.Found = fmt.Sprintf("the medians of all results in bench/results of idle machines are between %s and %s; "+
			"the bounds are %g and %g times these", number(r.Low), number(r.High), lowMargin, highMargin)
		r.Low, r.High = r.Low*lowMargin, r.High*highMargin
	}
	return ranges
}

// widen adds the median of a figure to its range.
func widen(ranges []Range, f Figure) []Range {
	value, ratio := f.Ratio()
	if !ratio {
		value, _ = Median(f.Product)
	}
	i := slices.IndexFunc(ranges, func(r Range) bool { return r.Key == f.Key && r.Ratio == ratio })
	if i < 0 {
		return append(ranges, Range{Key: f.Key, Ratio: ratio, Low: value, High: value})
	}
	ranges[i].Low, ranges[i].High = math.Min(ranges[i].Low, value), math.Max(ranges[i].High, value)
	return ranges
}

// ReadRanges reads a file of ranges. A missing file has none.
func ReadRanges(path string) ([]Range, error) {
	var ranges []Range
	if err := readJSON(path, &ranges); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return ranges, nil
}

// WriteRanges writes a file of ranges.
func WriteRanges(path string, ranges []Range) error { return writeJSON(path, ranges) }
