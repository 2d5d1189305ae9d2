package onboarding

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// Options are what checks need besides the files.
type Options struct {
	// Language of the findings.
	Language language.Language
	// Defaults fill what spreadsheets leave out. Their namespace applies to documents without one, too.
	Defaults Defaults
	// Suppliers are files with Suppliers, besides those among the sources.
	Suppliers []Source
	// Register looks up organizations. Nil: they are not looked up.
	Register *Register
}

// Check checks files. Its error says why that was not possible.
func Check(ctx context.Context, sources []Source, o Options) (*Report, error) {
	c, err := newChecker(o)
	if err != nil {
		return nil, err
	}
	for _, source := range o.Suppliers {
		c.readSuppliers(source)
	}
	for _, source := range sources {
		if err := c.readSource(source); err != nil {
			return nil, err
		}
	}
	c.run(ctx)
	return c.report(append(sources, o.Suppliers...)), nil
}

// checker checks customers and Suppliers, each alone and then together.
type checker struct {
	findings

	options   Options
	schemas   schemas
	suppliers map[string]*v1alpha1.Supplier
	// noted are the files for which a missing namespace is noted.
	noted map[string]bool
	// unread is the number of rows of spreadsheets that could not be read.
	unread int
	// customers and supplierSubjects are the customers and the Suppliers to check, in the order of the files.
	customers        []*customer
	supplierSubjects []*subject
}

// customer is an object with its typed form.
type customer struct {
	*subject

	// typed is nil if the object cannot be read. It lacks fields of a wrong type.
	typed *v1alpha1.CustomerIntegration
}

func newChecker(o Options) (*checker, error) {
	all, err := embeddedSchemas()
	if err != nil {
		return nil, err
	}
	return &checker{
		findings: findings{lang: o.Language}, options: o, schemas: all,
		suppliers: map[string]*v1alpha1.Supplier{}, noted: map[string]bool{},
	}, nil
}

// readSource reads the customers and Suppliers of a file.
func (c *checker) readSource(s Source) error {
	switch {
	case s.Skipped != "":
		c.add(Finding{File: s.Name}, FileSkipped, c.word("skipped."+s.Skipped))
	case len(s.Content) > MaxFile:
		c.add(Finding{File: s.Name}, FileTooLarge, MaxFile>>20)
	case isWorkbook(s.Content):
		c.add(Finding{File: s.Name}, FileIsWorkbook)
	case s.isSpreadsheet():
		return c.readSpreadsheet(s)
	default:
		c.readDocuments(s)
	}
	return nil
}

// defaults returns the defaults of spreadsheets, with the own services of the Suppliers that were read so far.
func (c *checker) defaults() Defaults {
	d := c.options.Defaults
	d.own, d.suppliers = map[string]v1alpha1.ServiceName{}, map[string]*v1alpha1.Supplier{}
	for _, s := range c.supplierSubjects {
		typed := &v1alpha1.Supplier{}
		if runtime.DefaultUnstructuredConverter.FromUnstructured(s.object, typed) == nil { // else its checks report it
			d.addSupplier(typed)
		}
	}
	return d
}

// readSpreadsheet reads a spreadsheet, and names its customers as an import into an empty directory would.
func (c *checker) readSpreadsheet(s Source) error {
	read := readSheet(&c.findings, s.Name, s.Content)
	if read == nil {
		return nil
	}
	rows := read.readRows(&c.findings, c.defaults())
	nameRows(rows, existing{})
	return c.addRows(rows)
}

// addRows adds the customers of rows that could be read.
func (c *checker) addRows(rows []*row) error {
	for _, r := range rows {
		if r.subject == nil {
			c.unread++
			continue
		}
		if err := r.finish(); err != nil {
			return err
		}
		c.addSubject(r.subject)
	}
	return nil
}

// readDocuments reads the customers and Suppliers of a YAML file.
func (c *checker) readDocuments(s Source) {
	subjects, relevant := readYAML(&c.findings, s.Name, s.Content)
	if !relevant && s.Named {
		c.add(Finding{File: s.Name}, NothingFound)
	}
	for _, one := range subjects {
		c.setNamespace(one, s.Namespace)
		c.addSubject(one)
	}
}

// setNamespace sets the namespace that kustomize or kubectl would set.
func (c *checker) setNamespace(s *subject, kustomized string) {
	metadata, _ := s.object["metadata"].(map[string]any)
	if metadata == nil || !c.schemas[s.kind].namespaced {
		return
	}
	if kustomized != "" {
		metadata["namespace"] = kustomized
	} else if metadata["namespace"] == nil && c.options.Defaults.Namespace != "" {
		metadata["namespace"] = c.options.Defaults.Namespace
	}
}

// readSuppliers reads the Suppliers of a file, and nothing else of it.
func (c *checker) readSuppliers(s Source) {
	subjects, _ := readYAML(&c.findings, s.Name, s.Content)
	for _, one := range subjects {
		if one.kind == supplierKind {
			c.addSubject(one)
		}
	}
}

// addSubject adds an object to check.
func (c *checker) addSubject(s *subject) {
	if s.kind == supplierKind {
		c.supplierSubjects = append(c.supplierSubjects, s)
	} else {
		c.customers = append(c.customers, &customer{subject: s})
	}
}

// run makes all checks.
func (c *checker) run(ctx context.Context) {
	for _, s := range c.supplierSubjects {
		c.readSupplier(ctx, s)
	}
	for _, s := range c.customers {
		c.checkNumber(s.subject)
		c.checkAgent(s.subject)
		c.checkName(s.subject)
		clean := c.checkShape(ctx, s.subject)
		typed := &v1alpha1.CustomerIntegration{}
		if runtime.DefaultUnstructuredConverter.FromUnstructured(clean, typed) == nil {
			s.typed = typed
			c.checkUnits(s)
			c.checkSchedules(s)
			c.checkSupplier(s)
		}
		c.checkRules(ctx, s.subject, clean)
	}
	c.checkNames()
	c.checkDuplicates()
	c.noteUnchecked()
	c.checkRegister(ctx)
}

// readSupplier checks a Supplier, and keeps it for the checks of its customers.
func (c *checker) readSupplier(ctx context.Context, s *subject) {
	c.checkNumber(s)
	c.checkName(s)
	clean := c.checkShape(ctx, s)
	typed := &v1alpha1.Supplier{}
	if runtime.DefaultUnstructuredConverter.FromUnstructured(clean, typed) == nil {
		c.suppliers[typed.Name] = typed
	}
	c.checkRules(ctx, s, clean)
}

// report returns the findings in the order of the files.
func (c *checker) report(sources []Source) *Report {
	r := &Report{
		Findings: c.all, Files: len(sources), Customers: len(c.customers) + c.unread, Suppliers: len(c.supplierSubjects),
	}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	files := make([]string, len(sources))
	for i, s := range sources {
		files[i] = s.Name
	}
	r.sort(files)
	return r
}

// Source is a file to check.
type Source struct {
	// Name is its path, or "-" for the standard input.
	Name string
	// Content is what it has.
	Content []byte
	// Namespace is the one that a kustomization sets on its objects.
	Namespace string
	// Skipped is why it cannot be checked, "" if it can.
	Skipped string
	// Named reports that the user named the file, and not only its directory.
	Named bool
}

// isSpreadsheet reports whether a file is a CSV file, by its name. The standard input is one if it has a header of a
// spreadsheet.
func (s *Source) isSpreadsheet() bool {
	switch strings.ToLower(filepath.Ext(s.Name)) {
	case ".csv", ".tsv", ".txt":
		return true
	case "":
		content, _ := decodeText(s.Content[:min(len(s.Content), headerBytes)])
		_, header := findHeader(content)
		return s.Name == StandardInput && header >= 0
	default:
		return false
	}
}

// StandardInput is the name of the standard input.
const StandardInput = "-"

// errNoFiles is the error of a command line without a file that can be checked.
var errNoFiles = errors.New("no file to check: name YAML or CSV files, or directories with such files")
