package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repo is a git repository of a test.
type repo struct {
	t    *testing.T
	root string
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t: t, root: t.TempDir()}
	r.git("init", "-q")
	return r
}

// git runs a command of git, with a fixed author and time.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", append([]string{"-C", r.root}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.test", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.test",
		"GIT_AUTHOR_DATE=1700000000 +0100", "GIT_COMMITTER_DATE=1700000000 +0100")
	out, err := output(cmd)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

func (r *repo) commit(subject string) string {
	r.t.Helper()
	r.git("commit", "-q", "--allow-empty", "-m", subject)
	return r.git("rev-parse", "HEAD")
}

// TestCheckVersion checks which versions are refused.
func TestCheckVersion(t *testing.T) {
	cases := map[string]struct {
		reason string
		valid  bool
	}{
		"v0.1.0":          {reason: "a release", valid: true},
		"v1.20.3-rc.1":    {reason: "a release candidate", valid: true},
		"":                {reason: "make release without VERSION"},
		"0.1.0":           {reason: "Go and tags have a leading v"},
		"v1.0":            {reason: "a patch is missing"},
		"v01.0.0":         {reason: "a number has no leading zero"},
		"v1.0.0-rc.01":    {reason: "nor has one of a candidate"},
		"v1.0.0+build":    {reason: "an image's tag has no plus"},
		"v1.0.0 ":         {reason: "a space"},
		"v1.0.0\nv1.0.0":  {reason: "two lines"},
		"v1.0.0-rc..1":    {reason: "an empty part"},
		"v1.0.0; rm -rf/": {reason: "a command"},
	}
	for version, tc := range cases {
		t.Run(version, func(t *testing.T) {
			if err := checkVersion(version); (err == nil) != tc.valid {
				t.Errorf("%s: got error %v", tc.reason, err)
			}
		})
	}
}

// TestReadSource reads repositories in several states.
func TestReadSource(t *testing.T) {
	cases := map[string]struct {
		reason  string
		arrange func(*repo)
		epoch   string
		last    string
		seconds int64
		fails   string
	}{
		"first": {
			reason: "there was no release before", arrange: func(*repo) {}, seconds: 1_700_000_000,
		},
		"second": {
			reason: "the last release is an ancestor's tag",
			arrange: func(r *repo) {
				r.git("tag", "v0.1.0", "HEAD~1")
				r.git("tag", "vacuum", "HEAD")
				r.git("tag", "-a", "-m", "release", "v0.2.0")
			},
			last: "v0.1.0", seconds: 1_700_000_000,
		},
		"epoch": {
			reason: "SOURCE_DATE_EPOCH sets the time", arrange: func(*repo) {}, epoch: "1600000000", seconds: 1_600_000_000,
		},
		"wrong epoch": {
			reason: "a date is no epoch", arrange: func(*repo) {}, epoch: "2026-11-29", fails: "write seconds since 1970",
		},
		"changed file": {
			reason: "it could not be built again",
			arrange: func(r *repo) {
				if err := os.WriteFile(filepath.Join(r.root, "new.go"), nil, 0o600); err != nil {
					r.t.Fatal(err)
				}
			},
			fails: "commit or stash first:\n?? new.go",
		},
		"another commit's tag": {
			reason: "the version is taken", arrange: func(r *repo) { r.git("tag", "v0.2.0", "HEAD~1") },
			fails: "tag v0.2.0 is not at HEAD",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.commit("one")
			head := r.commit("two")
			tc.arrange(r)
			if tc.epoch != "" {
				t.Setenv("SOURCE_DATE_EPOCH", tc.epoch)
			}
			got, err := readSource(t.Context(), r.root, "v0.2.0")
			if tc.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fails) {
					t.Errorf("%s: got error %v, want one that contains %q", tc.reason, err, tc.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.commit != head || got.last != tc.last || got.time.Unix() != tc.seconds {
				t.Errorf("%s: got %+v, want last %q and time %d", tc.reason, got, tc.last, tc.seconds)
			}
		})
	}
}

// TestNotes groups commits by part, and takes the version's section of the change log.
func TestNotes(t *testing.T) {
	got := byPart([]string{"portal: show versions", "Merge nothing", "hack/image: write archives", "portal: log out", ""})
	want := "\n### hack/image\n\n- write archives\n\n### portal\n\n- show versions\n- log out\n" +
		"\n### others\n\n- Merge nothing\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commits, -want +got:\n%s", diff)
	}
	log := "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [0.1.0] - 2026-12-01\n\n- first\n"
	for version, want := range map[string]string{"v0.1.0": "- first\n", "v0.2.0": "- new\n"} {
		if got := changes(log, version); got != want {
			t.Errorf("changes of %s are %q, want %q", version, got, want)
		}
	}
	if got := changes("# Changelog\n", "v0.1.0"); got != "" {
		t.Errorf("changes of an empty log are %q", got)
	}
}
