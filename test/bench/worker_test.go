//go:build bench

package bench

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// metric is a number and a unit in the output of go test -bench.
var metric = regexp.MustCompile(`([0-9.]+) (\S+)`)

// worker measures the worker with the benchmarks of test/torture: documents and plans beside a plain loop of the same
// requests, and a run that finds nothing to do.
func (s *setup) worker(t *testing.T) {
	documents := benchmark(t, "FirstImport", "1x")
	measured.Product(s.key("sick notes of a first import", "1/s"), documents["documents/s"])
	measured.Floor(s.key("sick notes of a first import", "1/s"), documents["documents/s-plain"])
	measured.Product(s.key("memory of a first import at most", "MiB"), documents["MiB-peak"])
	plans := benchmark(t, "Plans", "1x")
	measured.Product(s.key("plans", "1/s"), plans["plans/s"])
	measured.Floor(s.key("plans", "1/s"), plans["plans/s-plain"])
	measured.Product(s.key("memory of a run with plans at most", "MiB"), plans["MiB-peak"])
	idle := benchmark(t, "IdleRun", "20x")
	measured.Product(s.key("run without a plan", "ms"), idle["ns/op"]/1e6)
	measured.Product(s.key("memory of a run without a plan at most", "MiB"), idle["MiB-peak"])
}

// benchmark runs a benchmark of test/torture and returns its metrics by unit.
func benchmark(t *testing.T, name, times string) map[string]float64 {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "test", "-run=^$", "-bench=^Benchmark"+name+"$", "-benchtime="+times,
		"../torture")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("Benchmark%s: %v\n%s", name, err, out)
	}
	found := map[string]float64{}
	for _, m := range metric.FindAllSubmatch(out, -1) {
		value, err := strconv.ParseFloat(string(m[1]), 64)
		if err == nil {
			found[string(m[2])] = value
		}
	}
	return found
}
