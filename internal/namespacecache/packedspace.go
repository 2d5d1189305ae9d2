package namespacecache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// newInformer returns an informer as controller-runtime would. It keeps informers of packed kinds, and leaves them
// without an index by namespace.
func (s *space) newInformer(
	from toolscache.ListerWatcher, example runtime.Object, resync time.Duration, indexers toolscache.Indexers,
) toolscache.SharedIndexInformer {
	kind := s.packedKind(example)
	if kind == nil {
		return toolscache.NewSharedIndexInformer(from, example, resync, indexers)
	}
	made := toolscache.NewSharedIndexInformer(from, example, resync, toolscache.Indexers{})
	s.mu.Lock()
	defer s.mu.Unlock()
	kind.informer = made
	return made
}

// packedKind returns the packed kind of an object or of a list, nil if it is none.
func (s *space) packedKind(o runtime.Object) *packedKind {
	gvk, err := apiutil.GVKForObject(o, s.parent.scheme)
	if err != nil {
		return nil
	}
	gvk.Kind = strings.TrimSuffix(gvk.Kind, "List")
	return s.packed[gvk]
}

// store returns the objects of a packed kind, once they have been read.
func (s *space) store(ctx context.Context, kind *packedKind) (toolscache.Indexer, error) {
	if _, err := s.cache.GetInformer(ctx, kind.example); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind.informer == nil {
		return nil, fmt.Errorf("%s in namespace %s has no informer", kind.gvk.Kind, s.name)
	}
	return kind.informer.GetIndexer(), nil
}

// get reads an object.
func (s *space) get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	kind := s.packedKind(o)
	if kind == nil {
		return s.cache.Get(ctx, key, o, opts...)
	}
	store, err := s.store(ctx, kind)
	if err != nil {
		return err
	}
	found, exists, err := store.GetByKey(key.String())
	if err != nil {
		return err
	}
	p, ok := found.(*packed)
	if !exists || !ok {
		// As controller-runtime's caches, which have no resource either.
		return apierrors.NewNotFound(schema.GroupResource{Group: kind.gvk.Group, Resource: kind.gvk.Kind}, key.Name)
	}
	return p.unpack(o, kind.gvk)
}

// list lists objects.
func (s *space) list(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	kind := s.packedKind(list)
	if kind == nil {
		return s.cache.List(ctx, list, opts...)
	}
	store, err := s.store(ctx, kind)
	if err != nil {
		return err
	}
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	found, err := selectFrom(store, o)
	if err != nil {
		return fmt.Errorf("listing %s: %w", kind.gvk.Kind, err)
	}
	items := make([]runtime.Object, 0, len(found))
	for _, each := range found {
		item, ok := kind.unpack(each).(client.Object)
		if !ok {
			return fmt.Errorf("listing %s: a %T is in the cache", kind.gvk.Kind, each)
		}
		if o.LabelSelector == nil || o.LabelSelector.Matches(labels.Set(item.GetLabels())) {
			items = append(items, item)
		}
	}
	return meta.SetList(list, items)
}

// selectFrom returns the packed objects that a field selector matches. The selector has one field at most, which is the
// name of an index.
func selectFrom(store toolscache.Indexer, o client.ListOptions) ([]any, error) {
	if o.FieldSelector == nil || o.FieldSelector.Empty() {
		return store.List(), nil
	}
	wanted := o.FieldSelector.Requirements()
	if len(wanted) != 1 {
		return nil, errors.New("more than one field is selected")
	}
	return store.ByIndex(wanted[0].Field, wanted[0].Value)
}

// indexField adds an index.
func (s *space) indexField(ctx context.Context, o client.Object, field string, extract client.IndexerFunc) error {
	kind := s.packedKind(o)
	if kind == nil {
		return s.cache.IndexField(ctx, o, field, extract)
	}
	made, err := s.cache.GetInformer(ctx, o, cache.BlockUntilSynced(false))
	if err != nil {
		return err
	}
	return made.AddIndexers(toolscache.Indexers{field: kind.index(extract)})
}
