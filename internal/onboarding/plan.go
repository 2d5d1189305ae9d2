package onboarding

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Names of the files that an import writes besides the customers'.
const (
	// SecretsFile lists the Secrets that the customers need.
	SecretsFile = "secrets.txt"
	// KustomizationFile lists the customers' files.
	KustomizationFile = "kustomization.yaml"
)

// ImportOptions are what an import needs besides the spreadsheet.
type ImportOptions struct {
	Options

	// Overwrite replaces files with another content.
	Overwrite bool
	// Kustomization writes a kustomization.yaml.
	Kustomization bool
}

// Import is what an import will write.
type Import struct {
	Report

	// Directory is where the files are written.
	Directory string
	// Files are the files to write, by name. Those that are there already with the same content are left out.
	Files []OutputFile
	// Unchanged is the number of customers whose files are there already.
	Unchanged int
	// Rejected is a CSV of the rows that have errors, with a column that says which; empty if there are none.
	Rejected []byte
	// RejectedRows is how many they are.
	RejectedRows int
}

// OutputFile is a file to write.
type OutputFile struct {
	Name    string
	Content []byte
	// Customer reports that it is a customer's.
	Customer bool
	// Replaces is the content that the file had, nil if there was no such file.
	Replaces []byte
}

// Blocked reports that nothing is written, because a row or the spreadsheet has an error.
func (i *Import) Blocked(skipBad bool) bool {
	if skipBad && len(i.Files)+i.Unchanged > 0 {
		return false
	}
	return i.Count(SeverityError) > 0
}

// planner makes a plan of an import.
type planner struct {
	*checker

	options ImportOptions
	before  existing
	rows    []*row
	// faults are the texts of the errors, by row.
	faults map[int][]string
	plan   *Import
}

// Plan reads a spreadsheet and returns what an import of it into a directory writes, and what is wrong with it. It
// writes nothing.
func Plan(ctx context.Context, source Source, directory string, o ImportOptions) (*Import, error) {
	o.Defaults.Complete = true
	c, err := newChecker(o.Options)
	if err != nil {
		return nil, err
	}
	p := &planner{checker: c, options: o, plan: &Import{Directory: directory}}
	if p.before, err = readExisting(directory); err != nil {
		return nil, fmt.Errorf("reading the directory of the import: %w", err)
	}
	for _, supplier := range o.Suppliers {
		c.readSuppliers(supplier)
	}
	read, err := p.readRows(source)
	if err != nil {
		return nil, err
	}
	c.run(ctx)
	if read != nil {
		if err := p.write(read); err != nil {
			return nil, err
		}
	}
	p.plan.Report = *c.report(append([]Source{source}, o.Suppliers...))
	return p.plan, nil
}

// readRows reads the customers of the spreadsheet, nil if it cannot be read.
func (p *planner) readRows(source Source) (*sheet, error) {
	switch {
	case len(source.Content) > MaxFile:
		p.add(Finding{File: source.Name}, FileTooLarge, MaxFile>>20)
		return nil, nil
	case isWorkbook(source.Content):
		p.add(Finding{File: source.Name}, FileIsWorkbook)
		return nil, nil
	}
	read := readSheet(&p.findings, source.Name, source.Content)
	if read == nil {
		return nil, nil
	}
	p.rows = read.readRows(&p.findings, p.defaults())
	nameRows(p.rows, p.before)
	return read, p.addRows(p.rows)
}

// write plans the files.
func (p *planner) write(read *sheet) error {
	p.indexFaults()
	for _, r := range p.rows {
		if p.isBad(r) {
			continue
		}
		if err := p.writeCustomer(r); err != nil {
			return err
		}
	}
	p.indexFaults()
	p.noteUnlisted(read)
	if p.options.Kustomization {
		if err := p.writeKustomization(read); err != nil {
			return err
		}
	}
	p.writeSecrets()
	p.reject(read)
	slices.SortFunc(p.plan.Files, func(a, b OutputFile) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// isBad reports whether a row has an error.
func (p *planner) isBad(r *row) bool { return len(p.faults[r.row]) > 0 }

// indexFaults collects the texts of the rows' errors.
func (p *planner) indexFaults() {
	p.faults = map[int][]string{}
	for i := range p.all {
		if f := &p.all[i]; f.Row > 0 && f.Severity == SeverityError {
			p.faults[f.Row] = append(p.faults[f.Row], strings.TrimPrefix(f.Field+": "+f.Text(), ": "))
		}
	}
}

// writeCustomer plans the file of a customer.
func (p *planner) writeCustomer(r *row) error {
	name := r.customer.Name + ".yaml"
	before := p.before.byNumber[string(r.customer.Spec.OrganizationNumber)]
	namesake, taken := p.before.byName[r.customer.Name]
	switch {
	case before != nil && (!before.alone || before.name != r.customer.Name):
		p.add(r.at(numberPath), CustomerElsewhere, filepath.Join(p.plan.Directory, before.file), before.name)
		return nil
	case before != nil:
		name = before.file
	case taken:
		p.add(r.at(string(columnObjectName)), NameTaken, filepath.Join(p.plan.Directory, namesake), r.customer.Name)
		return nil
	case p.has(name):
		p.add(r.at(string(columnObjectName)), FileTaken, filepath.Join(p.plan.Directory, name))
		return nil
	}
	content, err := render(&r.customer, r.title)
	if err != nil {
		return err
	}
	old := p.before.files[name]
	switch {
	case old != nil && bytes.Equal(unixBytes(old), content):
		p.plan.Unchanged++
	case old != nil && !p.options.Overwrite:
		p.add(r.at(""), FileDiffers, filepath.Join(p.plan.Directory, name))
	default:
		p.plan.Files = append(p.plan.Files, OutputFile{Name: name, Content: content, Customer: true, Replaces: old})
	}
	return nil
}

// unixBytes ends lines by LF: git on Windows writes CRLF.
func unixBytes(b []byte) []byte { return []byte(unixLines(string(b))) }

// has reports whether the directory has something with a name, by the rules of file systems that ignore case.
func (p *planner) has(name string) bool {
	for known := range p.before.files {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// noteUnlisted notes the customers of the directory that the spreadsheet does not have.
func (p *planner) noteUnlisted(read *sheet) {
	listed := map[string]bool{}
	for _, r := range p.rows {
		listed[string(r.customer.Spec.OrganizationNumber)] = true
	}
	var names []string
	for number, known := range p.before.byNumber {
		if !listed[number] {
			names = append(names, known.name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		p.add(Finding{File: read.file}, NotListed, len(names), p.plan.Directory, quotedList(names))
	}
}

// writeKustomization plans the list of the customers' files. A kustomization with more than such a list is left alone.
func (p *planner) writeKustomization(read *sheet) error {
	old := p.before.files[KustomizationFile]
	var parsed map[string]any
	if err := yaml.Unmarshal(old, &parsed); err != nil {
		parsed = map[string]any{"": "not YAML"}
	}
	listed := resources(parsed)
	var missing []string
	for _, name := range p.customerFiles() {
		if !slices.Contains(listed, name) {
			missing = append(missing, name)
		}
	}
	for key := range parsed {
		if !slices.Contains([]string{"apiVersion", "kind", "resources"}, key) {
			if len(missing) > 0 {
				p.add(Finding{File: read.file}, KustomizationTaken, filepath.Join(p.plan.Directory, KustomizationFile),
					strings.Join(missing, ", "))
			}
			return nil
		}
	}
	all := slices.Concat(listed, missing)
	slices.Sort(all)
	var out strings.Builder
	out.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n")
	for _, name := range all {
		out.WriteString("- " + name + "\n")
	}
	if len(all) > 0 {
		p.output(KustomizationFile, out.String())
	}
	return nil
}

// resources returns the resources of a kustomization.
func resources(parsed map[string]any) []string {
	list, _ := parsed["resources"].([]any)
	var names []string
	for _, entry := range list {
		if name, ok := entry.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// customerFiles returns the names of the customers' files, those of before and those of the plan.
func (p *planner) customerFiles() []string {
	names := make([]string, 0, len(p.before.byNumber)+len(p.plan.Files))
	for _, known := range p.before.byNumber {
		names = append(names, known.file)
	}
	for _, f := range p.plan.Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// output plans a file unless it is there already.
func (p *planner) output(name, content string) {
	old := p.before.files[name]
	if old == nil || string(unixBytes(old)) != content {
		p.plan.Files = append(p.plan.Files, OutputFile{Name: name, Content: []byte(content), Replaces: old})
	}
}

// listHeader begins the list of Secrets. It is in one language, so that a file does not depend on who writes it.
const listHeader = `# The Secrets that the customers of this directory need, one command a line, without their values.
# Put the token of each HRM system into a file tokens/NAME-OF-THE-SECRET, and run the commands: sh secrets.txt
`

// writeSecrets plans the list of the Secrets that the directory's customers need, as commands to run.
func (p *planner) writeSecrets() {
	needed := map[string]string{}
	for number, known := range p.before.byNumber {
		needed[number] = known.secret
	}
	for _, r := range p.rows {
		if !p.isBad(r) {
			needed[string(r.customer.Spec.OrganizationNumber)] = secretCommand(&r.customer)
		}
	}
	commands := slices.DeleteFunc(slices.Sorted(maps.Values(needed)), func(s string) bool { return s == "" })
	if len(commands) > 0 {
		p.output(SecretsFile, listHeader+strings.Join(slices.Compact(commands), "\n")+"\n")
	}
}

// personNumber matches a person's identity number among other digits.
var personNumber = regexp.MustCompile(`(^|[^0-9])[0-9]{6}[ .-]?[0-9]{5}([^0-9]|$)`)

// withoutPeople returns cells without those that have a person's identity number.
func withoutPeople(cells []string) []string {
	safe := slices.Clone(cells)
	for i, cell := range safe {
		if countDigits(cell) == personDigits || personNumber.MatchString(cell) {
			safe[i] = ""
		}
	}
	return safe
}

// reject makes the CSV of the bad rows: as Excel writes and reads it, and as an import reads it again.
func (p *planner) reject(read *sheet) {
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	writer.Comma, writer.UseCRLF = read.separator, true
	header := append(slices.Clone(read.header), p.word("import.faultColumn"))
	records := [][]string{header}
	for _, r := range p.rows {
		if texts := p.faults[r.row]; len(texts) > 0 {
			cells := withoutPeople(r.cells)
			for len(cells) < len(read.header) {
				cells = append(cells, "")
			}
			records = append(records, append(cells[:len(read.header)], strings.Join(texts, " ")))
		}
	}
	if p.plan.RejectedRows = len(records) - 1; p.plan.RejectedRows == 0 {
		return
	}
	out.WriteString("\uFEFF")
	_ = writer.WriteAll(records) // A buffer never fails.
	p.plan.Rejected = out.Bytes()
}
