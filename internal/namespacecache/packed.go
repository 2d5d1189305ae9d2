package namespacecache

import (
	"fmt"
	"maps"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// packed is an object of the cache, encoded. Go's types of pods, Jobs and CronJobs have more than a kilobyte of fields
// of their own, nearly all of them empty.
type packed struct {
	namespace, name, version string
	text                     []byte // protobuf
}

// GetObjectMeta returns what client-go's stores read of an object.
func (p *packed) GetObjectMeta() metav1.Object {
	return &metav1.ObjectMeta{Namespace: p.namespace, Name: p.name, ResourceVersion: p.version}
}

// encodable is a kind of objects that can be packed.
type encodable interface {
	client.Object
	Marshal() ([]byte, error)
	Unmarshal(text []byte) error
}

// packing returns a transform that packs objects after another transform. Objects that are packed stay so: informers
// transform some objects twice.
func packing(before toolscache.TransformFunc) toolscache.TransformFunc {
	return func(o any) (any, error) {
		if _, ok := o.(encodable); ok && before != nil {
			var err error
			if o, err = before(o); err != nil {
				return nil, err
			}
		}
		e, ok := o.(encodable)
		if !ok {
			return o, nil
		}
		text, err := e.Marshal()
		if err != nil {
			return nil, fmt.Errorf("packing %T %s/%s: %w", o, e.GetNamespace(), e.GetName(), err)
		}
		return &packed{e.GetNamespace(), e.GetName(), e.GetResourceVersion(), text}, nil
	}
}

// unpack fills an object of a kind.
func (p *packed) unpack(into client.Object, gvk schema.GroupVersionKind) error {
	e, ok := into.(encodable)
	if !ok {
		return fmt.Errorf("a %T cannot be unpacked", into)
	}
	reflect.ValueOf(into).Elem().SetZero()
	if err := e.Unmarshal(p.text); err != nil {
		return fmt.Errorf("unpacking %T %s/%s: %w", into, p.namespace, p.name, err)
	}
	into.GetObjectKind().SetGroupVersionKind(gvk)
	return nil
}

// packedKind is a kind whose objects are packed in one namespace.
type packedKind struct {
	gvk      schema.GroupVersionKind
	example  client.Object
	informer toolscache.SharedIndexInformer // nil before it is needed
}

// unpack returns what an informer reports, with its object unpacked. An object that is not packed stays as it is.
func (k *packedKind) unpack(o any) any {
	switch p := o.(type) {
	case *packed:
		into, ok := reflect.TypeAssert[client.Object](reflect.New(reflect.TypeOf(k.example).Elem()))
		if !ok || p.unpack(into, k.gvk) != nil {
			return o
		}
		return into
	case toolscache.DeletedFinalStateUnknown:
		return toolscache.DeletedFinalStateUnknown{Key: p.Key, Obj: k.unpack(p.Obj)}
	default:
		return o
	}
}

// index returns an index of packed objects. The namespace is no part of its values, because there is one only.
func (k *packedKind) index(extract client.IndexerFunc) toolscache.IndexFunc {
	return func(o any) ([]string, error) {
		unpacked, ok := k.unpack(o).(client.Object)
		if !ok {
			return nil, fmt.Errorf("a %T cannot be indexed", o)
		}
		return extract(unpacked), nil
	}
}

// handler returns a handler that receives unpacked objects.
func (k *packedKind) handler(h toolscache.ResourceEventHandler) toolscache.ResourceEventHandler {
	return toolscache.ResourceEventHandlerDetailedFuncs{
		AddFunc:    func(o any, isInInitialList bool) { h.OnAdd(k.unpack(o), isInInitialList) },
		UpdateFunc: func(before, after any) { h.OnUpdate(k.unpack(before), k.unpack(after)) },
		DeleteFunc: func(o any) { h.OnDelete(k.unpack(o)) },
	}
}

// packObjects changes options so that objects of the space's packed kinds are packed.
func (s *space) packObjects(opts *cache.Options) error {
	s.packed = map[schema.GroupVersionKind]*packedKind{}
	opts.ByObject = maps.Clone(opts.ByObject)
	if opts.ByObject == nil {
		opts.ByObject = map[client.Object]cache.ByObject{}
	}
	for _, example := range s.parent.options.Packed {
		gvk, err := apiutil.GVKForObject(example, s.parent.scheme)
		if err != nil {
			return fmt.Errorf("a kind to pack: %w", err)
		}
		s.packed[gvk] = &packedKind{gvk: gvk, example: example}
		key, by := example, cache.ByObject{}
		for o, existing := range opts.ByObject {
			if kind, err := apiutil.GVKForObject(o, s.parent.scheme); err == nil && kind == gvk {
				key, by = o, existing
			}
		}
		if by.Transform == nil {
			by.Transform = opts.DefaultTransform
		}
		by.Transform = packing(by.Transform)
		opts.ByObject[key] = by
	}
	opts.NewInformer = s.newInformer
	return nil
}
