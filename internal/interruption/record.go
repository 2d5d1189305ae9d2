package interruption

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Recorder records an interruption in the status of each of the manager's Suppliers, where all replicas see it.
type Recorder struct {
	// Live reads from the API server: after a restore a cache has objects that no longer exist.
	Live   client.Reader
	Client client.Client
	// Suppliers selects those that the manager works for. If it is nil, those are all.
	Suppliers labels.Selector
	Now       func() time.Time
	// Log has a line for each Supplier that is written.
	Log logr.Logger
}

// Record writes status.interruptedTime of each of the Suppliers that has a status. Without one no customer of it was
// verified.
func (r *Recorder) Record(ctx context.Context) error {
	var suppliers v1alpha1.SupplierList
	selector := r.Suppliers
	if selector == nil {
		selector = labels.Everything()
	}
	if err := r.Live.List(ctx, &suppliers, client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return fmt.Errorf("listing Suppliers: %w", err)
	}
	now := metav1.NewTime(r.Now().Truncate(time.Second))
	for i := range suppliers.Items {
		s := &suppliers.Items[i]
		if s.Status.ObservedGeneration == 0 {
			continue
		}
		before := s.DeepCopy()
		s.Status.InterruptedTime = &now
		if err := client.IgnoreNotFound(r.Client.Status().Patch(ctx, s, client.MergeFrom(before))); err != nil {
			return fmt.Errorf("writing the status of Supplier %s: %w", s.Name, err)
		}
		r.Log.Info("Recorded an interruption: etcd was restored from a snapshot, or no manager led for long", "supplier",
			s.Name)
	}
	return nil
}
