package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// writeImages writes an OCI archive per image, with all platforms, and a list of their names with digests.
func (r *release) writeImages(ctx context.Context) error {
	platforms := make([]string, 0, len(imagePlatforms))
	for _, p := range imagePlatforms {
		platforms = append(platforms, p.os+"/"+p.arch)
	}
	var digests strings.Builder
	for _, c := range containers {
		args := []string{
			"-name", r.imageName(c.image), "-out", filepath.Join(r.out, c.image+"-"+r.version+".oci.tar"),
			"-platforms", strings.Join(platforms, ","), "-created", strconv.FormatInt(r.source.time.Unix(), 10),
			"-entrypoint", "/" + c.program, "-user", "65532:65532",
		}
		files := []string{filepath.Join(r.work, "{os}_{arch}", c.program) + "=/" + c.program}
		args = slices.Concat(args, r.annotationArgs(c.image), files)
		name, err := output(exec.CommandContext(ctx, r.image, args...)) //nolint:gosec // our own program
		if err != nil {
			return err
		}
		digests.WriteString(name)
	}
	return r.write("images.txt", []byte(digests.String()))
}

// imageName returns the full name of an image.
func (r *release) imageName(image string) string {
	return r.registry + "/" + image + ":" + r.version
}

// annotationArgs returns the arguments for the annotations of an image.
func (r *release) annotationArgs(image string) []string {
	all := r.annotations(image)
	args := make([]string, 0, 2*len(all))
	for key, value := range all {
		args = append(args, "-annotation", "org.opencontainers.image."+key+"="+value)
	}
	return args
}

// annotations returns those of an image, without their common prefix.
func (r *release) annotations(image string) map[string]string {
	return map[string]string{
		"title":         image,
		"version":       r.version,
		"revision":      r.source.commit,
		"created":       r.source.time.Format("2006-01-02T15:04:05Z"),
		"source":        repository,
		"documentation": repository + "/tree/" + r.version + "/docs",
		"licenses":      "Apache-2.0",
		"vendor":        "4human",
	}
}
