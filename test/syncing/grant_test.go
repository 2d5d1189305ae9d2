package syncing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/schedule"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/pkg/worker"
)

// startGranted starts a manager for a customer with access, and waits for its jobs.
func startGranted(t testing.TB) *running {
	t.Helper()
	m := newWorld(t, fixedClock()).startManager()
	m.delegate(tigerNumber)
	m.addTiger()
	eventually(t, "jobs of the customer", m.started)
	m.rest()
	return m
}

// TestAccessStartsJobs checks that access creates the objects of a service in few writes, and starts the first run.
func TestAccessStartsJobs(t *testing.T) {
	t.Parallel()
	m := newWorld(t, fixedClock()).startManager()
	m.forget()
	m.addTiger()
	eventually(t, "Ready with AwaitingDelegation", func() bool { return m.ready() == "False AwaitingDelegation" })
	m.expect("nothing is created without access", work{
		Writes: map[string]int{"patch customerintegrations/status": 1},
		Events: []string{"AwaitingDelegation"}, Requests: 1,
	})
	if m.account() != nil || m.cronJob() != nil {
		t.Error("objects exist without access")
	}

	m.clock.forward(moment)
	m.forget()
	m.delegate(tigerNumber)
	m.requestVerification()
	eventually(t, "jobs of the customer", m.started)
	m.expect("the status changes twice: with access, and with all that was created", work{
		Writes: map[string]int{
			"patch customerintegrations/status": 2,
			"create serviceaccounts":            1,
			"create cronjobs":                   1,
			"create jobs":                       1,
		},
		Events: []string{"Delegated"}, Requests: 1,
	})
	checkStatus(t, m.world)
	checkAccount(t, m.world)
	checkCronJob(t, m.cronJob())
	checkFirstJob(t, m.world)
	checkSettings(t, m.world)
}

// checkStatus checks the customer's status.
func checkStatus(t *testing.T, w *world) {
	t.Helper()
	c := w.tiger()
	if got := w.healthy(); got != "Unknown NoRunYet" {
		t.Errorf("SyncHealthy %s", got)
	}
	now := metav1.NewTime(w.clock.Now())
	want := v1alpha1.ServiceSync{
		CronJobName: child, ActiveSince: &now, FirstJobName: naming.FirstJob(tiger, plans, w.clock.Now()),
		RequestedJobName: naming.RequestedJob(tiger, plans, "1"), // the first run is the requested one too
	}
	if diff := cmp.Diff(want, w.sync()); diff != "" {
		t.Errorf("sync status (-want +got):\n%s", diff)
	}
	if c.Status.LastSyncTime != nil {
		t.Errorf("lastSyncTime %s before the first run has ended", c.Status.LastSyncTime)
	}
}

func checkAccount(t *testing.T, w *world) {
	t.Helper()
	a := w.account()
	if !metav1.IsControlledBy(a, w.tiger()) {
		t.Error("the customer does not own the ServiceAccount")
	}
	if a.AutomountServiceAccountToken == nil || *a.AutomountServiceAccountToken {
		t.Error("the ServiceAccount's token for the API server is mounted")
	}
}

// checkCronJob checks the main fields of the CronJob. The golden files of controllers have every field.
func checkCronJob(t *testing.T, c *batchv1.CronJob) {
	t.Helper()
	expression, err := schedule.Parse("H * * * *", c.Namespace+"/"+child)
	if err != nil {
		t.Fatal(err)
	}
	pod := c.Spec.JobTemplate.Spec.Template.Spec
	type essence struct {
		Schedule, TimeZone, Concurrency, Account, Image string
		Suspended                                       bool
		StartingDeadline, PodDeadline, JobDeadline      int64
		Backoff                                         int32
	}
	want := essence{
		Schedule: expression.String(), TimeZone: "Europe/Oslo", Concurrency: "Forbid", Account: child, Image: syncImage,
		StartingDeadline: 120, PodDeadline: 900, JobDeadline: 1500,
	}
	got := essence{
		Schedule: c.Spec.Schedule, TimeZone: *c.Spec.TimeZone, Concurrency: string(c.Spec.ConcurrencyPolicy),
		Account: pod.ServiceAccountName, Image: pod.Containers[0].Image, Suspended: *c.Spec.Suspend,
		StartingDeadline: *c.Spec.StartingDeadlineSeconds, PodDeadline: *pod.ActiveDeadlineSeconds,
		JobDeadline: *c.Spec.JobTemplate.Spec.ActiveDeadlineSeconds, Backoff: *c.Spec.JobTemplate.Spec.BackoffLimit,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CronJob (-want +got):\n%s", diff)
	}
}

// checkFirstJob checks that there is one Job, with the CronJob's template.
func checkFirstJob(t *testing.T, w *world) {
	t.Helper()
	jobs := w.jobs()
	if len(jobs) != 1 || jobs[0].Name != w.firstJob() {
		t.Fatalf("%d Jobs, want the first one alone", len(jobs))
	}
	template := w.cronJob().Spec.JobTemplate
	if !equality.Semantic.DeepDerivative(template.Spec.Template.Spec, jobs[0].Spec.Template.Spec) {
		t.Errorf("the first Job has another pod than the CronJob's: %s",
			cmp.Diff(template.Spec.Template.Spec, jobs[0].Spec.Template.Spec))
	}
	if diff := cmp.Diff(template.Labels, jobs[0].Labels); diff != "" {
		t.Errorf("labels of the first Job (-CronJob's +its):\n%s", diff)
	}
}

// checkSettings checks the settings of the CronJob's pods.
func checkSettings(t *testing.T, w *world) {
	t.Helper()
	got := w.environment()
	service, _ := services.Of(w.supplier(), plans)
	want := worker.Settings{
		APIURL:   service.APIURL(w.supplier()),
		Supplier: worker.Supplier{Name: w.supplier().Spec.Name},
	}
	if diff := cmp.Diff(want, got.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(worker.TokenBroker{URL: brokerURL, CA: brokerCA}, got.TokenBroker); diff != "" {
		t.Errorf("token broker (-want +got):\n%s", diff)
	}
	var all corev1.ConfigMapList
	w.must(server.Client.List(t.Context(), &all, client.InNamespace(w.name)))
	for i := range all.Items {
		if name := all.Items[i].Name; name != "kube-root-ca.crt" {
			t.Errorf("there is a ConfigMap %s", name)
		}
	}
}

// environment returns the environment of the CronJob's pods, the zero value if there is no CronJob.
func (w *world) environment() worker.Environment {
	w.t.Helper()
	c := w.cronJob()
	if c == nil {
		return worker.Environment{}
	}
	all := map[string]string{}
	for _, v := range c.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Env {
		all[v.Name] = strings.ReplaceAll(v.Value, "$$", "$")
	}
	e, err := worker.ReadEnvironment(func(name string) string { return all[name] })
	w.must(err)
	return e
}
