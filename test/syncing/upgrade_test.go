package syncing

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/test/sample"
)

// update renews the files of the last release: at a release, so that the next one is tested against it.
var update = flag.Bool("update", false, "write what this version leaves in a cluster to "+lastRelease)

const (
	// lastRelease is the folder of what the last release left in a cluster: its CRDs, and the objects of customers in
	// several states.
	lastRelease   = "testdata/last-release"
	crdsOfRelease = lastRelease + "/crds"
	objectsFile   = lastRelease + "/objects.json"
	// releaseWorld is the name of the world of these objects.
	releaseWorld = "last-release"
	// placeholderURL and placeholderKey stand for the simulated Maskinporten's URL and the thumbprint of the Supplier's
	// key, which differ from run to run.
	placeholderURL = "http://maskinporten.example/"
	placeholderKey = "thumbprint-of-the-key"
)

// released is what the last release left.
type released struct {
	Time    metav1.Time                 `json:"time"`
	Objects []unstructured.Unstructured `json:"objects"`
}

// TestUpgrade starts today's operator on what the last release left. An upgrade rewrites only CronJobs whose template
// changed, once. It changes no status, ends no run, and sends no request.
//
// If this fails after a change, either the change is wrong or every customer is written at the next upgrade: say so in
// docs/upgrade.md.
func TestUpgrade(t *testing.T) {
	if *update {
		t.Skip("the files are being written")
	}
	t.Parallel()
	w := loadRelease(t)
	before := w.stored("CustomerIntegration", "Supplier", "Job", "ServiceAccount")
	if n := len(w.customers()); n < 10 {
		t.Fatalf("only %d customers were loaded", n)
	}

	w.image = "registry.example/sync:2"
	rewritten := work{Writes: map[string]int{"patch cronjobs": w.scheduledCronJobs()}}
	m := w.startManager()
	m.reconciledAll()
	m.expect("a new worker with variables in place of arguments: each CronJob that is not suspended is rewritten once",
		rewritten)
	w.unchanged(before)
	for name, c := range w.cronJobs() {
		worker := &c.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
		if !*c.Spec.Suspend && (worker.Image != w.image || worker.Args != nil || len(worker.Env) == 0) {
			t.Errorf("CronJob %s has image %s, arguments %v and %d variables", name, worker.Image, worker.Args,
				len(worker.Env))
		}
	}

	m.end(t)
	m = w.startManager()
	m.reconciledAll()
	m.expect("the same worker", work{})
	w.unchanged(before)

	m.end(t)
	w.image = "registry.example/sync:3"
	m = w.startManager()
	m.reconciledAll()
	m.expect("a new worker with the same environment", rewritten)
	w.unchanged(before)
}

// loadRelease stores the objects of the last release.
func loadRelease(t *testing.T) *world {
	t.Helper()
	content, err := os.ReadFile(objectsFile)
	if err != nil {
		t.Fatal(err)
	}
	w := newEmptyWorld(t, releaseWorld, &clock{})
	var release released
	present := strings.NewReplacer(placeholderURL, w.url, placeholderKey, thumbprint(t)).Replace(string(content))
	w.must(json.Unmarshal([]byte(present), &release))
	w.clock.now = release.Time.Add(time.Second) // no verification is due
	for i := range release.Objects {
		w.must(server.Store(context.Background(), &release.Objects[i]))
	}
	return w
}

// thumbprint returns that of the Supplier's key.
func thumbprint(t *testing.T) string {
	t.Helper()
	private := sample.SigningKey()
	sum, err := private.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// reconciledAll waits until every customer has been reconciled, and the manager rests.
func (m *running) reconciledAll() {
	m.t.Helper()
	eventually(m.t, "a reconcile of every customer",
		func() bool { return m.reconciles("customerintegration") == len(m.customers()) })
	m.rest()
}

// unchanged compares the objects of the world with what they were.
func (w *world) unchanged(before map[string]string) {
	w.t.Helper()
	after := w.stored("CustomerIntegration", "Supplier", "Job", "ServiceAccount")
	delete(after, "ServiceAccount/"+landmarkName) // the test's own
	if diff := cmp.Diff(before, after); diff != "" {
		w.t.Errorf("objects (-before +after):\n%s", diff)
	}
}

// customers returns the customers of the world.
func (w *world) customers() []v1alpha1.CustomerIntegration {
	w.t.Helper()
	var list v1alpha1.CustomerIntegrationList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	return list.Items
}

// cronJobs returns the CronJobs of the world by name.
func (w *world) cronJobs() map[string]*batchv1.CronJob {
	w.t.Helper()
	var list batchv1.CronJobList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name)))
	all := map[string]*batchv1.CronJob{}
	for i := range list.Items {
		all[list.Items[i].Name] = &list.Items[i]
	}
	return all
}

// scheduledCronJobs counts the CronJobs that are not suspended.
func (w *world) scheduledCronJobs() int {
	w.t.Helper()
	n := 0
	for _, c := range w.cronJobs() {
		if !*c.Spec.Suspend {
			n++
		}
	}
	return n
}

// releasedKinds are the kinds of objects in the file, in the order in which they are stored.
var releasedKinds = []schema.GroupVersionKind{
	v1alpha1.GroupVersion.WithKind("Supplier"),
	v1alpha1.GroupVersion.WithKind("CustomerIntegration"),
	corev1.SchemeGroupVersion.WithKind("ServiceAccount"),
	batchv1.SchemeGroupVersion.WithKind("CronJob"),
	batchv1.SchemeGroupVersion.WithKind("Job"),
	corev1.SchemeGroupVersion.WithKind("Pod"),
}

// objectsOf lists the world's objects of a kind, as the API server has them.
func (w *world) objectsOf(kind schema.GroupVersionKind) []unstructured.Unstructured {
	w.t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	options := []client.ListOption{client.InNamespace(w.name)}
	if kind.Kind == "Supplier" {
		options = []client.ListOption{client.MatchingLabels{worldLabel: w.name}}
	}
	w.must(server.Client.List(context.Background(), list, options...))
	return list.Items
}

// stored returns the world's objects of some kinds, without managed fields, by kind and name.
func (w *world) stored(kinds ...string) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, kind := range releasedKinds {
		if !slices.Contains(kinds, kind.Kind) {
			continue
		}
		for _, o := range w.objectsOf(kind) {
			o.SetManagedFields(nil)
			content, err := yaml.Marshal(o.Object)
			w.must(err)
			all[kind.Kind+"/"+o.GetName()] = string(content)
		}
	}
	return all
}

// TestWriteRelease writes the files of the last release, if -update is set.
func TestWriteRelease(t *testing.T) {
	if !*update {
		t.Skip("it writes files, with -update")
	}
	w := newEmptyWorld(t, releaseWorld, fixedClock())
	w.create(w.makeSupplier())
	m := w.startManager()
	m.arrangeCustomers()
	m.end(t)

	release := released{Time: metav1.NewTime(w.clock.Now())}
	for _, kind := range releasedKinds {
		for _, o := range w.objectsOf(kind) {
			o.SetResourceVersion("")
			if o.GetName() != landmarkName {
				release.Objects = append(release.Objects, o)
			}
		}
	}
	content, err := json.MarshalIndent(release, "", " ")
	w.must(err)
	crds, err := filepath.Glob("../../config/crd/bases/*.yaml")
	w.must(err)
	lasting := strings.NewReplacer(w.url, placeholderURL, thumbprint(t), placeholderKey).Replace(string(content))
	w.must(os.WriteFile(objectsFile, []byte(lasting+"\n"), 0o600))
	for _, crd := range crds {
		content, err := os.ReadFile(crd)
		w.must(errors.Join(err, os.WriteFile(filepath.Join(crdsOfRelease, filepath.Base(crd)), content, 0o600)))
	}
}

// arrangeCustomers creates customers in different states.
func (m *running) arrangeCustomers() {
	m.t.Helper()
	names := []string{
		tiger, "disabled", "failing", "elsewhere", "own-organization", "requested", "running", "succeeded", "suspended",
		"unknown-supplier", "waiting", "withdrawn",
	}
	numbers := sample.Numbers(len(names))
	wants := map[string]string{
		tiger:              "True Delegated",
		"disabled":         "True Delegated",
		"failing":          "False SyncFailing",
		"elsewhere":        "False HRMEndpointNotAllowed",
		"own-organization": "False OrganizationIsSupplier",
		"requested":        "True Delegated",
		"running":          "True Delegated",
		"succeeded":        "True Delegated",
		"suspended":        "False Suspended",
		"unknown-supplier": "False SupplierNotFound",
		"waiting":          "False AwaitingDelegation",
		"withdrawn":        "False DelegationWithdrawn",
		"twin":             "False DuplicateOrganization",
	}
	for i, name := range names {
		if name != "waiting" {
			m.delegate(numbers[i])
		}
		m.create(m.makeState(name, numbers[i]))
	}
	m.clock.forward(moment)
	for _, name := range []string{"failing", "requested", "running", "succeeded", "withdrawn"} {
		eventually(m.t, "the first run of "+name, func() bool { return len(m.jobsOf(name)) == 1 })
	}
	m.createTwin("succeeded")
	m.pod(&m.jobsOf("running")[0], working())
	m.run(&m.jobsOf("succeeded")[0], good)
	for n := range 3 {
		m.run(m.jobAgain("failing", n), failed(runreport.NAVError))
	}
	m.withdraw(numbers[slices.Index(names, "withdrawn")])
	for _, name := range []string{"requested", "withdrawn"} {
		m.request(name)
	}
	for name, want := range wants {
		eventually(m.t, name+" with "+want, func() bool {
			var c v1alpha1.CustomerIntegration
			return m.find(name, &c) && sample.StatusOf(c.Status.Conditions, v1alpha1.ConditionReady) == want
		})
	}
	m.rest()
}

// createTwin creates another customer of the same organization, in a later second, because the oldest one counts.
func (w *world) createTwin(of string) {
	w.t.Helper()
	var older v1alpha1.CustomerIntegration
	if !w.find(of, &older) {
		w.t.Fatalf("there is no customer %s", of)
	}
	eventually(w.t, "a later second", func() bool { return time.Since(older.CreationTimestamp.Time) > time.Second })
	w.create(w.makeCustomer("twin", string(older.Spec.OrganizationNumber)))
}

// makeState returns a customer with what its state needs in its spec.
func (w *world) makeState(name, number string) *v1alpha1.CustomerIntegration {
	c := w.makeCustomer(name, number)
	switch name {
	case "suspended":
		c.Spec.Suspend = true
	case "disabled":
		c.Spec.Sync = v1alpha1.SyncDisabled
	case "elsewhere":
		c.Spec.HRM.Endpoint = "https://elsewhere.example/integration"
	case "own-organization":
		c.Spec.OrganizationNumber = sample.SupplierNumber
	case "unknown-supplier":
		c.Spec.SupplierRef.Name = "nowhere"
	}
	return c
}

// jobsOf lists the Jobs of a customer.
func (w *world) jobsOf(name string) []batchv1.Job {
	w.t.Helper()
	var list batchv1.JobList
	w.must(server.Client.List(context.Background(), &list, client.InNamespace(w.name),
		client.MatchingLabels{v1alpha1.LabelIntegration: name}))
	return list.Items
}

// jobAgain returns the first Job of a customer, or creates one by its CronJob.
func (w *world) jobAgain(name string, n int) *batchv1.Job {
	w.t.Helper()
	if n == 0 {
		return &w.jobsOf(name)[0]
	}
	cronJob := w.cronJobs()[naming.Child(name, plans)]
	template := cronJob.Spec.JobTemplate
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.name, Name: fmt.Sprintf("%s-%d", cronJob.Name, 29395680+n),
			Labels: maps.Clone(template.Labels), Annotations: maps.Clone(template.Annotations),
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cronJob,
				batchv1.SchemeGroupVersion.WithKind("CronJob"))},
		},
		Spec: template.Spec,
	}
	w.create(job)
	return job
}

// request requests a verification and a run of a customer.
func (w *world) request(name string) {
	w.t.Helper()
	var c v1alpha1.CustomerIntegration
	if !w.find(name, &c) {
		w.t.Fatalf("there is no customer %s", name)
	}
	before := c.DeepCopy()
	metav1.SetMetaDataAnnotation(&c.ObjectMeta, v1alpha1.AnnotationReconcileRequestedAt, "1")
	w.must(server.Client.Patch(context.Background(), &c, client.MergeFrom(before)))
}
