// Command image writes a one-layer container image out of local files, as an archive for
// `ctr images import`. It needs no registry, no daemon and no base image.
//
//	image -name localhost/integration-operator:dev -out manager.tar \
//	    -entrypoint /manager -user 65532:65532 manager=/manager
//
// Each argument is FILE=PATH, a local file and its path in the image, or TARGET@=PATH, a
// symbolic link. The same files result in the same archive, byte for byte.
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

// created is the creation time of every image, constant so that builds are reproducible.
var created = v1.Time{Time: time.Unix(0, 0).UTC()}

// options are the flags.
type options struct {
	name       string // full reference with a tag
	out        string // path of the archive
	entrypoint string // comma separated
	user       string // UID:GID; empty is root
	entries    []string
}

func main() {
	var o options
	flag.StringVar(&o.name, "name", "", "full reference of the image, with its tag")
	flag.StringVar(&o.out, "out", "", "path of the archive to write")
	flag.StringVar(&o.entrypoint, "entrypoint", "", "program and arguments, comma separated")
	flag.StringVar(&o.user, "user", "", "user to run as, such as 65532:65532")
	flag.Parse()
	o.entries = flag.Args()

	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// run writes the archive. It leaves none behind if it fails.
func run(o options) error {
	if o.out == "" {
		return errors.New("-out is required")
	}
	tag, err := name.NewTag(o.name, name.StrictValidation)
	if err != nil {
		return fmt.Errorf("reading -name: %w", err)
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

// build returns the image. Its layer is not compressed, because a container runtime on the same machine would unpack it again.
func build(o options) (v1.Image, error) {
	var layer bytes.Buffer
	if err := writeLayer(&layer, o.entries); err != nil {
		return nil, err
	}
	img, err := mutate.AppendLayers(empty.Image, static.NewLayer(layer.Bytes(), types.DockerUncompressedLayer))
	if err != nil {
		return nil, fmt.Errorf("adding the layer: %w", err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}

	file.OS = "linux"
	file.Architecture = runtime.GOARCH
	file.Created = created
	file.Config = v1.Config{User: o.user, WorkingDir: "/", Env: []string{"PATH=/bin:/usr/bin"}}
	if o.entrypoint != "" {
		file.Config.Entrypoint = strings.Split(o.entrypoint, ",")
	}

	img, err = mutate.ConfigFile(img, file)
	if err != nil {
		return nil, fmt.Errorf("setting the image's configuration: %w", err)
	}

	return img, nil
}
