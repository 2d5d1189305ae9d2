package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/test/apiserver"
	"github.com/4human/integration-operator/test/sample"
)

const (
	system  = "integration-operator-system"
	south   = "customers"
	north   = "customers-nord"
	account = "system:serviceaccount:" + system + ":integration-operator-portal"
)

// world is a cluster in which the operator and the portal are installed, with a customer in two namespaces.
type world struct {
	t      testing.TB
	server *apiserver.Server
}

func newWorld(t testing.TB) *world {
	t.Helper()
	started = true
	server, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, server: server}
	w.kubectl("apply", "-k", "../../config/kept")
	w.kubectl("apply", "-k", "../../config/customer-namespace")
	w.kubectl("apply", "-k", overlay(t, "{resources: [BASE/config/default, BASE/config/portal/customer-namespace], "+
		"components: [BASE/config/portal]}"))
	w.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: north}})
	w.kubectl("apply", "-k", overlay(t, "{resources: [BASE/config/portal/customer-namespace], namespace: "+north+"}"))
	w.create(sample.Supplier("default", "https://maskinporten.example/", south, north))
	w.create(sample.Customer(south, "default", "310330701"))
	w.create(sample.Customer(north, "default", "315339138"))
	return w
}

// overlay writes a kustomization and returns its folder. BASE is the repository.
func overlay(t testing.TB, text string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	base, err := filepath.Rel(folder, root)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(strings.ReplaceAll(text, "BASE", base))
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func (w *world) kubectl(args ...string) {
	w.t.Helper()
	if _, stderr, err := w.server.Kubectl(w.t.Context(), "", args...); err != nil {
		w.t.Fatalf("kubectl %v: %v: %s", args, err, stderr)
	}
}

// create creates an object until the test ends. A namespace stays, because nothing deletes it.
func (w *world) create(o client.Object) {
	w.t.Helper()
	if err := client.IgnoreAlreadyExists(w.server.Client.Create(w.t.Context(), o)); err != nil {
		w.t.Fatal(err)
	}
	if _, ok := o.(*corev1.Namespace); ok {
		return
	}
	w.t.Cleanup(func() { _ = w.server.Client.Delete(context.Background(), o) })
}

// allow lets a group read customers in a namespace, by Kubernetes' role for readers.
func (w *world) allow(group, namespace string) *rbacv1.RoleBinding {
	w.t.Helper()
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: group},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "integration-operator-view"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
	}
	w.create(binding)
	return binding
}

// as returns the configuration of another user.
func (w *world) as(user string, groups ...string) *rest.Config {
	config := rest.CopyConfig(w.server.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	return config
}

// client returns a client of another user.
func (w *world) client(user string, groups ...string) client.Client {
	w.t.Helper()
	c, err := client.New(w.as(user, groups...), client.Options{Scheme: w.server.Client.Scheme()})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// kubeconfig writes the kubeconfig of the portal's account.
func (w *world) kubeconfig() string {
	w.t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{
		Server: w.server.Config.Host, CertificateAuthorityData: w.server.Config.CAData,
	}
	config.AuthInfos["portal"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: w.server.Config.CertData, ClientKeyData: w.server.Config.KeyData, Impersonate: account,
		ImpersonateGroups: accountGroups(),
	}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "portal"}
	config.CurrentContext = "test"
	path := filepath.Join(w.t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func accountGroups() []string {
	return []string{"system:serviceaccounts", "system:serviceaccounts:" + system, "system:authenticated"}
}
