// Command release writes all files of a release: images, manifests, CRDs, kubectl's plugin, software bills of
// materials, notes and checksums. The same commit, version and Go result in the same files, byte for byte, in every
// folder.
//
//	release -version v0.1.0
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// repository is where the source and its releases are.
const repository = "https://github.com/4human/integration-operator"

// release is a release in the making.
type release struct {
	root      string // folder of the source
	out       string // folder of the release's files
	work      string // folder of intermediate files
	version   string // semantic, with a leading v
	registry  string // registry and path of the images
	downloads string // URL below which the release's files will be, without the version
	image     string // program hack/image
	sbom      string // program cyclonedx-gomod
	source    source
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and so does its handler of signals
	}
}

func run(ctx context.Context, args []string) error {
	var r release
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	f.StringVar(&r.version, "version", "", "semantic version, such as v0.1.0 (required)")
	f.StringVar(&r.registry, "registry", "ghcr.io/4human", "registry and path of the images")
	f.StringVar(&r.downloads, "downloads", repository+"/releases/download",
		"URL below which the release's files will be, in a folder of the version's name")
	dryRun := f.Bool("dry-run", false, "only check that the release can be built, and print of what")
	f.StringVar(&r.image, "image", "bin/cluster/image", "program of hack/image")
	f.StringVar(&r.sbom, "sbom", "bin/cyclonedx-gomod", "program cyclonedx-gomod")
	if err := f.Parse(args); err != nil {
		return err
	}
	r.out = "dist" // where hack/chart/package.sh writes too
	for _, path := range []*string{&r.out, &r.image, &r.sbom} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	r.root = "."
	if err := r.plan(ctx); err != nil || *dryRun {
		return err
	}
	return r.make(ctx)
}

// plan reads the source, and prints what will be built.
func (r *release) plan(ctx context.Context) error {
	if err := checkVersion(r.version); err != nil {
		return err
	}
	var err error
	if r.source, err = readSource(ctx, r.root, r.version); err != nil {
		return err
	}
	fmt.Printf("release: %s of commit %.12s, last release %s, images for %s\n",
		r.version, r.source.commit, cmp.Or(r.source.last, "none"), r.registry)
	return nil
}

// make writes the release.
func (r *release) make(ctx context.Context) error {
	if err := emptyFolder(r.out); err != nil {
		return err
	}
	var err error
	if r.work, err = os.MkdirTemp("", "release-"); err != nil {
		return fmt.Errorf("making a folder for programs: %w", err)
	}
	defer func() { _ = os.RemoveAll(r.work) }()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"programs", r.buildPrograms},
		{"images", r.writeImages},
		{"manifests", r.writeManifests},
		{"schemas", r.writeSchemas},
		{"chart", r.writeChart},
		{"plugin", r.writePlugin},
		{"software bills of materials", r.writeSBOMs},
		{"notes", r.writeNotes},
		{"checksums", r.writeChecksums},
	} {
		fmt.Println("release:", step.name)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	fmt.Printf("release: %s is in %s\n", r.version, r.out)
	return nil
}

// emptyFolder makes a folder, and fails if it has files.
func emptyFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil { //nolint:gosec // files of a release are public
		return err
	}
	files, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return errors.New(path + " is not empty: remove it first")
	}
	return nil
}
