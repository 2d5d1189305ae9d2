package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// annotationRefName names an image in an OCI layout.
const annotationRefName = "org.opencontainers.image.ref.name"

// writeOCI writes an OCI layout as a tar archive: one index, with the tag's name, of one image per platform. It prints
// the index's full name with its digest.
func writeOCI(o *options, tag string) error {
	index, err := buildIndex(o)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "image-")
	if err != nil {
		return fmt.Errorf("making a folder for the layout: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return fmt.Errorf("writing the layout: %w", err)
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{annotationRefName: tag})); err != nil {
		return fmt.Errorf("writing the layout: %w", err)
	}

	out, err := os.Create(o.out)
	if err != nil {
		return fmt.Errorf("writing %s: %w", o.out, err)
	}
	if err := errors.Join(archive(out, os.DirFS(dir)), out.Close()); err != nil {
		_ = os.Remove(o.out) // an incomplete archive

		return fmt.Errorf("writing %s: %w", o.out, err)
	}
	digest, err := index.Digest()
	if err != nil {
		return fmt.Errorf("computing the digest: %w", err)
	}
	_, err = fmt.Fprintf(os.Stdout, "%s@%s\n", o.name, digest)

	return err
}

// plainImage is an image without an artifact type. Otherwise its descriptor in the index has one, which older tools
// drop when they copy the index, so that its digest changes.
type plainImage struct{ v1.Image }

// ArtifactType returns no type.
func (plainImage) ArtifactType() (string, error) { return "", nil }

// buildIndex returns the index of the images of all platforms.
func buildIndex(o *options) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range o.platforms {
		img, err := buildPlatform(o, p)
		if err != nil {
			return nil, fmt.Errorf("building for %s: %w", p, err)
		}
		index = mutate.AppendManifests(index,
			mutate.IndexAddendum{Add: plainImage{img}, Descriptor: v1.Descriptor{Platform: &p}})
	}
	annotated, ok := mutate.Annotations(index, o.annotations).(v1.ImageIndex)
	if !ok {
		return nil, errors.New("an annotated index is no index")
	}

	return annotated, nil
}

// buildPlatform returns the image of one platform, with a compressed layer.
func buildPlatform(o *options, p v1.Platform) (v1.Image, error) {
	entries := make([]string, len(o.entries))
	for i, e := range o.entries {
		entries[i] = strings.NewReplacer("{os}", p.OS, "{arch}", p.Architecture).Replace(e)
	}
	var content bytes.Buffer
	if err := writeLayer(&content, entries); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil },
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressionLevel(gzip.BestCompression),
		tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("compressing the layer: %w", err)
	}
	img, err := configure(o, layer, p)
	if err != nil {
		return nil, err
	}
	img = mutate.ConfigMediaType(mutate.MediaType(img, types.OCIManifestSchema1), types.OCIConfigJSON)
	annotated, ok := mutate.Annotations(img, o.annotations).(v1.Image)
	if !ok {
		return nil, errors.New("an annotated image is no image")
	}

	return annotated, nil
}

// archive writes the files of a folder as a tar stream that depends only on their names and contents.
func archive(w io.Writer, files fs.FS) error {
	t := tar.NewWriter(w)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return err
		}
		_, err = t.Write(content)

		return err
	})

	return errors.Join(err, t.Close())
}
