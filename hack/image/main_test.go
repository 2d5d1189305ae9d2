package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// program writes an executable of the given content, and returns its path.
func program(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "manager")
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}

	return path
}

// listing describes every entry of the only layer of img, in its order.
func listing(t *testing.T, img v1.Image) []string {
	t.Helper()
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("layers: %d, error %v, want one layer", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close() //nolint:errcheck // it is read, not written

	var got []string
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%c %04o %d:%d %d %s %s%s",
			h.Typeflag, h.Mode, h.Uid, h.Gid, h.ModTime.Unix(), h.Name, h.Linkname, body)))
	}
}

func TestRunWritesAnImage(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(plain, []byte("trust"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options{
		name:       "localhost/integration-operator:dev",
		out:        filepath.Join(t.TempDir(), "image.tar"),
		entrypoint: "/manager,--verbose",
		user:       "65532:65532",
		entries:    []string{program(t, "code") + "=/manager", plain + "=/etc/ssl/certs/ca.crt", "/manager@=/bin/operator"},
	}
	if err := run(&o); err != nil {
		t.Fatalf("run: %v", err)
	}

	manifest, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return os.Open(o.out) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{o.name}, manifest[0].RepoTags); diff != "" {
		t.Errorf("name in the archive (-want +got):\n%s", diff)
	}

	img, err := tarball.ImageFromPath(o.out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(img); err != nil {
		t.Errorf("the archive is inconsistent: %v", err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	wantConfig := v1.Config{
		User: "65532:65532", WorkingDir: "/", Env: []string{"PATH=/bin:/usr/bin"},
		Entrypoint: []string{"/manager", "--verbose"},
	}
	if diff := cmp.Diff(wantConfig, file.Config); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if got, want := file.OS+"/"+file.Architecture, "linux/"+runtime.GOARCH; got != want {
		t.Errorf("platform: got %s, want %s", got, want)
	}

	want := []string{
		"5 1777 0:0 0 tmp/",
		"0 0755 0:0 0 manager code",
		"5 0755 0:0 0 etc/", "5 0755 0:0 0 etc/ssl/", "5 0755 0:0 0 etc/ssl/certs/",
		"0 0644 0:0 0 etc/ssl/certs/ca.crt trust",
		"5 0755 0:0 0 bin/",
		"2 0777 0:0 0 bin/operator /manager",
	}
	if diff := cmp.Diff(want, listing(t, img)); diff != "" {
		t.Errorf("layer (-want +got):\n%s", diff)
	}
}

// TestFolder writes the files and links below a folder, with the folders that they need.
func TestFolder(t *testing.T) {
	root := t.TempDir()
	if err := errors.Join(
		os.MkdirAll(filepath.Join(root, "usr", "bin"), 0o700), os.Mkdir(filepath.Join(root, "empty"), 0o700),
		os.WriteFile(filepath.Join(root, "usr", "bin", "curl"), []byte("code"), 0o700),
		os.WriteFile(filepath.Join(root, "usr", "list"), []byte("text"), 0o600),
		os.Symlink("usr/bin", filepath.Join(root, "bin")), os.Symlink("curl", filepath.Join(root, "usr", "bin", "get")),
	); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(t.TempDir(), "linked") // the folder itself may be a link
	if err := os.Symlink(root, linked); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string][]string{
		"/": {
			"5 1777 0:0 0 tmp/", "2 0777 0:0 0 bin usr/bin", "5 0755 0:0 0 usr/", "5 0755 0:0 0 usr/bin/",
			"0 0755 0:0 0 usr/bin/curl code", "2 0777 0:0 0 usr/bin/get curl", "0 0644 0:0 0 usr/list text",
		},
		"/opt": {
			"5 1777 0:0 0 tmp/", "5 0755 0:0 0 opt/", "2 0777 0:0 0 opt/bin usr/bin", "5 0755 0:0 0 opt/usr/",
			"5 0755 0:0 0 opt/usr/bin/", "0 0755 0:0 0 opt/usr/bin/curl code", "2 0777 0:0 0 opt/usr/bin/get curl",
			"0 0644 0:0 0 opt/usr/list text",
		},
	} {
		t.Run(target, func(t *testing.T) {
			img, err := build(&options{entries: []string{linked + "=" + target}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, listing(t, img)); diff != "" {
				t.Errorf("layer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	archive := func(content string, touched time.Time, mode os.FileMode) string {
		file := program(t, content)
		if err := errors.Join(os.Chtimes(file, touched, touched), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, "image.tar")
		err := run(&options{name: "localhost/a:b", out: out, entries: []string{file + "=/manager"}})
		if err != nil {
			t.Fatalf("run: %v", err)
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}

		return string(got)
	}

	first := archive("code", time.Unix(1_000_000_000, 0), 0o755)
	if again := archive("code", time.Unix(2_000_000_000, 0), 0o700); first != again {
		t.Error("the same content, built at another time with another umask, resulted in another archive")
	}
	if other := archive("other", time.Unix(1_000_000_000, 0), 0o755); first == other {
		t.Error("other content resulted in the same archive")
	}
}

func TestRunRefuses(t *testing.T) {
	file := program(t, "code")
	cases := map[string]struct {
		reason string
		change func(*options)
		want   string
	}{
		"NoName": {
			reason: "an image needs a name",
			change: func(o *options) { o.name = "" },
			want:   "reading -name",
		},
		"NoTag": {
			reason: "without a tag it would be :latest, which is always pulled",
			change: func(o *options) { o.name = "localhost/integration-operator" },
			want:   "reading -name",
		},
		"NoOut": {
			reason: "the archive needs a path",
			change: func(o *options) { o.out = "" },
			want:   "-out is required",
		},
		"NoFiles": {
			reason: "an image needs files",
			change: func(o *options) { o.entries = nil },
			want:   "no files",
		},
		"NoPath": {
			reason: "a file needs a path in the image",
			change: func(o *options) { o.entries = []string{file} },
			want:   "not FILE=PATH",
		},
		"RelativePath": {
			reason: "paths are absolute",
			change: func(o *options) { o.entries = []string{file + "=manager"} },
			want:   "not absolute and clean",
		},
		"PathThatClimbs": {
			reason: "paths are clean",
			change: func(o *options) { o.entries = []string{file + "=/../manager"} },
			want:   "not absolute and clean",
		},
		"MissingFile": {
			reason: "a missing file is an error",
			change: func(o *options) { o.entries = []string{file + ".gone=/manager"} },
			want:   "no such file",
		},
		"SamePathTwice": {
			reason: "two files cannot have one path",
			change: func(o *options) { o.entries = append(o.entries, o.entries...) },
			want:   "/manager is in the image already",
		},
		"OutInNoFolder": {
			reason: "an archive that cannot be written is an error",
			change: func(o *options) { o.out = filepath.Dir(o.out) + "/missing/image.tar" },
			want:   "writing",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := options{
				name: "localhost/integration-operator:dev", out: filepath.Join(t.TempDir(), "image.tar"),
				entries: []string{file + "=/manager"},
			}
			tc.change(&o)

			err := run(&o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("\n%s\nrun: got error %v, want one that contains %q", tc.reason, err, tc.want)
			}
			if _, err := os.Stat(o.out); err == nil {
				t.Errorf("\n%s\nthe run left an archive", tc.reason)
			}
		})
	}
}
