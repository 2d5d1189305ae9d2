// Package apiserver runs a real kube-apiserver with its etcd for tests. There are no controllers, so objects are only
// validated, defaulted and stored.
package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture/loopback"
)

const (
	// assetsVariable is the variable with the folder of etcd, kube-apiserver and kubectl. envtest uses it too.
	assetsVariable = "KUBEBUILDER_ASSETS"

	// crdFolder is the folder of the CRDs, below the module's root.
	crdFolder = "config/crd/bases"

	// startTimeout and stopTimeout limit the control plane's start and stop. They allow for a machine that compiles at the
	// same time.
	startTimeout = 2 * time.Minute
	stopTimeout  = time.Minute

	// clientQPS and clientBurst are far above the tests' rates, because client-go's default of five a second would slow
	// them down.
	clientQPS   = 500
	clientBurst = 1000
)

// ErrNoAssets is returned if the control plane's programs are missing.
var ErrNoAssets = errors.New(assetsVariable +
	" is not set: run the tests with `make test`, which builds the control plane and sets it")

// Server is a running API server with the CRDs of config/crd/bases.
type Server struct {
	// Config is an administrator's configuration.
	Config *rest.Config
	// Client has the operator's and Kubernetes' kinds. It does not cache.
	Client client.Client

	environment *envtest.Environment
	assets      string
	folder      string
	manager     func() (string, error)
}

// Start starts an API server, waits until it is ready, and installs the CRDs. It returns ErrNoAssets if the programs
// are missing, and never uses the cluster of the caller's kubeconfig.
func Start() (*Server, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	return start(filepath.Join(root, crdFolder))
}

// StartUpgraded starts an API server with older CRDs, those in a folder, and replaces them by today's.
func StartUpgraded(older string) (*Server, error) {
	server, err := start(older)
	if err != nil {
		return nil, err
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	options := envtest.CRDInstallOptions{Paths: []string{filepath.Join(root, crdFolder)}, ErrorIfPathMissing: true}
	if _, err := envtest.InstallCRDs(server.Config, options); err != nil {
		return nil, errors.Join(fmt.Errorf("upgrading the CRDs: %w", err), server.Stop())
	}
	return server, nil
}

// start starts an API server with the CRDs in a folder.
func start(crds string) (*Server, error) {
	assets := os.Getenv(assetsVariable) //nolint:forbidigo // For TestMain, which is a program's main.
	if assets == "" {
		return nil, ErrNoAssets
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}

	existing := false
	environment := &envtest.Environment{
		Scheme:                   scheme,
		CRDDirectoryPaths:        []string{crds},
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
	if err := server.setAddresses(); err != nil {
		return nil, errors.Join(err, server.Stop())
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

// makeFolders creates the control plane's folders, which outlast a restart, and kubectl's home folder.
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

// setAddresses sets the control plane's addresses, which no other server takes during a restart.
func (s *Server) setAddresses() (err error) {
	etcd, api := s.environment.ControlPlane.Etcd, s.environment.ControlPlane.GetAPIServer()
	etcd.URL = &url.URL{Scheme: "http", Host: loopback.Address()}
	etcd.Configure().Set("listen-peer-urls", "http://"+loopback.Address())
	api.Address, api.Port, err = net.SplitHostPort(loopback.Address())
	return err
}

// prepare creates the client and kubectl's kubeconfig.
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

// Stop stops the API server and removes its data.
func (s *Server) Stop() error {
	return errors.Join(s.environment.Stop(), os.RemoveAll(s.folder))
}

// KubeConfigPath returns the path of an administrator's kubeconfig. Stop removes it.
func (s *Server) KubeConfigPath() string {
	return filepath.Join(s.folder, "kubeconfig")
}

// Kubectl runs kubectl as an administrator with input on stdin, and returns its output. The error is an *exec.ExitError
// if kubectl fails.
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

// newScheme returns a scheme with the operator's and Kubernetes' kinds.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme),
		apiextensionsv1.AddToScheme(scheme))
	if err != nil {
		return nil, fmt.Errorf("registering kinds: %w", err)
	}
	return scheme, nil
}

// moduleRoot returns the folder of go.mod, in or above the working directory, because go test runs each package in its
// own folder.
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
