// Command image writes a one-layer container image out of local files, as an archive for
// `ctr images import`. It needs no registry, no daemon and no base image.
//
//	image -name localhost/integration-operator:dev -out manager.tar \
//	    -entrypoint /manager -user 65532:65532 manager=/manager
//
// With -platforms it writes an OCI layout as an archive, of an index with one image per platform. {os} and {arch} in a
// FILE are those of the platform.
//
//	image -name registry.example/integration-operator:v1.0.0 -out manager.oci.tar -platforms linux/amd64,linux/arm64 \
//	    -created 1795980590 -annotation org.opencontainers.image.version=v1.0.0 \
//	    -entrypoint /manager -user 65532:65532 {os}_{arch}/manager=/manager
//
// Each argument is FILE=PATH, a local file and its path in the image, FOLDER=PATH, a local folder with the files and
// links below it, or TARGET@=PATH, a symbolic link. The same files result in the same archive, byte for byte.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// options are the flags.
type options struct {
	name        string // full reference with a tag
	out         string // path of the archive
	entrypoint  string // comma separated
	user        string // UID:GID; empty is root
	created     int64  // seconds since 1970, given so that builds are reproducible
	platforms   []v1.Platform
	annotations map[string]string // also labels; nil without any
	entries     []string
}

func main() {
	var o options
	flag.StringVar(&o.name, "name", "", "full reference of the image, with its tag")
	flag.StringVar(&o.out, "out", "", "path of the archive to write")
	flag.StringVar(&o.entrypoint, "entrypoint", "", "program and arguments, comma separated")
	flag.StringVar(&o.user, "user", "", "user to run as, such as 65532:65532")
	flag.Int64Var(&o.created, "created", 0, "creation time of the image, in seconds since 1970")
	flag.Func("platforms", "platforms of an OCI archive, comma separated, such as linux/amd64,linux/arm64", o.addPlatforms)
	flag.Func("annotation", "KEY=VALUE, a label of each image and an annotation of index and images; repeatable",
		o.annotate)
	flag.Parse()
	o.entries = flag.Args()

	if err := run(&o); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// addPlatforms reads the flag -platforms.
func (o *options) addPlatforms(list string) error {
	for platform := range strings.SplitSeq(list, ",") {
		p, err := v1.ParsePlatform(platform)
		if err != nil {
			return err
		}
		if p.OS == "" || p.Architecture == "" {
			return fmt.Errorf("%q is not OS/ARCHITECTURE", platform)
		}
		o.platforms = append(o.platforms, *p)
	}

	return nil
}

// annotate reads one flag -annotation.
func (o *options) annotate(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return fmt.Errorf("%q is not KEY=VALUE", text)
	}
	if o.annotations == nil {
		o.annotations = map[string]string{}
	}
	o.annotations[key] = value

	return nil
}

// run writes the archive. It leaves none behind if it fails.
func run(o *options) error {
	if o.out == "" {
		return errors.New("-out is required")
	}
	tag, err := name.NewTag(o.name, name.StrictValidation)
	if err != nil {
		return fmt.Errorf("reading -name: %w", err)
	}
	if len(o.platforms) > 0 {
		return writeOCI(o, tag.TagStr())
	}
	img, err := build(o)
	if err != nil {
		return err
	}
	if err := tarball.WriteToFile(o.out, tag, img); err != nil {
		_ = os.Remove(o.out) // an incomplete archive

		return fmt.Errorf("writing %s: %w", o.out, err)
	}

	return nil
}

// build returns the image for this machine. Its layer is not compressed, because a container runtime on the same
// machine would unpack it again.
func build(o *options) (v1.Image, error) {
	var layer bytes.Buffer
	if err := writeLayer(&layer, o.entries); err != nil {
		return nil, err
	}

	return configure(o, static.NewLayer(layer.Bytes(), types.DockerUncompressedLayer),
		v1.Platform{OS: "linux", Architecture: runtime.GOARCH})
}

// configure returns the image of a layer.
func configure(o *options, layer v1.Layer, p v1.Platform) (v1.Image, error) {
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, fmt.Errorf("adding the layer: %w", err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}

	file.OS, file.Architecture, file.Variant = p.OS, p.Architecture, p.Variant
	file.Created = v1.Time{Time: time.Unix(o.created, 0).UTC()}
	file.Config = v1.Config{
		User: o.user, WorkingDir: "/", Env: []string{"PATH=/bin:/usr/bin"}, Labels: o.annotations,
	}
	if o.entrypoint != "" {
		file.Config.Entrypoint = strings.Split(o.entrypoint, ",")
	}

	img, err = mutate.ConfigFile(img, file)
	if err != nil {
		return nil, fmt.Errorf("setting the image's configuration: %w", err)
	}

	return img, nil
}
