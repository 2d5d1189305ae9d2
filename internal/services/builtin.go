package services

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

//go:embed *.yaml
var files embed.FS

// builtIn are the built-in services by their names.
var builtIn = mustRead(files)

// definition is a file: one built-in service.
type definition struct {
	Name v1alpha1.ServiceName `json:"name"`
	// The service in the form in which a Supplier declares its own, without a job: it is the worker.
	v1alpha1.CustomService `json:",inline"`

	// ShortName is the service's part of names of objects, at most 12 characters. It can never change. Only the first
	// services have one: see the function ShortName.
	ShortName string `json:"shortName,omitempty"`
	// API is the name of the field in spec.endpoints of NAV's API.
	API string `json:"api"`
	// SendsPlans is Service.SendsPlans.
	SendsPlans bool `json:"sendsPlans,omitempty"`
	// Words are the names for people in each language.
	Words map[language.Language]Words `json:"words"`
	// Aliases are further names that people use in lists of customers.
	Aliases []string `json:"aliases,omitempty"`

	service Service
}

func mustRead(from fs.FS) map[v1alpha1.ServiceName]*definition {
	all, err := read(from)
	if err != nil {
		panic(err) // the files are embedded
	}
	return all
}

// read reads all files. A service needs no more than its file.
func read(from fs.FS) (map[v1alpha1.ServiceName]*definition, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[v1alpha1.ServiceName]*definition{}
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		d := &definition{}
		if err := yaml.UnmarshalStrict(content, d); err != nil {
			return nil, fmt.Errorf("service %s: %w", name, err)
		}
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("service %s: %w", name, err)
		}
		if _, twice := all[d.Name]; twice {
			return nil, fmt.Errorf("service %s: another file has the name %s", name, d.Name)
		}
		d.service = ofDeclaration(d.Name, &d.CustomService)
		d.service.SendsPlans, d.service.api, d.service.words = d.SendsPlans, d.API, d.Words
		all[d.Name] = d
	}
	return all, nil
}

// check returns what a definition lacks, beyond what the CRD's schema requires of the part that a Supplier can declare.
func (d *definition) check() error {
	var errs []error
	if d.Job.Image != "" {
		errs = append(errs, errors.New("job: remove it; the worker runs built-in services"))
	}
	if len(d.ShortName) > maxShortName {
		errs = append(errs, fmt.Errorf("shortName: is %q; write at most %d characters, or none", d.ShortName, maxShortName))
	}
	if _, ok := navAPIs[d.API]; !ok {
		errs = append(errs, fmt.Errorf("api: is %q; write one of %q", d.API, slices.Sorted(maps.Keys(navAPIs))))
	}
	for _, lang := range language.All() {
		errs = append(errs, d.Words[lang].check(lang, d.Access.APIDelegation.Scope != ""))
	}
	return errors.Join(errs...)
}

// nameForm is the form of services' names, by the rule of v1alpha1.ServiceName.
var nameForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,39}$`)

// IsName reports whether a service can have a name.
func IsName(name string) bool { return nameForm.MatchString(name) }

// Names returns the names of the built-in services, sorted.
func Names() []v1alpha1.ServiceName { return slices.Sorted(maps.Keys(builtIn)) }

// Aliases returns the names that people use for built-in services in lists of customers, with the services' own names
// and titles.
func Aliases() map[string]v1alpha1.ServiceName {
	all := map[string]v1alpha1.ServiceName{}
	for name, d := range builtIn {
		all[string(name)] = name
		for _, words := range d.Words {
			all[words.Title] = name
		}
		for _, alias := range d.Aliases {
			all[alias] = name
		}
	}
	return all
}
