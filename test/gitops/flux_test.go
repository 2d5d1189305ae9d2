//go:build e2e

package gitops

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for a condition before it fails.
const patience = 4 * time.Minute

// repository is a team's git repository, which examples/gitops/create.sh has made and hack/flux.sh serves to Flux.
type repository struct {
	t      *testing.T
	folder string
}

// commit commits all changes and returns the commit's hash.
func (r *repository) commit(subject string) string {
	r.t.Helper()
	run(r.t, "git", "-C", r.folder, "add", "-A")
	run(r.t, "git", "-C", r.folder, "-c", "user.name=team", "-c", "user.email=team@4human.example", "commit", "-qm", subject)
	return strings.TrimSpace(run(r.t, "git", "-C", r.folder, "rev-parse", "HEAD"))
}

// edit replaces a text in a file of the repository.
func (r *repository) edit(path, old, replacement string) {
	r.t.Helper()
	path = filepath.Join(r.folder, path)
	text, err := os.ReadFile(path) //nolint:gosec // The test's own file.
	if err != nil {
		r.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		r.t.Fatalf("%s does not contain %q", path, old)
	}
	changed := strings.ReplaceAll(string(text), old, replacement)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil { //nolint:gosec // The test's own file.
		r.t.Fatal(err)
	}
}

// run returns the output of a program, which must succeed.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := try(t, program, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return out
}

func try(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput() //nolint:gosec // The test's own arguments.
	return string(out), err
}

// await waits until a function returns "", and fails with its last result.
func await(t *testing.T, missing func() string) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		last := missing()
		if last == "" {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", last)
		case <-tick.C:
		}
	}
}
