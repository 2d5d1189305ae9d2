package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	toolscache "k8s.io/client-go/tools/cache"
)

// deniedPause is how often a refusal that lasts is logged.
const deniedPause = 10 * time.Minute

// deniedReads collects what the API server does not let the manager read outside of the customers' namespaces.
// client-go logs such a refusal at each attempt, several times a second at first.
type deniedReads struct {
	log logr.Logger
	now func() time.Time

	mu     sync.Mutex
	logged map[string]time.Time // by the API server's words
}

// handle handles an error of an informer. It logs a refusal once, with what to do.
func (d *deniedReads) handle(ctx context.Context, r *toolscache.Reflector, err error) {
	if !apierrors.IsForbidden(err) {
		toolscache.DefaultWatchErrorHandler(ctx, r, err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	words, now := err.Error(), d.now()
	if last, ok := d.logged[words]; ok && now.Sub(last) < deniedPause {
		return
	}
	if d.logged == nil {
		d.logged = map[string]time.Time{}
	}
	d.logged[words] = now
	d.log.Info("No rights to read: apply config/default, or upgrade the chart", "err", words)
}

// error returns the refusals with what to do, nil if there were none.
func (d *deniedReads) error() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.logged) == 0 {
		return nil
	}
	all := slices.Sorted(maps.Keys(d.logged))
	return fmt.Errorf("no rights to read: apply config/default, or upgrade the chart: %s", strings.Join(all, "; "))
}
