package scale

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// write is one that the reconcilers made.
type write struct {
	key client.ObjectKey
	// kind is CustomerIntegration, Supplier, or that of what was made for a customer.
	kind string
	at   time.Time
}

// made is something that was made for a customer.
type made struct {
	kind string
	name string
	// read is what was read of it since it was last written, nil if nothing was.
	read client.Object
}

// api is the API server: controller-runtime's fake one, but for customers and Suppliers, which are kept as they are, for it
// takes a millisecond to each write. Its own methods are the tests'; what the reconcilers write by client is counted.
type api struct {
	client.WithWatch
	client client.Client
	wake   func(client.ObjectKey)

	mu             sync.Mutex
	customers      map[client.ObjectKey]*v1alpha1.CustomerIntegration
	suppliers      map[client.ObjectKey]*v1alpha1.Supplier
	versions       int
	writes         []write
	madeFor        map[types.NamespacedName][]*made // the cache's index of children
	byOrganization map[v1alpha1.OrganizationNumber][]client.ObjectKey
}

func newAPI(wake func(client.ObjectKey)) *api {
	scheme := runtime.NewScheme() // of few kinds, for the fake API server walks through all of them with each write
	if corev1.AddToScheme(scheme) != nil || batchv1.AddToScheme(scheme) != nil || v1alpha1.AddToScheme(scheme) != nil {
		panic("the kinds cannot be registered")
	}
	a := &api{
		wake: wake, customers: map[client.ObjectKey]*v1alpha1.CustomerIntegration{},
		suppliers: map[client.ObjectKey]*v1alpha1.Supplier{}, madeFor: map[types.NamespacedName][]*made{},
		byOrganization: map[v1alpha1.OrganizationNumber][]client.ObjectKey{},
	}
	a.WithWatch = fake.NewClientBuilder().WithScheme(scheme).Build()
	a.client = interceptor.NewClient(a.WithWatch, interceptor.Funcs{
		Get: func(ctx context.Context, _ client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
			return a.Get(ctx, key, o, options...)
		},
		List: func(ctx context.Context, _ client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			return a.List(ctx, list, options...)
		},
		SubResourcePatch: a.patchStatus, Create: a.createChild, Apply: a.applyChild, Patch: a.patchChild, Delete: a.deleteChild,
	})
	return a
}

func (a *api) createChild(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
	if err := c.Create(ctx, o, options...); err != nil {
		return err
	}
	kind := "Job"
	if _, ok := o.(*batchv1.CronJob); ok {
		kind = "CronJob"
	}
	a.child(o.GetNamespace(), kind, o.GetName(), o.GetLabels())
	return nil
}

func (a *api) applyChild(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, options ...client.ApplyOption) error {
	if err := c.Apply(ctx, o, options...); err != nil {
		return err
	}
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	var child metav1.PartialObjectMetadata
	if err := json.Unmarshal(b, &child); err != nil {
		return err
	}
	a.child(child.Namespace, child.Kind, child.Name, child.Labels)
	return nil
}

func (a *api) patchChild(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, options ...client.PatchOption) error {
	if err := c.Patch(ctx, o, patch, options...); err != nil {
		return err
	}
	a.child(o.GetNamespace(), "a patch", o.GetName(), o.GetLabels())
	return nil
}

func (a *api) deleteChild(ctx context.Context, c client.WithWatch, o client.Object, options ...client.DeleteOption) error {
	if err := c.Delete(ctx, o, options...); err != nil {
		return err
	}
	a.child(o.GetNamespace(), "a deletion", o.GetName(), o.GetLabels())
	return nil
}

// child notes that something of a customer's was written, and wakes the customer, as the manager's watches do.
func (a *api) child(namespace, kind, name string, labels map[string]string) {
	customer := client.ObjectKey{Namespace: namespace, Name: labels[v1alpha1.LabelIntegration]}
	a.count(write{customer, kind, time.Now()})
	a.mu.Lock()
	for _, m := range a.madeFor[customer] {
		m.read = nil
	}
	a.madeFor[customer] = append(a.madeFor[customer], &made{kind: kind, name: name})
	a.mu.Unlock()
	a.wake(customer)
}

func (a *api) count(w write) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writes = append(a.writes, w)
}

// children finds what was made for a customer.
func (a *api) children(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
	kind, empty := kindOf(list)
	a.mu.Lock()
	all := a.madeFor[customer]
	a.mu.Unlock()
	var found []runtime.Object
	for _, m := range all {
		if m.kind != kind {
			continue
		}
		if m.read == nil {
			m.read = empty()
			if err := a.Get(ctx, client.ObjectKey{Namespace: customer.Namespace, Name: m.name}, m.read); err != nil {
				return err
			}
		}
		found = append(found, m.read.DeepCopyObject())
	}
	return meta.SetList(list, found)
}

// kindOf gives what a list is of, "" for what nothing in the tests makes.
func kindOf(list client.ObjectList) (kind string, empty func() client.Object) {
	switch list.(type) {
	case *metav1.PartialObjectMetadataList:
		return "ServiceAccount", func() client.Object {
			account := &metav1.PartialObjectMetadata{}
			account.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
			return account
		}
	case *batchv1.CronJobList:
		return "CronJob", func() client.Object { return &batchv1.CronJob{} }
	case *batchv1.JobList:
		return "Job", func() client.Object { return &batchv1.Job{} }
	default:
		return "", nil
	}
}

// note lets a customer be found by its organization.
func (a *api) note(c *v1alpha1.CustomerIntegration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	number := c.Spec.OrganizationNumber
	a.byOrganization[number] = append(a.byOrganization[number], client.ObjectKeyFromObject(c))
}

// sameOrganization finds the customers of an organization.
func (a *api) sameOrganization(
	ctx context.Context, number v1alpha1.OrganizationNumber,
) ([]v1alpha1.CustomerIntegration, error) {
	a.mu.Lock()
	keys := a.byOrganization[number]
	a.mu.Unlock()
	all := make([]v1alpha1.CustomerIntegration, len(keys))
	for i, key := range keys {
		if err := a.Get(ctx, key, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// forget makes the writes begin anew.
func (a *api) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writes = nil
}

// of gives the writes of a kind.
func (a *api) of(kind string) []write {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []write
	for _, w := range a.writes {
		if w.kind == kind {
			all = append(all, w)
		}
	}
	return all
}
