package chart

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// portal are values that install the portal.
var portal = []string{"portal.enabled=true", "portal.publicURL=https://portal.example"}

// configuration is what the chart installs by default.
var configuration = []string{root + "/config/default", root + "/config/kept", root + "/config/customer-namespace"}

const (
	// notInChart is what the chart leaves to Helm: `--create-namespace` creates the operator's namespace.
	notInChart = "Namespace /" + system
	// notInConfig is the pod of `helm test`, and policyOfCheck lets it reach what it checks.
	notInConfig   = "Pod " + system + "/integration-operator-check"
	policyOfCheck = "NetworkPolicy " + system + "/integration-operator-check"
)

// compare compares the chart's objects with those of config/, object by object. Besides notInChart, notInConfig,
// policyOfCheck and ownLabels no difference is allowed.
func compare(t *testing.T, config, chart objects) {
	t.Helper()
	if config[notInChart] == nil || chart[notInConfig] == nil || len(config) < 15 {
		t.Fatalf("config has %d objects, and %s: %t; the chart has %s: %t", len(config), notInChart,
			config[notInChart] != nil, notInConfig, chart[notInConfig] != nil)
	}
	delete(config, notInChart)
	delete(chart, notInConfig)
	delete(chart, policyOfCheck)
	if diff := cmp.Diff(config, chart.withoutOwnLabels()); diff != "" {
		t.Errorf("-config +chart:\n%s", diff)
	}
}

// TestDefaultIsConfig compares the chart's default with config/.
func TestDefaultIsConfig(t *testing.T) {
	compare(t, kustomized(t, configuration...), rendered(t))
}

// TestComponentsAreConfig compares the chart's portal and monitoring with the components of config/.
func TestComponentsAreConfig(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config, err := filepath.Rel(dir, filepath.Join(here, root, "config"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll("resources: [CONFIG/default]\ncomponents: [CONFIG/portal, CONFIG/monitoring]\n", "CONFIG",
		config)
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set := append(
		slices.Clone(portal),
		"podMonitor.enabled=true",
		"prometheusRule.enabled=true",
		"dashboards.enabled=true",
	)
	folders := append(slices.Clone(configuration[1:]), dir, root+"/config/portal/customer-namespace")
	compare(t, kustomized(t, folders...), rendered(t, set...))
}

// TestMonitoringValues verifies the values of what a Prometheus operator reads.
func TestMonitoringValues(t *testing.T) {
	on := []string{"podMonitor.enabled=true", "prometheusRule.enabled=true"}
	got := rendered(t, append(on, "podMonitor.interval=15s", "podMonitor.labels.release=prometheus",
		"prometheusRule.labels.release=prometheus", "prometheusRule.runbooks=https://wiki.example/runbooks/")...).
		changes(rendered(t, on...))
	want := []string{
		"PodMonitor " + system + "/integration-operator: metadata.labels.release=prometheus",
		"PodMonitor " + system + "/integration-operator: spec.podMetricsEndpoints[0].interval=15s",
		"PrometheusRule " + system + "/integration-operator: metadata.labels.release=prometheus",
	}
	moved := regexp.MustCompile(`runbook_url=https://wiki\.example/runbooks/IntegrationOperator\w+\.md$`)
	runbooks := 0
	got = slices.DeleteFunc(got, func(change string) bool {
		matches := moved.MatchString(change)
		if matches {
			runbooks++
		}
		return matches
	})
	if diff := cmp.Diff(want, got); diff != "" || runbooks < 10 {
		t.Errorf("%d runbooks (-want +got):\n%s", runbooks, diff)
	}
}

// TestAnyName verifies that release and namespace change nothing but the namespace.
func TestAnyName(t *testing.T) {
	text := template(t, "hr-2", "integrations", portal...)
	others := parsed(t, text)
	if strings.Contains(text, system) {
		t.Errorf("%s is in the output for another namespace", system)
	}
	for key, o := range parsed(t, template(t, "integration-operator", system, portal...)) {
		want, err := json.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		key = strings.ReplaceAll(key, system, "integrations")
		other := others[key]
		if other == nil {
			t.Errorf("%s is missing", key)
			continue
		}
		got, err := json.Marshal(other.Object)
		if err != nil {
			t.Fatal(err)
		}
		renamed := strings.NewReplacer(system, "integrations",
			`"app.kubernetes.io/instance":"integration-operator"`, `"app.kubernetes.io/instance":"hr-2"`).Replace(string(want))
		if diff := cmp.Diff(renamed, string(got)); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
}

// TestLint runs Helm's own checks.
func TestLint(t *testing.T) {
	for name, set := range map[string][]string{
		"default": nil,
		"portal":  append(portal, "portal.ingress.enabled=true"),
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"lint", "--strict", folder}
			for _, s := range set {
				args = append(args, "--set", s)
			}
			if out, problem := helm(t, args...); problem != "" {
				t.Errorf("%s\n%s", problem, out)
			}
		})
	}
}

// TestPackage verifies that a packaged chart has its own version's images, and that the same sources result in the same
// bytes.
func TestPackage(t *testing.T) {
	archive := root + "/dist/integration-operator-9.8.7.tgz"
	t.Cleanup(func() { _ = os.Remove(archive) })
	var packages [2][]byte
	for i := range packages {
		if _, problem := run(t, root+"/hack/chart/package.sh", "v9.8.7", "registry.example/team"); problem != "" {
			t.Fatal(problem)
		}
		var err error
		if packages[i], err = os.ReadFile(archive); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(packages[0], packages[1]) {
		t.Error("packaged twice, the chart differs")
	}
	out, problem := helm(t, "template", "hr", archive, "-n", "hr", "--set", portal[0]+","+portal[1])
	if problem != "" {
		t.Fatal(problem)
	}
	for _, name := range []string{"integration-operator", "integration-operator-sync", "integration-operator-portal"} {
		if image := "registry.example/team/" + name + ":v9.8.7"; !strings.Contains(out, image) {
			t.Errorf("the image %s is missing", image)
		}
	}
	_, problem = run(t, root+"/hack/chart/package.sh", "1.2")
	if !strings.Contains(problem, "VERSION must be a version") {
		t.Errorf("a wrong version: %q", problem)
	}
}
