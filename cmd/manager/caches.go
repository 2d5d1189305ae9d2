package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// cachesCheck is a readiness check: it fails until the caches of all kinds are filled, on standby replicas too, and
// while the manager may no longer read one of them: such a replica would miss an emergency stop.
type cachesCheck struct {
	cache  cache.Cache
	kinds  []client.Object
	denied *deniedReads
	filled atomic.Bool
}

var _ manager.LeaderElectionRunnable = (*cachesCheck)(nil)

// Start waits until the caches are filled or the context ends.
func (c *cachesCheck) Start(ctx context.Context) error {
	for _, kind := range c.kinds {
		if _, err := c.cache.GetInformer(ctx, kind); err != nil && ctx.Err() == nil {
			return fmt.Errorf("filling the cache of %T: %w", kind, err)
		}
	}
	if ctx.Err() == nil && c.cache.WaitForCacheSync(ctx) {
		c.denied.forget()
		c.filled.Store(true)
	}
	return nil
}

// NeedLeaderElection returns false: every replica fills its caches.
func (c *cachesCheck) NeedLeaderElection() bool { return false }

// Check returns an error until the caches are filled, and while one may not be read.
func (c *cachesCheck) Check(*http.Request) error {
	if c.filled.Load() {
		return c.denied.errorAfter(deniedGrace)
	}
	if err := c.denied.errorAfter(0); err != nil {
		return err
	}
	return errors.New("the caches are not filled yet; if this lasts, verify that the API server is reachable and that " +
		"the manager's Roles exist")
}
