package guide

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/4human/integration-operator/internal/language"
)

// width is the number of columns of the plain text.
const width = 72

// Text returns the guide as plain text for an e-mail, 72 columns wide. Only addresses may be longer: they are not
// broken.
func (g *Guide) Text() string {
	var b strings.Builder
	writeHeading(&b, g.title, "=")
	for i, t := range g.Intro {
		if i > 0 {
			b.WriteString("\n")
		}
		writeParagraph(&b, g.plainText(t), "", "")
	}
	for _, s := range g.Sections {
		b.WriteString("\n")
		writeHeading(&b, s.Heading, "-")
		for i, t := range s.Text {
			writeParagraph(&b, g.plainText(t), "", "")
			if i < len(s.Text)-1 || len(s.Items) > 0 {
				b.WriteString("\n")
			}
		}
		for i, item := range s.Items {
			g.writeItem(&b, s, i, item)
		}
	}
	return b.String()
}

func writeHeading(b *strings.Builder, heading, underline string) {
	first := b.Len()
	writeParagraph(b, heading, "", "")
	lines := strings.Split(strings.TrimSuffix(b.String()[first:], "\n"), "\n")
	longest := 0
	for _, line := range lines {
		longest = max(longest, utf8.RuneCountInString(line))
	}
	b.WriteString(strings.Repeat(underline, longest) + "\n\n")
}

func (g *Guide) writeItem(b *strings.Builder, s Section, i int, item Item) {
	switch {
	case item.Label != "":
		g.writeLabelled(b, item)
	case s.Ordered():
		writeParagraph(b, g.plainText(item.Text), fmt.Sprintf("%2d. ", i+1), "    ")
	default:
		writeParagraph(b, g.plainText(item.Text), "- ", "  ")
	}
	for _, check := range item.Checks {
		writeParagraph(b, g.plainText(check), "    [ ] ", "        ")
	}
}

// writeLabelled writes a label and its text: on one line if they fit, otherwise below each other.
func (g *Guide) writeLabelled(b *strings.Builder, item Item) {
	text := g.plainText(item.Text)
	oneLine := item.Label + ": " + text
	if utf8.RuneCountInString(oneLine) <= width {
		writeParagraph(b, oneLine, "", "")
		return
	}
	writeParagraph(b, item.Label+":", "", "")
	writeParagraph(b, text, "  ", "  ")
}

// writeParagraph writes a text, wrapped, with first before its first line and then before the others.
func writeParagraph(b *strings.Builder, text, first, then string) {
	b.WriteString(first)
	column := utf8.RuneCountInString(first)
	isBeginning := true
	for _, word := range words(text) {
		length := utf8.RuneCountInString(word)
		switch {
		case isBeginning:
		case column+1+length > width:
			b.WriteString("\n" + then)
			column = utf8.RuneCountInString(then)
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += length
		isBeginning = false
	}
	b.WriteString("\n")
}

// organizationNumber matches an organization number in groups.
var organizationNumber = regexp.MustCompile(`\b\d{3} \d{3} \d{3}\b`)

// words returns the words of a text. An organization number in groups is one word.
func words(text string) []string {
	const noBreak = "\u00a0"
	together := organizationNumber.ReplaceAllStringFunc(text, func(number string) string {
		return strings.ReplaceAll(number, " ", noBreak)
	})
	all := strings.Split(together, " ")
	for i, word := range all {
		all[i] = strings.ReplaceAll(word, noBreak, " ")
	}
	return all
}

// plainText returns a text with Altinn's labels and values to copy in quotes of the guide's language.
func (g *Guide) plainText(t Text) string {
	open, end := "«", "»"
	if g.Language == language.English {
		open, end = "\"", "\""
	}
	var b strings.Builder
	for _, s := range t {
		switch {
		case s.Kind == SpanLabel, s.Kind == SpanCopy && s.Groups() == nil && len(t) > 1:
			b.WriteString(open + s.Text + end)
		case s.Kind == SpanLink:
			b.WriteString(withAddress(s.Text, strings.TrimPrefix(strings.TrimPrefix(s.URL, "mailto:"), "tel:")))
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// withAddress returns the text of a link with its address, unless the text is the address.
func withAddress(text, address string) string {
	if text == address || withoutSpaces(text) == address {
		return text
	}
	return text + " <" + address + ">"
}

// withoutSpaces removes blanks.
func withoutSpaces(text string) string { return strings.ReplaceAll(text, " ", "") }

// joinSpans returns the texts of a Text's pieces, without marks and addresses.
func joinSpans(t Text) string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}
