package apiserver

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// buildManager builds the manager with failpoints and returns the program's path. Stop removes the program.
func (s *Server) buildManager() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	program := filepath.Join(s.folder, "manager")
	build := exec.CommandContext(context.Background(), //nolint:gosec // The folders are the test's own.
		"go", "build", "-C", root, "-buildvcs=false", "-ldflags=-s -w", "-tags=failpoints", "-o", program, "./cmd/manager")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the manager: %w\n%s", err, out)
	}
	return program, nil
}
