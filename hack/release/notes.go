package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// part matches a commit's subject that begins with the part that it touches.
var part = regexp.MustCompile(`^([a-z][\w./-]*): (.+)$`)

// writeNotes writes the release's notes: its section of CHANGELOG.md, and the commits since the last release by part.
func (r *release) writeNotes(ctx context.Context) error {
	changelog, err := os.ReadFile(filepath.Join(r.root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", r.version, changes(string(changelog), r.version))
	fmt.Fprintf(&b, "Upgrade: [docs/upgrade.md](%s/blob/%s/docs/upgrade.md). Commit: `%s`. Built with %s.\n",
		repository, r.version, r.source.commit, runtime.Version())
	if r.source.last != "" {
		subjects, err := git(ctx, r.root, "log", "--no-merges", "--format=%s", r.source.last+"..HEAD")
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n## Commits since %s\n%s", r.source.last, byPart(strings.Split(subjects, "\n")))
	}
	return r.write("release-notes.md", []byte(b.String()))
}

// changes returns the section of a version in the change log, or else that of what is not released.
func changes(changelog, version string) string {
	for _, name := range []string{strings.TrimPrefix(version, "v"), "Unreleased"} {
		_, section, found := strings.Cut(changelog, "\n## ["+name+"]")
		if !found {
			continue
		}
		_, section, _ = strings.Cut(section, "\n")
		section, _, _ = strings.Cut(section, "\n## ")
		return strings.TrimSpace(section) + "\n"
	}
	return ""
}

// byPart returns a list of subjects, grouped by the part that they name.
func byPart(subjects []string) string {
	const others = "others"
	groups := map[string][]string{}
	for _, subject := range subjects {
		group, text := others, subject
		if m := part.FindStringSubmatch(subject); m != nil {
			group, text = m[1], m[2]
		}
		if text != "" {
			groups[group] = append(groups[group], text)
		}
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { // others last
		return strings.Compare(strings.Replace(a, others, "~", 1), strings.Replace(b, others, "~", 1))
	})
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "\n### %s\n\n", name)
		for _, text := range groups[name] {
			fmt.Fprintf(&b, "- %s\n", text)
		}
	}
	return b.String()
}
