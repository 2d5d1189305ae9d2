package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/broker"
	"github.com/4human/integration-operator/internal/fixture/loopback"
	"github.com/4human/integration-operator/internal/syncjob"
)

const (
	// patience is how long a test waits for a condition before it fails.
	patience = 2 * time.Minute

	system    = "integration-operator-system"
	customers = "customers"
)

// process is a manager process, started as its Deployment does.
type process struct {
	command *exec.Cmd
	ended   chan error
	health  string // the address of its health probes
	metrics string
	broker  string
	pprof   string
	log     syncBuffer
}

// syncBuffer is a buffer that is safe for concurrent use.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// count returns how often a text was written.
func (b *syncBuffer) count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.text.String(), text)
}

// startProcess starts the manager with a kubeconfig, for the namespace customers and others.
func startProcess(t testing.TB, kubeconfig string, others ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{
		ended: make(chan error, 1), health: loopback.Address(), metrics: loopback.Address(), broker: loopback.Address(),
		pprof: loopback.Address(),
	}
	p.command = exec.CommandContext(context.Background(), self,
		"--namespaces="+strings.Join(append(others, customers), ","), "--token-broker-bind-address="+p.broker,
		"--pprof-address="+p.pprof, "--metrics-bind-address="+p.metrics, "--health-probe-bind-address="+p.health)
	p.command.Env = append(os.Environ(), processVariable+"="+asManager, "KUBECONFIG="+kubeconfig,
		envNamespace+"="+system, envPod+"="+ownPod)
	p.command.Stderr = io.MultiWriter(t.Output(), &p.log)
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.ended <- p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // a no-op unless the test failed
		for range p.ended {          // until it has ended
			continue
		}
	})
	return p
}

// stop ends the manager with SIGTERM and waits for it.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("the manager ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the manager did not end")
	}
}

// get sends a request and returns status and body. The status is 0 without a response.
func get(t testing.TB, url, token string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	c := http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // The manager signs its certificate itself.
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(read)
}

// eventually waits for a condition, and fails when the manager ends.
func (p *process) eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		case err := <-p.ended:
			t.Fatalf("the manager ended (%v) while waiting: %s", err, what)
		case <-tick.C:
		}
	}
}

// TestProcess runs the manager with the rights of config/ from start to end. It verifies the probes, a verified
// customer, events, the authorization of metrics, and that the Lease is released.
func TestProcess(t *testing.T) {
	w := newWorld(t)
	recorder := startRecorder(t, w.server.Config)
	p := startProcess(t, recorder.kubeconfig(t, w.token(system, "integration-operator")))

	for _, url := range []string{p.health + "/healthz", p.health + "/readyz", p.pprof + "/debug/pprof/heap?debug=1"} {
		p.eventually(t, url, func() bool {
			status, _ := get(t, "http://"+url, "")
			return status == http.StatusOK
		})
	}
	p.eventually(t, "verified customer", func() bool { return w.verified() })
	if w.annotation(foreignAnnotation) != "kept" {
		t.Error("the status write dropped what the cache leaves out")
	}
	p.eventually(t, "the events of customer and Supplier", func() bool {
		return w.hasEvent(customers, "CustomerIntegration", v1alpha1.ReasonDelegated) &&
			w.hasEvent("default", "Supplier", v1alpha1.ReasonCredentialsProved)
	})
	p.eventually(t, "the event of the leader", func() bool { return w.hasEvent(system, "Lease", "LeaderElection") })
	if lease := w.lease(); lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" {
		t.Error("no replica leads")
	}
	w.checkFieldManagers()
	w.checkNoWarnings()
	w.checkMetrics(p)
	w.stopData(p)
	p.eventually(t, "the withdrawal in the metrics", func() bool {
		_, body := get(t, "https://"+p.metrics+"/metrics", w.token(system, "scraper"))
		return strings.Contains(body,
			`integration_operator_access_withdrawals_total{service="FollowUpPlans",supplier="default"} 1`) &&
			strings.Contains(body,
				`integration_operator_detection_delay_seconds_count{supplier="default",transition="withdrawn"} 1`)
	})

	p.stop(t)
	if holder := w.lease().Spec.HolderIdentity; holder != nil && *holder != "" {
		t.Errorf("the Lease is still held by %s", *holder)
	}
	for _, refused := range recorder.refusals() {
		t.Errorf("the API server refused: %s", refused)
	}
	w.checkRights(recorder.uses())
}

// checkFieldManagers verifies that the manager is the field manager of what it has written under its own name, so that
// an audit log and kubectl show who it was.
func (w *world) checkFieldManagers() {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: customers, Name: "tiger"}, &c))
	var ca corev1.Secret
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: system, Name: broker.CASecretName}, &ca))
	for name, written := range map[string]struct {
		o           client.Object
		subresource string
	}{
		"customer": {&c, "status"}, "Supplier": {w.supplier(), "status"}, "Lease": {w.lease(), ""}, "Secret": {&ca, ""},
	} {
		var managers []string
		for _, entry := range written.o.GetManagedFields() {
			if entry.Subresource == written.subresource {
				managers = append(managers, entry.Manager)
			}
		}
		if diff := cmp.Diff([]string{syncjob.FieldOwner}, managers); diff != "" {
			w.t.Errorf("field managers of the %s (-want +got):\n%s", name, diff)
		}
	}
}

// checkNoWarnings verifies that a roll-out that goes well has no event of the type Warning. Events of tests before are
// in the same cluster.
func (w *world) checkNoWarnings() {
	w.t.Helper()
	var all eventsv1.EventList
	w.must(w.server.Client.List(w.t.Context(), &all))
	for i := range all.Items {
		if e := &all.Items[i]; e.Type != corev1.EventTypeNormal && e.EventTime.After(w.began) {
			w.t.Errorf("%s %s of %s %s: %s", e.Type, e.Reason, e.Regarding.Kind, e.Regarding.Name, e.Note)
		}
	}
}

// checkMetrics requests /metrics without a token, with an account without rights, and with one that may read metrics.
func (w *world) checkMetrics(p *process) {
	w.t.Helper()
	url := "https://" + p.metrics + "/metrics"
	w.must(w.server.Client.Create(w.t.Context(), account(system, "other")))
	w.must(w.server.Client.Create(w.t.Context(), account(system, "scraper")))
	w.must(w.server.Client.Create(w.t.Context(), metricsReader(system, "scraper")))
	p.eventually(w.t, "metrics refused without a token", func() bool {
		status, _ := get(w.t, url, "")
		if status != 0 && status != http.StatusUnauthorized {
			w.t.Fatalf("without a token: %d, want 401", status)
		}
		return status != 0 // the server listens
	})
	if status, body := get(w.t, url, "made-up"); status == http.StatusOK || strings.Contains(body, "controller_runtime") {
		w.t.Errorf("with a made-up token: %d and %d bytes", status, len(body)) // controller-runtime returns 500
	}
	if status, _ := get(w.t, url, w.token(system, "other")); status != http.StatusForbidden {
		w.t.Errorf("with another account's token: %d, want 403", status)
	}
	token, body := w.token(system, "scraper"), ""
	p.eventually(w.t, "metrics for the scraper", func() bool { // once the API server knows its right
		var status int
		status, body = get(w.t, url, token)
		return status == http.StatusOK && strings.Contains(body,
			`controller_runtime_reconcile_total{controller="customerintegration"`)
	})
	for _, own := range []string{
		`integration_operator_customers{`,
		`integration_operator_customer_services{service="FollowUpPlans",state="Granted",supplier="default"} 1`,
		`integration_operator_oldest_overdue_check_seconds{supplier="default"}`,
		`integration_operator_access_withdrawals_total{service="FollowUpPlans",supplier="default"} 0`,
		`integration_operator_build_info{goversion="go`,
		`integration_operator_leader{lease="integration-operator.4human.no"} 1`,
		`integration_operator_readiness_check{check="token-broker"} 1`,
		`integration_operator_supplier_condition{reason="CredentialsProved",status="True",supplier="default",type="Ready"} 1`,
		`integration_operator_token_broker_ca_expiry_timestamp_seconds `,
		`integration_operator_token_requests_total{code="OK",reason="OK"} 0`,
		`integration_operator_breaker_state{service="maskinporten",supplier="default"} 0`,
		`integration_operator_outside_requests_total{class="OK",operation="token",service="maskinporten"}`,
		`integration_operator_outside_request_duration_seconds_count{operation="token",service="maskinporten"}`,
	} {
		if !strings.Contains(body, "\n"+own) {
			w.t.Errorf("no metric %s", own)
		}
	}
	if strings.Contains(body, tigerNumber) || strings.Contains(body, `"tiger"`) {
		w.t.Error("the metrics contain a customer")
	}
	if status, _ := get(w.t, strings.Replace(url, "https:", "http:", 1), token); status == http.StatusOK {
		w.t.Error("metrics are served without TLS")
	}
}

// stopData withdraws access, which ends the customer's Job, and then removes the service from its spec, which deletes
// its CronJob and ServiceAccount.
func (w *world) stopData(p *process) {
	w.t.Helper()
	p.eventually(w.t, "the first Job", func() bool { return w.count(&batchv1.JobList{}) == 1 })
	w.checkImage()
	w.withdraw()
	p.eventually(w.t, "no Job", func() bool { return w.count(&batchv1.JobList{}) == 0 })
	w.change(func(c *v1alpha1.CustomerIntegration) {
		c.Spec.Services = []v1alpha1.CustomerService{{Name: v1alpha1.ServiceSickNotes}}
	})
	p.eventually(w.t, "no CronJob and no ServiceAccount", func() bool {
		return w.count(&batchv1.CronJobList{}) == 0 && w.count(&corev1.ServiceAccountList{}) == 0
	})
}

// withdraw withdraws the customer's access, and requests a verification.
func (w *world) withdraw() {
	w.t.Helper()
	w.must(w.simulator.Maskinporten.Withdraw(tigerNumber, supplierNumber, scope))
	w.change(func(c *v1alpha1.CustomerIntegration) {
		c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
	})
}

// checkImage verifies that the Job has the image of the init container of the manager's Pod.
func (w *world) checkImage() {
	w.t.Helper()
	var jobs batchv1.JobList
	w.must(w.server.Client.List(w.t.Context(), &jobs, client.InNamespace(customers)))
	if got := jobs.Items[0].Spec.Template.Spec.Containers[0].Image; got != podImage {
		w.t.Errorf("the Job's image is %s, want %s", got, podImage)
	}
}

// count returns the number of objects of a kind that the operator manages.
func (w *world) count(list client.ObjectList) int {
	w.t.Helper()
	ours := client.MatchingLabels{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy}
	w.must(w.server.Client.List(w.t.Context(), list, client.InNamespace(customers), ours))
	return meta.LenList(list)
}

// change updates the customer.
func (w *world) change(how func(*v1alpha1.CustomerIntegration)) {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: customers, Name: "tiger"}, &c))
	before := c.DeepCopy()
	how(&c)
	w.must(w.server.Client.Patch(w.t.Context(), &c, client.MergeFrom(before)))
}

func (w *world) verified() bool {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: customers, Name: "tiger"}, &c))
	return meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReady)
}

// foreignAnnotation is an annotation that the manager does not read, so its cache leaves it out.
const foreignAnnotation = "other.example/of-another-tool"

// annotation returns an annotation of the customer.
func (w *world) annotation(key string) string {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: customers, Name: "tiger"}, &c))
	return c.Annotations[key]
}

func (w *world) hasEvent(namespace, kind, reason string) bool {
	w.t.Helper()
	var all eventsv1.EventList
	w.must(w.server.Client.List(w.t.Context(), &all, client.InNamespace(namespace)))
	for i := range all.Items {
		if all.Items[i].Regarding.Kind == kind && all.Items[i].Reason == reason {
			return true
		}
	}
	return false
}

func (w *world) lease() *coordinationv1.Lease {
	w.t.Helper()
	var l coordinationv1.Lease
	w.must(w.server.Client.Get(w.t.Context(), client.ObjectKey{Namespace: system, Name: leaseName}, &l))
	return &l
}
