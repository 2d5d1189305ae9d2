package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// patience bounds the wait for a condition.
const patience = time.Minute

// start starts the worker as its Job does. The channel receives its end.
func (w *world) start() (*exec.Cmd, <-chan error) {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	c := exec.CommandContext(context.Background(), self, w.args()...)
	c.Env = append(append(os.Environ(), w.variables()...), processVariable+"="+asWorker)
	c.Stderr = w.logged
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- c.Wait()
		close(ended)
	}()
	w.t.Cleanup(func() {
		_ = c.Process.Kill() // if the test failed
		for range ended {    // wait
			continue
		}
	})
	return c, ended
}

// exit waits for the worker's end and returns its exit code.
func (w *world) exit(ended <-chan error) int {
	w.t.Helper()
	select {
	case err := <-ended:
		if err == nil {
			return 0
		}
		code, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			w.t.Fatal(err)
		}
		return code.ExitCode()
	case <-time.After(patience):
		w.t.Fatal("the worker did not end")
		return -1
	}
}

func TestProcess(t *testing.T) {
	w := newWorld(t)
	_, ended := w.start()
	if code := w.exit(ended); code != 0 {
		t.Errorf("exit code %d: %s", code, w.logged)
	}
	if got := w.report(); got.Outcome != runreport.Succeeded {
		t.Errorf("got %+v", got)
	}
	w.checkHides("")
}

// TestProcessFails checks the exit code of a failed run.
func TestProcessFails(t *testing.T) {
	w := newWorld(t)
	w.hrm.set(outboundtest.Says(401, hrmToken))
	_, ended := w.start()
	if code := w.exit(ended); code != 1 {
		t.Errorf("exit code %d: %s", code, w.logged)
	}
	if got := w.ended(); got != failed(runreport.HRMUnauthorized) {
		t.Errorf("got %+v", got)
	}
	w.checkHides("")
}

// TestProcessIsInterrupted sends SIGTERM while the worker waits for a service, and while it pauses.
func TestProcessIsInterrupted(t *testing.T) {
	for name, tc := range map[string]struct {
		reason  string
		pick    func(*world) *service
		handler http.HandlerFunc
	}{
		"HRM": {
			reason: "the HRM system does not respond", pick: func(w *world) *service { return w.hrm },
			handler: outboundtest.Silent,
		},
		"broker": {
			reason: "the broker does not respond", pick: func(w *world) *service { return w.broker },
			handler: outboundtest.Silent,
		},
		"NAV": {
			reason: "NAV sends without end", pick: func(w *world) *service { return w.nav },
			handler: outboundtest.Drip,
		},
		"waiting": {
			reason: "the worker pauses after a Retry-After", pick: func(w *world) *service { return w.broker },
			handler: busy,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			entered := make(chan struct{}, 1)
			tc.pick(w).set(func(rw http.ResponseWriter, r *http.Request) {
				entered <- struct{}{}
				tc.handler(rw, r)
			})
			c, ended := w.start()
			select {
			case <-entered:
			case <-time.After(patience):
				t.Fatalf("%s: no request", tc.reason)
			}
			if err := c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if code := w.exit(ended); code != 1 {
				t.Errorf("%s: exit code %d: %s", tc.reason, code, w.logged)
			}
			if got := w.ended(); got != failed(runreport.Interrupted) {
				t.Errorf("%s: got %+v: %s", tc.reason, got, w.logged)
			}
			w.checkHides("")
		})
	}
}

func busy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "50")
	w.WriteHeader(http.StatusServiceUnavailable)
}
