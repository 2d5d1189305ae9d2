package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// fieldOwner is the portal's name in managed fields.
	fieldOwner = "integration-operator-portal"
	// attempts is how often a request is tried if the object changes meanwhile, as when the operator writes its status.
	attempts = 3
	// timeout bounds one request.
	timeout = 10 * time.Second
)

// ErrTooSoon means that a verification of the customer was requested less than a minute ago.
var ErrTooSoon = errors.New("a verification of this customer was requested less than a minute ago")

// Requester requests verifications.
type Requester struct {
	// Client writes, and reads past the cache if the object has changed meanwhile.
	Client client.Client
	Now    func() time.Time
}

// Request requests a verification of a customer now, by the annotation reconcile.fluxcd.io/requestedAt and nothing
// else: it never sends a customer a request for a system user. It returns ErrTooSoon if one was requested less than a
// minute ago. Of two replicas at the same time one writes, because the patch names the version of the object.
func (r *Requester) Request(ctx context.Context, c *v1alpha1.CustomerIntegration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for range attempts {
		now := r.Now()
		if !StateOf(c, now).Allowed {
			return ErrTooSoon
		}
		err := r.patch(ctx, c, now)
		if err == nil {
			return nil
		}
		if !apierrors.IsConflict(err) {
			return fmt.Errorf("requesting a verification: %w", err)
		}
		fresh := &v1alpha1.CustomerIntegration{}
		if err := r.Client.Get(ctx, client.ObjectKeyFromObject(c), fresh); err != nil {
			return fmt.Errorf("reading a customer again: %w", err)
		}
		if fresh.UID != c.UID {
			return errors.New("requesting a verification: the customer was deleted and created again")
		}
		c = fresh
	}
	return errors.New("requesting a verification: the customer changes too often")
}

func (r *Requester) patch(ctx context.Context, c *v1alpha1.CustomerIntegration, now time.Time) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"resourceVersion": c.ResourceVersion,
		"annotations": map[string]string{
			v1alpha1.AnnotationReconcileRequestedAt: now.UTC().Format(time.RFC3339),
		},
	}})
	if err != nil {
		return err
	}
	target := &v1alpha1.CustomerIntegration{}
	target.Namespace, target.Name = c.Namespace, c.Name
	return r.Client.Patch(ctx, target, client.RawPatch(types.MergePatchType, body), client.FieldOwner(fieldOwner))
}
