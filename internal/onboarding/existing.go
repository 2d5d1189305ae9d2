package onboarding

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// existing is what a directory has before an import.
type existing struct {
	// files are the contents of its YAML files and of SecretsFile, by name. Whatever else has a name there is nil.
	files map[string][]byte
	// byNumber are its customers, by organization number.
	byNumber map[string]*stored
	// byName are the files of its customers, by their names.
	byName map[string]string
}

// stored is a customer in a file.
type stored struct {
	name, file string
	// secret is the command that creates its Secret.
	secret string
	// alone reports that the file has nothing else.
	alone bool
}

// readExisting reads the YAML files of a directory, which may be missing. It reads customers that have faults, too:
// checks report these.
func readExisting(directory string) (existing, error) {
	found := existing{files: map[string][]byte{}, byNumber: map[string]*stored{}, byName: map[string]string{}}
	entries, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if !entry.Type().IsRegular() || !isYAML(name) && name != SecretsFile {
			found.files[name] = nil
			continue
		}
		content, err := readFile(filepath.Join(directory, name))
		if err != nil {
			return found, err
		}
		found.files[name] = content
		found.addCustomers(name, content)
	}
	return found, nil
}

// addCustomers adds the customers of a file.
func (e *existing) addCustomers(name string, content []byte) {
	if slices.Contains(kustomizationNames, name) || !isYAML(name) {
		return
	}
	subjects, _ := readYAML(&findings{}, name, content)
	for _, s := range subjects {
		if s.kind != customerKind {
			continue
		}
		metadata, _ := s.object["metadata"].(map[string]any)
		object, _ := metadata["name"].(string)
		spec, _ := s.object["spec"].(map[string]any)
		number, _ := spec["organizationNumber"].(string)
		e.byName[object] = name
		if number != "" && e.byNumber[number] == nil {
			e.byNumber[number] = &stored{
				name: object, file: name, alone: len(subjects) == 1, secret: secretOf(s),
			}
		}
	}
}

// secretOf returns the command that creates the Secret of a customer, "" if it needs none.
func secretOf(s *subject) string {
	c := &v1alpha1.CustomerIntegration{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(s.object, c); err != nil {
		return ""
	}
	return secretCommand(c)
}

func isYAML(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(name)))
}
