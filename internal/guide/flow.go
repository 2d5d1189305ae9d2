package guide

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// flow is a file: how customers grant one kind of access, in one language.
type flow struct {
	// Nameless is what a customer is called whose name is not known.
	Nameless string `json:"nameless"`
	// Services are words for services, in place of the services' own.
	Services map[v1alpha1.ServiceName]services.Words `json:"services,omitempty"`
	// Title and Subject, of the e-mail, are the first line whose situations are true. All other texts are all such lines.
	Title   []line `json:"title"`
	Subject []line `json:"subject"`
	Intro   []line `json:"intro"`

	What     section        `json:"what"`
	Who      section        `json:"who"`
	Facts    section        `json:"facts"`
	Steps    section        `json:"steps"`
	Check    section        `json:"check"`
	After    section        `json:"after"`
	Problems section        `json:"problems"`
	Withdraw section        `json:"withdraw"`
	Contact  contactSection `json:"contact"`

	Mail []line `json:"mail"`
}

// section is a heading with paragraphs and a list.
type section struct {
	When    []requirement `json:"when,omitempty"`
	Heading string        `json:"heading"`
	Text    []line        `json:"text,omitempty"`
	Items   []line        `json:"items,omitempty"`
}

// contactSection is a section with the labels of the supplier's contact.
type contactSection struct {
	section `json:",inline"`

	Email string `json:"email"`
	Phone string `json:"phone"`
}

// line is a paragraph or an item of a list. In the file, it may be the text alone.
type line struct {
	When  []requirement `json:"when,omitempty"`
	Label string        `json:"label,omitempty"`
	Text  string        `json:"text"`
	// Each repeats the line for each service.
	Each each `json:"each,omitempty"`
	// Checks puts the list of the section check below the line.
	Checks bool `json:"checks,omitempty"`

	label, text phrase
}

// each is what a line is repeated for.
type each string

const eachService each = "service"

// UnmarshalJSON reads a line, which may be the text alone.
func (l *line) UnmarshalJSON(b []byte) error {
	type plain line
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &l.Text)
	}
	return strict(b, (*plain)(l))
}

// strict decodes JSON without unknown fields.
func strict(b []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// parseFlow reads a file and compiles its texts.
func parseFlow(content string) (*flow, error) {
	f := &flow{}
	if err := yaml.UnmarshalStrict([]byte(content), f); err != nil {
		return nil, fmt.Errorf("read the YAML: %w", err)
	}
	err := f.compile()
	return f, err
}

// field is a list of lines of a flow, with its name in the file.
type field struct {
	name  string
	lines []line
}

// namedSection is a section of a flow, with its name.
type namedSection struct {
	name SectionName
	*section
}

// sections returns the sections in the order in which guides have them. The section check is below a step.
func (f *flow) sections() []namedSection {
	return []namedSection{
		{SectionWhat, &f.What},
		{SectionWho, &f.Who},
		{SectionFacts, &f.Facts},
		{SectionSteps, &f.Steps},
		{sectionCheck, &f.Check},
		{SectionAfter, &f.After},
		{SectionProblems, &f.Problems},
		{SectionWithdraw, &f.Withdraw},
		{SectionContact, &f.Contact.section},
	}
}

// fields returns all lines.
func (f *flow) fields() []field {
	fields := []field{{"title", f.Title}, {"subject", f.Subject}, {"intro", f.Intro}}
	for _, s := range f.sections() {
		fields = append(fields, field{string(s.name) + ".text", s.Text}, field{string(s.name) + ".items", s.Items})
	}
	return append(fields, field{"mail", f.Mail})
}

// compile parses the texts of all lines. Its errors name the fields.
func (f *flow) compile() error {
	var errs []error
	for _, field := range f.fields() {
		for i := range field.lines {
			if err := field.lines[i].compile(); err != nil {
				errs = append(errs, fmt.Errorf("%s[%d]%w", field.name, i, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (l *line) compile() error {
	var labelErr, textErr error
	l.label, labelErr = parsePhrase(l.Label)
	l.text, textErr = parsePhrase(l.Text)
	switch {
	case labelErr != nil:
		return fmt.Errorf(".label: %w", labelErr)
	case textErr != nil:
		return fmt.Errorf(".text: %w", textErr)
	case len(l.text) == 0:
		return errors.New(".text: is empty")
	case l.Each != "" && l.Each != eachService:
		return fmt.Errorf(".each: is %q; write %q", l.Each, eachService)
	}
	return nil
}
