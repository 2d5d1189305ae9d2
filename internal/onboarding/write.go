package onboarding

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write writes the files: first to a temporary directory beside the target, then to their names. If that fails, it
// restores what was there before. A file is never half-written.
func (i *Import) Write() error {
	if len(i.Files) == 0 {
		return nil
	}
	target := filepath.Clean(i.Directory)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { //nolint:gosec // The files are for git.
		return fmt.Errorf("making the directory of the import: %w", err)
	}
	temporary, err := os.MkdirTemp(filepath.Dir(target), ".import-*")
	if err != nil {
		return fmt.Errorf("making a temporary directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	for _, f := range i.Files {
		if err := os.WriteFile(filepath.Join(temporary, f.Name), f.Content, 0o644); err != nil { //nolint:gosec // See above.
			return fmt.Errorf("writing %s: %w", f.Name, err)
		}
	}
	if err := os.Mkdir(target, 0o755); err != nil && !errors.Is(err, os.ErrExist) { //nolint:gosec // See above.
		return fmt.Errorf("making the directory of the import: %w", err)
	}
	return i.move(temporary, target)
}

// move moves the files to their names, or takes them all back.
func (i *Import) move(from, target string) error {
	for n, f := range i.Files {
		if err := os.Rename(filepath.Join(from, f.Name), filepath.Join(target, f.Name)); err != nil {
			return errors.Join(fmt.Errorf("writing %s (nothing was changed): %w", f.Name, err), i.takeBack(target, n))
		}
	}
	return nil
}

// takeBack restores the first n files.
func (i *Import) takeBack(target string, n int) error {
	var errs []error
	for _, f := range i.Files[:n] {
		path := filepath.Join(target, f.Name)
		if f.Replaces == nil {
			errs = append(errs, os.Remove(path))
			continue
		}
		errs = append(errs, os.WriteFile(path, f.Replaces, 0o644)) //nolint:gosec // The files are for git.
	}
	return errors.Join(errs...)
}
