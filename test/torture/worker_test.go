package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/4human/integration-operator/internal/runreport"
)

// workers runs the workers of all customers, and kills and freezes them.
type workers struct {
	program string
	folder  string
	// lease and deadline are the times of plans.
	lease, deadline time.Duration
	// frozenFor bounds how long a worker is frozen.
	frozenFor time.Duration

	mu       sync.Mutex
	random   *rand.Rand
	kills    int
	freezes  int
	runs     int
	injuries []injury
}

// injury records that a worker was killed or frozen.
type injury struct {
	customer string
	from, to time.Time
}

// run is one run of one service for one customer.
type run struct {
	customer *customer
	service  string
	// gently means that the run is not disturbed.
	gently bool
}

// timeout bounds the run. An undisturbed one is never cut short, also on a machine that does other work.
func (r run) timeout() string {
	if r.gently {
		return "--timeout=10m"
	}
	return "--timeout=1m"
}

// start runs a worker. It returns an error if an undisturbed one failed.
func (w *workers) start(ctx context.Context, in *world, r run) error {
	folder, err := os.MkdirTemp(w.folder, "run-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	report := filepath.Join(folder, "termination-log")
	c, err := in.command(ctx, w.program, r, "--plan-lease="+w.lease.String(), "--plan-deadline="+w.deadline.String(),
		"--termination-log="+report, r.timeout())
	if err != nil {
		return err
	}
	c.Stdout, c.Stderr = log, log
	c.Env = append(c.Env, "GOMAXPROCS=1")
	if err := c.Start(); err != nil {
		return fmt.Errorf("starting a worker: %w", err)
	}
	ended := make(chan struct{})
	var hurt sync.WaitGroup
	if !r.gently {
		hurt.Go(func() { w.hurt(r, c.Process, ended) })
	}
	err = c.Wait()
	close(ended)
	hurt.Wait()
	w.count()
	if leak := leaks(log.Name(), report); leak != "" {
		return fmt.Errorf("a worker of %s leaked %s", r.customer.number, leak)
	}
	if err != nil && c.ProcessState == nil {
		return fmt.Errorf("waiting for a worker: %w", err)
	}
	if code := c.ProcessState.ExitCode(); code != 0 && r.mustSucceed() && !setAside(report) {
		return fmt.Errorf("an undisturbed run of %s ended with %d:\n%s", r.service, code, lastLines(log.Name()))
	}
	return nil
}

// mustSucceed reports whether nothing may keep the run from success. A run of plans fails if one is unknown.
func (r run) mustSucceed() bool { return r.gently && r.service != followUpPlans }

// lastLines returns the end of a file.
func lastLines(path string) string {
	text, _ := os.ReadFile(path)
	return string(text[max(0, len(text)-2000):])
}

// setAside reports whether a run failed only because of documents that it set aside. The checker sees the rest.
func setAside(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	report, err := runreport.Parse(string(text))
	unfit := []runreport.Reason{runreport.DocumentUnreadable, runreport.DocumentRefused, runreport.HRMBadResponse}
	return err == nil && slices.Contains(unfit, report.Reason)
}

// fate is how a worker is disturbed.
type fate struct {
	kill, freeze  bool
	after, frozen time.Duration
}

func (w *workers) draw() fate {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := fate{after: time.Duration(w.random.ExpFloat64() * float64(250*time.Millisecond))}
	switch n := w.random.IntN(10); {
	case n < 4:
		f.kill = true
	case n < 7:
		longest := int64(w.frozenFor) // long freezes find more than short ones, so the longer of two is taken
		f.freeze, f.frozen = true, time.Duration(max(w.random.Int64N(longest), w.random.Int64N(longest)))
		f.kill = w.random.IntN(4) == 0
	}
	return f
}

// hurt disturbs a worker.
func (w *workers) hurt(r run, p *os.Process, ended <-chan struct{}) {
	f := w.draw()
	if (!f.kill && !f.freeze) || wait(f.after, ended) {
		return
	}
	from := time.Now()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.injuries = append(w.injuries, injury{customer: r.customer.number, from: from, to: time.Now()})
	}()
	if f.freeze {
		_ = p.Signal(syscall.SIGSTOP)
		wait(f.frozen, ended)
		if !f.kill {
			_ = p.Signal(syscall.SIGCONT)
		}
	}
	w.mu.Lock()
	if f.freeze {
		w.freezes++
	}
	if f.kill {
		w.kills++
	}
	w.mu.Unlock()
	if f.kill {
		_ = p.Kill()
	}
}

// wait waits for d. It reports whether ended was closed before.
func wait(d time.Duration, ended <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

// causes returns the injuries as causes of unknown plans.
func (w *workers) causes() []cause {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]cause, 0, len(w.injuries))
	for _, i := range w.injuries {
		all = append(all, cause{customer: i.customer, from: i.from, to: i.to})
	}
	return all
}

func (w *workers) count() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs++
}

// build builds the worker and returns its path. overlay is the overlay file for go build, "" for none.
func build(ctx context.Context, folder, overlay string) (string, error) {
	program := filepath.Join(folder, "sync-"+strconv.FormatInt(time.Now().UnixNano(), 36))
	args := []string{"build", "-buildvcs=false", "-o", program}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	c := exec.CommandContext(ctx, "go", append(args, "github.com/4human/integration-operator/cmd/sync")...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the worker: %w\n%s", err, out)
	}
	return program, nil
}
