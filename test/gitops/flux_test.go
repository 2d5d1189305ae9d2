//go:build e2e

package gitops

import (
	"context"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gitAddress is where the repository is served; test/gitops/repository/clusters names it.
const gitAddress = "127.0.0.1:18200"

// patience is how long a test waits for a condition before it fails.
const patience = 4 * time.Minute

// repository is a team's git repository: config, examples and this test's overlay of them.
type repository struct {
	t      *testing.T
	folder string
}

// newRepository copies the folders from the checkout, commits them, and serves the repository by git's own CGI program.
func newRepository(t *testing.T, checkout string) *repository {
	t.Helper()
	r := &repository{t: t, folder: filepath.Join(t.TempDir(), "repository")}
	for _, folder := range []string{"config", "examples", "test/gitops/repository"} {
		if err := os.CopyFS(filepath.Join(r.folder, folder), os.DirFS(filepath.Join(checkout, folder))); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "git", "-C", r.folder, "init", "-q", "-b", "main")
	r.commit("Add the integrations")
	r.serve()
	return r
}

// serve serves the repository over HTTP until the test ends.
func (r *repository) serve() {
	r.t.Helper()
	handler := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(run(r.t, "git", "--exec-path")), "git-http-backend"),
		Env: []string{
			"GIT_PROJECT_ROOT=" + filepath.Dir(r.folder), "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		},
	}
	listener, err := (&net.ListenConfig{}).Listen(r.t.Context(), "tcp", gitAddress)
	if err != nil {
		r.t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(listener) }()
	r.t.Cleanup(func() { _ = server.Close() })
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

// startFlux starts Flux's controllers as processes in the cluster's network, with an administrator's rights.
func startFlux(t *testing.T, programs string) {
	t.Helper()
	storage := t.TempDir()
	start(t, filepath.Join(programs, "source-controller"), "--storage-path="+storage, "--storage-addr=127.0.0.1:18201",
		"--storage-adv-addr=127.0.0.1:18201", "--metrics-addr=:0", "--health-addr=127.0.0.1:18202", "--events-addr=")
	start(t, filepath.Join(programs, "kustomize-controller"), "--metrics-addr=:0", "--health-addr=127.0.0.1:18203",
		"--events-addr=", "--requeue-dependency=5s")
}

// start starts a program until the test ends. Its log is a file beside the cluster's.
func start(t *testing.T, program string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(os.Getenv("LOGS"), filepath.Base(program)+".log")) //nolint:gosec // hack/e2e-gitops.sh names it.
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.Background(), program, args...) //nolint:gosec // Flux's programs.
	command.Env = append(os.Environ(), "RUNTIME_NAMESPACE=flux-system")
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = log.Close()
	})
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
