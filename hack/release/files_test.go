package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var released = time.Unix(1_700_000_000, 0).UTC()

// newRelease returns a release whose programs are placeholders that name their platform.
func newRelease(t *testing.T) *release {
	t.Helper()
	r := &release{
		root: filepath.Join("..", ".."), out: t.TempDir(), work: t.TempDir(),
		version: "v1.2.3", registry: "registry.example/team",
		downloads: "https://files.example/download", source: source{commit: "c0ffee", time: released},
	}
	for _, p := range pluginPlatforms {
		program := filepath.Join(r.work, p.String(), plugin)
		if p.os == "windows" {
			program += ".exe"
		}
		err := errors.Join(os.MkdirAll(filepath.Dir(program), 0o700), os.WriteFile(program, []byte(p.String()), 0o700))
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// files returns the content of each file of a release.
func files(t *testing.T, r *release) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(r.out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(content)
	}
	return all
}

// TestProgramsAreReproducible builds a program in two folders. It must be the same, and know its version.
func TestProgramsAreReproducible(t *testing.T) {
	const source = `package main

import "github.com/4human/integration-operator/internal/version"

func main() { print(version.String()) }
`
	var sums [2][sha256.Size]byte
	for i := range sums {
		root := filepath.Join(t.TempDir(), fmt.Sprint("folder", i))
		for _, dir := range []string{"internal/version", "hack", "cmd/small"} {
			if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for _, file := range []string{"go.mod", "hack/version.sh", "internal/version/version.go"} {
			content, err := os.ReadFile(filepath.Join("..", "..", file))
			if file == "go.mod" { // without requirements, so without go.sum
				content = []byte("module github.com/4human/integration-operator\n\ngo 1.26.0\n")
			}
			if err := errors.Join(err, os.WriteFile(filepath.Join(root, file), content, 0o700)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(root, "cmd", "small", "main.go"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		p := platform{runtime.GOOS, runtime.GOARCH}
		if err := build(t.Context(), root, "v1.2.3", p, filepath.Join(root, "out"), []string{"./cmd/small"}); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(root, "out", "small")
		content, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = sha256.Sum256(content)
		out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "v1.2.3 (") {
			t.Errorf("the program says it is %q, error %v", out, err)
		}
	}
	if sums[0] != sums[1] {
		t.Error("the same source in another folder resulted in another program")
	}
}

// TestManifests checks that each image that the manifests name is one of the release.
func TestManifests(t *testing.T) {
	r := newRelease(t)
	if err := errors.Join(r.writeManifests(t.Context()), r.writeSchemas(t.Context())); err != nil {
		t.Fatal(err)
	}
	all := files(t, r)
	for name, content := range all {
		if at := strings.Index(content, "localhost/"); at >= 0 {
			t.Errorf("%s names an image of a development build: %.60s", name, content[at:])
		}
	}
	for file, want := range map[string]string{
		"install.yaml":            "registry.example/team/integration-operator-sync:v1.2.3",
		"kept.yaml":               "kind: CustomResourceDefinition",
		"crds.yaml":               "kind: CustomResourceDefinition",
		"customer-namespace.yaml": "kind: RoleBinding",

		"customerintegration_v1alpha1.json": "organizationNumber",
		"supplier_v1alpha1.json":            "maskinporten",
	} {
		if !strings.Contains(all[file], want) {
			t.Errorf("%s has no %q", file, want)
		}
	}
}

// TestPlugin unpacks the plugin's archives, and compares them with krew's manifest.
func TestPlugin(t *testing.T) {
	r := newRelease(t)
	if err := r.writePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := files(t, r)
	var manifest krewPlugin
	if err := yaml.UnmarshalStrict([]byte(all["cint.yaml"]), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Spec.Platforms) != len(pluginPlatforms) {
		t.Fatalf("the manifest has %d platforms, want %d", len(manifest.Spec.Platforms), len(pluginPlatforms))
	}
	for _, p := range manifest.Spec.Platforms {
		name := strings.TrimPrefix(p.URI, "https://files.example/download/v1.2.3/")
		t.Run(name, func(t *testing.T) {
			archive := []byte(all[name])
			if got := fmt.Sprintf("%x", sha256.Sum256(archive)); got != p.SHA256 {
				t.Errorf("the manifest's checksum is %s, the file's %s", p.SHA256, got)
			}
			got := unzip
			if strings.HasSuffix(name, ".tar.gz") {
				got = untar
			}
			program := p.Selector.MatchLabels["os"] + "_" + p.Selector.MatchLabels["arch"]
			want := []string{"LICENSE -rw-r--r-- 1700000000", p.Bin + " -rwxr-xr-x 1700000000 " + program}
			if diff := cmp.Diff(want, got(t, archive)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// line describes a file of an archive. The license is long.
func line(t *testing.T, info fs.FileInfo, content io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	if info.Name() == "LICENSE" {
		text = nil
	}
	return strings.TrimSpace(fmt.Sprint(info.Name(), " ", info.Mode(), " ", info.ModTime().Unix(), " ", string(text)))
}

func untar(t *testing.T, archive []byte) []string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(t, h.FileInfo(), r))
	}
}

func unzip(t *testing.T, archive []byte) []string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range z.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(t, f.FileInfo(), content))
	}
	return lines
}

// TestImages checks what is requested of hack/image, with a program in its place that prints its arguments into a file.
func TestImages(t *testing.T) {
	r := newRelease(t)
	r.image = filepath.Join(t.TempDir(), "image")
	const program = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$4\"\necho \"$2@sha256:0\"\n"
	if err := os.WriteFile(r.image, []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := r.writeImages(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := files(t, r)
	if len(all) != len(containers)+1 {
		t.Errorf("%d files, want an archive for each of %d images and a list", len(all), len(containers))
	}
	const portal = "registry.example/team/integration-operator-portal:v1.2.3@sha256:0\n"
	if list := all["images.txt"]; !strings.Contains(list, portal) {
		t.Errorf("the list of images is:\n%s", list)
	}
	args := all["integration-operator-sync-v1.2.3.oci.tar"]
	for _, want := range []string{
		"registry.example/team/integration-operator-sync:v1.2.3", "linux/amd64,linux/arm64", "1700000000", "/sync",
		"org.opencontainers.image.version=v1.2.3", "org.opencontainers.image.revision=c0ffee",
		"org.opencontainers.image.created=2023-11-14T22:13:20Z", "org.opencontainers.image.licenses=Apache-2.0",
		"org.opencontainers.image.source=" + repository, r.work + "/{os}_{arch}/sync=/sync",
	} {
		if !strings.Contains(args, want+"\n") {
			t.Errorf("no argument is %q, of:\n%s", want, args)
		}
	}
}

// TestChecksums verifies the checksums with sha256sum's own format.
func TestChecksums(t *testing.T) {
	r := newRelease(t)
	err := errors.Join(r.write("b", []byte("two")), r.write("a", []byte("one")), r.writeChecksums(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	got := files(t, r)[checksumsFile]
	if !regexp.MustCompile(`^7692c3ad[0-9a-f]{56}  a\n3fc4ccfe[0-9a-f]{56}  b\n$`).MatchString(got) {
		t.Errorf("got:\n%s", got)
	}
}

// TestExamplesDownloadThePlugin verifies that the CI files of examples/gitops download an archive that a release
// writes.
func TestExamplesDownloadThePlugin(t *testing.T) {
	want := "/" + archiveName("$VERSION", platform{os: "linux", arch: "amd64"}) + `"`
	for _, file := range []string{"github-actions.yaml", "gitlab-ci.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "examples", "gitops", "ci", file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s does not download %s", file, want)
		}
	}
}
