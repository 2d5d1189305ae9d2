package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/yaml"
)

// archiveFile is a file of an archive.
type archiveFile struct {
	name    string
	content []byte
	mode    os.FileMode
}

// krewPlugin is the manifest that krew, kubectl's plugin manager, installs from.
type krewPlugin struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   map[string]string `json:"metadata"`
	Spec       krewSpec          `json:"spec"`
}

type krewSpec struct {
	Version          string         `json:"version"`
	Homepage         string         `json:"homepage"`
	ShortDescription string         `json:"shortDescription"`
	Description      string         `json:"description"`
	Platforms        []krewPlatform `json:"platforms"`
}

type krewPlatform struct {
	Selector krewSelector `json:"selector"`
	URI      string       `json:"uri"`
	SHA256   string       `json:"sha256"`
	Bin      string       `json:"bin"`
}

type krewSelector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

// writePlugin writes an archive of kubectl's plugin per platform, and its manifest for krew.
func (r *release) writePlugin(context.Context) error {
	license, err := os.ReadFile(filepath.Join(r.root, "LICENSE"))
	if err != nil {
		return err
	}
	platforms := make([]krewPlatform, 0, len(pluginPlatforms))
	for _, p := range pluginPlatforms {
		program := plugin
		if p.os == "windows" {
			program += ".exe"
		}
		content, err := os.ReadFile(filepath.Join(r.work, p.String(), program))
		if err != nil {
			return err
		}
		name, pack := archiveName(r.version, p), tarGz
		if p.os == "windows" {
			pack = zipArchive
		}
		archive, err := pack(r.source.time, []archiveFile{{"LICENSE", license, 0o644}, {program, content, 0o755}})
		if err != nil {
			return fmt.Errorf("packing %s: %w", name, err)
		}
		if err := r.write(name, archive); err != nil {
			return err
		}
		sum := sha256.Sum256(archive)
		platforms = append(platforms, krewPlatform{
			Selector: krewSelector{MatchLabels: map[string]string{"os": p.os, "arch": p.arch}},
			URI:      r.downloads + "/" + r.version + "/" + name, SHA256: hex.EncodeToString(sum[:]), Bin: program,
		})
	}
	manifest, err := yaml.Marshal(r.krew(platforms))
	if err != nil {
		return err
	}
	return r.write("cint.yaml", manifest)
}

// archiveName returns the name of the archive of kubectl's plugin for a platform.
func archiveName(version string, p platform) string {
	extension := ".tar.gz"
	if p.os == "windows" {
		extension = ".zip"
	}
	return fmt.Sprintf("%s-%s-%s-%s%s", plugin, version, p.os, p.arch, extension)
}

// krew returns the manifest.
func (r *release) krew(platforms []krewPlatform) krewPlugin {
	return krewPlugin{
		APIVersion: "krew.googlecontainertools.github.com/v1alpha2", Kind: "Plugin",
		Metadata: map[string]string{"name": "cint"},
		Spec: krewSpec{
			Version: r.version, Homepage: repository, ShortDescription: "Shows customers' access and who must act",
			Description: "Shows which customers have given access in Altinn, and who must do what.\n" +
				"Renders customers' guides, and requests verifications and runs.\n" +
				"It needs the operator of the kinds CustomerIntegration and Supplier.\n",
			Platforms: platforms,
		},
	}
}

// tarGz returns a compressed tar archive. All files have the time at.
func tarGz(at time.Time, files []archiveFile) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		err = errors.Join(err, t.WriteHeader(&tar.Header{
			Name: f.name, Mode: int64(f.mode), Size: int64(len(f.content)), ModTime: at, Format: tar.FormatUSTAR,
		}))
		_, werr := t.Write(f.content)
		err = errors.Join(err, werr)
	}
	err = errors.Join(err, t.Close(), z.Close())
	return out.Bytes(), err
}

// zipArchive returns a zip archive. All files have the time at.
func zipArchive(at time.Time, files []archiveFile) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(f.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(w, bytes.NewReader(f.content)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}
