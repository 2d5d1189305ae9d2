package syncing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/test/sample"
)

// process is the manager as a process.
type process struct {
	*world
	command *exec.Cmd
	log     *logged
	ended   chan error
}

// startProcess starts the manager for the world's namespace, with more flags. It kills itself at the failpoint place,
// unless that is "".
func (w *world) startProcess(place string, flags ...string) *process {
	w.t.Helper()
	binary, err := server.BuildManager()
	w.must(err)
	p := &process{world: w, log: &logged{}, ended: make(chan error, 1)}
	p.command = exec.CommandContext(context.Background(), binary, append([]string{
		"--sync-image=" + syncImage, "--token-broker-bind-address=127.0.0.1:0",
		"--namespace=" + w.name, "--namespaces=" + w.name, "--leader-elect=false",
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--log-level=debug",
	}, flags...)...)
	p.command.Env = append(os.Environ(), "KUBECONFIG="+server.KubeConfigPath(), failpoint.Environment+"="+place)
	p.command.Stderr = io.MultiWriter(p.log, w.t.Output())
	w.must(p.command.Start())
	go func() {
		p.ended <- p.command.Wait()
		close(p.ended)
	}()
	w.t.Cleanup(func() {
		_ = p.command.Process.Kill() // if the test failed
		for range p.ended {          // wait
			continue
		}
	})
	return p
}

// killed waits until the manager has killed itself.
func (p *process) killed() {
	p.t.Helper()
	select {
	case err := <-p.ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			p.t.Fatalf("the manager did not kill itself, but ended with %v", err)
		}
	case <-time.After(patience):
		p.t.Fatal("the manager did not kill itself")
	}
}

// stop sends SIGTERM to the manager and waits for its end.
func (p *process) stop() {
	p.t.Helper()
	p.must(p.command.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.ended:
		p.must(err)
	case <-time.After(patience):
		p.t.Fatal("the manager did not end")
	}
}

// until waits until the Supplier's credentials are proved, the manager has reconciled, and a condition holds.
func (p *process) until(what string, holds func() bool) {
	p.t.Helper()
	eventually(p.t, what, func() bool {
		return sample.StatusOf(p.supplier().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved" &&
			p.log.has("Reconciled") && holds()
	})
}

// logged is the log of a process.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.text.Bytes(), []byte(text))
}

// field returns a field of the first line with a message, "" if there is none yet.
func (l *logged) field(message, name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.text.Bytes()) {
		var fields map[string]any
		if json.Unmarshal(line, &fields) == nil && fields["msg"] == message {
			value, _ := fields[name].(string)
			return value
		}
	}
	return ""
}
