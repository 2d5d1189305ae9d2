package verification

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/google/uuid"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
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
)

// inMemory returns an API that keeps objects in memory, for tests of many reconciles. As the API server does, it sets an
// object's identity, and rejects a status that the CRD's schema does not allow.
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
			SubResourceUpdate: func(context.Context, client.Client, string, client.Object, ...client.SubResourceUpdateOption) error {
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

// createAsServer gives a new object the identity that an API server gives it.
func createAsServer(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
	o.SetUID(types.UID(uuid.NewString()))
	o.SetGeneration(1)
	o.SetCreationTimestamp(metav1.Now())
	return c.Create(ctx, o, opts...)
}

// patchValid patches a subresource, and fails if the result does not match the schema.
func (m *memory) patchValid(
	ctx context.Context, c client.Client, subresource string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption,
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
