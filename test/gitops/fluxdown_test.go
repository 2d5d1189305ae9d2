package gitops

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFluxDown verifies that flux.sh down ends what it started and nothing else, and says what it did not end.
func TestFluxDown(t *testing.T) {
	here, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		t.Skip("no /proc")
	}
	cases := map[string]struct {
		reason    string
		program   string // that runs
		replace   bool   // the program's file is built anew
		gone      bool   // the program has ended before
		namespace string
		says      string
		fails     bool
		runs      bool // afterwards
	}{
		"running": {reason: "it is ended", program: "git-server", namespace: here},
		"rebuilt": {reason: "its file is deleted, and it still runs", program: "git-server", replace: true, namespace: here},
		"ended":   {reason: "the file is stale", program: "git-server", gone: true, namespace: here, says: "had ended\n"},
		"another program": {
			reason: "the pid was used again", program: "other", namespace: here, says: "is another program", runs: true,
		},
		"another namespace": {
			reason: "the pid is another process's here", program: "git-server", namespace: "pid:[1]",
			says: "another PID namespace", fails: true, runs: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			script, program := folder+"/hack/flux.sh", folder+"/bin/flux/"+c.program
			copyFile(t, root+"/hack/flux.sh", script)
			process, ended := sleeper(t, program)
			if c.gone {
				_ = process.Kill()
				<-ended
			}
			if c.replace {
				_ = os.Remove(program)
			}
			file := folder + "/.flux/git-server.pid"
			writeFile(t, file, fmt.Sprintf("%d %s\n", process.Pid, c.namespace), 0o600)
			out, err := exec.CommandContext(t.Context(), script, "down").CombinedOutput()
			if (err != nil) != c.fails || !strings.Contains(string(out), c.says) || c.says == "" && len(out) > 0 {
				t.Errorf("%s: %v, %s", c.reason, err, out)
			}
			if _, err := os.Stat(file); (err == nil) != c.fails {
				t.Errorf("%s: the pid file: %v", c.reason, err)
			}
			within := time.Minute
			if c.runs {
				within = 200 * time.Millisecond
			}
			if runs := !isClosed(ended, within); runs != c.runs {
				t.Errorf("%s: it still runs %t, want %t", c.reason, runs, c.runs)
			}
		})
	}
}

// sleeper starts a copy of sleep. The channel is closed when it has ended.
func sleeper(t *testing.T, program string) (*os.Process, <-chan struct{}) {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	copyFile(t, sleep, program)
	process := exec.CommandContext(t.Context(), program, "600")
	process.Args[0] = "sleep" // a program of several names acts by it
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	return process.Process, ended
}

// isClosed reports whether a channel is closed within a time.
func isClosed(c <-chan struct{}, within time.Duration) bool {
	select {
	case <-c:
		return true
	case <-time.After(within):
		return false
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Clean(from))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, string(content), 0o700)
}

func writeFile(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
