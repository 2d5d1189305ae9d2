package verification

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reads serves reads from copies of earlier reads until the object is written, as a manager's cache does. The fake
// client decodes each object from JSON at each read.
type reads struct {
	mu      sync.Mutex
	objects map[reflect.Type]map[client.ObjectKey]client.Object // by type of pointer; nil if an object has changed
}

func (r *reads) get(
	ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, _ ...client.GetOption,
) error {
	if !typed(o) {
		return c.Get(ctx, key, o)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found, err := r.find(ctx, c, reflect.TypeOf(o), key)
	if err != nil {
		return err
	}
	reflect.ValueOf(o).Elem().Set(reflect.ValueOf(found.DeepCopyObject()).Elem())
	return nil
}

// list supports namespaces and labels.
func (r *reads) list(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	options := (&client.ListOptions{}).ApplyOptions(opts)
	items, _ := reflect.TypeOf(list).Elem().FieldByName("Items")
	kind := reflect.PointerTo(items.Type.Elem())
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []runtime.Object
	for _, key := range slices.SortedFunc(maps.Keys(r.objects[kind]), byName) {
		if options.Namespace != "" && options.Namespace != key.Namespace {
			continue
		}
		o, err := r.find(ctx, c, kind, key)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		if options.LabelSelector == nil || options.LabelSelector.Matches(labels.Set(o.GetLabels())) {
			found = append(found, o.DeepCopyObject())
		}
	}
	return meta.SetList(list, found)
}

// find returns an object that its callers do not change. The caller holds the lock.
func (r *reads) find(ctx context.Context, c client.Client, kind reflect.Type, key client.ObjectKey) (client.Object,
	error,
) {
	if known := r.objects[kind][key]; known != nil {
		return known, nil
	}
	o := reflect.New(kind.Elem()).Interface().(client.Object)
	if err := c.Get(ctx, key, o); err != nil {
		if apierrors.IsNotFound(err) {
			delete(r.objects[kind], key)
		}
		return nil, err
	}
	if r.objects[kind] == nil {
		r.objects[kind] = map[client.ObjectKey]client.Object{}
	}
	r.objects[kind][key] = o
	return o, nil
}

// typed reports whether an object has a Go type of its own.
func typed(o client.Object) bool {
	switch o.(type) {
	case *unstructured.Unstructured, *metav1.PartialObjectMetadata:
		return false
	default:
		return true
	}
}

// changed forgets an object. An object without a Go type of its own is read by others.
func (r *reads) changed(o client.Object) {
	if !typed(o) {
		r.allChanged()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	kind := reflect.TypeOf(o)
	if r.objects[kind] == nil {
		r.objects[kind] = map[client.ObjectKey]client.Object{}
	}
	r.objects[kind][client.ObjectKeyFromObject(o)] = nil
}

// allChanged forgets every object.
func (r *reads) allChanged() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, objects := range r.objects {
		for key := range objects {
			objects[key] = nil
		}
	}
}

func byName(a, b client.ObjectKey) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}
