package onboarding

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// sourceTypes are the endings of files that are checked in directories.
var sourceTypes = []string{".yaml", ".yml", ".json", ".csv", ".tsv"}

// kustomizationNames are the names that kustomize reads.
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// ReadSources reads the files and directories that a user names; "-" is stdin. Of a directory it reads the YAML, JSON
// and CSV files, and those of its directories. It leaves out names that begin with a dot, notes Helm charts and patches
// of kustomizations, and applies the namespace of a kustomization to its resources.
func ReadSources(paths []string, stdin io.Reader) ([]Source, error) {
	var all []Source
	for _, path := range paths {
		found, err := readSource(path, stdin)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, errNoFiles
	}
	return all, nil
}

func readSource(path string, stdin io.Reader) ([]Source, error) {
	if path == StandardInput {
		content, err := io.ReadAll(io.LimitReader(stdin, MaxFile+1))
		if err != nil {
			return nil, fmt.Errorf("reading the standard input: %w", err)
		}
		return []Source{{Name: path, Content: content, Named: true}}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	if info.IsDir() {
		return readDirectory(path)
	}
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return []Source{{Name: path, Content: content, Named: true}}, nil
}

// readFile reads a file, and one byte more than MaxFile of a larger one.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // The user names the file.
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	return content, nil
}

// Reasons to skip a file, by their words.
const (
	skippedChart = "chart"
	skippedPatch = "patch"
)

// readDirectory reads the files of a directory and of its directories, in the order of their names.
func readDirectory(root string) ([]Source, error) {
	var all []Source
	kustomized := kustomizations{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && strings.HasPrefix(entry.Name(), "."):
			return skip(entry)
		case entry.IsDir():
			if _, err := os.Stat(filepath.Join(path, "Chart.yaml")); err == nil {
				all = append(all, Source{Name: path, Skipped: skippedChart})
				return filepath.SkipDir
			}
			return kustomized.read(path)
		case !isSource(entry.Name()):
			return nil
		}
		content, err := readFile(path)
		if err != nil {
			return err
		}
		all = append(all, Source{Name: path, Content: content})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", root, err)
	}
	for i := range all {
		all[i] = kustomized.apply(all[i])
	}
	return all, nil
}

// isSource reports whether a file of a directory is checked, by its name.
func isSource(name string) bool {
	return slices.Contains(sourceTypes, strings.ToLower(filepath.Ext(name))) && !slices.Contains(kustomizationNames, name)
}

func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return filepath.SkipDir
	}
	return nil
}

// kustomizations are what kustomizations say about files, by path.
type kustomizations map[string]struct {
	namespace string
	patch     bool
}

// kustomization is the part of a kustomization that matters to a check.
type kustomization struct {
	Namespace string   `json:"namespace"`
	Resources []string `json:"resources"`
	Patches   []struct {
		Path string `json:"path"`
	} `json:"patches"`
	StrategicMerges []string `json:"patchesStrategicMerge"`
}

// read reads the kustomization of a directory, if it has one. One that is not YAML is kustomize's to report.
func (k kustomizations) read(directory string) error {
	for _, name := range kustomizationNames {
		text, err := os.ReadFile(filepath.Join(directory, name)) //nolint:gosec // The user names the directory.
		if err != nil {
			continue
		}
		found := kustomization{}
		if yaml.Unmarshal(text, &found) != nil {
			return nil //nolint:nilerr // See above.
		}
		for _, resource := range found.Resources {
			k.add(directory, resource, found.Namespace, false)
		}
		for _, patch := range found.Patches {
			k.add(directory, patch.Path, "", true)
		}
		for _, patch := range found.StrategicMerges {
			k.add(directory, patch, "", true)
		}
	}
	return nil
}

func (k kustomizations) add(directory, path, namespace string, patch bool) {
	entry := k[filepath.Join(directory, path)]
	entry.patch = entry.patch || patch
	if namespace != "" {
		entry.namespace = namespace
	}
	k[filepath.Join(directory, path)] = entry
}

// apply applies what kustomizations say about a file or about its directory.
func (k kustomizations) apply(s Source) Source {
	path := filepath.Clean(s.Name)
	for at := path; ; at = filepath.Dir(at) {
		if namespace := k[at].namespace; namespace != "" && s.Namespace == "" {
			s.Namespace = namespace
		}
		if parent := filepath.Dir(at); parent == at {
			break
		}
	}
	if k[path].patch {
		s.Skipped = skippedPatch
	}
	return s
}
