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

// cachesCheck is a readiness check: a replica is ready, leading or standing by, once the caches of all kinds that it
// reads have been filled.
type cachesCheck struct {
	cache  cache.Cache
	kinds  []client.Object
	filled atomic.Bool
}

var _ manager.LeaderElectionRunnable = (*cachesCheck)(nil)

// Start waits for the caches. One that may not be listed is waited for until the context ends.
func (c *cachesCheck) Start(ctx context.Context) error {
	for _, kind := range c.kinds {
		if _, err := c.cache.GetInformer(ctx, kind); err != nil && ctx.Err() == nil {
			return fmt.Errorf("filling the cache of %T: %w", kind, err)
		}
	}
	c.filled.Store(ctx.Err() == nil && c.cache.WaitForCacheSync(ctx))
	return nil
}

// NeedLeaderElection says that it is run on every replica.
func (c *cachesCheck) NeedLeaderElection() bool { return false }

// Check is the readiness check.
func (c *cachesCheck) Check(*http.Request) error {
	if !c.filled.Load() {
		return errors.New("the caches have not been filled yet: is the API server reachable, and may the manager list its kinds?")
	}
	return nil
}
