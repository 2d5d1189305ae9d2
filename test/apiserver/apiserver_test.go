package apiserver

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

func TestStartSaysWhatSetsTheAssets(t *testing.T) {
	t.Setenv(assetsVariable, "")

	_, err := Start()

	if !errors.Is(err, ErrNoAssets) || !strings.Contains(err.Error(), "make test") {
		t.Fatalf("Start() without %s = %v, want ErrNoAssets naming `make test`", assetsVariable, err)
	}
}

func TestStartFailsWithoutThePrograms(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(assetsVariable, folder)

	_, err := Start()

	if err == nil || !strings.Contains(err.Error(), folder) {
		t.Fatalf("Start() with an empty folder = %v, want an error that names the folder", err)
	}
}

func TestModuleRootIsFoundFromAnyFolder(t *testing.T) {
	here, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(here, "config", "crd", "bases")); err != nil {
		t.Errorf("the module's root has no CRDs: %v", err)
	}

	t.Chdir(t.TempDir())
	if root, err := moduleRoot(); err == nil {
		t.Errorf("moduleRoot() outside of the module = %q, want an error", root)
	}
}

// TestServer starts a server and verifies all that it promises.
func TestServer(t *testing.T) {
	// A kubeconfig of a developer's cluster must not be used.
	t.Setenv("USE_EXISTING_CLUSTER", "true")
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "of-another-cluster"))
	server, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	folder := server.folder
	defer func() {
		if err := server.Stop(); err != nil {
			t.Errorf("stopping the server: %v", err)
		}
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Stop() left %s", folder)
		}
	}()

	for _, list := range []client.ObjectList{&v1alpha1.CustomerIntegrationList{}, &v1alpha1.SupplierList{}} {
		if err := server.Client.List(t.Context(), list); err != nil {
			t.Errorf("listing %T: %v", list, err)
		}
	}

	out, problems, err := server.Kubectl(t.Context(), "", "get", "crds", "-o", "name")
	if err != nil {
		t.Fatalf("kubectl: %v\n%s", err, problems)
	}
	group := apiextensionsv1.GroupName
	want := "customresourcedefinition." + group + "/customerintegrations." + v1alpha1.GroupVersion.Group + "\n" +
		"customresourcedefinition." + group + "/suppliers." + v1alpha1.GroupVersion.Group + "\n"
	if out != want {
		t.Errorf("kubectl get crds = %q, want %q", out, want)
	}
}
