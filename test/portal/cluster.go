package portal

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"

	jsonpatch "github.com/evanphx/json-patch/v5"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Cluster is a cluster in memory: customers, Suppliers and what groups may see. It is both the portal's cache and its
// client. It is safe for concurrent use.
type Cluster struct {
	client.Client // nil: other calls panic

	mu        sync.Mutex
	version   int
	customers map[types.NamespacedName]*v1alpha1.CustomerIntegration
	suppliers map[string]*v1alpha1.Supplier
	allowed   map[string][]string // namespaces by group
	down      error
	reviews   int
	patches   []string
	handler   toolscache.ResourceEventHandler
}

// NewCluster returns an empty Cluster.
func NewCluster() *Cluster {
	return &Cluster{
		customers: map[types.NamespacedName]*v1alpha1.CustomerIntegration{}, suppliers: map[string]*v1alpha1.Supplier{},
		allowed: map[string][]string{}, handler: toolscache.ResourceEventHandlerFuncs{},
	}
}

// Put adds or replaces a customer.
func (c *Cluster) Put(customer *v1alpha1.CustomerIntegration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(customer.DeepCopy())
}

func (c *Cluster) put(customer *v1alpha1.CustomerIntegration) {
	c.version++
	customer.ResourceVersion = strconv.Itoa(c.version)
	name := types.NamespacedName{Namespace: customer.Namespace, Name: customer.Name}
	if before, ok := c.customers[name]; ok {
		c.handler.OnUpdate(before, customer)
	} else {
		c.handler.OnAdd(customer, false)
	}
	c.customers[name] = customer
}

// Remove deletes a customer.
func (c *Cluster) Remove(name types.NamespacedName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler.OnDelete(c.customers[name])
	delete(c.customers, name)
}

// PutSupplier adds or replaces a Supplier.
func (c *Cluster) PutSupplier(s *v1alpha1.Supplier) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.suppliers[s.Name] = s.DeepCopy()
}

// Customer returns a copy of a customer, nil if there is none.
func (c *Cluster) Customer(namespace, name string) *v1alpha1.CustomerIntegration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.customers[types.NamespacedName{Namespace: namespace, Name: name}].DeepCopy()
}

// Allow lets a group see the customers of some namespaces, and no others.
func (c *Cluster) Allow(group string, namespaces ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowed[group] = namespaces
}

// Break makes the API server return an error, until it is nil. What is cached can be read nevertheless.
func (c *Cluster) Break(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

// Reviews returns how many SubjectAccessReviews were created.
func (c *Cluster) Reviews() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reviews
}

// Patches returns the bodies of the patches.
func (c *Cluster) Patches() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.patches)
}

// handle sets what receives changes.
func (c *Cluster) handle(h toolscache.ResourceEventHandler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
	for _, customer := range c.customers {
		h.OnAdd(customer, true)
	}
}

// Get reads an object.
func (c *Cluster) Get(_ context.Context, key client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch into := o.(type) {
	case *v1alpha1.CustomerIntegration:
		if found, ok := c.customers[key]; ok {
			found.DeepCopyInto(into)
			return nil
		}
	case *v1alpha1.Supplier:
		if found, ok := c.suppliers[key.Name]; ok {
			found.DeepCopyInto(into)
			return nil
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
}

// List lists objects, without copying what they refer to.
func (c *Cluster) List(_ context.Context, list client.ObjectList, opts ...client.ListOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	switch into := list.(type) {
	case *v1alpha1.CustomerIntegrationList:
		for name, customer := range c.customers {
			if name.Namespace == o.Namespace {
				into.Items = append(into.Items, *customer)
			}
		}
	case *v1alpha1.SupplierList:
		for _, s := range c.suppliers {
			into.Items = append(into.Items, *s)
		}
	}
	return nil
}

// Create answers a SubjectAccessReview.
func (c *Cluster) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return c.down
	}
	review, ok := o.(*authorizationv1.SubjectAccessReview)
	if !ok {
		return errors.New("only reviews can be created")
	}
	c.reviews++
	asked := review.Spec.ResourceAttributes
	if asked.Verb != "get" || asked.Group != v1alpha1.GroupVersion.Group || asked.Resource != "customerintegrations" {
		return nil
	}
	for _, group := range review.Spec.Groups {
		if slices.Contains(c.allowed[group], asked.Namespace) {
			review.Status.Allowed = true
		}
	}
	return nil
}

// Patch applies a JSON merge patch.
func (c *Cluster) Patch(_ context.Context, o client.Object, patch client.Patch, _ ...client.PatchOption) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return c.down
	}
	body, err := patch.Data(o)
	if err != nil {
		return err
	}
	if patch.Type() != types.MergePatchType {
		return errors.New("only JSON merge patches are applied")
	}
	before, ok := c.customers[client.ObjectKeyFromObject(o)]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{}, o.GetName())
	}
	text, err := json.Marshal(before)
	if err != nil {
		return err
	}
	after, err := jsonpatch.MergePatch(text, body)
	if err != nil {
		return err
	}
	changed := &v1alpha1.CustomerIntegration{}
	if err := json.Unmarshal(after, changed); err != nil {
		return err
	}
	if changed.ResourceVersion != before.ResourceVersion {
		return apierrors.NewConflict(schema.GroupResource{}, o.GetName(), errors.New("it has another version"))
	}
	c.patches = append(c.patches, string(body))
	c.put(changed)
	return nil
}
