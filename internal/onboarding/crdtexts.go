package onboarding

import (
	_ "embed"

	"go.yaml.in/yaml/v3"

	"github.com/4human/integration-operator/internal/language"
)

//go:embed crdtexts.yaml
var crdTexts []byte

// norwegian are the messages of the CustomResourceDefinition of CustomerIntegrations in Norwegian bokmål.
var norwegian = mustReadCRDTexts()

func mustReadCRDTexts() map[string]string {
	var texts []struct {
		English   string `yaml:"en"`
		Norwegian string `yaml:"nb"`
	}
	if err := yaml.Unmarshal(crdTexts, &texts); err != nil {
		panic(err) // the file is embedded
	}
	all := map[string]string{}
	for _, text := range texts {
		all[text.English] = text.Norwegian
	}
	return all
}

// translated returns a message of the API server's checks in the language, if it is known.
func (f *findings) translated(message string) string {
	if text, ok := norwegian[message]; ok && f.lang == language.Norwegian {
		return text
	}
	return message
}
