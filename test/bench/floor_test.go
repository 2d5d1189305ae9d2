//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// floorVariable makes the test's program the floor. Its value is the path of a floorPlan.
const floorVariable = "BENCH_FLOOR"

// floorPlan is what the floor's program needs.
type floorPlan struct {
	Kubeconfig string
	Issuer     string
	Key        json.RawMessage // the supplier's, as JWK
	Workers    int
	// Objects is the path of a file with a customerObjects per line.
	Objects string
}

// customerObjects are the final objects of a customer.
type customerObjects struct {
	Name     string
	Number   string
	Status   v1alpha1.CustomerIntegrationStatus
	Accounts []corev1.ServiceAccount
	CronJobs []batchv1.CronJob
	Jobs     []batchv1.Job
}

// startFloor starts the floor's program on the objects that the product has made.
func (w *world) startFloor(objects string) *process {
	w.t.Helper()
	key, err := json.Marshal(sample.SigningKey())
	must(w.t, err)
	plan, err := json.Marshal(floorPlan{
		Kubeconfig: w.kubeconfig, Issuer: w.authorities.issuer, Key: key, Workers: *workersFlag, Objects: objects,
	})
	must(w.t, err)
	path := filepath.Join(w.t.TempDir(), "plan")
	must(w.t, os.WriteFile(path, plan, 0o600))
	self, err := os.Executable()
	must(w.t, err)
	command := exec.CommandContext(context.Background(), self)
	command.Env = append(os.Environ(), floorVariable+"="+path)
	return start(w.t, command)
}

// saveObjects writes the objects of all customers for the floor.
func (w *world) saveObjects(path string) {
	w.t.Helper()
	all := map[string]*customerObjects{}
	var list v1alpha1.CustomerIntegrationList
	must(w.t, w.admin.List(w.t.Context(), &list, client.InNamespace(customers)))
	for i := range list.Items {
		c := &list.Items[i]
		all[c.Name] = &customerObjects{Name: c.Name, Number: string(c.Spec.OrganizationNumber), Status: c.Status}
	}
	w.collectChildren(all)
	file, err := os.Create(path)
	must(w.t, err)
	defer func() { must(w.t, file.Close()) }()
	encoder := json.NewEncoder(file)
	for _, number := range w.numbers { // in the order in which they were created
		one := all["c"+number]
		if one == nil || len(one.Jobs) != w.kind.jobs() || len(one.CronJobs) != w.kind.jobs() {
			w.t.Fatalf("customer c%s has not all objects: %+v", number, one)
		}
		must(w.t, encoder.Encode(one))
	}
}

// compareObjects fails the test if the floor has not made exactly the objects that the product has made.
func (w *world) compareObjects(path string) {
	w.t.Helper()
	made := filepath.Join(w.t.TempDir(), "made")
	w.saveObjects(made)
	want, err := readObjects(path)
	must(w.t, err)
	got, err := readObjects(made)
	must(w.t, err)
	for i := range want {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			w.t.Fatalf("objects of customer %s (-product +floor):\n%s", want[i].Name, diff)
		}
	}
}

func (w *world) collectChildren(all map[string]*customerObjects) {
	w.t.Helper()
	ours := client.MatchingLabels{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy}
	var accounts corev1.ServiceAccountList
	var cronJobs batchv1.CronJobList
	var jobs batchv1.JobList
	for _, l := range []client.ObjectList{&accounts, &cronJobs, &jobs} {
		must(w.t, w.admin.List(w.t.Context(), l, client.InNamespace(customers), ours))
	}
	for _, o := range accounts.Items {
		one := all[o.Labels[v1alpha1.LabelIntegration]]
		o.ObjectMeta = newMetadata(o.ObjectMeta)
		one.Accounts = append(one.Accounts, o)
	}
	for _, o := range cronJobs.Items {
		one := all[o.Labels[v1alpha1.LabelIntegration]]
		o.ObjectMeta = newMetadata(o.ObjectMeta)
		one.CronJobs = append(one.CronJobs, o)
	}
	for _, o := range jobs.Items {
		one := all[o.Labels[v1alpha1.LabelIntegration]]
		o.ObjectMeta = newMetadata(o.ObjectMeta)
		o.Spec.Selector = nil // the API server sets it, and the labels for it
		for _, label := range []string{
			"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
		} {
			delete(o.Labels, label)
			delete(o.Spec.Template.Labels, label)
		}
		one.Jobs = append(one.Jobs, o)
	}
}

// newMetadata returns the metadata that an object is created with, with owners whose UIDs are not known yet.
func newMetadata(m metav1.ObjectMeta) metav1.ObjectMeta {
	for i := range m.OwnerReferences {
		m.OwnerReferences[i].UID = ""
	}
	return metav1.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, Labels: m.Labels, Annotations: m.Annotations,
		OwnerReferences: m.OwnerReferences, Finalizers: m.Finalizers,
	}
}

// readObjects reads the objects of all customers.
func readObjects(path string) ([]customerObjects, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var all []customerObjects
	for decoder := json.NewDecoder(file); decoder.More(); {
		var one customerObjects
		if err := decoder.Decode(&one); err != nil {
			return nil, fmt.Errorf("reading objects: %w", err)
		}
		all = append(all, one)
	}
	return all, nil
}
