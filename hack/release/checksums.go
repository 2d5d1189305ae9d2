package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// checksumsFile has a line per file of the release, as `sha256sum --check` reads it.
const checksumsFile = "SHA256SUMS"

// writeChecksums writes the checksums of all files, in the order of their names.
func (r *release) writeChecksums(context.Context) error {
	var b strings.Builder
	files := os.DirFS(r.out)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), name)
		return nil
	})
	if err != nil {
		return err
	}
	return r.write(checksumsFile, []byte(b.String()))
}
