package syncing

import (
	"context"
	"maps"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// landmarkName is the name of a ServiceAccount that has the customer's labels and another owner. A change of it only
	// wakes the customer.
	landmarkName  = "landmark"
	landmarkLabel = "test/landmark"
)

// rest waits until the manager has seen the present state of the world's objects, has then reconciled the customer, and
// has written nothing in between.
func (m *running) rest() {
	m.t.Helper()
	for range 20 {
		before := m.writes.list()
		eventually(m.t, "an up-to-date cache", m.upToDate)
		mark := m.markLand()
		eventually(m.t, "a reconcile of the customer", func() bool { return m.hasSeen(mark) && m.idle() })
		if after := m.writes.list(); len(after) == len(before) {
			return
		}
	}
	m.t.Fatal("the manager does not come to rest")
}

// hasSeen reports whether the customer's last reconcile began with a mark in the cache.
func (m *running) hasSeen(mark string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen == mark
}

// markLand changes the landmark and returns its new mark.
func (m *running) markLand() string {
	m.t.Helper()
	landmark := &corev1.ServiceAccount{}
	if !m.find(landmarkName, landmark) {
		landmark.Name, landmark.Namespace = landmarkName, m.name
		landmark.Labels = map[string]string{
			v1alpha1.LabelManagedBy:   v1alpha1.ManagedBy,
			v1alpha1.LabelIntegration: tiger,
			landmarkLabel:             "1",
		}
		m.create(landmark)
		return "1"
	}
	n, err := strconv.Atoi(landmark.Labels[landmarkLabel])
	m.must(err)
	landmark.Labels[landmarkLabel] = strconv.Itoa(n + 1)
	m.must(server.Client.Update(context.Background(), landmark))
	return landmark.Labels[landmarkLabel]
}

// landmark returns the mark in the cache.
func (m *running) landmark(ctx context.Context) string {
	found := metadataOf("ServiceAccount")
	if err := m.cache.Get(ctx, client.ObjectKey{Namespace: m.name, Name: landmarkName}, found); err != nil {
		return ""
	}
	return found.Labels[landmarkLabel]
}

func metadataOf(kind string) *metav1.PartialObjectMetadata {
	o := &metav1.PartialObjectMetadata{}
	o.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
	return o
}

// upToDate reports whether the manager's cache has every object as the API server has it.
func (m *running) upToDate() bool {
	m.t.Helper()
	accounts := &metav1.PartialObjectMetadataList{}
	accounts.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
	in, ours := client.InNamespace(m.name), client.MatchingLabels{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy}
	for _, kind := range []struct {
		list     client.ObjectList
		selected []client.ListOption // selects the objects that the manager caches
	}{
		{list: &v1alpha1.SupplierList{}, selected: []client.ListOption{client.MatchingLabels{worldLabel: m.name}}},
		{list: &v1alpha1.CustomerIntegrationList{}, selected: []client.ListOption{in}},
		{list: accounts, selected: []client.ListOption{in, ours}},
		{list: &batchv1.CronJobList{}, selected: []client.ListOption{in, ours}},
		{list: &batchv1.JobList{}, selected: []client.ListOption{in, ours}},
		{list: &corev1.PodList{}, selected: []client.ListOption{in, ours}},
	} {
		live := m.versions(server.Client, kind.list, kind.selected)
		if !maps.Equal(live, m.versions(m.cache, kind.list, kind.selected)) {
			return false
		}
	}
	return true
}

// versions returns the resource versions of a list's objects, by name.
func (w *world) versions(reader client.Reader, kind client.ObjectList, selected []client.ListOption) map[string]string {
	w.t.Helper()
	list, ok := kind.DeepCopyObject().(client.ObjectList)
	if !ok {
		w.t.Fatalf("%T is no list", kind)
	}
	w.must(reader.List(context.Background(), list, selected...))
	all := map[string]string{}
	w.must(meta.EachListItem(list, func(o runtime.Object) error {
		item, err := meta.Accessor(o)
		if err == nil {
			all[item.GetName()] = item.GetResourceVersion()
		}
		return err
	}))
	return all
}
