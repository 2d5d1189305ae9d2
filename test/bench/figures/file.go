package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Machine is where figures were measured.
type Machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	// MemoryGiB is the memory in GiB.
	MemoryGiB int    `json:"memoryGiB"`
	Kernel    string `json:"kernel"`
	Go        string `json:"go"`
	// LoadBefore is the load average of the last minute before the benchmark began.
	LoadBefore float64 `json:"loadBefore"`
}

// Busy reports whether other programs used the machine before the benchmark began, so that its times say little.
func (m Machine) Busy() bool { return m.LoadBefore > float64(m.Cores)/2 }

// Result is a file of results.
type Result struct {
	Time    time.Time `json:"time"`
	Commit  string    `json:"commit"`
	Machine Machine   `json:"machine"`
	// Settings are the flags of the benchmark.
	Settings map[string]string `json:"settings"`
	Figures  Set               `json:"figures"`
}

// Write writes a result to a new file of a folder, named by its time, and returns the path.
func (r Result) Write(folder string) (string, error) {
	path := filepath.Join(folder, r.Time.UTC().Format("2006-01-02T1504")+".json")
	return path, writeJSON(path, r)
}

// Read reads all results of a folder.
func Read(folder string) ([]Result, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing results: %w", err)
	}
	results := make([]Result, len(paths))
	for i, path := range paths {
		if err := readJSON(path, &results[i]); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return fmt.Errorf("reading results: %w", err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

func writeJSON(path string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return fmt.Errorf("encoding results: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing results: %w", err)
	}
	return nil
}
