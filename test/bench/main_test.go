//go:build bench

// Package bench measures the operator with many customers: the manager's own process, on a real API server, beside a
// strict Maskinporten and Altinn. The floor is a bare client that makes the same objects. make bench runs both.
package bench

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/4human/integration-operator/test/bench/figures"
)

// resultsFolder and rangesFile are relative to this package.
const (
	resultsFolder = "../../bench/results"
	rangesFile    = "../../bench/ranges.json"
)

var (
	scenariosFlag = flag.String("bench.scenarios", "", "scenarios, comma-separated (default: all)")
	customersFlag = flag.String("bench.customers", "200,1000", "numbers of customers, comma-separated")
	runsFlag      = flag.Int("bench.runs", 1, "repetitions of each measurement; the table has their medians")
	workersFlag   = flag.Int("bench.workers", 10, "workers of the manager, and connections of the floor")
	latencyFlag   = flag.Duration("bench.latency", 50*time.Millisecond, "time that Maskinporten and Altinn take to answer")
	managerFlag   = flag.String("bench.manager", "", "program of the manager (default: it is built from this source)")
	rangesFlag    = flag.Bool("bench.ranges", false, "measure nothing: write the ranges of all results")
	saveFlag      = flag.Bool("bench.save", true, "write a file of results")
)

// measured has all figures so far.
var measured figures.Set

func TestMain(m *testing.M) {
	if plan := os.Getenv(floorVariable); plan != "" {
		if err := runFloor(plan); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	os.Exit(m.Run())
}

// TestBench runs the scenarios and prints the table.
func TestBench(t *testing.T) {
	if *rangesFlag {
		writeRanges(t)
		return
	}
	began, load := time.Now(), loadAverage()
	program := buildManager(t)
	for _, s := range chosen(t) {
		for _, n := range s.sizes(t) {
			for run := range *runsFlag {
				t.Run(fmt.Sprintf("%s/%d/%d", s.name, n, run+1), func(t *testing.T) {
					s.measure(&setup{program: program, customers: n, scenario: s.name}, t)
				})
			}
		}
	}
	report(t, os.Stdout, began, load)
}

// chosen returns the scenarios of the flags, in their usual order.
func chosen(t *testing.T) []scenario {
	t.Helper()
	if *scenariosFlag == "" {
		return scenarios()
	}
	var all []scenario
	for name := range strings.SplitSeq(*scenariosFlag, ",") {
		i := slices.IndexFunc(scenarios(), func(s scenario) bool { return s.name == name })
		if i < 0 {
			t.Fatalf("no scenario %q: choose from %s", name, strings.Join(names(), ", "))
		}
		all = append(all, scenarios()[i])
	}
	return all
}

// sizes returns the numbers of customers of the flags that the scenario is measured with.
func (s scenario) sizes(t *testing.T) []int {
	t.Helper()
	var sizes []int
	for text := range strings.SplitSeq(*customersFlag, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("-bench.customers must be numbers, not %q", text)
		}
		if s.most > 0 {
			n = min(n, s.most)
		}
		if !slices.Contains(sizes, n) {
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// report writes the results and prints the table.
func report(t *testing.T, w io.Writer, began time.Time, load float64) {
	t.Helper()
	addSlopes()
	ranges, err := figures.ReadRanges(rangesFile)
	if err != nil {
		t.Fatal(err)
	}
	result := figures.Result{
		Time: began.UTC().Truncate(time.Second), Commit: commit(t), Machine: machine(load), Figures: measured,
		Settings: map[string]string{
			"runs": fmt.Sprint(*runsFlag), "workers": fmt.Sprint(*workersFlag), "latency": latencyFlag.String(),
		},
	}
	_, _ = fmt.Fprintf(w, "\n%s, commit %s, %d cores, load %.2g before, %d repetitions, answers after %s, took %s\n\n",
		result.Time.Format(time.RFC3339), result.Commit, result.Machine.Cores, load, *runsFlag, *latencyFlag,
		time.Since(began).Round(time.Second))
	if err := figures.Table(w, measured, ranges); err != nil {
		t.Fatal(err)
	}
	if result.Machine.Busy() {
		_, _ = fmt.Fprintln(w, "\nOther programs used the machine: only the numbers of requests count. "+
			"Measure again on an idle machine. Ranges leave this result out.")
	}
	if !*saveFlag || len(measured) == 0 {
		return
	}
	path, err := result.Write(resultsFolder)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(w, "\nWritten to %s\n", filepath.Clean(strings.TrimPrefix(path, "../../")))
}

func writeRanges(t *testing.T) {
	t.Helper()
	results, err := figures.Read(resultsFolder)
	if err != nil {
		t.Fatal(err)
	}
	if err := figures.WriteRanges(rangesFile, figures.RangesOf(results)); err != nil {
		t.Fatal(err)
	}
	t.Logf("wrote the ranges of %d results to %s", len(results), rangesFile)
}

// buildManager builds the manager as its image has it, unless a program is set.
func buildManager(t *testing.T) string {
	t.Helper()
	if *managerFlag != "" {
		return *managerFlag
	}
	program := filepath.Join(t.TempDir(), "manager")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "../../cmd/manager")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the manager: %v\n%s", err, out)
	}
	return program
}

func commit(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "describe", "--always", "--dirty", "--exclude=*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func machine(load float64) figures.Machine {
	return figures.Machine{
		Processor:  field("/proc/cpuinfo", "model name"),
		Cores:      runtime.NumCPU(),
		MemoryGiB:  leadingNumber(field("/proc/meminfo", "MemTotal")) >> 20,
		Kernel:     firstLine("/proc/sys/kernel/osrelease"),
		Go:         runtime.Version(),
		LoadBefore: load,
	}
}

// loadAverage returns the load average of the last minute.
func loadAverage() float64 {
	text, _, _ := strings.Cut(firstLine("/proc/loadavg"), " ")
	load, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0 // not Linux
	}
	return load
}
