package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"github.com/4human/integration-operator/internal/portal/server"
)

// names returns the first column of the tables of docs/portal.md that a pattern matches, sorted.
func names(t *testing.T, pattern string) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/portal.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range regexp.MustCompile("(?m)^\\| `"+pattern+"` \\|").FindAllSubmatch(page, -1) {
		found = append(found, string(match[1]))
	}
	slices.Sort(found)
	return found
}

// TestFlagsAreDocumented compares the flags with the table of docs/portal.md.
func TestFlagsAreDocumented(t *testing.T) {
	var flags []string
	command().Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	slices.Sort(flags)
	documented := slices.Compact(names(t, "--([a-z-]+)"))
	if diff := cmp.Diff(flags, documented); diff != "" {
		t.Errorf("flags (-program +docs/portal.md):\n%s", diff)
	}
}

// describer collects the names of metrics.
type describer struct {
	prometheus.Registerer

	names []string
}

var metricName = regexp.MustCompile(`fqName: "([^"]+)"`)

// MustRegister collects.
func (d *describer) MustRegister(all ...prometheus.Collector) {
	for _, c := range all {
		descriptions := make(chan *prometheus.Desc, 10)
		c.Describe(descriptions)
		close(descriptions)
		for one := range descriptions {
			d.names = append(d.names, metricName.FindStringSubmatch(one.String())[1])
		}
	}
}

// TestMetricsAreDocumented compares the metrics with the table of docs/portal.md.
func TestMetricsAreDocumented(t *testing.T) {
	d := &describer{}
	server.NewMetrics(d)
	slices.Sort(d.names)
	if diff := cmp.Diff(d.names, names(t, "(integration_portal_[a-z_]+)")); diff != "" {
		t.Errorf("metrics (-program +docs/portal.md):\n%s", diff)
	}
}
