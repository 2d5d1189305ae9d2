package namespacecache

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// GetInformer returns the informer of a kind. It does not wait until it has read: WaitForCacheSync does.
func (c *Cache) GetInformer(
	ctx context.Context, o client.Object, opts ...cache.InformerGetOption,
) (cache.Informer, error) {
	if !c.has(o) {
		return c.Cache.GetInformer(ctx, o, opts...)
	}
	all := make(informers, 0, len(c.spaces))
	for _, s := range c.spaces {
		one, err := s.cache.GetInformer(ctx, o, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, err
		}
		all = append(all, informer{Informer: one, space: s, packed: s.packedKind(o)})
	}
	return all, nil
}

// GetInformerForKind returns the informer of a kind, as GetInformer does.
func (c *Cache) GetInformerForKind(
	ctx context.Context, kind schema.GroupVersionKind, opts ...cache.InformerGetOption,
) (cache.Informer, error) {
	made, err := c.scheme.New(kind)
	if err != nil {
		return nil, err
	}
	o, ok := made.(client.Object)
	if !ok {
		return nil, errors.New(kind.String() + " is not a kind of objects")
	}
	return c.GetInformer(ctx, o, opts...)
}

// RemoveInformer removes the informer of a kind.
func (c *Cache) RemoveInformer(ctx context.Context, o client.Object) error {
	if !c.has(o) {
		return c.Cache.RemoveInformer(ctx, o)
	}
	for _, s := range c.spaces {
		if err := s.cache.RemoveInformer(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// informer is the informer of a kind in one namespace.
type informer struct {
	cache.Informer
	space  *space
	packed *packedKind // nil if its objects are not packed
}

// informers are the informers of a kind in all namespaces.
type informers []informer

var _ cache.Informer = informers{}

// AddEventHandler adds a handler.
func (all informers) AddEventHandler(
	h toolscache.ResourceEventHandler,
) (toolscache.ResourceEventHandlerRegistration, error) {
	return all.AddEventHandlerWithOptions(h, toolscache.HandlerOptions{})
}

// AddEventHandlerWithResyncPeriod adds a handler.
func (all informers) AddEventHandlerWithResyncPeriod(
	h toolscache.ResourceEventHandler, period time.Duration,
) (toolscache.ResourceEventHandlerRegistration, error) {
	return all.AddEventHandlerWithOptions(h, toolscache.HandlerOptions{ResyncPeriod: &period})
}

// AddEventHandlerWithOptions adds a handler.
func (all informers) AddEventHandlerWithOptions(
	h toolscache.ResourceEventHandler, o toolscache.HandlerOptions,
) (toolscache.ResourceEventHandlerRegistration, error) {
	added := make(registrations, 0, len(all))
	for _, one := range all {
		handler := h
		if one.packed != nil {
			handler = one.packed.handler(h)
		}
		r, err := one.AddEventHandlerWithOptions(handler, o)
		if err != nil {
			return nil, err
		}
		added = append(added, registration{ResourceEventHandlerRegistration: r, space: one.space})
	}
	return added, nil
}

// RemoveEventHandler removes a handler.
func (all informers) RemoveEventHandler(handle toolscache.ResourceEventHandlerRegistration) error {
	added, ok := handle.(registrations)
	if !ok || len(added) != len(all) {
		return errors.New("the handler is another informer's")
	}
	errs := make([]error, 0, len(all))
	for i, one := range all {
		errs = append(errs, one.RemoveEventHandler(added[i].ResourceEventHandlerRegistration))
	}
	return errors.Join(errs...)
}

// AddIndexers adds indexes.
func (all informers) AddIndexers(indexers toolscache.Indexers) error {
	for _, one := range all {
		if err := one.AddIndexers(indexers); err != nil {
			return err
		}
	}
	return nil
}

// HasSynced reports whether each namespace that can be read has been read.
func (all informers) HasSynced() bool {
	for _, one := range all {
		if !one.HasSynced() && !one.space.skipped() {
			return false
		}
	}
	return true
}

// HasSyncedChecker returns a checker of HasSynced.
func (all informers) HasSyncedChecker() toolscache.DoneChecker {
	return newChecker(all.HasSynced, all[0].space.parent.options.Ending)
}

// IsStopped reports whether all have stopped.
func (all informers) IsStopped() bool {
	for _, one := range all {
		if !one.IsStopped() {
			return false
		}
	}
	return true
}

// registration is a handler in one namespace.
type registration struct {
	toolscache.ResourceEventHandlerRegistration
	space *space
}

// registrations are a handler in all namespaces.
type registrations []registration

var _ toolscache.ResourceEventHandlerRegistration = registrations{}

// HasSynced reports whether the handler has received the objects of each namespace that can be read.
func (added registrations) HasSynced() bool {
	for _, one := range added {
		if !one.ResourceEventHandlerRegistration.HasSynced() && !one.space.skipped() {
			return false
		}
	}
	return true
}

// HasSyncedChecker returns a checker of HasSynced.
func (added registrations) HasSyncedChecker() toolscache.DoneChecker {
	return newChecker(added.HasSynced, added[0].space.parent.options.Ending)
}

// checker is a channel that is closed once a condition is true.
type checker chan struct{}

// newChecker returns a checker of a condition, which it polls until the process ends.
func newChecker(holds func() bool, ending <-chan struct{}) checker {
	c := make(checker)
	go func() {
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for !holds() {
			select {
			case <-ending:
				return
			case <-tick.C:
			}
		}
		close(c)
	}()
	return c
}

// Name returns what is waited for.
func (c checker) Name() string { return "accessible namespaces" }

// Done returns the channel.
func (c checker) Done() <-chan struct{} { return c }
