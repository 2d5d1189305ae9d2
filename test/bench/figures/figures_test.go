package figures

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedianAndPercentiles(t *testing.T) {
	cases := map[string]struct {
		reason  string
		values  []float64
		median  float64
		p50     float64
		p95     float64
		maximum float64
	}{
		"one": {reason: "it is all of them", values: []float64{7}, median: 7, p50: 7, p95: 7, maximum: 7},
		"odd": {reason: "the middle one", values: []float64{9, 1, 5}, median: 5, p50: 5, p95: 9, maximum: 9},
		"even": {
			reason: "half-way between the middle ones", values: []float64{4, 1, 3, 2},
			median: 2.5, p50: 2, p95: 4, maximum: 4,
		},
		"twenty": {
			reason: "one in twenty may be larger than the 95th percentile",
			values: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20},
			median: 10.5, p50: 10, p95: 19, maximum: 20,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			median, _ := Median(c.values)
			got := []float64{median, Percentile(c.values, 0.5), Percentile(c.values, 0.95), Percentile(c.values, 1)}
			if diff := cmp.Diff([]float64{c.median, c.p50, c.p95, c.maximum}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
	if _, ok := Median(nil); ok || Percentile(nil, 0.5) != 0 {
		t.Error("no values have a median or a percentile")
	}
}

// TestTable adds repetitions, and compares the table with the ranges of a former result.
func TestTable(t *testing.T) {
	seconds := Key{Scenario: "roll-out", Customers: 200, Name: "time", Unit: "s"}
	requests := Key{Scenario: "roll-out", Customers: 200, Name: "requests"}
	var before, now Set
	before.Product(seconds, 10)
	before.Floor(seconds, 8)
	before.Product(requests, 11)
	for _, v := range []float64{30, 20, 22} {
		now.Product(seconds, v)
	}
	now.Floor(seconds, 11)
	now.Product(requests, 12)
	var busy Set
	busy.Product(seconds, 99)
	busy.Floor(seconds, 1)
	former := []Result{{Figures: before}, {Figures: busy, Machine: Machine{Cores: 2, LoadBefore: 1.5}}}
	var table strings.Builder
	if err := Table(&table, now, RangesOf(former)); err != nil {
		t.Fatal(err)
	}
	want := `
SCENARIO  CUSTOMERS  FIGURE    PRODUCT  FLOOR  RATIO  RANGE
roll-out  200        time      22 s     11 s   2.00   above 1.56
roll-out  200        requests  12                     in range
`
	if diff := cmp.Diff(want, "\n"+table.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// TestFiles writes and reads results and ranges.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	result := Result{Time: time.Date(2026, 11, 29, 23, 5, 0, 0, time.UTC), Commit: "abc"}
	result.Figures.Product(Key{Scenario: "memory", Customers: 5, Name: "RSS", Unit: "MiB"}, 40)
	path, err := result.Write(folder)
	if err != nil || filepath.Base(path) != "2026-11-29T2305.json" {
		t.Fatalf("written to %s: %v", path, err)
	}
	read, err := Read(folder)
	if diff := cmp.Diff([]Result{result}, read); err != nil || diff != "" {
		t.Errorf("read %v (-written +read):\n%s", err, diff)
	}
	ranges := filepath.Join(folder, "ranges")
	if none, err := ReadRanges(ranges); err != nil || none != nil {
		t.Errorf("a missing file has the ranges %v: %v", none, err)
	}
	if err := WriteRanges(ranges, RangesOf(read)); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRanges(ranges)
	if err != nil || len(got) != 1 || got[0].Low != 32 || got[0].High != 50 || got[0].Found == "" {
		t.Errorf("ranges are %+v: %v", got, err)
	}
}
