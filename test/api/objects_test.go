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

// edit is a change that a person makes in a file: the text was becomes the text is.
type edit struct {
	was, is string
}

// manifest gives a file of testdata with the edits made. An edit whose text is not there fails the test, so that
// no case passes because it changes nothing.
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

// object reads a manifest as kubectl does: a number without quotes stays a number.
func object(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict([]byte(manifest), &u.Object); err != nil {
		t.Fatalf("%v in:\n%s", err, manifest)
	}
	return u
}

// strict is a client that refuses unknown fields, as kubectl does.
func strict() client.Client {
	return client.WithFieldValidation(server.Client, metav1.FieldValidationStrict)
}

// causes lists what the API server found wrong, each as "field: what a person reads".
func causes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		t.Fatalf("want an answer of the API server, got: %v", err)
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

// notChecked is what the API server adds where a value's type, enum or length is wrong: it looks at the CEL rules
// only when those are right.
const notChecked = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; " +
	"correct the existing errors to complete validation"

// mistake is a file with something wrong in it, and all that the API server says of it.
type mistake struct {
	reason string
	file   string
	edits  []edit
	want   []string
}

// check creates the file, without storing it, and compares everything that a person is told.
func (m *mistake) check(t *testing.T) {
	t.Helper()
	err := strict().Create(t.Context(), object(t, manifest(t, m.file, m.edits...)), client.DryRunAll)
	if err == nil {
		t.Fatalf("%s: the API server took it", m.reason)
	}
	if diff := cmp.Diff(m.want, causes(t, err)); diff != "" {
		t.Errorf("%s: -want, +got:\n%s", m.reason, diff)
	}
}
