package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// layer writes an image's files, with their folders, as a tar stream. Owners are root and times are zero, so that
// layers depend only on names, modes and contents.
type layer struct {
	tar  *tar.Writer
	seen map[string]bool
}

// writeLayer writes the files and links of entries, and a world-writable /tmp.
func writeLayer(w io.Writer, entries []string) error {
	if len(entries) == 0 {
		return errors.New("no files: name at least one FILE=PATH")
	}

	l := layer{tar: tar.NewWriter(w), seen: map[string]bool{"/": true}}
	if err := l.add(&tar.Header{Typeflag: tar.TypeDir, Name: "/tmp", Mode: 0o1777}, nil); err != nil {
		return err
	}
	for _, e := range entries {
		if err := l.addEntry(e); err != nil {
			return fmt.Errorf("adding %q: %w", e, err)
		}
	}
	if err := l.tar.Close(); err != nil {
		return fmt.Errorf("closing the layer: %w", err)
	}

	return nil
}

// addEntry adds one FILE=PATH, FOLDER=PATH or TARGET@=PATH, and the folders of PATH.
func (l *layer) addEntry(entry string) error {
	source, target, ok := strings.Cut(entry, "=")
	if !ok || source == "" {
		return errors.New("not FILE=PATH, FOLDER=PATH or TARGET@=PATH")
	}
	if !path.IsAbs(target) || path.Clean(target) != target {
		return fmt.Errorf("path in the image %q is not absolute and clean", target)
	}
	if err := l.addFolders(path.Dir(target)); err != nil {
		return err
	}
	if to, isLink := strings.CutSuffix(source, "@"); isLink {
		return l.addLink(to, target)
	}
	if info, err := os.Stat(source); err == nil && info.IsDir() {
		return l.addTree(source, target)
	}

	return l.addFile(source, target)
}

// addLink adds a symbolic link.
func (l *layer) addLink(to, target string) error {
	return l.add(&tar.Header{Typeflag: tar.TypeSymlink, Name: target, Linkname: to, Mode: 0o777}, nil)
}

// addTree adds the files and links below the local folder source, below target. It leaves out empty folders.
func (l *layer) addTree(source, target string) error {
	source, err := filepath.EvalSymlinks(source)
	if err != nil {
		return err
	}

	return filepath.WalkDir(source, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(source, name)
		if err != nil {
			return err
		}
		to := path.Join(target, filepath.ToSlash(below))
		if err := l.addFolders(path.Dir(to)); err != nil {
			return err
		}
		if entry.Type()&fs.ModeSymlink == 0 {
			return l.addFile(name, to)
		}
		points, err := os.Readlink(name)
		if err != nil {
			return err
		}

		return l.addLink(points, to)
	})
}

// addFolders adds dir and its missing parents.
func (l *layer) addFolders(dir string) error {
	if l.seen[dir] {
		return nil
	}
	if err := l.addFolders(path.Dir(dir)); err != nil {
		return err
	}

	return l.add(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}, nil)
}

// addFile adds the local file source as target. It keeps only "executable" of the mode, because the rest depends on the
// umask.
func (l *layer) addFile(source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(source) //nolint:gosec // the caller names the file
	if err != nil {
		return err
	}

	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}

	return l.add(&tar.Header{Typeflag: tar.TypeReg, Name: target, Size: int64(len(content)), Mode: mode}, content)
}

// add writes a header, whose name is the absolute path in the image, and its content.
func (l *layer) add(h *tar.Header, content []byte) error {
	if l.seen[h.Name] {
		return fmt.Errorf("%s is in the image already", h.Name)
	}
	l.seen[h.Name] = true

	h.Name = strings.TrimPrefix(h.Name, "/")
	if h.Typeflag == tar.TypeDir {
		h.Name += "/"
	}
	if err := l.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("writing %s: %w", h.Name, err)
	}
	if _, err := l.tar.Write(content); err != nil {
		return fmt.Errorf("writing %s: %w", h.Name, err)
	}

	return nil
}
