package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/test/sample"
)

// BenchmarkMemory starts the manager with many verified customers of one service, each with a CronJob, two Jobs and two
// pods. It reports the manager's memory, with the limits of config/manager: docs/tuning.md has the result. Run one
// size at a time, because its pods stay in the API server: -bench='BenchmarkMemory/^1000$' -benchtime=1x. With
// -heap-profiles=FOLDER it leaves a profile for go tool pprof.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{1000, 5000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.Setenv("GOMEMLIMIT", "921MiB")
			w := newWorld(b)
			w.hurry()
			w.must(client.IgnoreAlreadyExists(w.server.Client.Create(b.Context(), account(system, "scraper"))))
			w.must(client.IgnoreAlreadyExists(w.server.Client.Create(b.Context(), metricsReader(system, "scraper"))))
			w.fill(sample.Numbers(n))
			for b.Loop() {
				p := startProcess(b, startRecorder(b, w.server.Config).kubeconfig(b, w.token(system, operator)))
				for w.counted() < n*9/10 { // they are verified for longer than a test waits
					p.eventually(b, "more customers verified", w.increase())
				}
				p.eventually(b, "all customers verified", func() bool { return w.counted() >= n })
				b.ReportMetric(p.memory(b, "VmHWM"), "MiB-peak")
				b.ReportMetric(p.memory(b, "VmRSS"), "MiB")
				_, metrics := get(b, "https://"+p.metrics+"/metrics", w.token(system, "scraper"))
				b.ReportMetric(inMiB(b, metrics, `(?m)^go_memstats_heap_inuse_bytes (\S+)`, 1), "MiB-heap")
				p.saveHeap(b, fmt.Sprintf("%d.pb.gz", n))
				p.stop(b)
			}
		})
	}
}

// counted returns how many customers with access the Supplier reports.
func (w *world) counted() int {
	w.t.Helper()
	if granted := w.supplier().Status.Customers.Granted; granted != nil {
		return int(*granted)
	}
	return 0
}

// increase returns a condition: more customers are counted than now.
func (w *world) increase() func() bool {
	before := w.counted()
	return func() bool { return w.counted() > before }
}

// hurry lifts the Supplier's limit of requests.
func (w *world) hurry() {
	w.t.Helper()
	s := w.supplier()
	before := s.DeepCopy()
	s.Spec.Verification.RequestsPerSecond = 1000
	w.must(w.server.Client.Patch(w.t.Context(), s, client.MergeFrom(before)))
}

// fill creates customers that have delegated, each with the Jobs and pods of two runs.
func (w *world) fill(numbers []string) {
	w.t.Helper()
	var group errgroup.Group
	group.SetLimit(16)
	for i, number := range numbers {
		if number == tigerNumber {
			continue
		}
		w.must(w.simulator.Maskinporten.Delegate(number, supplierNumber, scope))
		group.Go(func() error {
			name := fmt.Sprintf("customer-%05d", i)
			if err := w.server.Client.Create(w.t.Context(), customer(customers, name, number)); err != nil {
				return err
			}
			return w.fillRuns(name)
		})
	}
	w.must(group.Wait())
}

func (w *world) fillRuns(customer string) error {
	child := naming.Child(customer, v1alpha1.ServiceFollowUpPlans)
	for run := range 2 {
		meta := metav1.ObjectMeta{
			Namespace: customers, Name: fmt.Sprintf("%s-%d", child, run), Labels: map[string]string{
				v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: customer,
				v1alpha1.LabelService: string(v1alpha1.ServiceFollowUpPlans),
			},
		}
		pod := corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "sync", Image: "localhost/none"}},
		}
		for _, o := range []client.Object{
			&batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: pod}}},
			&corev1.Pod{ObjectMeta: meta, Spec: restricted(pod)},
		} {
			if err := w.server.Client.Create(w.t.Context(), o); err != nil {
				return err
			}
		}
	}
	return nil
}

// restricted returns a pod that the namespace's pod security standard admits.
func restricted(pod corev1.PodSpec) corev1.PodSpec {
	pod = *pod.DeepCopy()
	pod.SecurityContext = &corev1.PodSecurityContext{
		RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	pod.Containers[0].SecurityContext = &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
	return pod
}

// heapProfiles is where BenchmarkMemory leaves the heap profiles of the manager.
var heapProfiles = flag.String("heap-profiles", "", "folder for heap profiles of BenchmarkMemory")

// saveHeap writes a profile of the heap after a collection.
func (p *process) saveHeap(b *testing.B, name string) {
	b.Helper()
	if *heapProfiles == "" {
		return
	}
	status, profile := get(b, "http://"+p.pprof+"/debug/pprof/heap?gc=1", "")
	if status != http.StatusOK {
		b.Fatalf("no profile: status %d, %s", status, profile)
	}
	if err := os.WriteFile(filepath.Join(*heapProfiles, name), []byte(profile), 0o600); err != nil {
		b.Fatal(err)
	}
}

// memory returns a line of the process's status, in MiB.
func (p *process) memory(b *testing.B, name string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		b.Skip(err) // not Linux
	}
	return inMiB(b, string(status), name+`:\s+(\d+) kB`, 1024)
}

// inMiB returns the number that a pattern finds in text, times unit, in MiB.
func inMiB(b *testing.B, text, pattern string, unit float64) float64 {
	b.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		b.Fatalf("no %s in %s", pattern, text)
	}
	number, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return number * unit / (1 << 20)
}
