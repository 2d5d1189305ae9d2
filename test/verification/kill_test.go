package verification

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/failpoint"
)

// TestKilled kills the manager's own process after the authority answered and before the status is written, and after
// it was written; another manager then brings the customer to the state that an undisturbed one does.
func TestKilled(t *testing.T) {
	binary := buildManager(t)
	undisturbed := func() v1alpha1.CustomerIntegrationStatus {
		w := newWorld(t, server.Client, time.Now, 6*time.Hour)
		key := w.addCustomer(tiger)
		w.delegate(tiger)
		w.runUntilVerified(binary)
		return w.statusOf(key)
	}()
	cases := map[string]struct {
		reason  string
		written bool // before the kill
		asked   int  // by the second manager
	}{
		failpoint.CustomerAnswered: {reason: "the answer is lost and asked for again", written: false, asked: 1},
		failpoint.CustomerWritten:  {reason: "the answer was kept and no request is sent again", written: true, asked: 0},
	}
	for place, c := range cases {
		t.Run(place, func(t *testing.T) {
			w := newWorld(t, server.Client, time.Now, 6*time.Hour)
			key := w.addCustomer(tiger)
			w.delegate(tiger)
			w.runUntilKilled(binary, place)
			if n := w.tokenRequests(tiger); n != 1 {
				t.Errorf("asked %d times before the kill, want 1", n)
			}
			if written := len(w.customer(key).Status.Conditions) > 0; written != c.written {
				t.Errorf("%s: status written before the kill: %t, want %t", c.reason, written, c.written)
			}
			w.simulator.Recorder.Reset()
			w.runUntilVerified(binary)
			if n := w.tokenRequests(tiger); n != c.asked {
				t.Errorf("%s: asked %d times after the kill, want %d", c.reason, n, c.asked)
			}
			if diff := cmp.Diff(undisturbed, w.statusOf(key), withoutTimes); diff != "" {
				t.Errorf("%s: another end state (-undisturbed +killed):\n%s", c.reason, diff)
			}
		})
	}
}

// statusOf returns the customer's status without the simulator's address, which every world has its own of.
func (w *world) statusOf(key client.ObjectKey) v1alpha1.CustomerIntegrationStatus {
	status := w.customer(key).Status
	status.Authority.Issuer = ""
	return status
}

// withoutTimes compares statuses but for their times.
var withoutTimes = cmpopts.IgnoreTypes(metav1.Time{}, &metav1.Time{})

func buildManager(t *testing.T) string {
	t.Helper()
	binary, err := server.BuildManager()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// start starts the manager's process for the world's namespace.
func (w *world) start(binary, place string) (*exec.Cmd, *logged) {
	w.t.Helper()
	cmd := exec.CommandContext(context.Background(), binary,
		"--sync-image=none", "--token-broker-bind-address=127.0.0.1:0",
		"--namespace="+w.name, "--namespaces="+w.name, "--leader-elect=false",
		"--metrics-bind-address=0", "--health-probe-bind-address=0", "--log-level=debug")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+server.KubeConfigPath(), failpoint.Environment+"="+place)
	var log logged
	cmd.Stderr = io.MultiWriter(&log, w.t.Output())
	w.must(cmd.Start())
	return cmd, &log
}

// logged is what a process has written so far.
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
	return strings.Contains(l.text.String(), text)
}

// runUntilKilled runs the manager until it kills itself at the place.
func (w *world) runUntilKilled(binary, place string) {
	w.t.Helper()
	cmd, _ := w.start(binary, place)
	watchdog := time.AfterFunc(patience, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer watchdog.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		w.t.Fatalf("the manager did not kill itself at %s: %v", place, err)
	}
}

// runUntilVerified runs the manager until it has looked at the customer, and the customer and the Supplier are
// verified.
func (w *world) runUntilVerified(binary string) {
	w.t.Helper()
	cmd, log := w.start(binary, "")
	eventually(w.t, "a verified customer and Supplier", func() bool {
		return log.has("Reconciled") && w.verified("True Delegated") == 1 &&
			says(w.current().Status.Conditions, v1alpha1.ConditionReady) == "True CredentialsProved"
	})
	w.must(cmd.Process.Signal(syscall.SIGTERM))
	w.must(cmd.Wait())
}
