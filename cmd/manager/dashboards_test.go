package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

// dashboard is what the test reads of a dashboard of Grafana.
type dashboard struct {
	Panels []struct {
		Title   string `json:"title"`
		Targets []struct {
			Expression string `json:"expr"`
			Legend     string `json:"legendFormat"`
		} `json:"targets"`
	} `json:"panels"`
	Templating struct {
		List []struct {
			Name  string `json:"name"`
			Type  string `json:"type"`
			Query any    `json:"query"`
		} `json:"list"`
	} `json:"templating"`
}

// panelQuery is an expression of a panel, as Grafana sends it.
type panelQuery struct {
	expression string
	labels     []string // of the legend
}

var (
	legendLabel   = regexp.MustCompile(`{{(\w+)}}`)
	variableQuery = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

	// chosen are the variables' values.
	chosen = strings.NewReplacer("$namespace", system, "$supplier", v1alpha1.DefaultSupplierName, "$__rate_interval", "5m")
)

// TestDashboards starts a manager and a Prometheus, which scrapes it with the account of config/monitoring. A customer
// delegates, a run ends, and the access is withdrawn. Then each query of each panel returns data, with the labels of
// its legend, and each variable has values.
func TestDashboards(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "512MiB")
	w := newWorld(t)
	w.registerKey(time.Now())
	w.apply("-f", "../../config/monitoring/scraper.yaml")
	p := startProcess(t, startRecorder(t, w.server.Config).kubeconfig(t, w.token(system, operator)))
	prometheus := startPrometheus(t, p, w.token(system, operator+"-scraper"))
	p.eventually(t, "a scraped customer", func() bool {
		get(t, "http://"+p.health+"/readyz", "") // as kubelet does
		return len(prometheus.query(`integration_operator_customers{ready="True"} > 0`)) > 0
	})
	w.endRun(p, runreport.Report{ // items are counted as of a vendor's own worker
		Outcome: runreport.Succeeded, Volumes: runreport.Volumes{ItemsSent: 1},
	})
	prometheus.awaitScrapes(p)
	w.withdraw()
	p.eventually(t, "a withdrawal", func() bool {
		return len(prometheus.query(`integration_operator_access_withdrawals_total > 0`)) > 0
	})
	prometheus.awaitScrapes(p)

	if prometheus.complaint(panelQuery{expression: `integration_operator_customers{tenant="tiger"}`}) == "" {
		t.Fatal("a query of an unknown label has no complaint")
	}
	pending := readDashboards(t, prometheus)
	t.Logf("%d queries", len(pending))
	defer func() {
		for name, q := range pending {
			t.Errorf("%s: %s", name, prometheus.complaint(q))
		}
	}()
	// After a scrape that failed, there is no data until the next one.
	p.eventually(t, "data of each query", func() bool {
		maps.DeleteFunc(pending, func(_ string, q panelQuery) bool { return prometheus.complaint(q) == "" })
		return len(pending) == 0
	})
}

// readDashboards returns the queries of all dashboards by panel. It verifies the variables.
func readDashboards(t *testing.T, p *prometheusServer) map[string]panelQuery {
	t.Helper()
	files, err := filepath.Glob("../../config/monitoring/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	queries := map[string]panelQuery{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, panel := range d.Panels {
			for i, target := range panel.Targets {
				name := fmt.Sprintf("%s, %s, %d", filepath.Base(file), panel.Title, i)
				queries[name] = newPanelQuery(target.Expression, target.Legend)
			}
		}
		for _, variable := range d.Templating.List {
			if found := variableQuery.FindStringSubmatch(fmt.Sprint(variable.Query)); found != nil {
				if values := p.values(found[2], chosen.Replace(found[1])); len(values) == 0 {
					t.Errorf("%s: the variable %s has no values", file, variable.Name)
				}
			} else if variable.Type == "query" {
				t.Errorf("%s: the variable %s has the query %v", file, variable.Name, variable.Query)
			}
		}
	}
	return queries
}

func newPanelQuery(expression, legend string) panelQuery {
	q := panelQuery{expression: chosen.Replace(expression)}
	for _, found := range legendLabel.FindAllStringSubmatch(legend, -1) {
		q.labels = append(q.labels, found[1])
	}
	return q
}

// complaint returns what is wrong with a query: it has no data, or a series lacks a label of the legend. "" if nothing
// is.
func (p *prometheusServer) complaint(q panelQuery) string {
	p.t.Helper()
	data := false
	for _, s := range p.query(q.expression) {
		data = data || !math.IsNaN(s.number())
		for _, label := range q.labels {
			if s.Metric[label] == "" {
				return fmt.Sprintf("no label %s: %s", label, q.expression)
			}
		}
	}
	if !data {
		return "no data: " + q.expression
	}
	return ""
}

// registerKey states when the Supplier's key was registered.
func (w *world) registerKey(day time.Time) {
	w.t.Helper()
	s := w.supplier()
	before := s.DeepCopy()
	s.Spec.Maskinporten.KeyRegisteredAt = day.Format(time.DateOnly)
	w.must(w.server.Client.Patch(w.t.Context(), s, client.MergeFrom(before)))
}

// endRun ends the first run of the customer with a report, as kubelet and the Job controller do. It passes for a
// scheduled one.
func (w *world) endRun(p *process, report runreport.Report) {
	w.t.Helper()
	var jobs batchv1.JobList
	p.eventually(w.t, "the first Job", func() bool {
		w.must(w.server.Client.List(w.t.Context(), &jobs, client.InNamespace(customers)))
		return len(jobs.Items) == 1
	})
	job := &jobs.Items[0]
	unscheduled := job.DeepCopy()
	job.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: time.Now().Format(time.RFC3339)}
	w.must(w.server.Client.Patch(w.t.Context(), job, client.MergeFrom(unscheduled)))
	message, err := report.Encode()
	w.must(err)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: customers, Name: job.Name + "-x7k2p",
			Labels: job.Spec.Template.Labels, Annotations: job.Spec.Template.Annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: job.Spec.Template.Spec,
	}
	w.must(w.server.Client.Create(w.t.Context(), pod))
	pod.Status = corev1.PodStatus{Phase: corev1.PodSucceeded, ContainerStatuses: []corev1.ContainerStatus{{
		Name: "sync", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(message)}},
	}}}
	w.must(w.server.Client.Status().Update(w.t.Context(), pod))
	now := metav1.Now()
	job.Status = batchv1.JobStatus{StartTime: &now, CompletionTime: &now, Succeeded: 1}
	for _, kind := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: corev1.ConditionTrue, LastProbeTime: now, LastTransitionTime: now,
		})
	}
	w.must(w.server.Client.Status().Update(w.t.Context(), job))
}
