package namespacecache

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// probe lists one object of each kind past the cache. It returns the first error.
func (s *space) probe(ctx context.Context, kinds []client.Object) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	for _, kind := range kinds {
		gvk, err := apiutil.GVKForObject(kind, s.parent.scheme)
		if err != nil {
			return err
		}
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(gvk.GroupVersion().WithKind(gvk.Kind + "List"))
		if err := s.reader.List(ctx, list, client.InNamespace(s.name), client.Limit(1)); err != nil {
			return err
		}
	}
	return nil
}

// Wrap returns a reconciler that leaves objects in inaccessible namespaces alone until these are accessible.
func (c *Cache) Wrap(r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		s := c.space(req.Namespace)
		if s == nil {
			return r.Reconcile(ctx, req)
		}
		if s.isDenied() {
			return reconcile.Result{RequeueAfter: 2 * retryInterval}, nil
		}
		result, err := r.Reconcile(ctx, req)
		if apierrors.IsForbidden(err) {
			s.suspect()
		}
		return result, err
	})
}
