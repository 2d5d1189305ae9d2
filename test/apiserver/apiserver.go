// Package apiserver runs a real kube-apiserver with its etcd for tests: nothing but these two, so objects are
// validated, defaulted and stored as in a cluster and no controller touches them.
package apiserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// assetsVariable names the folder that holds etcd, kube-apiserver and kubectl. It is envtest's own variable.
	assetsVariable = "KUBEBUILDER_ASSETS"

	// startTimeout and stopTimeout bound the control plane's start and stop. A machine that compiles at the same
	// time is slow.
	startTimeout = 2 * time.Minute
	stopTimeout  = time.Minute

	// clientQPS and clientBurst are far above what a test asks: client-go's own limit of five a second would
	// otherwise be what a test waits for.
	clientQPS   = 500
	clientBurst = 1000
)

// ErrNoAssets says that the control plane's programs are not there.
var ErrNoAssets = errors.New(assetsVariable + " is not set: run the tests with `make test`, which builds the control plane and sets it")

// Server is a running API server that knows the kinds of config/crd/bases.
type Server struct {
	// Config is how to reach it, as an administrator.
	Config *rest.Config
	// Client knows the operator's kinds and Kubernetes' own. It reads from the server, never from a cache.
	Client client.Client

	environment *envtest.Environment
	assets      string
	folder      string
	manager     func() (string, error)
}

// Start starts an API server, waits until it answers and installs the CRDs. It fails with ErrNoAssets where the
// programs are missing, and never falls back to the cluster of the caller's kubeconfig.
func Start() (*Server, error) {
	assets := os.Getenv(assetsVariable) //nolint:forbidigo // For TestMain, which is a program's main.
	if assets == "" {
		return nil, ErrNoAssets
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}

	existing := false
	environment := &envtest.Environment{
		Scheme:                   scheme,
		CRDDirectoryPaths:        []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing:    true,
		BinaryAssetsDirectory:    assets,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
		UseExistingCluster:       &existing,
	}
	server := &Server{environment: environment, assets: assets}
	server.manager = sync.OnceValues(server.buildManager)
	if err := server.makeFolders(); err != nil {
		return nil, err
	}
	if server.Config, err = environment.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the API server from %s: %w", assets, err), server.Stop())
	}
	server.Config.QPS, server.Config.Burst = clientQPS, clientBurst
	if err := server.prepare(scheme); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return server, nil
}

// makeFolders makes the folders of the control plane, which outlast a restart, and the one that kubectl runs with.
func (s *Server) makeFolders() error {
	var err error
	if s.folder, err = os.MkdirTemp("", "apiserver-"); err != nil {
		return fmt.Errorf("making a folder for the control plane: %w", err)
	}
	for _, folder := range []string{s.etcdPath(), s.certsPath()} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return errors.Join(fmt.Errorf("making a folder for the control plane: %w", err), os.RemoveAll(s.folder))
		}
	}
	s.environment.ControlPlane.Etcd = &envtest.Etcd{DataDir: s.etcdPath()}
	s.environment.ControlPlane.GetAPIServer().CertDir = s.certsPath()
	return nil
}

// prepare makes the client, and kubectl's kubeconfig.
func (s *Server) prepare(scheme *runtime.Scheme) error {
	var err error
	if s.Client, err = client.New(s.Config, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	if err := os.WriteFile(s.KubeConfigPath(), s.environment.KubeConfig, 0o600); err != nil {
		return fmt.Errorf("writing a kubeconfig: %w", err)
	}
	return nil
}

// Stop ends the API server and removes what it stored.
func (s *Server) Stop() error {
	return errors.Join(s.environment.Stop(), os.RemoveAll(s.folder))
}

// KubeConfigPath names a kubeconfig of an administrator. It is gone after Stop.
func (s *Server) KubeConfigPath() string {
	return filepath.Join(s.folder, "kubeconfig")
}

// Kubectl runs kubectl as an administrator with the input on its standard input, and gives what it printed. The
// error is an *exec.ExitError where kubectl itself failed.
func (s *Server) Kubectl(ctx context.Context, input string, args ...string) (stdout, stderr string, err error) {
	var out, problems strings.Builder
	command := exec.CommandContext(ctx, filepath.Join(s.assets, "kubectl"), args...) //nolint:gosec // Tests choose the arguments.
	command.Env = []string{"KUBECONFIG=" + s.KubeConfigPath(), "HOME=" + s.folder}
	command.Stdin = strings.NewReader(input)
	command.Stdout = &out
	command.Stderr = &problems
	err = command.Run()
	return out.String(), problems.String(), err
}

// newScheme knows the operator's kinds and Kubernetes' own.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme))
	if err != nil {
		return nil, fmt.Errorf("registering kinds: %w", err)
	}
	return scheme, nil
}

// moduleRoot finds the folder of go.mod, upwards from the working directory: go test runs each package in its own
// folder.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the module's root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("cannot find go.mod above the working directory")
		}
		folder = parent
	}
}
