package namespacecache

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// retryInterval is how often the rights in an inaccessible namespace are probed.
	retryInterval = 10 * time.Second
	// defaultProbeInterval is the default of Options.ProbeInterval.
	defaultProbeInterval = time.Minute
	// probeTimeout limits one probe.
	probeTimeout = 10 * time.Second
	// pollInterval is how often wait and checkers poll.
	pollInterval = 20 * time.Millisecond
)

// space is one customer namespace. Its cache keeps what it has read if the manager loses its rights.
type space struct {
	name   string
	parent *Cache
	cache  cache.Cache
	reader client.Reader
	// suspected receives a value when a request was forbidden.
	suspected chan struct{}

	mu        sync.Mutex
	informers []cache.Informer
	packed    map[schema.GroupVersionKind]*packedKind
	denied    error // why the namespace cannot be read, nil while it can
	wasDenied bool
	full      atomic.Bool // true once each kind has been read
}

func newSpace(
	name string, parent *Cache, reader client.Reader, config *rest.Config, opts cache.Options,
) (*space, error) {
	s := &space{name: name, parent: parent, reader: reader, suspected: make(chan struct{}, 1)}
	opts.DefaultNamespaces = map[string]cache.Config{name: {}}
	opts.DefaultWatchErrorHandler = s.handleWatchError
	err := s.packObjects(&opts)
	if err != nil {
		return nil, err
	}
	if s.cache, err = cache.New(config, opts); err != nil {
		return nil, fmt.Errorf("creating the cache of namespace %s: %w", name, err)
	}
	return s, nil
}

// start reads kinds until the context ends.
func (s *space) start(ctx context.Context, kinds []client.Object) error {
	for _, kind := range kinds {
		i, err := s.cache.GetInformer(ctx, kind, cache.BlockUntilSynced(false))
		if err != nil {
			return fmt.Errorf("caching %T in namespace %s: %w", kind, s.name, err)
		}
		s.mu.Lock()
		s.informers = append(s.informers, i)
		s.mu.Unlock()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.cache.Start(ctx) })
	group.Go(func() error { s.probeRights(ctx, kinds); return nil })
	return group.Wait()
}

// probeRights probes the rights at intervals until the context ends.
func (s *space) probeRights(ctx context.Context, kinds []client.Object) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	probed := kinds
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.suspected:
			probed = kinds
		case <-timer.C:
		}
		s.recordProbe(s.probe(ctx, probed))
		interval := cmp.Or(s.parent.options.ProbeInterval, defaultProbeInterval)
		probed = kinds[len(kinds)-1:] // one kind suffices: one RoleBinding has the rights to all
		if s.isDenied() {
			interval, probed = retryInterval, kinds
		}
		timer.Reset(interval)
	}
}

// recordProbe records the result of a probe. Only a refusal says something about the rights.
func (s *space) recordProbe(err error) {
	if err != nil && !apierrors.IsForbidden(err) {
		return
	}
	s.mu.Lock()
	was := s.denied
	s.denied, s.wasDenied = err, s.wasDenied || err != nil
	s.mu.Unlock()
	if (was == nil) == (err == nil) {
		return
	}
	log := s.parent.options.Log.WithValues("namespace", s.name)
	if err == nil {
		log.Info("Rights in the namespace exist again")
	} else {
		log.Error(err, "No rights in the namespace: apply the folder of rights there, or remove it from --namespaces",
			"rights", s.parent.options.Rights)
	}
	s.parent.announce()
}

// suspect requests a probe.
func (s *space) suspect() {
	select {
	case s.suspected <- struct{}{}:
	default:
	}
}

// handleWatchError logs an error of an informer, unless it is a refusal: that is logged once by recordProbe.
func (s *space) handleWatchError(ctx context.Context, r *toolscache.Reflector, err error) {
	if !apierrors.IsForbidden(err) {
		toolscache.DefaultWatchErrorHandler(ctx, r, err)
		return
	}
	if !s.isDenied() {
		s.suspect()
	}
}

// denial returns why the manager lacks rights, nil if it has them as far as it knows.
func (s *space) denial() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.denied
}

// isDenied reports whether the manager lacks rights.
func (s *space) isDenied() bool { return s.denial() != nil }

// filled reports whether each kind has been read.
func (s *space) filled() bool {
	if s.full.Load() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.informers {
		if !i.HasSynced() {
			return false
		}
	}
	s.full.Store(len(s.informers) > 0)
	return s.full.Load()
}

// skipped reports whether the namespace has not been read because the manager had no rights.
func (s *space) skipped() bool {
	if s.filled() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wasDenied
}

// checkReadable returns an error if the namespace is skipped.
func (s *space) checkReadable() error {
	if s.skipped() {
		return fmt.Errorf("%w %s", errDenied, s.name)
	}
	return nil
}

// wait waits until the namespace has been read or is known to be inaccessible.
func (s *space) wait(ctx context.Context) bool {
	err := wait.PollUntilContextCancel(ctx, pollInterval, true, func(context.Context) (bool, error) {
		return s.filled() || s.skipped(), nil
	})
	return err == nil
}
