package guide

import "github.com/4human/integration-operator/internal/language"

// Guide is a rendered guide.
type Guide struct {
	Language language.Language
	Intro    []Text
	// Sections are in the order of reading. Empty ones are left out.
	Sections []Section

	title, subject string
	mail           []Text
}

// Title returns the title.
func (g *Guide) Title() string { return g.title }

// Text is a paragraph, in pieces.
type Text []Span

// Span is a piece of a text.
type Span struct {
	Kind SpanKind
	Text string
	// URL is where a link leads.
	URL string
	// Language is that of the text, "" if it is the guide's.
	Language language.Language
}

// SpanKind is what a Span is.
type SpanKind string

const (
	// SpanText is plain text.
	SpanText SpanKind = "text"
	// SpanLabel is a button, field or heading of a page of Altinn.
	SpanLabel SpanKind = "label"
	// SpanCopy is a value to copy into a page of Altinn.
	SpanCopy SpanKind = "copy"
	// SpanLink is a link.
	SpanLink SpanKind = "link"
)

// Groups returns the groups of digits of an organization number, nil if the Span is none.
func (s Span) Groups() []string { return groupsOf(s.Text) }

// SectionName identifies a section in files and in CSS classes.
type SectionName string

const (
	// SectionWhat describes what the access is for.
	SectionWhat SectionName = "what"
	// SectionWho names who may grant it.
	SectionWho SectionName = "who"
	// SectionFacts lists names and numbers.
	SectionFacts SectionName = "facts"
	// SectionSteps lists the steps in Altinn. One of them has what to check before confirming below it.
	SectionSteps SectionName = "steps"
	// SectionAfter describes what happens next.
	SectionAfter SectionName = "after"
	// SectionProblems lists what to do if something is not as described.
	SectionProblems SectionName = "problems"
	// SectionWithdraw describes how to withdraw the access.
	SectionWithdraw SectionName = "withdraw"
	// SectionContact names whom to ask.
	SectionContact SectionName = "contact"

	// sectionCheck is part of the steps.
	sectionCheck SectionName = "check"
)

// Section is a heading with paragraphs and a list.
type Section struct {
	Name    SectionName
	Heading string
	Text    []Text
	Items   []Item
}

// Ordered reports whether the items are steps, to take in order.
func (s Section) Ordered() bool { return s.Name == SectionSteps || s.Name == SectionWithdraw }

// Labelled reports whether the items have labels.
func (s Section) Labelled() bool { return len(s.Items) > 0 && s.Items[0].Label != "" }

// Item is an item of a list.
type Item struct {
	// Label is the term that Text is about, "" in lists without terms.
	Label string
	Text  Text
	// Checks are what to check in this step.
	Checks []Text
}
