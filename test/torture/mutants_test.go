package torture

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mutant is a worker with a mistake in its source.
type mutant struct {
	// reason describes the mistake.
	reason string
	// file is the source file, was its text, which occurs once, and is the replacement.
	file, was, is string
	// caught are findings, of which the checker must have one.
	caught []string
}

// overlay writes the source of a mutant and an overlay file for go build. It returns the path of the overlay file.
func (m mutant) overlay(root, folder string) (string, error) {
	path := filepath.Join(root, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.was); n != 1 {
		return "", fmt.Errorf("%s contains the mutant's text %d times, not once: change the mutant with its source", m.file,
			n)
	}
	mutated := filepath.Join(folder, "mutant.go")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.was, m.is, 1)), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}
