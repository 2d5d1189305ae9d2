//go:build browser

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// cluster is what the portal reads and writes: an API server in memory that holds ten thousand customers.
type cluster struct {
	client.Client // no other method is used

	mu        sync.Mutex
	customers []v1alpha1.CustomerIntegration
	suppliers []v1alpha1.Supplier
	// readers are the groups that may read the customers of a namespace.
	readers map[string][]string
	// down makes the API server unavailable for questions about rights.
	down bool
}

// Get returns a copy of a customer or a Supplier.
func (c *cluster) Get(_ context.Context, key client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch into := o.(type) {
	case *v1alpha1.CustomerIntegration:
		if found := c.find(key); found != nil {
			found.DeepCopyInto(into)
			return nil
		}
	case *v1alpha1.Supplier:
		for i := range c.suppliers {
			if c.suppliers[i].Name == key.Name {
				c.suppliers[i].DeepCopyInto(into)
				return nil
			}
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: fmt.Sprintf("%T", o)}, key.Name)
}

func (c *cluster) find(key client.ObjectKey) *v1alpha1.CustomerIntegration {
	i := slices.IndexFunc(c.customers, func(one v1alpha1.CustomerIntegration) bool {
		return one.Name == key.Name && one.Namespace == key.Namespace
	})
	if i < 0 {
		return nil
	}
	return &c.customers[i]
}

// List returns what a cache returns: objects that are not copied, and that change replaces.
func (c *cluster) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var o client.ListOptions
	o.ApplyOptions(options)
	switch into := list.(type) {
	case *v1alpha1.CustomerIntegrationList:
		for _, one := range c.customers {
			if o.Namespace == "" || o.Namespace == one.Namespace {
				into.Items = append(into.Items, one)
			}
		}
	case *v1alpha1.SupplierList:
		into.Items = slices.Clone(c.suppliers)
	default:
		return fmt.Errorf("the cluster has no %T", list)
	}
	return nil
}

// Patch changes the annotations of a customer, by a merge patch.
func (c *cluster) Patch(_ context.Context, o client.Object, patch client.Patch, _ ...client.PatchOption) error {
	body, err := patch.Data(o)
	if err != nil {
		return err
	}
	var change struct{ Metadata metav1.ObjectMeta }
	if err := json.Unmarshal(body, &change); err != nil || patch.Type() != types.MergePatchType {
		return fmt.Errorf("the cluster cannot read the patch %s: %w", body, err)
	}
	return c.change(client.ObjectKeyFromObject(o), func(one *v1alpha1.CustomerIntegration) {
		for key, value := range change.Metadata.Annotations {
			metav1.SetMetaDataAnnotation(&one.ObjectMeta, key, value)
		}
	})
}

// change replaces a customer by a changed copy.
func (c *cluster) change(key client.ObjectKey, change func(*v1alpha1.CustomerIntegration)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.find(key)
	if found == nil {
		return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	changed := found.DeepCopy()
	change(changed)
	*found = *changed
	return nil
}

// Create answers a SubjectAccessReview.
func (c *cluster) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	review, ok := o.(*authorizationv1.SubjectAccessReview)
	if !ok {
		return fmt.Errorf("the cluster creates no %T", o)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return apierrors.NewServiceUnavailable("the API server is down")
	}
	for _, group := range c.readers[review.Spec.ResourceAttributes.Namespace] {
		review.Status.Allowed = review.Status.Allowed || slices.Contains(review.Spec.Groups, group)
	}
	return nil
}

// setDown makes the API server unavailable.
func (c *cluster) setDown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = true
}

// verifies does what the operator does: it responds to a requested verification of a customer, with the access as it is
// after change. It waits for the request.
func (c *cluster) verify(t *testing.T, key client.ObjectKey, now time.Time, change func(*v1alpha1.CustomerIntegration)) {
	t.Helper()
	var requested string
	waitFor(t, "a request for a verification", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		requested = c.find(key).Annotations[v1alpha1.AnnotationReconcileRequestedAt]
		return requested != ""
	})
	verified := metav1.NewTime(now)
	err := c.change(key, func(one *v1alpha1.CustomerIntegration) {
		one.Status.LastHandledReconcileAt = requested
		for i := range one.Status.Services {
			one.Status.Services[i].Authorization.LastVerifiedTime = &verified
		}
		change(one)
	})
	if err != nil {
		t.Fatal(err)
	}
}
