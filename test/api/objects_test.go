package api

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

const (
	customerMinimal = "customer-minimal.yaml"
	customerFull    = "customer-full.yaml"
	supplierMinimal = "supplier-minimal.yaml"
	supplierFull    = "supplier-full.yaml"
)

// edit replaces a text in a manifest.
type edit struct {
	was, is string
}

// manifest returns a file of testdata after edits. It fails the test unless each edit applies exactly once.
func manifest(t *testing.T, file string, edits ...edit) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, e := range edits {
		if strings.Count(text, e.was) != 1 {
			t.Fatalf("%s has %q %d times, want once", file, e.was, strings.Count(text, e.was))
		}
		text = strings.Replace(text, e.was, e.is, 1)
	}
	return text
}

// object parses a manifest as kubectl does: a number without quotes stays a number.
func object(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict([]byte(manifest), &u.Object); err != nil {
		t.Fatalf("%v in:\n%s", err, manifest)
	}
	return u
}

// strict returns a client that rejects unknown fields, as kubectl does.
func strict() client.Client {
	return client.WithFieldValidation(server.Client, metav1.FieldValidationStrict)
}

// causes returns the causes in an error of the API server, each as "field: message".
func causes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		t.Fatalf("want an error of the API server, got: %v", err)
	}
	details := status.Status().Details
	if details == nil || len(details.Causes) == 0 {
		return []string{status.Status().Message}
	}
	found := make([]string, 0, len(details.Causes))
	for _, cause := range details.Causes {
		found = append(found, cause.Field+": "+cause.Message)
	}
	slices.Sort(found)
	return found
}

// notChecked is the cause that the API server adds if a value's type, enum or length is wrong, because it then skips
// the CEL rules.
const notChecked = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; " +
	"correct the existing errors to complete validation"

// mistake is a wrong manifest, with the causes in the API server's error.
type mistake struct {
	reason string
	file   string
	edits  []edit
	want   []string
}

// check verifies the API server's error in a dry run.
func (m *mistake) check(t *testing.T) {
	t.Helper()
	err := strict().Create(t.Context(), object(t, manifest(t, m.file, m.edits...)), client.DryRunAll)
	if err == nil {
		t.Fatalf("%s: the API server accepted it", m.reason)
	}
	if diff := cmp.Diff(m.want, causes(t, err)); diff != "" {
		t.Errorf("%s: -want, +got:\n%s", m.reason, diff)
	}
}
