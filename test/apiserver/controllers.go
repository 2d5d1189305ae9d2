package apiserver

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// StartControllers starts some of Kubernetes' own controllers, in all namespaces, until the test ends. If the test
// fails, it prints the end of their log.
func (s *Server) StartControllers(t testing.TB, names ...string) {
	t.Helper()
	log := &Log{}
	command := exec.CommandContext(context.Background(), filepath.Join(s.assets, "kube-controller-manager"), //nolint:gosec // Tests choose the names.
		"--controllers="+strings.Join(names, ","), "--kubeconfig="+s.KubeConfigPath(), "--leader-elect=false",
		"--cert-dir="+t.TempDir(), "--bind-address=127.0.0.1", "--secure-port=0")
	command.Stderr = log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		log.printIfFailed(t)
	})
}
