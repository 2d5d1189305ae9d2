package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// manifests are the files of the release, and the folder of each.
var manifests = map[string]string{
	"crds.yaml":               "config/crd",
	"kept.yaml":               "config/kept",
	"install.yaml":            "config/default",
	"customer-namespace.yaml": "config/customer-namespace",
}

// writeManifests writes what kustomize builds, with the release's images in place of those of a development build.
func (r *release) writeManifests(context.Context) error {
	images := make([]string, 0, 2*len(containers))
	for _, c := range containers {
		images = append(images, "localhost/"+c.image+":dev", r.imageName(c.image))
	}
	for file, folder := range manifests {
		kustomizer := krusty.MakeKustomizer(krusty.MakeDefaultOptions())
		built, err := kustomizer.Run(filesys.MakeFsOnDisk(), filepath.Join(r.root, folder))
		if err != nil {
			return fmt.Errorf("building %s: %w", folder, err)
		}
		content, err := built.AsYaml()
		if err != nil {
			return fmt.Errorf("writing %s: %w", folder, err)
		}
		if err := r.write(file, []byte(strings.NewReplacer(images...).Replace(string(content)))); err != nil {
			return err
		}
	}
	return nil
}

// writeSchemas writes the JSON schemas of the CRDs, as kubeconform and editors read them.
func (r *release) writeSchemas(context.Context) error {
	schemas, err := filepath.Glob(filepath.Join(r.root, "config", "schemas", "*.json"))
	if err != nil {
		return err
	}
	for _, schema := range schemas {
		content, err := os.ReadFile(schema) //nolint:gosec // the source's own file
		if err != nil {
			return err
		}
		if err := r.write(filepath.Base(schema), content); err != nil {
			return err
		}
	}
	return nil
}

// writeChart writes the package of the Helm chart.
func (r *release) writeChart(ctx context.Context) error {
	pack := exec.CommandContext(ctx, "hack/chart/package.sh", r.version, r.registry) //nolint:gosec // the source's own script
	pack.Dir = r.root
	pack.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.source.time.Unix(), 10))
	_, err := output(pack)
	return err
}

// write writes a file of the release.
func (r *release) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(r.out, name), content, 0o644) //nolint:gosec // files of a release are public
}
