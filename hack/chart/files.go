package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// The chart's templates read all files with these endings below these folders of config/, with exceptions.
var (
	folders    = []string{"crd/bases", "rbac", "manager", "customer-namespace", "portal", "monitoring"}
	endings    = []string{".yaml", ".json"}
	exceptions = []string{"kustomization.yaml", "deployment.yaml", "prometheus.yaml", "kube-state-metrics.yaml"}
)

// copyFiles writes the chart's files/: verbatim copies, so that a rule or a port is written once.
func copyFiles() error {
	to := filepath.Join(chart, "files")
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("config", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || slices.Contains(exceptions, entry.Name()) ||
				!slices.Contains(endings, filepath.Ext(path)) {
				return err
			}
			return copyFile(path, to)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(path, to string) error {
	text, err := os.ReadFile(path) //nolint:gosec // WalkDir found it below config.
	if err != nil {
		return err
	}
	below, err := filepath.Rel("config", path)
	if err != nil {
		return err
	}
	path = filepath.Join(to, below)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // It holds no secret.
		return err
	}
	return write(path, text)
}
