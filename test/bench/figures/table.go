package figures

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// Table writes the medians of figures, with those of the floor, the ratio, and how they compare with ranges.
func Table(w io.Writer, set Set, ranges []Range) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...any) { _, _ = fmt.Fprintf(table, "%v\t%v\t%v\t%v\t%v\t%v\t%v\n", cells...) }
	line("SCENARIO", "CUSTOMERS", "FIGURE", "PRODUCT", "FLOOR", "RATIO", "RANGE")
	for _, f := range set {
		ratio := ""
		if r, ok := f.Ratio(); ok {
			ratio = fmt.Sprintf("%.2f", r)
		}
		line(f.Scenario, f.Customers, f.Name, cell(f.Product, f.Unit), cell(f.Floor, f.Unit), ratio, Verdict(f, ranges))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

func cell(values []float64, unit string) string {
	median, ok := Median(values)
	if !ok {
		return ""
	}
	if unit == "" {
		return number(median)
	}
	return number(median) + " " + unit
}

// number formats a value with three significant digits, and whole from 100 on.
func number(v float64) string {
	if math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
