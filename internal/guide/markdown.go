package guide

import (
	"fmt"
	"regexp"
	"strings"
)

// Markdown returns the guide as Markdown (GitHub's): the title is a heading of the first level.
func (g *Guide) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", escape(g.title))
	for _, t := range g.Intro {
		fmt.Fprintf(&b, "\n%s\n", markdown(t))
	}
	for _, s := range g.Sections {
		fmt.Fprintf(&b, "\n## %s\n", escape(s.Heading))
		for _, t := range s.Text {
			fmt.Fprintf(&b, "\n%s\n", markdown(t))
		}
		if len(s.Items) > 0 {
			b.WriteString("\n")
		}
		for i, item := range s.Items {
			writeMarkdownItem(&b, s, i, item)
		}
	}
	return b.String()
}

func writeMarkdownItem(b *strings.Builder, s Section, i int, item Item) {
	switch {
	case item.Label != "":
		fmt.Fprintf(b, "- *%s*: %s\n", escape(item.Label), markdown(item.Text))
	case s.Ordered():
		fmt.Fprintf(b, "%d. %s\n", i+1, markdown(item.Text))
	default:
		fmt.Fprintf(b, "- %s\n", markdown(item.Text))
	}
	for _, check := range item.Checks {
		fmt.Fprintf(b, "   - %s\n", markdown(check))
	}
}

// markdown returns a text with marks. A name has none: its characters are escaped.
func markdown(t Text) string {
	var b strings.Builder
	for _, s := range t {
		switch s.Kind {
		case SpanLabel:
			b.WriteString("**" + escape(s.Text) + "**")
		case SpanCopy:
			b.WriteString(codeSpan(s.Text))
		case SpanLink:
			fmt.Fprintf(&b, "[%s](<%s>)", escape(s.Text), addressEscaper.Replace(s.URL))
		default:
			b.WriteString(escape(s.Text))
		}
	}
	return escapeStart(b.String())
}

var (
	addressEscaper = strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "\\", "%5C", "\n", "")

	// markup matches characters that have a meaning in Markdown, anywhere in a line.
	markup = regexp.MustCompile("[\\\\`*_\\[\\]<>#|~!&$^=]")
	// autolink matches the beginnings of what GitHub makes a link of.
	autolink = regexp.MustCompile(`(?i)(www)(\.)|(:)(//)|(@)`)
	// lineStart matches what begins a list or a heading's underline.
	lineStart = regexp.MustCompile(`^([+-]|\d+[.)])`)
)

// escape returns a text as Markdown that renders as the same text.
func escape(text string) string {
	text = markup.ReplaceAllString(text, `\$0`)
	return autolink.ReplaceAllStringFunc(text, func(found string) string {
		switch {
		case found == "@":
			return `\@`
		case strings.HasPrefix(found, ":"):
			return `:\//`
		default:
			return found[:3] + `\.`
		}
	})
}

// escapeStart returns a line that begins no list.
func escapeStart(line string) string {
	return lineStart.ReplaceAllStringFunc(line, func(found string) string {
		last := len(found) - 1
		return found[:last] + `\` + found[last:]
	})
}

// codeSpan returns a text as code.
func codeSpan(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
