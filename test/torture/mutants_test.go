package torture

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mutant is a worker with a mistake: one text of its source is another.
type mutant struct {
	// reason says what the mistake is.
	reason string
	// file of the project's, and what stands in it, once, and what shall.
	file, was, is string
	// caught is the finding that the checker must have, or one of them.
	caught []string
}

// overlay writes the source of a mutant, and the file that tells go build of it. The project's own files stay as they are.
func (m mutant) overlay(root, folder string) (string, error) {
	path := filepath.Join(root, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.was); n != 1 {
		return "", fmt.Errorf("%s has what the mutant replaces %d times, not once: change the mutant with its source", m.file, n)
	}
	mutated := filepath.Join(folder, "mutant.go")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.was, m.is, 1)), 0o600); err != nil { //nolint:gosec // Both paths are a test's own.
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}
