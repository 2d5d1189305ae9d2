package apiserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Snapshot copies etcd's data for Restore. It restarts the API server.
func (s *Server) Snapshot() error {
	return s.whileStopped(func() error { return replace(s.snapshotPath(), s.etcdPath()) })
}

// Restore resets etcd to the last Snapshot, with its revision, as a restore of a backup does. It restarts the API
// server.
func (s *Server) Restore() error {
	return s.whileStopped(func() error { return replace(s.etcdPath(), s.snapshotPath()) })
}

// whileStopped calls do while neither the API server nor etcd runs.
func (s *Server) whileStopped(do func() error) error {
	plane := &s.environment.ControlPlane
	err := errors.Join(plane.GetAPIServer().Stop(), plane.Etcd.Stop())
	if err == nil {
		err = do()
	}
	if err != nil {
		return fmt.Errorf("while the control plane is stopped: %w", err)
	}
	if err := plane.Etcd.Start(); err != nil {
		return fmt.Errorf("starting etcd again: %w", err)
	}
	if err := plane.GetAPIServer().Start(); err != nil {
		return fmt.Errorf("starting the API server again: %w", err)
	}
	return nil
}

// replace replaces a folder by a copy of another one.
func replace(folder, by string) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing %s: %w", folder, err)
	}
	if err := os.CopyFS(folder, os.DirFS(by)); err != nil {
		return fmt.Errorf("copying %s: %w", by, err)
	}
	return os.Chmod(folder, 0o700) //nolint:gosec,wrapcheck // etcd wants its folder so.
}

func (s *Server) etcdPath() string     { return filepath.Join(s.folder, "etcd") }
func (s *Server) snapshotPath() string { return filepath.Join(s.folder, "snapshot") }
func (s *Server) certsPath() string    { return filepath.Join(s.folder, "certs") }
