package apiserver

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/failpoint"
)

// endTimeout limits how long a manager takes to end.
const endTimeout = 2 * time.Minute

// Manager is the manager as a process.
type Manager struct {
	// Log is what it has logged so far.
	Log *Log
	// Ended receives how it ended, and is then closed.
	Ended <-chan error

	t       testing.TB
	command *exec.Cmd
}

// StartManager starts the manager for a namespace, with more flags. It kills itself at the failpoint place, unless that
// is "". If the test fails, it prints the end of the manager's log.
func (s *Server) StartManager(t testing.TB, namespace, place string, flags ...string) *Manager {
	t.Helper()
	program, err := s.manager()
	if err != nil {
		t.Fatal(err)
	}
	m := &Manager{Log: &Log{}, t: t}
	m.command = exec.CommandContext(context.Background(), program, append([]string{ //nolint:gosec // Tests choose the flags.
		"--token-broker-bind-address=127.0.0.1:0", "--namespace=" + namespace, "--namespaces=" + namespace,
		"--leader-elect=false", "--metrics-bind-address=0", "--health-probe-bind-address=0", "--log-level=debug",
	}, flags...)...)
	m.command.Env = append(os.Environ(), //nolint:forbidigo // The process has the test's environment.
		"KUBECONFIG="+s.KubeConfigPath(), failpoint.Environment+"="+place)
	m.command.Stderr = m.Log
	if err := m.command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	m.Ended = ended
	go func() {
		ended <- m.command.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = m.command.Process.Kill() // if the test failed
		for range ended {            // wait
			continue
		}
		m.Log.printIfFailed(t)
	})
	return m
}

// AwaitKill waits until the manager has killed itself.
func (m *Manager) AwaitKill() {
	m.t.Helper()
	err := m.awaitEnd()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if exit == nil {
		m.t.Fatalf("the manager did not kill itself, but ended with %v", err)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		m.t.Fatalf("the manager did not kill itself, but ended with %v", err)
	}
}

// Stop sends SIGTERM to the manager and waits for its end.
func (m *Manager) Stop() {
	m.t.Helper()
	if err := m.command.Process.Signal(syscall.SIGTERM); err != nil {
		m.t.Fatal(err)
	}
	if err := m.awaitEnd(); err != nil {
		m.t.Fatal(err)
	}
}

// awaitEnd waits until the manager has ended, and returns how.
func (m *Manager) awaitEnd() error {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	select {
	case err := <-m.Ended:
		return err
	case <-ctx.Done():
		m.t.Fatal("the manager does not end")
		return nil
	}
}
