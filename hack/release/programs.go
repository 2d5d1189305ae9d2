package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const plugin = "kubectl-cint"

// containers are the programs that have an image, with the image's name.
var containers = []struct{ program, image string }{
	{"manager", "integration-operator"},
	{"sync", "integration-operator-sync"},
	{"portal", "integration-operator-portal"},
	{"simulator", "integration-operator-simulator"},
	{"hrm-conformance", "integration-operator-hrm-conformance"},
}

// platform is an operating system and an architecture, by Go's names.
type platform struct{ os, arch string }

func (p platform) String() string {
	return p.os + "_" + p.arch
}

// imagePlatforms and pluginPlatforms are those of the images and of the plugin.
var (
	imagePlatforms  = []platform{{"linux", "amd64"}, {"linux", "arm64"}}
	pluginPlatforms = []platform{
		{"linux", "amd64"},
		{"linux", "arm64"},
		{"darwin", "amd64"},
		{"darwin", "arm64"},
		{"windows", "amd64"},
		{"windows", "arm64"},
	}
)

// buildPrograms builds the plugin for each of its platforms, and what is in an image for Linux.
func (r *release) buildPrograms(ctx context.Context) error {
	for _, p := range pluginPlatforms {
		packages := []string{"./cmd/" + plugin}
		if p.os == "linux" {
			for _, c := range containers {
				packages = append(packages, "./cmd/"+c.program)
			}
		}
		if err := build(ctx, r.root, r.version, p, filepath.Join(r.work, p.String()), packages); err != nil {
			return err
		}
	}
	return nil
}

// build builds programs into a folder. What it writes depends on nothing but the source, the version and Go.
func build(ctx context.Context, root, version string, p platform, to string, packages []string) error {
	stamp := exec.CommandContext(ctx, "hack/version.sh")
	stamp.Dir = root
	stamp.Env = append(os.Environ(), "VERSION="+version)
	flags, err := output(stamp)
	if err != nil {
		return err
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + flags, "-o", to + string(filepath.Separator)}
	args = slices.Concat(args, packages)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the source's own packages
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+p.os, "GOARCH="+p.arch,
		"CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=")
	_, err = output(cmd)
	return err
}
