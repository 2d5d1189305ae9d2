package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// semver matches a semantic version with a leading v. Build metadata is left out: a tag of an image has no "+".
var semver = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
	`(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?$`)

// source is what the release is built from.
type source struct {
	commit string    // hash
	time   time.Time // of the commit, or SOURCE_DATE_EPOCH
	last   string    // tag of the last release; "" if there is none
}

// checkVersion fails unless the version is semantic.
func checkVersion(version string) error {
	if !semver.MatchString(version) {
		return fmt.Errorf("VERSION is %q; write a semantic version with a leading v and without build metadata, "+
			"such as v0.1.0 or v1.0.0-rc.1", version)
	}
	return nil
}

// readSource reads the state of the repository. It fails if the release could not be built again from a commit: if
// files are changed, or the version's tag is at another commit.
func readSource(ctx context.Context, root, version string) (source, error) {
	changed, err := git(ctx, root, "status", "--porcelain")
	if err != nil {
		return source{}, err
	}
	if changed != "" {
		return source{}, errors.New("the release must be built from a commit; commit or stash first:\n" + changed)
	}
	var s source
	if s.commit, err = git(ctx, root, "rev-parse", "HEAD"); err != nil {
		return source{}, err
	}
	tagged, err := git(ctx, root, "for-each-ref", "--format=%(objectname)%(*objectname)", "refs/tags/"+version)
	if err != nil {
		return source{}, err
	}
	if tagged != "" && !strings.HasSuffix(tagged, s.commit) {
		return source{}, fmt.Errorf("tag %s is not at HEAD: check it out, or choose another VERSION", version)
	}
	if s.time, err = readTime(ctx, root); err != nil {
		return source{}, err
	}
	tags, err := git(ctx, root, "tag", "--merged=HEAD", "--list", "v[0-9]*", "--sort=-creatordate")
	if err != nil {
		return source{}, err
	}
	for tag := range strings.FieldsSeq(tags) {
		if tag != version && semver.MatchString(tag) {
			s.last = tag
			break
		}
	}
	return s, nil
}

// readTime returns SOURCE_DATE_EPOCH, or else the commit's time.
func readTime(ctx context.Context, root string) (time.Time, error) {
	text, given := os.LookupEnv("SOURCE_DATE_EPOCH")
	if !given {
		var err error
		if text, err = git(ctx, root, "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q; write seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// git returns the output of a git command, without the line break at its end.
func git(ctx context.Context, root string, args ...string) (string, error) {
	out, err := output(exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...)) //nolint:gosec // our own
	return strings.TrimRight(out, "\n"), err
}

// output returns what a command prints. Its errors are part of the error.
func output(cmd *exec.Cmd) (string, error) {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return string(out), nil
}
