package mounted

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestValue reads a file again when it was replaced, at most every five seconds, and keeps the last usable content.
func TestValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	options := Options{Name: "the key", Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil))}
	open := func() (*Value[string], error) {
		return Open(options, File(path), func(files Contents) (string, error) {
			if text := string(files[path]); text != "bad" {
				return text, nil
			}
			return "", errors.New("it is bad")
		})
	}
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "reading the key") {
		t.Errorf("a missing file: %v", err)
	}
	write("bad")
	if _, err := open(); err == nil {
		t.Error("a bad file at the start")
	}
	write("one")
	v, err := open()
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		reason  string
		text    string // "" removes it
		after   time.Duration
		want    string
		version int
	}{
		{reason: "the same", text: "one", after: time.Minute, want: "one", version: 1},
		{reason: "not read yet", text: "two", after: time.Second, want: "one", version: 1},
		{reason: "read", text: "two", after: 5 * time.Second, want: "two", version: 2},
		{reason: "bad", text: "bad", after: time.Minute, want: "two", version: 2},
		{reason: "bad still", text: "bad", after: time.Minute, want: "two", version: 2},
		{reason: "gone", after: time.Minute, want: "two", version: 2},
		{reason: "back", text: "three", after: time.Minute, want: "three", version: 3},
		{reason: "too long", text: strings.Repeat("x", maxSize+1), after: time.Minute, want: "three", version: 3},
	} {
		if step.text == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		} else {
			write(step.text)
		}
		now = now.Add(step.after)
		if got, version := v.Get(); got != step.want || version != step.version {
			t.Errorf("step %d, %s: %.9s in version %d, want %s in %d", i, step.reason, got, version, step.want, step.version)
		}
	}
	if n := strings.Count(log.String(), "it is bad"); n != 1 {
		t.Errorf("a failure is logged %d times", n)
	}
	for _, content := range []string{"two", "three"} {
		if strings.Contains(log.String(), content) {
			t.Errorf("the log has a content: %s", log.String())
		}
	}
}

// TestFolder reads the files with a suffix, as a ConfigMap mounts them: by a link to a hidden folder.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	hidden := filepath.Join(dir, "..2026")
	if err := errors.Join(os.Mkdir(hidden, 0o700),
		os.WriteFile(filepath.Join(hidden, "a.yaml"), []byte("a"), 0o600),
		os.Symlink("..2026", filepath.Join(dir, "..data")),
		os.Symlink("..data/a.yaml", filepath.Join(dir, "a.yaml")),
		os.WriteFile(filepath.Join(dir, "b.txt"), []byte("b"), 0o600)); err != nil {
		t.Fatal(err)
	}
	files, err := Folder(dir, ".yaml")()
	if err != nil || len(files) != 1 || string(files["a.yaml"]) != "a" {
		t.Errorf("got %v, %v", files, err)
	}
	if files, err := Folder("", ".yaml")(); err != nil || len(files) != 0 {
		t.Errorf("no folder: %v, %v", files, err)
	}
	if _, err := Folder(filepath.Join(dir, "none"), ".yaml")(); err == nil {
		t.Error("a missing folder")
	}
}

// TestFiles needs the first file only.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1"), filepath.Join(dir, "2")
	if err := os.WriteFile(first, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if files, err := Files([]string{first, second})(); err != nil || len(files) != 1 {
		t.Errorf("got %v, %v", files, err)
	}
	if _, err := Files([]string{second, first})(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
