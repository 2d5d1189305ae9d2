package docs_test

import (
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
)

var (
	// yamlBlock is an unindented YAML example.
	yamlBlock = regexp.MustCompile("(?s)\n```yaml\n(.*?)\n```")
	kindLine  = regexp.MustCompile(`(?m)^kind: (\w+)$`)
)

// TestExamples decodes every example of our kinds strictly: no field is misspelled or missing in the API.
func TestExamples(t *testing.T) {
	_, documents := readRepository(t)
	read := map[string]int{}
	for _, name := range documents {
		for _, block := range yamlBlock.FindAllStringSubmatch(readFile(t, name), -1) {
			kind := kindLine.FindStringSubmatch(block[1])
			if kind == nil {
				continue
			}
			into := map[string]any{
				"Supplier":            &v1alpha1.Supplier{},
				"CustomerIntegration": &v1alpha1.CustomerIntegration{},
			}[kind[1]]
			if into == nil {
				continue
			}
			read[kind[1]]++
			if err := yaml.UnmarshalStrict([]byte(block[1]), into); err != nil {
				t.Errorf("%s: an example of a %s: %v", name, kind[1], err)
			}
		}
	}
	if read["Supplier"] == 0 || read["CustomerIntegration"] == 0 {
		t.Errorf("examples that were found: %v", read)
	}
}
