package namespacecache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// Options configure a Cache. All but Namespace, Packed and ProbeInterval are required.
type Options struct {
	// Namespace is the manager's own. If it is empty, other kinds than Kinds are read in all namespaces.
	Namespace string
	// Namespaces are the customers'.
	Namespaces []string
	// Kinds are read in Namespaces.
	Kinds []client.Object
	// Packed are those of Kinds whose objects are kept encoded, which takes a third of the memory. Each can be encoded as
	// protobuf. They are read in one namespace at a time.
	Packed []client.Object
	// ProbeInterval is how often the rights in an accessible namespace are probed, because watches outlive the rights to
	// watch. Default: a minute.
	ProbeInterval time.Duration
	// Ending is closed when the process ends.
	Ending <-chan struct{}
	// Log has a line for each namespace that becomes accessible or inaccessible.
	Log logr.Logger
	// Rights is the folder of this repository with the rights in a namespace, for the log.
	Rights string
}

// Cache reads some kinds in each of several namespaces, and all others in the manager's own. It is safe for concurrent
// use.
type Cache struct {
	cache.Cache // of the other kinds

	options Options
	scheme  *runtime.Scheme
	kinds   map[schema.GroupVersionKind]bool
	spaces  []*space
	changed chan struct{}
}

// New returns a Cache. It is a cache.NewCacheFunc.
func (o Options) New(config *rest.Config, opts cache.Options) (cache.Cache, error) {
	c := &Cache{
		options: o, scheme: opts.Scheme, kinds: map[schema.GroupVersionKind]bool{}, changed: make(chan struct{}, 1),
	}
	for _, kind := range o.Kinds {
		gvk, err := apiutil.GVKForObject(kind, c.scheme)
		if err != nil {
			return nil, fmt.Errorf("a kind to cache: %w", err)
		}
		c.kinds[gvk] = true
	}
	options := client.Options{HTTPClient: opts.HTTPClient, Scheme: opts.Scheme, Mapper: opts.Mapper}
	reader, err := client.New(config, options)
	if err != nil {
		return nil, fmt.Errorf("creating a client: %w", err)
	}
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(o.Namespaces))) {
		s, err := newSpace(namespace, c, reader, config, opts)
		if err != nil {
			return nil, err
		}
		c.spaces = append(c.spaces, s)
	}
	opts.DefaultNamespaces = map[string]cache.Config{o.Namespace: {}}
	if c.Cache, err = cache.New(config, opts); err != nil {
		return nil, fmt.Errorf("creating the cache of namespace %s: %w", o.Namespace, err)
	}
	return c, nil
}

// Inaccessible returns the names of the namespaces in which the manager lacks rights, in order.
func (c *Cache) Inaccessible() []string {
	var names []string
	for _, s := range c.spaces {
		if s.isDenied() {
			names = append(names, s.name)
		}
	}
	return names
}

// AllInaccessible reports whether no namespace can be read.
func (c *Cache) AllInaccessible() bool { return len(c.Inaccessible()) == len(c.spaces) }

// Changed receives a value after the result of Inaccessible changed.
func (c *Cache) Changed() <-chan struct{} { return c.changed }

// Start reads until the context ends.
func (c *Cache) Start(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.Cache.Start(ctx) })
	for _, s := range c.spaces {
		group.Go(func() error { return s.start(ctx, c.options.Kinds) })
	}
	return group.Wait()
}

// WaitForCacheSync waits until each namespace is read or known to be inaccessible. It returns true at once when the
// process ends, because a starting manager would wait for true without end.
func (c *Cache) WaitForCacheSync(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.options.Ending:
			cancel()
		case <-ctx.Done():
		}
	}()
	filled := c.Cache.WaitForCacheSync(ctx)
	for _, s := range c.spaces {
		filled = s.wait(ctx) && filled
	}
	select {
	case <-c.options.Ending:
		return true
	default:
		return filled
	}
}

// Get reads an object.
func (c *Cache) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if !c.has(o) {
		return c.Cache.Get(ctx, key, o, opts...)
	}
	s, err := c.readableSpace(key.Namespace)
	if err != nil {
		return err
	}
	return s.get(ctx, key, o, opts...)
}

// List lists the objects of one namespace, or of all that can be read. It ignores limits in the latter case.
func (c *Cache) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	if !c.has(list) {
		return c.Cache.List(ctx, list, opts...)
	}
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	if o.Namespace != "" {
		s, err := c.readableSpace(o.Namespace)
		if err != nil {
			return err
		}
		return s.list(ctx, list, opts...)
	}
	return c.listAll(ctx, list, opts)
}

func (c *Cache) listAll(ctx context.Context, list client.ObjectList, opts []client.ListOption) error {
	var all []runtime.Object
	for _, s := range c.spaces {
		if s.checkReadable() != nil {
			continue
		}
		part, ok := list.DeepCopyObject().(client.ObjectList)
		if !ok {
			return fmt.Errorf("%T is not a list", list)
		}
		if err := s.list(ctx, part, opts...); err != nil {
			return err
		}
		items, err := meta.ExtractList(part)
		if err != nil {
			return err
		}
		all = append(all, items...)
	}
	return meta.SetList(list, all)
}

// IndexField adds an index.
func (c *Cache) IndexField(ctx context.Context, o client.Object, field string, extract client.IndexerFunc) error {
	if !c.has(o) {
		return c.Cache.IndexField(ctx, o, field, extract)
	}
	for _, s := range c.spaces {
		if err := s.indexField(ctx, o, field, extract); err != nil {
			return err
		}
	}
	return nil
}

// readableSpace returns a namespace, or an error if it has not been read and the manager lacks rights.
func (c *Cache) readableSpace(namespace string) (*space, error) {
	s := c.space(namespace)
	if s == nil {
		return nil, fmt.Errorf("namespace %s is not one of --namespaces", namespace)
	}
	err := s.checkReadable()
	return s, err
}

// space returns a namespace, or nil.
func (c *Cache) space(namespace string) *space {
	for _, s := range c.spaces {
		if s.name == namespace {
			return s
		}
	}
	return nil
}

// has reports whether objects of a kind are read in the customers' namespaces.
func (c *Cache) has(o runtime.Object) bool {
	gvk, err := apiutil.GVKForObject(o, c.scheme)
	if err != nil {
		return false
	}
	gvk.Kind = strings.TrimSuffix(gvk.Kind, "List")
	return c.kinds[gvk]
}

// announce reports a change of Inaccessible.
func (c *Cache) announce() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// errDenied is the error of a read in a namespace without rights.
var errDenied = errors.New("there are no rights in the namespace")
