package main

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// release returns options of an OCI archive of two platforms, whose programs are in a new folder.
func release(t *testing.T) *options {
	t.Helper()
	dir := t.TempDir()
	for _, arch := range []string{"amd64", "arm64"} {
		file := filepath.Join(dir, "linux_"+arch, "manager")
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(arch), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	o := &options{
		name: "registry.example/integration-operator:v1.0.0", out: filepath.Join(t.TempDir(), "image.tar"),
		entrypoint: "/manager", user: "65532:65532", created: 1_700_000_000,
		entries: []string{dir + "/{os}_{arch}/manager=/manager"},
	}
	err := errors.Join(o.addPlatforms("linux/amd64,linux/arm64"), o.annotate("org.opencontainers.image.version=v1.0.0"))
	if err != nil {
		t.Fatal(err)
	}

	return o
}

// unpack unpacks an OCI archive, and returns its layout.
func unpack(t *testing.T, path string) layout.Path {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it is read, not written
	dir := t.TempDir()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return layout.Path(dir)
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, h.Name) //nolint:gosec // the test's own archive
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOCI reads the archive of two platforms back.
func TestOCI(t *testing.T) {
	o := release(t)
	if err := run(o); err != nil {
		t.Fatalf("run: %v", err)
	}
	top, err := unpack(t, o.out).ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	names, err := top.IndexManifest()
	if err != nil || len(names.Manifests) != 1 {
		t.Fatalf("the layout has %v, error %v, want one index", names, err)
	}
	if got := names.Manifests[0].Annotations[annotationRefName]; got != "v1.0.0" {
		t.Errorf("the index is named %q", got)
	}

	index, err := top.ImageIndex(names.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("the archive is inconsistent: %v", err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o.annotations, m.Annotations); diff != "" {
		t.Errorf("annotations of the index (-want +got):\n%s", diff)
	}
	if len(m.Manifests) != 2 {
		t.Fatalf("the index has %d images, want 2", len(m.Manifests))
	}
	for i, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) { checkImage(t, index, &m.Manifests[i], arch, o.annotations) })
	}
}

// checkImage checks the image of one platform.
func checkImage(t *testing.T, index v1.ImageIndex, d *v1.Descriptor, arch string, annotations map[string]string) {
	t.Helper()
	if d.ArtifactType != "" {
		t.Errorf("the descriptor has artifact type %s", d.ArtifactType)
	}
	if diff := cmp.Diff(&v1.Platform{OS: "linux", Architecture: arch}, d.Platform); diff != "" {
		t.Errorf("platform (-want +got):\n%s", diff)
	}
	img, err := index.Image(d.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"5 1777 0:0 0 tmp/", "0 0755 0:0 0 manager" + " " + arch}, listing(t, img)); diff != "" {
		t.Errorf("layer (-want +got):\n%s", diff)
	}
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	got := []types.MediaType{manifest.MediaType, manifest.Config.MediaType, manifest.Layers[0].MediaType}
	want := []types.MediaType{types.OCIManifestSchema1, types.OCIConfigJSON, types.OCILayer}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("media types (-want +got):\n%s", diff)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]string{annotations, annotations},
		[]map[string]string{manifest.Annotations, file.Config.Labels}); diff != "" {
		t.Errorf("annotations and labels (-want +got):\n%s", diff)
	}
	if got := fmt.Sprint(file.Architecture, " ", file.Created.Unix()); got != arch+" 1700000000" {
		t.Errorf("the image is of %s", got)
	}
}

// TestOCIIsDeterministic writes the same programs of two folders.
func TestOCIIsDeterministic(t *testing.T) {
	var sums [2][sha256.Size]byte
	for i := range sums {
		o := release(t)
		if err := run(o); err != nil {
			t.Fatalf("run: %v", err)
		}
		content, err := os.ReadFile(o.out)
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = sha256.Sum256(content)
	}
	if sums[0] != sums[1] {
		t.Error("the same programs in another folder resulted in another archive")
	}
}

// TestOCIRefuses covers what only an OCI archive has.
func TestOCIRefuses(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*options) error
		want   string
	}{
		"MissingPlatform": {
			reason: "a program is missing",
			change: func(o *options) error { return errors.Join(o.addPlatforms("linux/riscv64"), run(o)) },
			want:   "building for linux/riscv64",
		},
		"NoArchitecture": {
			reason: "a platform has two parts",
			change: func(o *options) error { return o.addPlatforms("linux") },
			want:   "not OS/ARCHITECTURE",
		},
		"NoValue": {
			reason: "an annotation has a value",
			change: func(o *options) error { return o.annotate("version") },
			want:   "not KEY=VALUE",
		},
		"OutInNoFolder": {
			reason: "an archive that cannot be written is an error",
			change: func(o *options) error {
				o.out = filepath.Dir(o.out) + "/missing/image.tar"

				return run(o)
			},
			want: "writing",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := release(t)
			if err := tc.change(o); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("\n%s\ngot error %v, want one that contains %q", tc.reason, err, tc.want)
			}
			if _, err := os.Stat(o.out); err == nil {
				t.Errorf("\n%s\nthe run left an archive", tc.reason)
			}
		})
	}
}
