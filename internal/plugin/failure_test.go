package plugin

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// resourceOf returns the resource of an object, as the API server's errors name it.
func resourceOf(o any) schema.GroupResource {
	switch o.(type) {
	case *v1alpha1.CustomerIntegration, *v1alpha1.CustomerIntegrationList:
		return v1alpha1.GroupVersion.WithResource("customerintegrations").GroupResource()
	case *v1alpha1.Supplier, *v1alpha1.SupplierList:
		return v1alpha1.GroupVersion.WithResource("suppliers").GroupResource()
	default:
		return schema.GroupResource{Resource: "secrets"}
	}
}

// withoutRight returns a client for which the API server refuses all requests about a resource.
func withoutRight(c client.WithWatch, resource string) client.WithWatch {
	refuse := func(o any, name string) error {
		if r := resourceOf(o); r.Resource == resource {
			return apierrors.NewForbidden(r, name, errors.New("no right"))
		}
		return nil
	}
	return interceptor.NewClient(c, interceptor.Funcs{
		Get: func(
			ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption,
		) error {
			if err := refuse(o, key.Name); err != nil {
				return err
			}
			return c.Get(ctx, key, o, opts...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if err := refuse(list, ""); err != nil {
				return err
			}
			return c.List(ctx, list, opts...)
		},
		Patch: func(
			ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption,
		) error {
			if resource == "patch" {
				return apierrors.NewForbidden(resourceOf(o), o.GetName(), errors.New(`User "kari" cannot patch resource`))
			}
			return c.Patch(ctx, o, patch, opts...)
		},
	})
}

// TestMissingRightsAreNamed checks that each missing right is an error which names the role.
func TestMissingRightsAreNamed(t *testing.T) {
	for name, test := range map[string]struct {
		reason         string
		line, resource string
		want           string
	}{
		"list": {
			reason: "a list needs the role for reading", line: "status -A", resource: "customerintegrations",
			want: "integration-operator-view, by a RoleBinding in the namespace",
		},
		"suspend": {
			reason: "a change needs the role for writing", line: "suspend klok-stille-ugle", resource: "patch",
			want: "integration-operator-edit by a RoleBinding",
		},
		"verify": {
			reason: "so does a request", line: "verify klok-stille-ugle", resource: "patch",
			want: "integration-operator-edit by a RoleBinding",
		},
		"ask": {
			reason: "so does the other one", line: "ask rask-munter-oter --yes", resource: "patch",
			want: "integration-operator-edit by a RoleBinding",
		},
		"revoke": {
			reason: "so does another link", line: "link klok-stille-ugle --revoke", resource: "patch",
			want: "integration-operator-edit by a RoleBinding",
		},
		"link": {
			reason: "the key is in a Secret", line: "link klok-stille-ugle", resource: "secrets",
			want: "https://portal.4human.example/customers/customers/klok-stille-ugle",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, withoutRight(cluster(t, objects(t)...), test.resource))
			if code := s.program.Execute(t.Context(), strings.Fields(test.line)); code != ExitError {
				t.Errorf("exit code %d", code)
			}
			if got := s.err.String(); !strings.Contains(got, test.want) || !strings.Contains(got, "forbidden") {
				t.Errorf("%q is missing:\n%s", test.want, got)
			}
		})
	}
}

// kubeconfig writes a kubeconfig for a server and returns its path.
func kubeconfig(t *testing.T, url string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	content := `apiVersion: v1
kind: Config
current-context: test
clusters: [{name: test, cluster: {server: "` + url + `"}}]
contexts: [{name: test, context: {cluster: test, user: test, namespace: customers}}]
users: [{name: test, user: {}}]
`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestServerFaultsAreExplained runs a command against API servers that are not as they should be.
func TestServerFaultsAreExplained(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, test := range map[string]struct {
		reason  string
		handler http.HandlerFunc
		flags   string
		want    string
	}{
		"no-crds": {
			reason: "the kind is unknown", handler: http.NotFound, want: "Install the operator's CRDs: kubectl apply -k config/kept",
		},
		"unauthorized": {
			reason:  "the login has ended",
			handler: answer(http.StatusUnauthorized, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Unauthorized","code":401}`),
			want:    "Log in again",
		},
		"overloaded": {
			reason:  "a server that is busy",
			handler: answer(http.StatusServiceUnavailable, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"ServiceUnavailable","code":503}`),
			want:    "Try again in a minute",
		},
		"slow": {
			reason:  "no response in time",
			handler: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			flags:   " --request-timeout 50ms", want: "longer --request-timeout",
		},
		"no-context": {reason: "the context is unknown", flags: " --context other", want: `context "other" does not exist`},
		"no-server": {
			reason: "nothing listens", flags: " --server http://127.0.0.1:1", want: "The API server cannot be reached.",
		},
		"no-file": {reason: "the kubeconfig is missing", flags: " --kubeconfig /nowhere/kubeconfig", want: "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			handler := test.handler
			if handler == nil {
				handler = http.NotFound
			}
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			s := newSession(t, nil)
			s.program.connect = nil
			*s.program.Flags.KubeConfig = kubeconfig(t, server.URL)
			if code := s.program.Execute(t.Context(), strings.Fields("status"+test.flags)); code != ExitError {
				t.Errorf("exit code %d", code)
			}
			if got := s.err.String(); !strings.Contains(got, test.want) {
				t.Errorf("%q is missing:\n%s", test.want, got)
			}
			if name == "no-file" && strings.Contains(s.err.String(), "cannot be reached") {
				t.Errorf("a missing file is not a missing server:\n%s", s.err)
			}
		})
	}
}
