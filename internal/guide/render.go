package guide

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// Render renders the guide of a Subject. It returns an error if the Subject has no service, or one that needs
// another kind of access.
func (g *Guides) Render(s Subject) (*Guide, error) {
	f, isKnown := g.flows[fileName(s.Access, s.Language)]
	if !isKnown {
		return nil, fmt.Errorf("no guide for access of kind %q in language %q", s.Access, s.Language)
	}
	if len(s.Services) == 0 {
		return nil, fmt.Errorf("no service for a guide to access of kind %q", s.Access)
	}
	for _, name := range s.Services {
		if s.service(name).Kind != serviceKind(s.Access) {
			return nil, fmt.Errorf("no guide to access of kind %q for the service %q", s.Access, name)
		}
	}
	return newRenderer(f, &s).guide(), nil
}

// renderer renders a flow for one Subject.
type renderer struct {
	flow    *flow
	subject *Subject
	facts   map[situation]bool
	values  map[placeholder]string
}

func newRenderer(f *flow, s *Subject) *renderer {
	return &renderer{flow: f, subject: s, facts: situationsOf(s), values: valuesOf(s, f)}
}

func (r *renderer) guide() *Guide {
	g := &Guide{
		Language: r.subject.Language,
		title:    r.first(r.flow.Title),
		subject:  r.first(r.flow.Subject),
		Intro:    r.paragraphs(r.flow.Intro),
		mail:     append(r.paragraphs(r.flow.Mail), r.signature()),
	}
	for _, s := range r.flow.sections() {
		if s.name == sectionCheck || !holds(s.When, r.facts) {
			continue
		}
		rendered := Section{Name: s.name, Heading: s.Heading, Text: r.paragraphs(s.Text), Items: r.items(s.Items)}
		if s.name == SectionContact {
			rendered.Items = r.contact()
		}
		if len(rendered.Text)+len(rendered.Items) > 0 {
			g.Sections = append(g.Sections, rendered)
		}
	}
	return g
}

// first returns the first line whose situations are true, without marks.
func (r *renderer) first(lines []line) string {
	for _, l := range lines {
		if holds(l.When, r.facts) {
			return joinSpans(r.text(l.text, r.values))
		}
	}
	return ""
}

// paragraphs returns the texts of the lines whose situations are true.
func (r *renderer) paragraphs(lines []line) []Text {
	items := r.items(lines)
	texts := make([]Text, len(items))
	for i, item := range items {
		texts[i] = item.Text
	}
	return texts
}

// items returns the lines whose situations are true.
func (r *renderer) items(lines []line) []Item {
	var items []Item
	for _, l := range lines {
		if !holds(l.When, r.facts) {
			continue
		}
		if l.Each != eachService {
			items = append(items, r.item(l, r.values))
			continue
		}
		for _, name := range r.subject.Services {
			values := maps.Clone(r.values)
			maps.Copy(values, serviceValues(r.subject, r.flow, name))
			items = append(items, r.item(l, values))
		}
	}
	return items
}

func (r *renderer) item(l line, values map[placeholder]string) Item {
	item := Item{Label: joinSpans(r.text(l.label, values)), Text: r.text(l.text, values)}
	if l.Checks && holds(r.flow.Check.When, r.facts) {
		item.Checks = r.paragraphs(r.flow.Check.Items)
	}
	return item
}

// text fills the placeholders of a phrase.
func (r *renderer) text(p phrase, values map[placeholder]string) Text {
	text := make(Text, 0, len(p))
	for _, piece := range p {
		span := Span{Kind: piece.kind, Text: piece.text.fill(values)}
		if piece.kind == SpanLink {
			span = link(span.Text, piece.url.fill(values))
		}
		span.Language = r.languageOf(span)
		text = append(text, span)
	}
	return text
}

// languageOf returns Norwegian for what a guide in another language has of Altinn's pages, otherwise "".
func (r *renderer) languageOf(s Span) language.Language {
	isAltinns := s.Kind == SpanLabel || s.Kind == SpanCopy && s.Groups() == nil
	if isAltinns && r.subject.Language != language.Norwegian {
		return language.Norwegian
	}
	return ""
}

// linkSchemes are those of addresses that guides link to.
var linkSchemes = []string{"https", "http", "mailto", "tel"}

// link returns a link, or the text with the address if the address is none to link to.
func link(text, address string) Span {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(linkSchemes, u.Scheme) {
		return Span{Kind: SpanText, Text: withAddress(text, clean(address))}
	}
	return Span{Kind: SpanLink, Text: text, URL: u.String()}
}

// contact returns the supplier's contact: whom and how to ask.
func (r *renderer) contact() []Item {
	c := r.subject.Contact
	var items []Item
	if name := clean(c.Name); name != "" {
		items = append(items, Item{Label: clean(r.subject.Supplier.Name), Text: Text{{Kind: SpanText, Text: name}}})
	}
	if email := clean(c.Email); email != "" {
		items = append(items, Item{Label: r.flow.Contact.Email, Text: Text{link(email, "mailto:"+email)}})
	}
	if phone := clean(c.Phone); phone != "" {
		items = append(items, Item{Label: r.flow.Contact.Phone, Text: Text{link(phone, "tel:"+withoutSpaces(phone))}})
	}
	return items
}

// signature returns the end of an e-mail: who sends it, and the contact.
func (r *renderer) signature() Text {
	c := r.subject.Contact
	parts := []string{clean(r.subject.Supplier.Name)}
	for _, part := range []string{c.Name, c.Email, c.Phone} {
		if part = clean(part); part != "" {
			parts = append(parts, part)
		}
	}
	return Text{{Kind: SpanText, Text: strings.Join(parts, ", ")}}
}

// fileName returns the name of the file of a flow.
func fileName(kind v1alpha1.AccessKind, lang language.Language) string {
	prefix := map[v1alpha1.AccessKind]string{
		v1alpha1.AccessAPIDelegation: "api-delegation", v1alpha1.AccessSystemUser: "system-user",
		AccessThroughAgent: "agent-system-user",
	}[kind]
	return fmt.Sprintf("%s.%s.yaml", prefix, lang)
}
