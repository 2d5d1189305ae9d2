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
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// write is a write of the reconcilers.
type write struct {
	key client.ObjectKey
	// kind is CustomerIntegration, Supplier, or the kind of a customer's child.
	kind string
	at   time.Time
}

// made is a child of a customer.
type made struct {
	kind string
	name string
	// read is what was read since the last write, or nil.
	read client.Object
}

// api is the API server: controller-runtime's fake client, except for customers and Suppliers, whose writes take it a
// millisecond each. Tests call its methods; the reconcilers' writes through client are counted.
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
	scheme := runtime.NewScheme() // of few kinds, because the fake client iterates over all of them at each write
	if corev1.AddToScheme(scheme) != nil || batchv1.AddToScheme(scheme) != nil || v1alpha1.AddToScheme(scheme) != nil {
		panic("registering the kinds")
	}
	a := &api{
		wake: wake, customers: map[client.ObjectKey]*v1alpha1.CustomerIntegration{},
		suppliers: map[client.ObjectKey]*v1alpha1.Supplier{}, madeFor: map[types.NamespacedName][]*made{},
		byOrganization: map[v1alpha1.OrganizationNumber][]client.ObjectKey{},
	}
	a.WithWatch = fake.NewClientBuilder().WithScheme(scheme).Build()
	a.client = interceptor.NewClient(a.WithWatch, interceptor.Funcs{
		Get: func(ctx context.Context, _ client.WithWatch, key client.ObjectKey, o client.Object,
			options ...client.GetOption,
		) error {
			return a.Get(ctx, key, o, options...)
		},
		List: func(ctx context.Context, _ client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			return a.List(ctx, list, options...)
		},
		SubResourcePatch: a.patchStatus, Create: a.createChild, Apply: a.applyChild, Patch: a.patchChild,
		Delete: a.deleteChild,
	})
	return a
}

func (a *api) createChild(ctx context.Context, c client.WithWatch, o client.Object,
	options ...client.CreateOption,
) error {
	if err := c.Create(ctx, o, options...); err != nil {
		return err
	}
	kind, err := apiutil.GVKForObject(o, c.Scheme())
	if err != nil {
		return err
	}
	a.child(o.GetNamespace(), kind.Kind, o.GetName(), o.GetLabels())
	return nil
}

func (a *api) applyChild(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration,
	options ...client.ApplyOption,
) error {
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

func (a *api) patchChild(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch,
	options ...client.PatchOption,
) error {
	if err := c.Patch(ctx, o, patch, options...); err != nil {
		return err
	}
	a.child(o.GetNamespace(), "a patch", o.GetName(), o.GetLabels())
	return nil
}

func (a *api) deleteChild(ctx context.Context, c client.WithWatch, o client.Object,
	options ...client.DeleteOption,
) error {
	if err := c.Delete(ctx, o, options...); err != nil {
		return err
	}
	a.child(o.GetNamespace(), "a deletion", o.GetName(), o.GetLabels())
	return nil
}

// child records the write of a customer's child and enqueues the customer, as the manager's watches do.
func (a *api) child(namespace, kind, name string, labels map[string]string) {
	customer := client.ObjectKey{Namespace: namespace, Name: labels[v1alpha1.LabelIntegration]}
	a.count(write{key: customer, kind: kind, at: time.Now()})
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

// children lists the children of a customer.
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

// kindOf returns the kind of a list's items, or "" for kinds without objects in these tests.
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

// note indexes a customer by its organization.
func (a *api) note(c *v1alpha1.CustomerIntegration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	number := c.Spec.OrganizationNumber
	a.byOrganization[number] = append(a.byOrganization[number], client.ObjectKeyFromObject(c))
}

// sameOrganization lists the customers of an organization.
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

// forget drops the recorded writes.
func (a *api) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writes = nil
}

// of returns the writes of a kind.
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
