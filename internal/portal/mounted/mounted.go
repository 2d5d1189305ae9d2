// Package mounted reads files that Kubernetes mounts from Secrets and ConfigMaps, again after each change.
package mounted

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// interval is how often a value is read again, at most.
	interval = 5 * time.Second
	// maxSize bounds a file, in bytes. A Secret or ConfigMap has at most 1 MiB.
	maxSize = 1 << 20
)

// errTooLong means that a file has more than 1 MiB.
var errTooLong = errors.New("the file has more than 1 MiB")

// Contents are files by name.
type Contents map[string][]byte

// Value is the parsed content of mounted files. If they can no longer be read or parsed, the last value stays. It is
// safe for concurrent use.
type Value[T any] struct {
	name  string
	read  func() (Contents, error)
	parse func(Contents) (T, error)
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	value   T
	version int
	files   Contents
	at      time.Time
	failure string // the last one that was logged
}

// Options configure a Value.
type Options struct {
	// Name is what the log calls the value.
	Name string
	Now  func() time.Time
	Log  *slog.Logger
}

// Open reads a value for the first time, which must succeed.
func Open[T any](o Options, read func() (Contents, error), parse func(Contents) (T, error)) (*Value[T], error) {
	v := &Value[T]{name: o.Name, read: read, parse: parse, now: o.Now, log: o.Log}
	if err := v.load(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", o.Name, err)
	}
	v.at = o.Now()
	return v, nil
}

// Get returns the value, and a number that changes with it.
func (v *Value[T]) Get() (value T, version int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if now := v.now(); now.Sub(v.at) >= interval {
		v.at = now
		v.report(v.load())
	}
	return v.value, v.version
}

// load reads the files and parses them if they have changed.
func (v *Value[T]) load() error {
	files, err := v.read()
	if err != nil {
		return err
	}
	if v.version > 0 && maps.EqualFunc(files, v.files, bytes.Equal) {
		return nil
	}
	value, err := v.parse(files)
	if err != nil {
		return err
	}
	v.value, v.files = value, files
	v.version++
	if v.version > 1 {
		v.log.Info("Read replaced files", "name", v.name)
	}
	return nil
}

// report logs a failure once.
func (v *Value[T]) report(err error) {
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	if failure != "" && failure != v.failure {
		v.log.Error("Cannot read replaced files; the last ones stay in use", "name", v.name, "err", failure)
	}
	v.failure = failure
}

// File returns a function that reads one file.
func File(path string) func() (Contents, error) { return Files([]string{path}) }

// Files returns a function that reads some files by their paths. Only the first must exist.
func Files(paths []string) func() (Contents, error) {
	return func() (Contents, error) {
		files := Contents{}
		for i, path := range paths {
			body, err := readFile(path)
			if i > 0 && errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			files[path] = body
		}
		return files, nil
	}
}

// Folder returns a function that reads the files of a folder whose names have a suffix, by name. Without a folder there
// are none.
func Folder(path, suffix string) func() (Contents, error) {
	return func() (Contents, error) {
		files := Contents{}
		if path == "" {
			return files, nil
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if strings.HasPrefix(entry.Name(), ".") || !strings.HasSuffix(entry.Name(), suffix) {
				continue
			}
			if files[entry.Name()], err = readFile(filepath.Join(path, entry.Name())); err != nil {
				return nil, err
			}
		}
		return files, nil
	}
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // The path is the caller's own setting.
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	body, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxSize {
		return nil, fmt.Errorf("%s: %w", path, errTooLong)
	}
	return body, nil
}
