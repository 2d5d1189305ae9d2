package guide

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// ConfigMap is the name of the ConfigMap, in the namespace of the operator, whose keys replace files of this package.
const ConfigMap = "integration-operator-guides"

//go:embed flows/*.yaml
var builtIn embed.FS

// Guides renders guides.
type Guides struct {
	// flows has the flow of each file.
	flows map[string]*flow
}

// kinds are the kinds of access.
var kinds = []v1alpha1.AccessKind{v1alpha1.AccessAPIDelegation, v1alpha1.AccessSystemUser, AccessThroughAgent}

// serviceKind returns the kind of the services that a kind of guide is for.
func serviceKind(kind v1alpha1.AccessKind) v1alpha1.AccessKind {
	if kind == AccessThroughAgent {
		return v1alpha1.AccessSystemUser
	}
	return kind
}

// FileNames returns the names of the files: one for each kind of access and language.
func FileNames() []string {
	names := make([]string, 0, len(kinds)*len(language.All()))
	for _, kind := range kinds {
		for _, lang := range language.All() {
			names = append(names, fileName(kind, lang))
		}
	}
	return names
}

// BuiltIn returns the content of a built-in file: what an override starts from.
func BuiltIn(file string) (string, error) {
	content, err := builtIn.ReadFile("flows/" + file)
	return string(content), err
}

// Load returns the built-in guides, with files replaced by overrides: the content by file name, as a ConfigMap has it.
// If overrides are wrong, the error names each file and what is wrong in it. The Guides are usable even then, with the
// built-in files in place of the wrong ones.
func Load(overrides map[string]string) (*Guides, error) {
	g := &Guides{flows: map[string]*flow{}}
	var errs []error
	for _, kind := range kinds {
		for _, lang := range language.All() {
			file := fileName(kind, lang)
			f, err := loadFlow(file, kind, lang, overrides)
			if err != nil {
				errs = append(errs, err)
			}
			g.flows[file] = f
		}
	}
	for _, file := range slices.Sorted(maps.Keys(overrides)) {
		if _, isKnown := g.flows[file]; !isKnown {
			errs = append(errs, fmt.Errorf("guide %s: is unknown; write one of %s", file, joinNames(FileNames())))
		}
	}
	return g, errors.Join(errs...)
}

// loadFlow returns the flow of a file: the override if there is one and it is right, otherwise the built-in one.
func loadFlow(
	file string, kind v1alpha1.AccessKind, lang language.Language, overrides map[string]string,
) (*flow, error) {
	var overrideErr error
	if content, isOverridden := overrides[file]; isOverridden {
		f, err := readFlow(content, kind, lang)
		if err == nil {
			return f, nil
		}
		overrideErr = fmt.Errorf("guide %s: %w", file, err)
	}
	content, err := BuiltIn(file)
	if err != nil {
		return nil, errors.Join(overrideErr, err)
	}
	f, err := readFlow(content, kind, lang)
	if err != nil {
		return nil, errors.Join(overrideErr, fmt.Errorf("built-in guide %s: %w", file, err))
	}
	return f, overrideErr
}

// readFlow reads and checks a flow.
func readFlow(content string, kind v1alpha1.AccessKind, lang language.Language) (*flow, error) {
	f, err := parseFlow(content)
	if err != nil {
		return nil, err
	}
	err = f.check(kind, lang)
	return f, err
}
