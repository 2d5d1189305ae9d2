package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

const (
	// retryPause is how long follow waits after an error of the API server.
	retryPause = time.Second
	// tick is how often follow calls ticked.
	tick = time.Second
)

// follower is called by follow.
type follower interface {
	// listed receives all customers of the scope. It returns true if nothing more is awaited.
	listed(ctx context.Context, all []v1alpha1.CustomerIntegration) (done bool)
	// seen receives each later state of a customer. It returns true if nothing more is awaited.
	seen(ctx context.Context, c *v1alpha1.CustomerIntegration) (done bool)
	// deleted receives a customer that was deleted.
	deleted(c *v1alpha1.CustomerIntegration) (done bool)
	// ticked is called every second. It returns true if nothing more is awaited.
	ticked(ctx context.Context) (done bool)
}

// follow calls f with the state of each customer of a scope and with every change, until f is done or the context ends.
// It outlasts interruptions of the API server. It returns the context's error, with the last one of the API server, or
// that the rights are missing.
func follow(ctx context.Context, c client.WithWatch, scope []client.ListOption, f follower) error {
	var last error
	for {
		done, err := followOnce(ctx, c, scope, f)
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return errors.Join(ctx.Err(), last)
		case apierrors.IsForbidden(err), apierrors.IsNotFound(err), apierrors.IsUnauthorized(err):
			return err
		}
		last = err
		if err := clock.Pause(ctx, retryPause); err != nil {
			return errors.Join(ctx.Err(), last)
		}
	}
}

// followOnce follows until a watch ends.
func followOnce(ctx context.Context, c client.WithWatch, scope []client.ListOption, f follower) (bool, error) {
	customers, version, err := readCustomers(ctx, c, scope...)
	if err != nil {
		return false, err
	}
	if f.listed(ctx, customers) {
		return true, nil
	}
	from := client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version}}
	w, err := c.Watch(ctx, &v1alpha1.CustomerIntegrationList{}, append(slices.Clip(scope), &from)...)
	if err != nil {
		return false, fmt.Errorf("watching customers: %w", err)
	}
	defer w.Stop()
	return followEvents(ctx, w, f), nil
}

// followEvents follows the events of a watch until it ends.
func followEvents(ctx context.Context, w watch.Interface, f follower) (done bool) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
			if f.ticked(ctx) {
				return true
			}
		case event, ok := <-w.ResultChan():
			customer, isCustomer := event.Object.(*v1alpha1.CustomerIntegration)
			switch {
			case !ok || !isCustomer: // it ended, or has an error such as a version that is too old
				return false
			case event.Type == watch.Deleted && f.deleted(customer),
				event.Type != watch.Deleted && f.seen(ctx, customer):
				return true
			}
		}
	}
}
