package main

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// cachesCheck is a readiness check: a replica is ready, leading or standing by, once its caches have been filled.
type cachesCheck struct {
	cache  cache.Cache
	filled atomic.Bool
}

var _ manager.LeaderElectionRunnable = (*cachesCheck)(nil)

// Start waits for the caches.
func (c *cachesCheck) Start(ctx context.Context) error {
	c.filled.Store(c.cache.WaitForCacheSync(ctx))
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
