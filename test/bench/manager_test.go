//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/fixture/loopback"
)

// endTimeout limits how long a process takes to end.
const endTimeout = time.Minute

// process is a program that is measured.
type process struct {
	proc
	t       *testing.T
	command *exec.Cmd
	began   time.Time
	ended   chan struct{} // closed
	broker  string        // the address of a manager's token broker
}

// startManager starts the manager as its Deployment does, with more flags.
func (w *world) startManager(flags ...string) *process {
	w.t.Helper()
	broker := loopback.Address()
	command := exec.CommandContext(context.Background(), w.program, append([]string{
		"--namespace=" + system, "--namespaces=" + customers, "--sync-image=registry.example/sync:1",
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--token-broker-bind-address=" + broker,
		fmt.Sprintf("--workers=%d", *workersFlag),
	}, flags...)...)
	command.Env = append(os.Environ(), "KUBECONFIG="+w.kubeconfig, "GOMEMLIMIT=921MiB")
	p := start(w.t, command)
	p.broker = broker
	return p
}

// start starts a program. Its log is printed if the test fails.
func start(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	must(t, err)
	command.Stderr, command.Stdout = log, log
	p := &process{t: t, command: command, began: time.Now(), ended: make(chan struct{})}
	must(t, command.Start())
	p.proc = proc(command.Process.Pid)
	go func() {
		_ = command.Wait() // ProcessState has the result
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill() // a no-op if it has ended
		<-p.ended
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", command.Path, tail(log.Name()))
		}
		_ = log.Close()
	})
	return p
}

// stop ends the process with a signal and waits for it.
func (p *process) stop(signal syscall.Signal) {
	p.t.Helper()
	must(p.t, p.command.Process.Signal(signal))
	p.wait(endTimeout)
}

// wait waits for the end of the process.
func (p *process) wait(patience time.Duration) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%s did not end within %s", p.command.Path, patience)
	}
}

// total returns the time that a process that has ended computed.
func (p *process) total() time.Duration {
	return p.command.ProcessState.UserTime() + p.command.ProcessState.SystemTime()
}

// tail returns the last 4,000 bytes of a file.
func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-4000):])
}
