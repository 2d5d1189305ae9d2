// Command chart writes what is generated of charts/integration-operator: the schema and the README from the comments of
// values.yaml, and files/ from config/. It runs in the repository's root.
//
// It replaces two tools: helm-docs writes such a README, but no schema.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const chart = "charts/integration-operator"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	root, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s/values.yaml: %w", chart, err)
	}
	if err := writeSchema(root); err != nil {
		return err
	}
	if err := writeReadme(root); err != nil {
		return err
	}
	return copyFiles()
}
