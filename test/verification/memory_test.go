package verification

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	clientgoapply "k8s.io/client-go/applyconfigurations"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// inMemory returns an API that keeps objects in memory, for tests of many reconciles. As the API server does, it sets
// an object's identity, and rejects a status that the CRD's schema does not allow.
func inMemory(t testing.TB) client.Client {
	t.Helper()
	common, err := ofMemory()
	if err != nil {
		t.Fatal(err)
	}
	r := &reads{objects: map[reflect.Type]map[client.ObjectKey]client.Object{}}
	return fake.NewClientBuilder().WithScheme(common.scheme).
		WithTypeConverters(common.converter, managedfields.NewDeducedTypeConverter()).
		WithStatusSubresource(&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}).
		WithInterceptorFuncs(interceptor.Funcs{
			Get: r.get, List: r.list,
			Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
				defer r.changed(o)
				return createAsServer(ctx, c, o, opts...)
			},
			Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
				defer r.changed(o)
				return c.Delete(ctx, o, opts...)
			},
			Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
				defer r.changed(o)
				return c.Update(ctx, o, opts...)
			},
			Patch: func(
				ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption,
			) error {
				defer r.changed(o)
				return c.Patch(ctx, o, patch, opts...)
			},
			Apply: func(
				ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption,
			) error {
				defer r.allChanged() // a configuration does not tell its name
				return c.Apply(ctx, o, opts...)
			},
			SubResourcePatch: func(
				ctx context.Context, c client.Client, subresource string, o client.Object, patch client.Patch,
				opts ...client.SubResourcePatchOption,
			) error {
				defer r.changed(o)
				return common.patchValid(ctx, c, subresource, o, patch, opts...)
			},
			SubResourceUpdate: func(context.Context, client.Client, string, client.Object,
				...client.SubResourceUpdateOption,
			) error {
				return errors.ErrUnsupported
			},
			DeleteAllOf: func(context.Context, client.WithWatch, client.Object, ...client.DeleteAllOfOption) error {
				return errors.ErrUnsupported
			},
		}).Build()
}

// memory is what all APIs in memory share.
type memory struct {
	scheme    *runtime.Scheme // of no more kinds than are used: the client searches them at each write
	converter managedfields.TypeConverter
	schemas   map[string]validation.SchemaValidator // by kind
}

var ofMemory = sync.OnceValues(func() (*memory, error) {
	m := &memory{
		scheme: runtime.NewScheme(), converter: clientgoapply.NewTypeConverter(clientgoscheme.Scheme),
		schemas: map[string]validation.SchemaValidator{},
	}
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, batchv1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(m.scheme); err != nil {
			return nil, err
		}
	}
	files, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := m.readSchema(file); err != nil {
			return nil, fmt.Errorf("reading the schema of %s: %w", file, err)
		}
	}
	return m, nil
})

func (m *memory) readSchema(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &crd); err != nil {
		return err
	}
	var schema apiextensions.JSONSchemaProps
	err = apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
		crd.Spec.Versions[0].Schema.OpenAPIV3Schema, &schema, nil)
	if err != nil {
		return err
	}
	m.schemas[crd.Spec.Names.Kind], _, err = validation.NewSchemaValidator(&schema)
	return err
}

// createAsServer creates an object with the identity that an API server sets.
func createAsServer(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
	o.SetUID(types.UID(uuid.NewString()))
	o.SetGeneration(1)
	o.SetCreationTimestamp(metav1.Now())
	return c.Create(ctx, o, opts...)
}

// patchValid patches a subresource, and fails if the result does not match the schema.
func (m *memory) patchValid(
	ctx context.Context, c client.Client, subresource string, o client.Object, patch client.Patch,
	opts ...client.SubResourcePatchOption,
) error {
	if err := c.SubResource(subresource).Patch(ctx, o, patch, opts...); err != nil {
		return err
	}
	kinds, _, err := m.scheme.ObjectKinds(o)
	if err != nil {
		return err
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return err
	}
	return validation.ValidateCustomResource(nil, content, m.schemas[kinds[0].Kind]).ToAggregate()
}

// TestMemoryRejectsInvalidStatus writes a status that the CRD's schema does not allow.
func TestMemoryRejectsInvalidStatus(t *testing.T) {
	t.Parallel()
	api := inMemory(t)
	c := sample.Customer("namespace", "supplier", tiger)
	if err := api.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	before := c.DeepCopy()
	c.Status.Conditions = []metav1.Condition{{
		Type: "Ready", Status: "Perhaps", Reason: "NotDelegated", LastTransitionTime: metav1.Now(),
	}}
	err := api.Status().Patch(t.Context(), c, client.MergeFrom(before))
	if err == nil || !strings.Contains(err.Error(), "status.conditions[0].status") {
		t.Errorf("a condition's status is Perhaps: %v, want an error that names the field", err)
	}
}

// TestMemoryReadsWhatWasWritten reads an object after each kind of write, alone and in a list.
func TestMemoryReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	ctx, api := t.Context(), inMemory(t)
	c := sample.Customer("namespace", "supplier", tiger)
	cases := []struct {
		write string
		do    func() error
		want  string
	}{
		{write: "create", do: func() error { return api.Create(ctx, c) }, want: "namespace/c" + tiger + " false 0"},
		{write: "update", do: func() error {
			c.Spec.Suspend = true
			return api.Update(ctx, c)
		}, want: "namespace/c" + tiger + " true 0"},
		{write: "patch", do: func() error {
			before := c.DeepCopy()
			c.Spec.Suspend = false
			return api.Patch(ctx, c, client.MergeFrom(before))
		}, want: "namespace/c" + tiger + " false 0"},
		{write: "status", do: func() error {
			before := c.DeepCopy()
			c.Status.ObservedGeneration = 7
			return api.Status().Patch(ctx, c, client.MergeFrom(before))
		}, want: "namespace/c" + tiger + " false 7"},
		{write: "delete", do: func() error { return api.Delete(ctx, c) }},
	}
	for _, step := range cases {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.write, err)
		}
		for _, labels := range []client.MatchingLabels{{}, {"not": "there"}} {
			want := step.want
			if len(labels) > 0 {
				want = ""
			}
			var list v1alpha1.CustomerIntegrationList
			if err := api.List(ctx, &list, client.InNamespace("namespace"), labels); err != nil {
				t.Fatalf("%s: listing: %v", step.write, err)
			}
			if got := sketches(list.Items...); got != want {
				t.Errorf("%s: the list with labels %v has %q, want %q", step.write, labels, got, want)
			}
			for i := range list.Items {
				list.Items[i].Spec.Suspend = !list.Items[i].Spec.Suspend // must not change what the next read returns
			}
		}
		var alone v1alpha1.CustomerIntegration
		err := api.Get(ctx, client.ObjectKeyFromObject(c), &alone)
		if (step.want == "") != apierrors.IsNotFound(err) || step.want != "" && sketches(alone) != step.want {
			t.Errorf("%s: Get returned %q, %v, want %q", step.write, sketches(alone), err, step.want)
		}
	}
}

func sketches(customers ...v1alpha1.CustomerIntegration) string {
	all := make([]string, 0, len(customers))
	for i := range customers {
		c := &customers[i]
		all = append(all, fmt.Sprintf("%s/%s %t %d", c.Namespace, c.Name, c.Spec.Suspend, c.Status.ObservedGeneration))
	}
	return strings.Join(all, ", ")
}
