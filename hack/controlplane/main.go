// Command controlplane runs the kube-apiserver and etcd of $KUBEBUILDER_ASSETS until SIGINT or SIGTERM. The demo uses
// it where no real cluster can run.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: controlplane FILE, to which it writes an administrator's kubeconfig when the "+
			"server is ready")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(1)
	}
}

func run(kubeconfig string) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	existing := false
	env := &envtest.Environment{UseExistingCluster: &existing}
	defer func() { err = errors.Join(err, env.Stop()) }()
	if _, err := env.Start(); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	if err := write(kubeconfig, env.KubeConfig); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// write writes the file atomically.
func write(path string, content []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, content, 0o600); err != nil { //nolint:gosec // The caller chooses the path.
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	if err := os.Rename(part, path); err != nil { //nolint:gosec // The caller chooses the path.
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return nil
}
