//go:build bench

package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/test/sample"
)

// addCronJobs creates the CronJobs of hourly schedules as the operator applies them, each with the Job of its last run,
// and returns how many are due in each minute of the hour. There are no customers, so the CronJobs have no owners.
// Those that are not due within -bench.minutes are left out.
func (w *world) addCronJobs() map[int]int {
	w.t.Helper()
	seed := make([]byte, 32)
	_, _ = rand.Read(seed) // never fails
	seal, err := podseal.NewKey(seed)
	must(w.t, err)
	broker := syncjob.Broker{
		URL: "https://token-broker." + system + ".svc", Certificate: bytes.Repeat([]byte("x"), 700), Seal: seal,
	}
	supplier := sample.Supplier(v1alpha1.DefaultSupplierName, "https://maskinporten.example/", customers)
	w.kind = withJobs
	due, first := map[int]int{}, time.Now().Minute()
	group, ctx := errgroup.WithContext(w.t.Context())
	group.SetLimit(creators)
	for _, number := range sample.Numbers(w.customers) {
		customer := w.customer(number)
		at, err := schedule.Parse("H * * * *", customers+"/"+naming.Child(customer.Name, v1alpha1.ServiceFollowUpPlans))
		must(w.t, err)
		minute, _, _ := strings.Cut(at.String(), " ")
		if (leadingNumber(minute)-first+60)%60 >= *minutesFlag {
			continue
		}
		due[leadingNumber(minute)]++
		cronJob, err := syncjob.Desired{
			Customer: customer, Supplier: supplier, Service: v1alpha1.ServiceFollowUpPlans,
			Image: "registry.example/sync:1", Broker: broker,
		}.CronJob(at.String())
		must(w.t, err)
		cronJob.Namespace, cronJob.OwnerReferences = customers, nil
		group.Go(func() error { return w.addCronJob(ctx, cronJob) })
	}
	must(w.t, group.Wait())
	return due
}

// addCronJob creates a CronJob and the Job of its last run.
func (w *world) addCronJob(ctx context.Context, cronJob *batchv1.CronJob) error {
	if err := w.admin.Create(ctx, cronJob); err != nil {
		return err
	}
	job := syncjob.JobNow(cronJob, cronJob, cronJob.Name+"-29000000")
	job.Spec.TTLSecondsAfterFinished = nil
	job.OwnerReferences = []metav1.OwnerReference{
		*metav1.NewControllerRef(cronJob, batchv1.SchemeGroupVersion.WithKind("CronJob")),
	}
	if err := w.admin.Create(ctx, job); err != nil {
		return err
	}
	if err := w.complete(ctx, job); err != nil {
		return err
	}
	cronJob.Status.LastScheduleTime, cronJob.Status.LastSuccessfulTime = job.Status.StartTime, job.Status.CompletionTime
	return w.admin.Status().Update(ctx, cronJob)
}

// run is a run that the controllers have started.
type run struct {
	due, created, pod time.Time
	ended             bool
}

// starts are the runs by the name of their Job.
type starts struct {
	mu   sync.Mutex
	runs map[string]*run
}

// of returns a run. The caller holds mu.
func (s *starts) of(job string) *run {
	r := s.runs[job]
	if r == nil {
		r = &run{}
		s.runs[job] = r
	}
	return r
}

// record changes a run.
func (s *starts) record(job string, change func(*run)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.of(job))
}

// watchStarts watches Jobs and runs their pods. It ends with the test.
func (w *world) watchStarts() *starts {
	w.t.Helper()
	s := &starts{runs: map[string]*run{}}
	set, err := kubernetes.NewForConfig(w.config)
	must(w.t, err)
	message, err := reportOfRun()
	must(w.t, err)
	k := &kubelet{
		set: set, message: message, fail: func(err error) { w.t.Errorf("the fake kubelet: %v", err) },
		begin: func(job string, created time.Time) { s.record(job, func(r *run) { r.pod = created }) },
		end:   func(job string) { s.record(job, func(r *run) { r.ended = true }) },
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	w.t.Cleanup(running.Wait)
	w.t.Cleanup(cancel)
	running.Go(func() { follow(ctx, set.CoreV1().RESTClient(), "pods", k.begun(ctx, &running)) })
	running.Go(func() { follow(ctx, set.BatchV1().RESTClient(), "jobs", s.recordJob) })
	return s
}

// follow calls added for each object of the customers' namespace until the context ends. It watches anew when the API
// server ends the watch.
func follow[T any, O interface {
	*T
	runtime.Object
}](ctx context.Context, rest cache.Getter, resource string, added func(O)) {
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: cache.NewListWatchFromClient(rest, resource, customers, fields.Everything()),
		ObjectType:    O(new(T)),
		Handler: cache.ResourceEventHandlerFuncs{AddFunc: func(object any) {
			if o, ok := object.(O); ok {
				added(o)
			}
		}},
	})
	informer.RunWithContext(ctx)
}

// recordJob records a new Job.
func (s *starts) recordJob(job *batchv1.Job) {
	due, err := time.Parse(time.RFC3339, job.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	if err == nil {
		s.record(job.Name, func(r *run) { r.due, r.created = due, job.CreationTimestamp.Time })
	}
}

// within returns the runs that were due from a time until before another.
func (s *starts) within(from, to time.Time) []run {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []run
	for _, r := range s.runs {
		if !r.due.Before(from) && r.due.Before(to) {
			all = append(all, *r)
		}
	}
	return all
}

// ended returns how many runs of a time have ended.
func (s *starts) ended(from, to time.Time) int {
	n := 0
	for _, r := range s.within(from, to) {
		if r.ended {
			n++
		}
	}
	return n
}

// add adds how late the runs of a time started.
func (s *starts) add(w *world, name string, from, to time.Time, expected int) {
	var jobs, pods []float64
	for _, r := range s.within(from, to) {
		jobs = append(jobs, r.created.Sub(r.due).Seconds())
		if !r.pod.IsZero() {
			pods = append(pods, r.pod.Sub(r.due).Seconds())
		}
	}
	spread(w.setup, measured.Product, name+": Job late", jobs)
	spread(w.setup, measured.Product, name+": pod late", pods)
	measured.Product(w.key(name+": runs due", ""), float64(expected))
	measured.Product(w.key(name+": runs without Job", ""), float64(expected-len(jobs)))
	measured.Product(w.key(name+": runs without pod", ""), float64(expected-len(pods)))
}

// database returns the size of etcd's database in MiB.
func (w *world) database() float64 {
	w.t.Helper()
	set, err := kubernetes.NewForConfig(w.config)
	must(w.t, err)
	text, err := set.RESTClient().Get().AbsPath("/metrics").DoRaw(w.t.Context())
	must(w.t, err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "apiserver_storage_size_bytes{"); ok {
			_, value, _ := strings.Cut(strings.TrimSpace(rest), "} ")
			n, err := strconv.ParseFloat(value, 64)
			must(w.t, err)
			return n / (1 << 20)
		}
	}
	w.t.Fatal("the API server has no apiserver_storage_size_bytes")
	return 0
}
