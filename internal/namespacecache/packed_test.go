package namespacecache

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// objectMeta is what all kinds have.
func objectMeta() metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: "customers", Name: "tiger-plans", UID: "uid", ResourceVersion: "7", Generation: 3,
		CreationTimestamp: metav1.NewTime(time.Unix(1_800_000_000, 0)),
		Labels:            map[string]string{"customer": "tiger"}, Annotations: map[string]string{"applied": "hash"},
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "v1", Kind: "Owner", Name: "tiger", UID: types.UID("owner"), Controller: new(true),
		}},
	}
}

// kindsToPack has an object of each packed kind.
func kindsToPack() map[string]*packedKind {
	account := &metav1.PartialObjectMetadata{ObjectMeta: objectMeta()}
	return map[string]*packedKind{
		"pod": {gvk: corev1.SchemeGroupVersion.WithKind("Pod"), example: &corev1.Pod{
			ObjectMeta: objectMeta(), Status: corev1.PodStatus{
				Phase: corev1.PodFailed, ContainerStatuses: []corev1.ContainerStatus{{
					Name: "sync", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}},
				}},
			},
		}},
		"job": {gvk: batchv1.SchemeGroupVersion.WithKind("Job"), example: &batchv1.Job{
			ObjectMeta: objectMeta(), Status: batchv1.JobStatus{Conditions: []batchv1.JobCondition{{
				Type: batchv1.JobComplete, Status: corev1.ConditionTrue,
				LastTransitionTime: metav1.NewTime(time.Unix(1_800_000_060, 0)),
			}}},
		}},
		"cronjob": {gvk: batchv1.SchemeGroupVersion.WithKind("CronJob"), example: &batchv1.CronJob{
			ObjectMeta: objectMeta(), Spec: batchv1.CronJobSpec{Schedule: "7 * * * *", Suspend: new(false)},
		}},
		"account": {gvk: corev1.SchemeGroupVersion.WithKind("ServiceAccount"), example: account},
	}
}

// TestPacked verifies that an object that is packed and unpacked is the same, and that only stores see the difference.
func TestPacked(t *testing.T) {
	for name, kind := range kindsToPack() {
		t.Run(name, func(t *testing.T) {
			whole := kind.example.DeepCopyObject().(client.Object)
			stored, err := packing(nil)(whole)
			if err != nil {
				t.Fatal(err)
			}
			want := kind.example.DeepCopyObject().(client.Object)
			want.GetObjectKind().SetGroupVersionKind(kind.gvk)
			if diff := cmp.Diff(any(want), kind.unpack(stored)); diff != "" {
				t.Errorf("unpacked (-want +got):\n%s", diff)
			}
			if again, err := packing(nil)(stored); err != nil || again != stored {
				t.Errorf("packed twice: %v, %v", again, err)
			}
			if key, err := toolscache.MetaNamespaceKeyFunc(stored); err != nil || key != "customers/tiger-plans" {
				t.Errorf("its key is %s, %v", key, err)
			}
			if m, err := meta.Accessor(stored); err != nil || m.GetResourceVersion() != "7" {
				t.Errorf("its version is lost: %v, %v", m, err)
			}
			gone := toolscache.DeletedFinalStateUnknown{Key: "customers/tiger-plans", Obj: stored}
			wantGone := toolscache.DeletedFinalStateUnknown{Key: gone.Key, Obj: want}
			if diff := cmp.Diff(any(wantGone), kind.unpack(gone)); diff != "" {
				t.Errorf("deleted (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUnpackedAfresh verifies that an object that is read into keeps nothing of what it was.
func TestUnpackedAfresh(t *testing.T) {
	kind := kindsToPack()["pod"]
	stored, err := packing(nil)(kind.example)
	if err != nil {
		t.Fatal(err)
	}
	read := &corev1.Pod{Spec: corev1.PodSpec{NodeName: "another's"}}
	if err := stored.(*packed).unpack(read, kind.gvk); err != nil || read.Spec.NodeName != "" {
		t.Errorf("%v, %v", read.Spec, err)
	}
	if err := (&packed{text: []byte("no protobuf")}).unpack(read, kind.gvk); err == nil {
		t.Error("unpacked what is no pod")
	}
	if err := stored.(*packed).unpack(&unstructured.Unstructured{}, kind.gvk); err == nil {
		t.Error("unpacked into another kind")
	}
}

// TestPackingTransforms verifies that objects are packed as the transform before leaves them.
func TestPackingTransforms(t *testing.T) {
	kind := kindsToPack()["job"]
	strip := func(o any) (any, error) {
		o.(*batchv1.Job).Labels = nil
		return o, nil
	}
	stored, err := packing(strip)(kind.example.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	if job := kind.unpack(stored).(*batchv1.Job); job.Labels != nil || job.Name != "tiger-plans" {
		t.Errorf("got %v", job)
	}
	failing := errors.New("no")
	if _, err := packing(func(any) (any, error) { return nil, failing })(kind.example); !errors.Is(err, failing) {
		t.Errorf("got %v", err)
	}
	tombstone := toolscache.DeletedFinalStateUnknown{Key: "k"}
	if o, err := packing(strip)(tombstone); err != nil || o != any(tombstone) {
		t.Errorf("got %v, %v", o, err)
	}
}

// TestPackedIndex finds packed objects by an index.
func TestPackedIndex(t *testing.T) {
	kind := kindsToPack()["job"]
	stored, err := packing(nil)(kind.example)
	if err != nil {
		t.Fatal(err)
	}
	store := toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, toolscache.Indexers{
		"customer": kind.index(func(o client.Object) []string { return []string{o.GetLabels()["customer"]} }),
	})
	if err := store.Add(stored); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]int{"tiger": 1, "elk": 0} {
		found, err := selectFrom(store, client.ListOptions{FieldSelector: fields.OneTermEqualSelector("customer", value)})
		if err != nil || len(found) != want {
			t.Errorf("%s: %d found, %v", value, len(found), err)
		}
	}
	if all, err := selectFrom(store, client.ListOptions{}); err != nil || len(all) != 1 {
		t.Errorf("%d in all, %v", len(all), err)
	}
	two := fields.AndSelectors(fields.OneTermEqualSelector("customer", "a"), fields.OneTermEqualSelector("service", "b"))
	if _, err := selectFrom(store, client.ListOptions{FieldSelector: two}); err == nil {
		t.Error("two fields were selected")
	}
}

// TestPackedHandler verifies that handlers receive unpacked objects.
func TestPackedHandler(t *testing.T) {
	kind := kindsToPack()["pod"]
	stored, err := packing(nil)(kind.example)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	note := func(what string, o any) {
		if pod, ok := o.(*corev1.Pod); ok {
			got = append(got, what+" "+pod.Name)
		}
	}
	h := kind.handler(toolscache.ResourceEventHandlerDetailedFuncs{
		AddFunc:    func(o any, _ bool) { note("added", o) },
		UpdateFunc: func(before, after any) { note("before", before); note("after", after) },
		DeleteFunc: func(o any) { note("deleted", o) },
	})
	h.OnAdd(stored, true)
	h.OnUpdate(stored, stored)
	h.OnDelete(stored)
	want := []string{"added tiger-plans", "before tiger-plans", "after tiger-plans", "deleted tiger-plans"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
